"""Helps trials of whole programs: lines with the time, an end with a reason, waits, free ports, and a job."""

import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "torture"))
import wait_for as waiting  # noqa: E402

started = time.monotonic()


def say(message):
    print(f"{time.monotonic() - started:6.1f} s  {message}", flush=True)


def check(holds, message):
    """Ends the trial with the message if it does not hold."""
    if not holds:
        sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {message}")


def wait_for(condition, seconds, message):
    check(waiting.wait_for(condition, seconds, poll=0.2), f"{message} in {seconds} s")


def free_port():
    """Returns a port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def short_functions(name, target, seed=7):
    """Returns the YAML of a job whose functions are short, so that a worker has many of them soon."""
    return f"""
name: {name}
seed: {seed}
target: {target}
generator:
  unary: {{sqrt: 1, log: 1, exp: 1, sin: 1, cos: 1}}
  binary: {{add: 2, mul: 2, div: 1}}
  nodes_min: 1
  nodes_max: 3
ladder:
  - {{engine: giac, budget_ms: 20}}
"""

"""Helps the trials of packages and images: lines with the time, an end with a reason, waits, and free ports."""

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

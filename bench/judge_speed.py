#!/usr/bin/python3
"""Measures how many candidates `motzkin judge` judges in a second of one core.

    bench/judge_speed.py --bin build/bench/bin [--candidates 20000] [--seed 7]

The answers are short, as models write them to exercises, and half of them are wrong. All processes count: judge,
supervisor and verifier, with the start of the sandbox.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/judge"))
from below import descendants  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def exercise(rng):
    a, b, n = rng.randint(1, 9), rng.randint(1, 9), rng.randint(1, 5)
    return rng.choice([
        (f"{a}*x^{n}", f"{a}*x^{n + 1}/{n + 1} + C"),
        (f"cos({a}*x)", f"sin({a}*x)/{a}"),
        (f"exp({a}*x)+{b}", f"exp({a}*x)/{a}+{b}*x + C"),
        (f"x*exp({a}*x)", f"x*exp({a}*x)/{a}-exp({a}*x)/{a * a}"),
        (f"1/(x+{a})", f"log(x+{a})"),
        (f"x*cos({a}*x)", f"x*sin({a}*x)/{a}+cos({a}*x)/{a * a}"),
        (f"\\frac{{1}}{{x^2+{a * a}}}", f"\\frac{{1}}{{{a}}}\\arctan\\frac{{x}}{{{a}}} + C"),
    ])


def items(rng, candidates, group):
    for i in range(candidates // group):
        integrand, right = exercise(rng)
        answers = [right if rng.random() < 0.5 else right.replace(str(rng.randint(1, 9)), "7", 1) + rng.choice(["", "+x"])
                   for _ in range(group)]
        yield json.dumps({"id": i, "integrand": integrand, "candidates": answers}).encode() + b"\n"


def cpu_seconds(pid):
    """Returns the CPU time of a process and of all below it, those that have ended included."""
    total = 0
    for process in [pid, *descendants(pid)]:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / TICK


def measure(options, name, group, jobs, wait):
    lines = list(items(random.Random(options.seed), options.candidates, group))
    process = subprocess.Popen([options.bin / "motzkin", "judge", "--stdin", "--jobs", str(jobs)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    began = time.monotonic()
    if wait:
        for line in lines:
            process.stdin.write(line)
            process.stdin.flush()
            process.stdout.readline()
    else:
        def feed():
            process.stdin.write(b"".join(lines))
            process.stdin.flush()  # It stays open, so that all processes are there when they are asked for their time.

        feeder = threading.Thread(target=feed)
        feeder.start()
        verdicts = [process.stdout.readline() for _ in lines]
        feeder.join()
        judged = [candidate for line in verdicts for candidate in json.loads(line)["candidates"]]
        assert sum(candidate["verdict"] == "unverified" for candidate in judged) == 0
    wall, cpu = time.monotonic() - began, cpu_seconds(process.pid)
    process.stdin.close()
    process.wait()
    process.stdout.close()
    print(f"{name:<34} {jobs} jobs  {options.candidates / cpu:>7.0f} candidates a core-second  "
          f"{options.candidates / wall:>7.0f} a second")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--candidates", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    for name, group, jobs, wait in (("8 candidates a line", 8, 1, False), ("8 candidates a line", 8, 2, False),
                                    ("1 candidate a line", 1, 1, False), ("the caller waits for each answer", 1, 1, True)):
        measure(options, name, group, jobs, wait)


if __name__ == "__main__":
    main()

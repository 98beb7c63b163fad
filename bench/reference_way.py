#!/usr/bin/python3
"""Measures the reference's way beside ours, on the same functions in the same run.

The program that Motzkin replaces started a process per function, called sympy.integrate in it and killed it at a hard
time-out. This bench does exactly that for functions of a preset and hands SymPy's answers to `motzkin evaluate`, to be
judged like our own. Then it solves the same functions with the ladder, and prints verified integrals a core-second of
both and their ratio.

    bench/reference_way.py [--preset lample-charton] [--count 60] [--seed 1] [--timeout 10] [--jobs 2] [--json]

Needs python3-sympy and a build (--bin, by default build/release/bin).
"""

import argparse
import concurrent.futures
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

INTEGRATE_ONE = """
import sys
from sympy import *
x = Symbol('x', real=True)
answer = integrate(sympify(sys.argv[1], locals={'x': x}), x)
if not answer.has(Integral):
    print(answer)
"""


def motzkin(arguments, binaries, **options):
    return subprocess.run([binaries / "motzkin", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE, **options).stdout


def integrate_with_sympy(integrand, timeout):
    """Returns SymPy's answer as text, or None if it is unevaluated, failed or was killed at the time-out."""
    process = subprocess.Popen([sys.executable, "-c", INTEGRATE_ONE, integrand], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return output.strip() or None


def children_cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def reference_way(integrands, timeout, jobs):
    """Returns the answers in order, and the CPU seconds that all processes took."""
    before = children_cpu_seconds()
    answers = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for answer in pool.map(lambda f: integrate_with_sympy(f, timeout), integrands):
            answers.append(answer)
            print(f"\rsympy {len(answers)}/{len(integrands)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return answers, children_cpu_seconds() - before


def evaluate(records, binaries, jobs, details):
    """Writes the details of `motzkin evaluate` to a file, one a record, and returns its summary."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as suite:
        suite.writelines(json.dumps(record) + "\n" for record in records)
        suite.flush()
        summary = json.loads(motzkin(["evaluate", suite.name, "--json", "--jobs", str(jobs),
                                      "--details", details], binaries))
    return summary


def count_verified(details):
    with open(details) as lines:
        return sum(any(candidate["verdict"] == "verified" for candidate in json.loads(line)["candidates"])
                   for line in lines)


def measure(arguments):
    binaries = pathlib.Path(arguments.bin)
    integrands = motzkin(["generate", arguments.preset, "--count", str(arguments.count), "--seed",
                          str(arguments.seed), "--format", "sympy"], binaries).splitlines()
    answers, reference_cpu = reference_way(integrands, arguments.timeout, arguments.jobs)
    with tempfile.NamedTemporaryFile() as details:
        candidates = [{"integrand": f, "candidates": [a]} for f, a in zip(integrands, answers) if a]
        reference_verified = 0
        if candidates:
            evaluate(candidates, binaries, arguments.jobs, details.name)
            reference_verified = count_verified(details.name)
        ours = evaluate([{"integrand": f} for f in integrands], binaries, arguments.jobs, details.name)
    reference_rate = reference_verified / reference_cpu
    return {
        "preset": arguments.preset, "functions": len(integrands), "seed": arguments.seed,
        "reference_verified": reference_verified, "reference_cpu_seconds": round(reference_cpu, 2),
        "reference_per_core_second": round(reference_rate, 4),
        "verified": ours["solved"], "cpu_seconds": round(ours["cpu_seconds"], 2),
        "per_core_second": round(ours["solved_per_core_second"], 3),
        "ratio": round(ours["solved_per_core_second"] / reference_rate, 1) if reference_rate else None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--preset", default="lample-charton")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=10, help="seconds of wall time a function")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bin", default=ROOT / "build/release/bin")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    started = time.monotonic()
    row = measure(arguments)
    if arguments.json:
        print(json.dumps(row))
        return
    for name in ("reference", ""):
        prefix = f"{name}_" if name else ""
        print(f"{name or 'ours':<10} {row[prefix + 'verified']:>4} of {row['functions']} verified"
              f"   {row[prefix + 'cpu_seconds']:>8.2f} core-seconds"
              f"   {row[prefix + 'per_core_second']:>8.3f} verified a core-second")
    print(f"ratio {row['ratio']}x   ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()

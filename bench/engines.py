#!/usr/bin/python3
"""Measures each engine alone and the ladder, on the same functions in the same run.

    bench/engines.py --suite FILE.jsonl [--sample 300]     lines {"integrand": "..."}
    bench/engines.py --preset lample-charton --count 500 --seed 1 [--kind backward]
    bench/engines.py --faults FILE.jsonl --job JOB | --archive DIR

Prints for each ladder: functions verified, partly right, refuted, unsolved and timed out, CPU seconds of all processes,
and verified integrals a core-second. By default the ladders are giac, FriCAS and SymPy alone, each with the default
ladder's total budget, and the default ladder; --ladder names others.

`nonelementary` counts the functions for which FriCAS claims that no elementary integral exists. The integral of a
`--kind backward` function is known, so each such claim is false: the last column is the rate of false claims.

--faults FILE.jsonl adds the wrong answers of single engines to that file (docs/data/engine-faults.jsonl). With --job or
--archive it adds those that a job of the cluster met, or that an archive of a job holds, and measures nothing.
"""

import argparse
import json
import pathlib
import random
import re
import sys

from engine_faults import add_faults, evaluate, fault_of, motzkin, proved_faults, refuted_in_archive, refuted_in_job

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ("solved", "partly", "refuted", "unsolved", "timed_out")


def default_ladder(binaries):
    """Returns [(engine, milliseconds)]."""
    steps = re.findall(r"engine: (\w+), budget_ms: (\d+)",
                       motzkin(["start", "lample-charton", "--print"], binaries))
    return [(engine, int(budget)) for engine, budget in steps]


def ladders_of(arguments, binaries):
    if arguments.ladder:
        return arguments.ladder
    steps = default_ladder(binaries)
    total = sum(budget for _, budget in steps)
    alone = [f"{engine}={total}" for engine in ("giac", "fricas", "sympy")]
    return [*alone, ",".join(f"{engine}={budget}" for engine, budget in steps)]


def functions_of(arguments, binaries):
    """Returns the objects that are the lines for `motzkin evaluate`."""
    if arguments.suite:
        with open(arguments.suite) as lines:
            records = [json.loads(line) for line in lines if line.strip()]
        integrands = [record["integrand"] for record in records]
        if arguments.sample:
            integrands = random.Random(1).sample(integrands, arguments.sample)
    else:
        lines = motzkin(["generate", arguments.preset, "--count", str(arguments.count), "--seed",
                         str(arguments.seed), "--format", "infix",
                         *(["--kind", arguments.kind] if arguments.kind else [])],
                        binaries).splitlines()
        # For a backward function the integral follows after a tab.
        integrands = [line.split("\t")[0] for line in lines]
    return [{"integrand": integrand} for integrand in integrands]


def claims_nonelementary(detail):
    return any(step["outcome"] == "nonelementary" for step in detail.get("steps", []))


def measure(ladder, functions, jobs, binaries):
    """Returns the row of one ladder, and its details."""
    summary, records = evaluate(functions, ["--ladder", ladder, "--jobs", str(jobs)], binaries)
    row = {"ladder": ladder, **{column: summary[column] for column in COLUMNS},
           "cpu_seconds": round(summary["cpu_seconds"], 2),
           "per_core_second": round(summary["solved_per_core_second"], 2),
           "nonelementary": sum(map(claims_nonelementary, records)),
           "functions": summary["functions"], "engines": summary.get("engines", {})}
    return row, records


def text_of(row, backward):
    shares = "".join(f"{row[column]:>10}" for column in COLUMNS)
    text = (f"{row['ladder']:<24}{shares}{row['cpu_seconds']:>10.1f}{row['per_core_second']:>10.1f}"
            f"{row['nonelementary']:>15}")
    if backward:
        text += f"{100 * row['nonelementary'] / max(row['functions'], 1):>9.1f} %"
    return text


def collect_faults(arguments, binaries):
    if arguments.archive:
        found = refuted_in_archive(pathlib.Path(arguments.archive))
    else:
        found = refuted_in_job(arguments.job, binaries, arguments.coordinator, arguments.data_dir)
    new = add_faults(arguments.faults, proved_faults(found, arguments.jobs, binaries))
    print(f"{new} new lines in {arguments.faults}", file=sys.stderr)


def measure_ladders(arguments, binaries):
    functions = functions_of(arguments, binaries)
    backward = not arguments.suite and arguments.kind == "backward"
    if not arguments.json:
        print(f"{len(functions)} functions\n{'':<24}"
              + "".join(f"{column:>10}" for column in (*COLUMNS, "CPU s", "per CPU s")) + f"{'nonelementary':>15}"
              + (f"{'false':>11}" if backward else ""))
    faults = []
    for ladder in ladders_of(arguments, binaries):
        row, details = measure(ladder, functions, arguments.jobs, binaries)
        print(json.dumps(row) if arguments.json else text_of(row, backward), flush=True)
        if "," not in ladder:
            faults += filter(None, (fault_of(detail, row["engines"]) for detail in details))
    if arguments.faults:
        new = add_faults(arguments.faults, faults)
        print(f"{len(faults)} wrong answers, {new} new", file=sys.stderr)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--suite", help="JSONL file of integrands")
    parser.add_argument("--sample", type=int, help="only this many lines of it, drawn with seed 1")
    parser.add_argument("--preset", default="lample-charton")
    parser.add_argument("--kind", choices=("forward", "backward", "by_parts"))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ladder", action="append", help="e.g. giac=10,fricas=60; may be repeated")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--faults", help="the JSONL file to which wrong answers are added")
    parser.add_argument("--job", help="collect the wrong answers of this job of the cluster instead")
    parser.add_argument("--archive", help="or those in this directory of `motzkin archive`")
    parser.add_argument("--coordinator", help="address of the coordinator, if not $MOTZKIN_COORDINATOR or localhost:50051")
    parser.add_argument("--data-dir", help="directory of the coordinator's data, if no coordinator runs")
    parser.add_argument("--bin", default=ROOT / "build/release/bin")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each ladder")
    arguments = parser.parse_args()
    if (arguments.job or arguments.archive) and not arguments.faults:
        parser.error("--job and --archive go with --faults FILE.jsonl")
    return arguments


def main():
    arguments = parse_arguments()
    binaries = pathlib.Path(arguments.bin)
    if arguments.job or arguments.archive:
        collect_faults(arguments, binaries)
    else:
        measure_ladders(arguments, binaries)


if __name__ == "__main__":
    main()

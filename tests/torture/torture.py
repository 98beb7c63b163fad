#!/usr/bin/env python3
"""Tortures a cluster of the real programs by a random plan, then checks that nothing is lost or stored twice.

Exit codes: 0 passed, 1 a problem was found, 2 bad usage, 77 this machine cannot do it (a sentence gives the reason).
"""

import argparse
import json
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-import
import isolation
import network_faults
import owner_faults
import process_faults
import storage_faults
from checker import load_checks
from faults import FAULTS
from run import Run, print_verdict

_EXIT_PROBLEM, _EXIT_SKIPPED = 1, 77


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev torture", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="how long faults happen (default 10)")
    parser.add_argument("--seed", type=int, help="seed of the plan; by default a fresh one, which is printed")
    parser.add_argument("--json", action="store_true", help="print the verdict as one JSON object on stdout")
    parser.add_argument("--keep-logs", metavar="DIR", help="copy the programs' logs there if a problem was found")
    parser.add_argument("--only", metavar="WORDS", help="inject only faults whose name contains this")
    parser.add_argument("--old-bin", metavar="DIR", help="programs of an older version that work beside today's")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--clock-shim", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.minutes <= 0:
        parser.error("--minutes must be more than 0")
    if options.only and not any(options.only in fault.name for fault in FAULTS):
        parser.error(f"no fault is called '{options.only}'; there are: " + ", ".join(fault.name for fault in FAULTS))
    return options


def outside(options, arguments):
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"torture: seed {seed}, {options.minutes:g} minutes; again with: ./dev torture --minutes {options.minutes:g} "
          f"--seed {seed}", file=sys.stderr, flush=True)
    command = [os.path.abspath(__file__), *arguments]
    if options.seed is None:
        command += ["--seed", str(seed)]
    files = [options.clock_shim] if options.clock_shim else []
    try:
        code = isolation.run_inside(command, options.bin, files, options.keep_logs, options.old_bin)
    except isolation.Unsupported as why:
        print(f"torture skipped: {why}", file=sys.stderr)
        return _EXIT_SKIPPED
    if code == 130:
        print("torture: interrupted; nothing is left behind", file=sys.stderr)
    return code


def inside(options):
    checks = load_checks()
    isolation.settle_in()
    if options.only:
        FAULTS[:] = [fault for fault in FAULTS if options.only in fault.name]

    def say(text):
        print(text, file=sys.stderr, flush=True)
    clock_shim = options.clock_shim and isolation.RUN + "/" + os.path.basename(options.clock_shim)
    verdict = Run(options.seed, options.minutes * 60, checks, clock_shim, options.old_bin and isolation.OLD_BIN, say).go()
    if options.json:
        print(json.dumps(verdict))
    print_verdict(verdict, sys.stderr if options.json else sys.stdout)
    return _EXIT_PROBLEM if verdict["problems"] else 0


def main():
    options = parse(sys.argv[1:])
    if isolation.is_inside():
        code = inside(options)
        sys.stdout.flush()
        sys.exit(code)
    sys.exit(outside(options, sys.argv[1:]))


if __name__ == "__main__":
    main()

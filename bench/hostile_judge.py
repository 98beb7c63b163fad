#!/usr/bin/python3
"""Sends hostile lines to `motzkin judge` in one run, and prints what became of them.

    bench/hostile_judge.py --bin build/bench/bin [--lines 1000000] [--seed N]

Each line must be answered in order, and the memory of the judge must not grow.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/judge"))
from hostile_lines import hostile_lines, peak_kb  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    process = subprocess.Popen([options.bin / "motzkin", "judge", "--stdin"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)

    def feed():
        for line in hostile_lines(random.Random(options.seed), options.lines):
            process.stdin.write(line)
        process.stdin.close()

    feeder = threading.Thread(target=feed)
    began = time.monotonic()
    feeder.start()
    verdicts, reasons, answered, slowest, last = collections.Counter(), collections.Counter(), 0, 0.0, began
    every = max(1, options.lines // 10)
    for line in process.stdout:
        answer = json.loads(line)
        answered += 1
        assert answer["line"] == answered, (answer["line"], answered)
        slowest, last = max(slowest, time.monotonic() - last), time.monotonic()
        if "error" in answer:
            verdicts["error"] += 1
        for candidate in answer.get("candidates", ()):
            verdicts[candidate["verdict"]] += 1
            reasons[candidate.get("reason", "").split(" (")[0].split(":")[0][:60]] += 1
        if answered % every == 0:
            print(f"{answered} lines, {time.monotonic() - began:.0f} s, peak {peak_kb(process.pid) / 1e3:.0f} MB")
    feeder.join()
    code = process.wait()
    print(f"answered {answered} of {options.lines}, exit code {code}, longest wait for an answer {slowest:.2f} s")
    print(dict(verdicts))
    killed = {reason: count for reason, count in reasons.items() if re.search("took more|died|still|used up", reason)}
    print(f"judged too long or died: {killed}")
    return 0 if answered == options.lines and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Breaks the code on purpose, one way at a time, and shows which test notices. A break that none notices is a gap.

It works on a copy of the last commit in build/mutations, and takes an hour on two cores the first time.

  tests/mutations/mutations.py            all breaks
  tests/mutations/mutations.py lock wall  those whose name contains one of the words
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COPY = ROOT + "/build/mutations"
_PROGRAMS = ["coordinator", "worker", "integrator", "motzkin", "motzkin_wall_clock"]
_TEST_SECONDS = 900

# `old` becomes `new` in `file`, once. `tests` names binaries of build/release/tests, with a filter after a colon;
# torture:WORDS is half a minute of torture with the faults whose name contains WORDS.
Mutation = namedtuple("Mutation", "name file old new tests")

_SUBMIT = "coordinator/store/migrations/0001_first_release.sql"

MUTATIONS = [
    Mutation("drop the row lock", _SUBMIT,
             "               FOR UPDATE OF b\n", "",
             ["submit_model_test", "torture:job cancelled"]),
    Mutation("acknowledge before commit", "common/postgres/connection.cc",
             "      work.commit();\n",
             "      try {\n        work.commit();\n      } catch (const std::exception&) {\n      }\n",
             ["submit_model_test", "torture:commit lost"]),
    Mutation("count twice", _SUBMIT,
             "              FROM inserted i,\n",
             "              FROM (SELECT * FROM inserted UNION ALL SELECT r.index, r.outcome, r.steps FROM unnest(rows) r\n"
             "                     WHERE r.index IN (SELECT index FROM result WHERE job_id = held.job_id)) i,\n",
             ["store_test", "submit_model_test", "torture:reply lost"]),
    Mutation("forget to kill a grandchild", "common/process/child_process.cc",
             "  if (own_group_) kill(-pid_, SIGKILL);\n  rusage usage = {};\n", "  rusage usage = {};\n",
             ["child_process_test"]),
    Mutation("trust wall time", "common/base/clock.cc",
             "clock_gettime(CLOCK_BOOTTIME, &now)", "clock_gettime(CLOCK_REALTIME, &now)",
             ["clock_test", "torture:clock"]),
    Mutation("wait until a wall time", "worker/stream/agent_session.h",
             "  CondVar changed;", "  absl::CondVar changed;",
             ["tidy", "torture:worker's clock"]),
    Mutation("forget a batch whose allocation was not answered", "coordinator/core/store_reconciler.cc",
             "  for (const BatchSnapshot& batch : poll.batches) leases_.Add(batch);\n", "",
             ["coordinator_core_test", "simulator_test"]),
    Mutation("show leases before they are on disk", "coordinator/store/queries/wait_for_disk.sql",
             "SELECT pg_logical_emit_message(true, 'motzkin', '')", "SELECT pg_current_xact_id()",
             ["store_test:StoreTest.*"]),
    Mutation("forget what was spilled", "worker/results/result_spool.cc",
             "  if (segment.read_offset >= segment.bytes) RemoveSegment(segments_.begin());",
             "  RemoveSegment(segments_.begin());",
             ["worker_results_test", "torture:Postgres away"]),
]


def _run(command, **options):
    """Writes the output into a file, because processes that a broken test leaves behind would keep a pipe open."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        done = subprocess.run(command, cwd=COPY, stdout=output, stderr=subprocess.STDOUT, **options)
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, output.read())


def _copy_of_the_last_commit():
    if not os.path.isdir(COPY):
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--detach", COPY, "HEAD"], check=True, capture_output=True)
    else:
        _run(["git", "checkout", "-q", "--", "."], check=True)
        head = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], check=True, text=True, capture_output=True)
        _run(["git", "checkout", "-q", "--detach", head.stdout.strip()], check=True)
    os.environ.update(CCACHE_BASEDIR=COPY, CCACHE_NOHASHDIR="1")
    _run(["cmake", "--preset", "release"], check=True)


def _build(targets):
    built = _run(["nice", "ninja", "-C", "build/release", "-j2", *targets])
    if built.returncode != 0:
        sys.exit("does not build:\n" + built.stdout[-2000:])


def _fails(test):
    """Returns None if it passed, else its output."""
    name, _, argument = test.partition(":")
    if name == "tidy":
        command = ["python3", "tests/tidy/tidy_test.py"]
    elif name == "torture":
        _build(_PROGRAMS)
        command = ["tests/torture/torture.py", "--bin", "build/release/bin", "--clock-shim",
                   "build/release/tests/libwall_clock.so", "--minutes", "0.7", "--seed", "2", "--only", argument]
    else:
        _build([name])
        command = ["build/release/tests/" + name] + ([f"--gtest_filter={argument}"] if argument else [])
    try:
        done = _run(command, timeout=_TEST_SECONDS)
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 77:
        return None
    if done.returncode == 0:
        return None
    failed = re.findall(r"\[  FAILED  \] (\w+\.\w+)", done.stdout) + re.findall(r"PROBLEM: (.*)", done.stdout)
    return ", ".join(dict.fromkeys(failed[:4])) or f"exit code {done.returncode}"


def _try(mutation):
    path = f"{COPY}/{mutation.file}"
    with open(path, encoding="utf-8") as file:
        original = file.read()
    if original.count(mutation.old) != 1:
        sys.exit(f"{mutation.file} has {original.count(mutation.old)} times what '{mutation.name}' changes")
    with open(path, "w", encoding="utf-8") as file:
        file.write(original.replace(mutation.old, mutation.new))
    try:
        return {test: _fails(test) for test in mutation.tests}
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write(original)


def main(words):
    chosen = [m for m in MUTATIONS if not words or any(word in m.name for word in words)]
    _copy_of_the_last_commit()
    unnoticed = []
    for mutation in chosen:
        results = _try(mutation)
        print(f"{mutation.name} ({mutation.file})", flush=True)
        for test, says in results.items():
            print(f"    {'caught by' if says else 'passes   '} {test}{': ' + says if says else ''}", flush=True)
        if not any(results.values()):
            unnoticed.append(mutation.name)
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} caught"
          + (f"; not caught: {', '.join(unnoticed)}" if unnoticed else ""))
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

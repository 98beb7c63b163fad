#!/usr/bin/env python3
"""mixed_cluster.py BIN: machines of both architectures label the same functions, and label them the same way.

It runs on the emulated computer (computer.sh) as root, with the programs of arm64 in the folder BIN: a coordinator with
its private Postgres, and a worker. `./dev test --arch arm64 --mixed` runs a worker of amd64 beside it, which reaches the
coordinator through a port of the host, shows its code, and is approved from here. Exit code 0: all held.

Each worker computes a job of its own with the same functions; then both share a third job.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from trial import check, say, wait_for  # noqa: E402

ADDRESS = "127.0.0.1:50051"
FUNCTIONS = 40
# A program starts in seconds there, and engines in minutes; the host may be busy as well.
START_SECONDS = 1800
JOB_SECONDS = 3600
# The factor of a slow machine ends at 8 (speed_gauge.h), and an emulated one is slower than that. So the budgets are
# long and the functions small: then few of them come near a budget.
JOB = """
preset: lample-charton
target: {target}
seed: {seed}
ladder:
  - {{engine: giac, budget_ms: 1000}}
  - {{engine: fricas, budget_ms: 4000}}
generator: {{nodes_min: 2, nodes_max: 6}}
"""
# A label is what a row says of a function, without what differs from one run to the next. A function that a budget
# ended on one side was near the edge there, and is not compared.
COMPARISON = """
with row as (
  select r.job, r.index, r.canonical_hash,
         concat_ws(' ', r.outcome, r.answer_class, r.verdict, r.engine, r.engine_version, r.integral) as label,
         exists (select from engine_steps s
                 where s.job = r.job and s.index = r.index and s.outcome in ('timed_out', 'memory_exceeded')) as ended
  from training_data_all r)
select json_build_object('index', index, 'same_function', a.canonical_hash = b.canonical_hash,
                         'near', a.ended or b.ended, 'labels', array[a.label, b.label])
from row a full join row b using (index)
where a.job = 'amd64' and b.job = 'arm64' order by index
"""


class Cluster:
    """The programs of this computer, and what its coordinator says of all workers."""

    def __init__(self, folder, programs):
        self.folder = pathlib.Path(folder)
        self._programs = pathlib.Path(programs)
        self._running = {}

    def start(self, program, *arguments):
        with open(self.folder / f"{program}.log", "ab") as log:
            self._running[program] = subprocess.Popen([self._programs / program, *arguments], stdout=log, stderr=log,
                                                      stdin=subprocess.DEVNULL)

    def stop(self, program):
        running = self._running.pop(program)
        running.terminate()
        check(running.wait(timeout=START_SECONDS) == 0, f"{program} ended with exit code {running.returncode}")

    def kill(self):
        for running in self._running.values():
            running.kill()

    def logs(self):
        return "".join(f"--- {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}"
                       for log in sorted(self.folder.glob("*.log")))

    def motzkin(self, *arguments, must=True):
        ended = subprocess.run([self._programs / "motzkin", "--coordinator", ADDRESS, *arguments], capture_output=True,
                               text=True, check=False, stdin=subprocess.DEVNULL)
        check(ended.returncode == 0 or not must, f"motzkin {' '.join(arguments)}: {ended.stdout}{ended.stderr}")
        return ended.stdout if ended.returncode == 0 else None

    def query(self, statement):
        return self.motzkin("psql", "-Atc", statement).splitlines()

    def worker_is_in(self, name):
        """Approves each worker that waits for that, as the computer has no strangers."""
        for worker in json.loads(self.motzkin("workers", "--json", must=False) or "[]"):
            if worker["state"] == "waiting-approval":
                self.motzkin("approve", re.search(r"code ([0-9A-Z]{6})", worker["reason"])[1])
            elif worker["name"] == name and worker["state"] != "away":
                return True
        return False

    def start_job(self, name, seed, target):
        file = self.folder / f"{name}.yaml"
        file.write_text(JOB.format(seed=seed, target=target), encoding="utf-8")
        self.motzkin("start", str(file), "--name", name)

    def completed(self, name):
        jobs = json.loads(self.motzkin("jobs", "--json", must=False) or "[]")
        return any(job["name"] == name and job["state"] == "completed" for job in jobs)

    def rows_by_worker(self, job):
        lines = self.query("select w.worker, count(*) from training_data_all r join workers w using (worker_id) "
                           f"where r.job = '{job}' group by w.worker order by w.worker")
        return {worker: int(rows) for worker, rows in (line.split("|") for line in lines)}


def label(cluster, worker):
    """Has the only worker that may work compute a job of its own name."""
    cluster.start_job(worker, seed=9, target=FUNCTIONS)
    wait_for(lambda: cluster.completed(worker), JOB_SECONDS, f"{worker}'s job did not complete")
    rows = cluster.rows_by_worker(worker)
    check(set(rows) == {worker} and rows[worker] >= FUNCTIONS, f"rows of {worker}'s job: {rows}")
    say(f"{worker} labelled {rows[worker]} functions")


def compare(cluster):
    rows = [json.loads(line) for line in cluster.query(COMPARISON)]
    check(len(rows) >= FUNCTIONS, f"{len(rows)} functions to compare")
    others = [row["index"] for row in rows if not row["same_function"]]
    check(not others, f"these indices are other functions: {others}")
    far = [row for row in rows if not row["near"]]
    different = [row for row in far if row["labels"][0] != row["labels"][1]]
    check(not different, "labelled differently:\n" + "\n".join(map(json.dumps, different)))
    check(len(far) >= FUNCTIONS / 2, f"only {len(far)} of {len(rows)} functions were far from their budgets")
    integrated = sum(row["labels"][0].startswith("integrated") for row in far)
    say(f"{len(rows)} functions are the same, and so are outcome, engine and integral of the {len(far)} that were far "
        f"from their budgets; {integrated} of these are integrated")


def share(cluster):
    """Both work on one job until each has stored something of it."""
    cluster.start_job("both", seed=10, target="1M")
    wait_for(lambda: set(cluster.rows_by_worker("both")) == {"amd64", "arm64"}, JOB_SECONDS, "the two did not share a job")
    cluster.motzkin("cancel", "both")
    say(f"rows of a job that both share: {cluster.rows_by_worker('both')}")


def try_cluster(cluster):
    cluster.start("coordinator", "--data-dir", str(cluster.folder / "coordinator"), "--listen", "0.0.0.0:50051")
    wait_for(lambda: cluster.motzkin("jobs", "--json", must=False) is not None, START_SECONDS, "the coordinator did not serve")
    say(f"a coordinator of {os.uname().machine} serves, with {cluster.query('show server_version')[0]} of Postgres")
    wait_for(lambda: cluster.worker_is_in("amd64"), START_SECONDS, "the worker of amd64 did not join")
    say("the worker of amd64 joined by its code")
    label(cluster, "amd64")
    cluster.motzkin("suspend", "amd64")
    cluster.start("worker", "--connect", ADDRESS, "--name", "arm64", "--state-dir", str(cluster.folder / "worker"),
                  "--slots", "2", "--idle-priority", "false")
    wait_for(lambda: cluster.worker_is_in("arm64"), START_SECONDS, "the worker of arm64 did not join")
    say("the worker of arm64 joined")
    label(cluster, "arm64")
    compare(cluster)
    cluster.motzkin("resume", "--worker", "amd64")
    share(cluster)
    cluster.stop("worker")
    cluster.stop("coordinator")


def main():
    with tempfile.TemporaryDirectory(prefix="motzkin_mixed_") as folder:
        os.chmod(folder, 0o755)  # Postgres of root runs as another user.
        cluster = Cluster(folder, sys.argv[1])
        try:
            try_cluster(cluster)
        except (SystemExit, Exception):
            print(cluster.logs(), flush=True)
            raise
        finally:
            cluster.kill()
    say("a mixed cluster: all held")


if __name__ == "__main__":
    main()

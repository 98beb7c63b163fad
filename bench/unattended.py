#!/usr/bin/python3
"""Leaves a cluster on this machine alone with one job and checks its memory and its results.

Starts a coordinator with its private Postgres and a worker with all cores, and starts a job of some functions. Every
--interval it prints the progress and the memory of the processes (RSS in MB; for the integrators the sum, which counts
shared memory once for each). In the end the job must have exactly one result an index, memory must not have grown over
the second half of the run, and two exports must pass tests/acceptance/check_export.py.

    bench/unattended.py [--functions 2000] [--preset lample-charton] [--seed 1] [--interval 30] [--keep DIR]

100,000 functions take about an hour on two cores.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from trial import free_port  # noqa: E402

STALL_SECONDS = 300  # After this long without a result, a slot must be hanging.
GROWTH_MAX, GROWTH_MB = 1.1, 8  # Allowed for a process over the second half, for allocators and open files.


def status_of(pid):
    """Returns the parent and the RSS in MB, or None if the process has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            fields = dict(line.split(":\t", 1) for line in file if ":\t" in line)
        return int(fields["PPid"]), int(fields.get("VmRSS", "0 kB").split()[0]) / 1024
    except (OSError, KeyError):
        return None


class Cluster:
    """Runs coordinator and worker of `binaries` with their data in `directory`, and ends them at the end."""

    def __init__(self, binaries, directory):
        self._binaries, self._directory = binaries, directory
        self._address = f"127.0.0.1:{free_port()}"

    def __enter__(self):
        self.coordinator = self._start("coordinator", "--listen", self._address, "--data-dir",
                                       self._directory / "coordinator")
        while self.tell("jobs") is None:
            if self.coordinator.poll() is not None:
                sys.exit(f"the coordinator ended, see {self._directory}/coordinator.log")
            time.sleep(0.3)
        self.worker = self._start("worker", "--connect", self._address, "--state-dir", self._directory / "worker",
                                  "--idle-priority", "false")
        return self

    def __exit__(self, *_):
        for process in (self.worker, self.coordinator):
            process.terminate()
            process.wait(150)

    def _start(self, name, *arguments):
        with open(self._directory / f"{name}.log", "wb") as log:
            return subprocess.Popen([self._binaries / name, *arguments], stdout=log, stderr=log)

    def motzkin(self, *words, **options):
        return subprocess.run([self._binaries / "motzkin", "--coordinator", self._address, *map(str, words)],
                              text=True, **options)

    def tell(self, *words):
        done = self.motzkin("--json", *words, capture_output=True)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def select(self, query):
        """Returns the first row of a query, as numbers."""
        rows = self.motzkin("psql", "-X", "-A", "-t", "-F", ",", "-c", query, check=True, stdout=subprocess.PIPE).stdout
        return [int(field) for field in rows.split()[0].split(",")]

    def memory(self):
        """Returns the memory in MB by program."""
        processes = {int(name): status for name in os.listdir("/proc") if name.isdigit()
                     and (status := status_of(name)) is not None}

        def is_below(pid, ancestor):
            while pid in processes:
                if pid == ancestor:
                    return True
                pid = processes[pid][0]
            return False
        below = [rss for pid, (_, rss) in processes.items()
                 if pid != self.worker.pid and is_below(pid, self.worker.pid)]
        return {"coordinator": processes[self.coordinator.pid][1], "worker": processes[self.worker.pid][1],
                "integrators": sum(below)}


def watch(cluster, job, functions, interval):
    """Returns samples of memory until the job is over, or None if it stalled."""
    samples, begun, moved, done_before = [], time.monotonic(), time.monotonic(), -1
    print(f"{'minutes':>8} {'functions':>10} {'a minute':>9} {'coordinator':>12} {'worker':>7} {'integrators':>12}")
    while True:
        done, running = cluster.select(f"SELECT functions, (state = 'running')::int FROM progress WHERE job = '{job}'")
        now = time.monotonic()
        if done > done_before:
            moved, done_before = now, done
        sample = cluster.memory()
        samples.append(sample)
        print(f"{(now - begun) / 60:8.1f} {done:10} {60 * done / max(now - begun, 1):9.0f} {sample['coordinator']:12.1f} "
              f"{sample['worker']:7.1f} {sample['integrators']:12.1f}", flush=True)
        if not running:
            return samples
        if now - moved > STALL_SECONDS:
            return None
        time.sleep(min(interval, 2) if functions - done < 200 else interval)


def growth(samples):
    """Returns complaints about growth: the maximum of the last quarter against that of the second."""
    quarter = len(samples) // 4
    if quarter < 2:
        return []
    found = []
    for program in samples[0]:
        before, after = (max(sample[program] for sample in part)
                         for part in (samples[quarter:2 * quarter], samples[-quarter:]))
        if after > GROWTH_MAX * before + GROWTH_MB:
            found.append(f"{program} grew from {before:.1f} to {after:.1f} MB")
    return found


def check_export(directory, *against):
    script = ROOT / "tests/acceptance/check_export.py"
    return subprocess.run(["/usr/bin/python3", script, directory, *against], check=False).returncode == 0


def run(options, directory):
    problems = []
    job = options.preset
    with Cluster(pathlib.Path(options.bin).resolve(), directory) as cluster:
        cluster.motzkin("start", options.preset, "--target", options.functions, "--seed", options.seed, check=True)
        samples = watch(cluster, job, options.functions, options.interval)
        if samples is None:
            return [f"nothing was stored for {STALL_SECONDS} s"]
        problems += growth(samples)
        results, indices = cluster.select("SELECT count(*), count(DISTINCT index) FROM training_data_all")
        if (results, indices) != (options.functions, options.functions):
            problems.append(f"{results} results of {indices} indices instead of {options.functions}")
        print(f"{results} results of {indices} indices")
        cluster.motzkin("--json", "jobs")
        for name, more in (("jsonl", []), ("pairs", ["--format", "lample-charton"])):
            cluster.motzkin("export", job, directory / name, "--ln-abs", "strip", *more, check=True,
                            stdout=subprocess.DEVNULL)
    if not check_export(directory / "jsonl"):
        problems.append("the jsonl export does not pass its check")
    if not check_export(directory / "pairs", "--against", directory / "jsonl"):
        problems.append("the lample-charton export does not pass its check")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--functions", type=int, default=2000)
    parser.add_argument("--preset", default="lample-charton")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval", type=float, default=30, help="seconds between two lines")
    parser.add_argument("--keep", metavar="DIR", type=pathlib.Path, help="leave the data in this new directory")
    parser.add_argument("--bin", default=ROOT / "build/release/bin")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o755)  # Root's private Postgres runs as another user, who must reach the data.
        problems = run(options, directory)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    print("failed" if problems else "passed")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

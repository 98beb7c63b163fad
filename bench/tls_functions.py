#!/usr/bin/python3
"""Measures what TLS and certificates cost a worker: functions a second with them and in plain text (--insecure yes).

    bench/tls_functions.py [--bin DIR] [--rounds 8] [--functions 1000]

Two clusters on this machine, each of a coordinator and a worker with all cores, take turns: in each round both compute
the same short functions, one while the other has nothing to do, and the order changes from round to round, so other work
on the machine meets both. Prints the medians of the rounds' ratios, and the middle half of them: of functions a second,
and of functions a second of CPU, which other work disturbs less. The CPU is that of coordinator, worker and integrators.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import unattended

import trial  # unattended has put its folder on the path.

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = pathlib.Path(__file__).resolve().parent.parent


class Cluster(unattended.Cluster):
    def __init__(self, binaries, directory, insecure):
        super().__init__(binaries, directory)
        self._flags = ("--insecure", "yes") if insecure else ()

    def _start(self, name, *arguments):
        web = ("--web", "off") if name == "coordinator" else ()
        return super()._start(name, *arguments, *self._flags, *web)

    def motzkin(self, *words, **options):
        return super().motzkin(*self._flags, *words, **options)

    def cpu_seconds(self):
        """Returns the CPU of coordinator, worker and all below the worker, also of those that have ended."""
        parents, times = {}, {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                fields = pathlib.Path(f"/proc/{name}/stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            fields = fields.rpartition(")")[2].split()
            parents[int(name)], times[int(name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICKS

        def is_of_worker(pid):
            while pid in parents and pid != self.worker.pid:
                pid = parents[pid]
            return pid == self.worker.pid
        # The coordinator's own number has nothing of its Postgres, which still runs.
        return times[self.coordinator.pid] + sum(used for pid, used in times.items() if is_of_worker(pid))

    def __enter__(self):
        super().__enter__()
        # Each call of `motzkin` would be a handshake, which a cluster at work has none of.
        self._sql = subprocess.Popen(
            [self._binaries / "motzkin", *self._flags, "--coordinator", self._address, "psql", "-X", "-A", "-t", "-q"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        return self

    def __exit__(self, *_):
        self._sql.stdin.close()
        self._sql.wait(20)
        super().__exit__()

    def state_of(self, job):
        self._sql.stdin.write(f"SELECT state FROM progress WHERE job = '{job}';\n")
        return self._sql.stdout.readline().strip()

    def work(self, name, seed, functions):
        """Computes a job. Returns functions a second, and functions a second of CPU."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            # Short functions make many reports and submissions, so they show more of the cost than real ones would.
            file.write(trial.short_functions(name, functions, seed))
            file.flush()
            self.motzkin("start", file.name, check=True, stdout=subprocess.DEVNULL)
        began, cpu = time.monotonic(), self.cpu_seconds()
        while self.state_of(name) != "completed":
            time.sleep(0.1)
        return functions / (time.monotonic() - began), functions / (self.cpu_seconds() - cpu)


def show(what, values):
    low, middle, high = statistics.quantiles(values, n=4)
    print(f"{what:44} {middle:8.3f}   half of the rounds within {low:.3f} .. {high:.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=ROOT / "build/release/bin")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--functions", type=int, default=1000)
    options = parser.parse_args()
    binaries = pathlib.Path(options.bin).resolve()
    with tempfile.TemporaryDirectory(prefix="motzkin-tls-") as folder:
        os.chmod(folder, 0o755)  # Under root another user runs Postgres, who has to enter.
        directories = [pathlib.Path(folder) / name for name in ("plain", "tls")]
        for directory in directories:
            directory.mkdir()
        with Cluster(binaries, directories[0], True) as plain, Cluster(binaries, directories[1], False) as tls:
            clusters, turns = (plain, tls), ([], [])
            for seed in range(options.rounds + 1):  # The first round warms both up.
                for which in ((0, 1), (1, 0))[seed % 2]:
                    turn = clusters[which].work(f"round-{seed}", seed, options.functions)
                    if seed > 0:
                        turns[which].append(turn)
    for number, what in enumerate(("functions a second", "functions a second of CPU")):
        in_plain, in_tls = ([turn[number] for turn in turns[which]] for which in (0, 1))
        show(f"{what} in plain text", in_plain)
        show("... with TLS and certificates", in_tls)
        show("ratio", [b / a for a, b in zip(in_plain, in_tls)])


if __name__ == "__main__":
    sys.exit(main())

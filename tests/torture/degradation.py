#!/usr/bin/env python3
"""Measures how a cluster of the real programs degrades: what goes on without its parts, and how soon orders are obeyed.

Exit codes: 0 all within bounds, 1 not, 77 this machine cannot do it (a sentence gives the reason).
"""

import argparse
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import isolation
import processes
from checker import check_database, load_checks
from cluster import Cluster
from isolation import RUN
from wait_for import let_pass, wait_for

_BUFFER_SECONDS = 20
_LONG_BUFFER = "10m"
_ROWS_OF_THE_SPOOL = 6_000  # more than the spool of this test can hold
# A job with budgets of minutes and functions on which giac may spend them.
_LONG_JOB = """preset: lample-charton
ladder: [{engine: giac, budget_ms: 600000}]
"""
# A machine that is busy with other work may exceed the promised times by this much.
_SLACK_SECONDS = float(os.environ.get("MOTZKIN_SLACK_SECONDS", "5"))


class Measures:
    def __init__(self):
        self.cluster = Cluster(own_database=True, coordinator_arguments=["--buffer", f"{_BUFFER_SECONDS}s"])
        self.failures = []

    def at_most(self, what, seconds, promised):
        print(f"measured: {what}: {seconds:.2f} s (promised: at most {promised} s)", flush=True)
        if seconds > promised + _SLACK_SECONDS:
            self.failures.append(f"{what}: {seconds:.2f} s")

    def fact(self, text):
        print("measured: " + text, flush=True)

    def worker_state(self, worker):
        told = self.cluster.coordinator.told("workers") or []
        return next((state for state in told if state["name"] == worker.name), {})

    def start_job(self, *what):
        job = wait_for(lambda: self.cluster.start_job(*what), 60, poll=1)
        assert job, self.cluster.refusal
        return job

    def await_rows(self, worker, more=1):
        before = len(self._lines(worker))
        assert wait_for(lambda: len(self._lines(worker)) >= before + more, 180), f"{worker.name} stores nothing"

    @staticmethod
    def _lines(worker):
        try:
            with open(worker.acknowledged, "rb") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    # --- the measures

    def coordinator_away(self, worker):
        """All cores stay busy for the length of the buffer, and rows keep coming straight into Postgres."""
        self.await_rows(worker, 100)
        # Until the speed is known, the buffer is two batches a slot.
        wait_for(lambda: self.worker_state(worker).get("functions_per_minute", 0) > 0, 90, poll=1)
        let_pass(10)
        self.cluster.coordinator.kill()
        begun, last_row, seen = time.monotonic(), time.monotonic(), len(self._lines(worker))
        while time.monotonic() - last_row < 8:
            let_pass(0.2)
            if (now := len(self._lines(worker))) > seen:
                last_row, seen = time.monotonic(), now
        busy = last_row - begun
        self.fact(f"coordinator away: with a buffer of {_BUFFER_SECONDS} s the cores are busy for {busy:.1f} s")
        if busy < _BUFFER_SECONDS / 2:  # because batches end between two flushes, and speeds are estimates
            self.failures.append(f"without its coordinator a worker is busy for {busy:.1f} s only")
        self.cluster.coordinator.start()
        self.await_rows(worker)

    def postgres_away(self, worker):
        """Rows wait in memory, then in the spool; when both are full the slots pause. Nothing is lost."""
        self._enlarge_buffer(worker)
        self.cluster.database.stop(number=signal.SIGQUIT)
        begun = time.monotonic()
        wait_for(worker.spool, 60)
        self.fact(f"Postgres away: rows wait in memory for {time.monotonic() - begun:.1f} s, then on disk")
        used = [0.0, time.monotonic()]

        def spooled():
            return sum(os.path.getsize(f"{worker.state}/spool/{name}") for name in worker.spool())

        def paused():
            if spooled() < 0.9 * 2**20:
                return False
            now = sum(processes.cpu_seconds(process.pid) for process in worker.integrators())
            if abs(now - used[0]) > 0.02:
                used[:] = [now, time.monotonic()]
            return time.monotonic() - used[1] > 6
        assert wait_for(paused, 400, poll=0.5), \
            f"the slots never pause: the spool has {spooled()} bytes, and the slots stood still for " \
            f"{time.monotonic() - used[1]:.0f} s"
        self.fact(f"Postgres away: after {used[1] - begun:.0f} s spool ({spooled() / 2**20:.2f} MiB of 1 MiB) and memory "
                  "(64 KiB) are full and the slots pause")
        self.cluster.database.recover()
        begun = time.monotonic()
        assert wait_for(lambda: not worker.spool(), 120), "the spool is not sent"
        self.fact(f"Postgres back: the spool is empty after {time.monotonic() - begun:.1f} s")
        self.await_rows(worker)

    def _enlarge_buffer(self, worker):
        self.cluster.coordinator.stop()
        self.cluster.coordinator.more = ["--buffer", _LONG_BUFFER]
        self.cluster.coordinator.start()
        # A loaded machine looks slow, and a slow worker is given less than the spool holds.
        held = ("SELECT coalesce(sum(b.end_index - b.begin_index - b.stored), 0) FROM lease l "
                "JOIN batch b USING (job_id, batch) JOIN worker w ON w.id = l.worker_id "
                f"WHERE w.name = '{worker.name}' AND l.end_why IS NULL;")
        assert wait_for(lambda: self.cluster.database.number(held) > _ROWS_OF_THE_SPOOL, 300, poll=0.5), \
            "the worker is never given enough to fill its spool"

    def worker_gone(self, gone):
        """A worker that is gone is shown as away. Its work moves to others, which have room as the buffer is short."""
        self.await_rows(gone)
        frozen = gone.freeze()
        begun = time.monotonic()
        wait_for(lambda: self.worker_state(gone).get("state") == "away", 90, poll=0.2)
        self.at_most("a worker that is gone is shown after", time.monotonic() - begun, 15)
        moved = ("SELECT count(*) FROM lease l JOIN worker w ON w.id = l.worker_id JOIN lease n ON n.job_id = l.job_id "
                 f"AND n.batch = l.batch AND n.attempt > l.attempt WHERE w.name = '{gone.name}' AND l.end_why = 'lost';")
        wait_for(lambda: self.cluster.database.number(moved) > 0, 90, poll=0.2)
        self.at_most("its work is elsewhere after", time.monotonic() - begun, 30)
        for pid in frozen:
            processes.send(pid, signal.SIGCONT)

    def _long_leaf(self, worker):
        """Returns an engine's child that has worked on one function for a second."""
        def busy():
            leaves = worker.integrators()
            last = leaves[-1] if len(leaves) > 2 else None
            return last if last is not None and processes.cpu_seconds(last.pid) > 0.4 else None
        leaf = wait_for(busy, 240, poll=0.1)
        assert leaf, "no function takes long enough"
        return leaf

    def _order_until_idle(self, worker, what, *order):
        leaf = self._long_leaf(worker)
        begun = time.monotonic()
        assert self.cluster.coordinator.ask(*order).returncode == 0, order
        wait_for(lambda: not processes.alive(leaf), 60, poll=0.005)
        return what, time.monotonic() - begun

    def orders(self, worker):
        """Cancel, pause and suspend end a running engine; a drained worker begins no other function."""
        slowest = {}

        def note(what, seconds):
            slowest[what] = max(slowest.get(what, 0), seconds)
        for turn in range(3):
            job = self.start_job(100_000, f"long{turn}", _LONG_JOB)
            note(*self._order_until_idle(worker, "pause", "pause", job))
            assert self.cluster.coordinator.ask("resume", job).returncode == 0
            note(*self._order_until_idle(worker, "suspend", "suspend", worker.name))
            assert self.cluster.coordinator.ask("resume", worker.name).returncode == 0
            note(*self._order_until_idle(worker, "cancel", "cancel", job))
        job = self.start_job(100_000, "short")
        self.await_rows(worker)
        begun = time.monotonic()
        assert self.cluster.coordinator.ask("drain", worker.name).returncode == 0
        wait_for(lambda: self.worker_state(worker).get("slots_busy") == 0, 60, poll=0.05)
        note("drain", time.monotonic() - begun)
        self.cluster.coordinator.ask("cancel", job)
        self.cluster.coordinator.ask("resume", worker.name)
        for what, seconds in slowest.items():
            self.at_most(f"{what} reaches a running integrator, the slowest of its turns after", seconds, 1)

    def go(self, checks):
        one, two, _ = self.cluster.workers
        one.slots = 2
        one.more = ["--result-memory", "64KiB", "--spool-max", "1MiB"]
        job = self.start_job(1_000_000)
        one.start()
        self.coordinator_away(one)
        two.start()
        self.worker_gone(two)
        two.stop()
        self.postgres_away(one)
        self.cluster.coordinator.ask("cancel", job)
        self.orders(one)
        self.cluster.workers = [one, two]
        self.failures += self.cluster.stop()
        violations, compared = check_database(self.cluster.database, checks, self.cluster.workers, {})
        self.failures += violations
        self.fact(f"{compared} acknowledged rows, {len(violations)} lost, doubled or otherwise wrong")
        self.failures += self.cluster.stop_coordinator()
        for failure in self.failures:
            print("PROBLEM: " + failure)
        return 1 if self.failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where the programs are")
    parser.add_argument("--keep-logs", metavar="DIR")
    options = parser.parse_args()
    if not isolation.is_inside():
        try:
            sys.exit(isolation.run_inside([os.path.abspath(__file__), *sys.argv[1:]], options.bin,
                                          keep_logs=options.keep_logs))
        except isolation.Unsupported as why:
            print(f"skipped: {why}")
            sys.exit(77)
    checks = load_checks()
    isolation.settle_in()
    os.makedirs(RUN + "/log", exist_ok=True)
    sys.exit(Measures().go(checks))


if __name__ == "__main__":
    main()

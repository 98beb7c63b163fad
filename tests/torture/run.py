"""One run of the plan: the order of the faults, notes about each of them, and the verdict."""

import os
import random
import signal
import sys
import time

import network
import processes
from checker import check_database
from cluster import Cluster, Worker
from database import QueryFailed
from faults import FAULTS
from isolation import RUN
from storage_faults import SPOOL_VOLUME_BYTES
from wait_for import let_pass, wait_for

_OPEN_FUNCTIONS_MIN = 300   # With less to do, another job is started.
_JOB_TARGETS = (200, 1500)
_PROGRESS_SECONDS = 120     # Within this time after a fault is healed, a row must be stored.
_JOBS_END_SECONDS = 240
_LONG_RUN_SECONDS = 300
_LONG_ABSENCE_SECONDS = 300
_DESCRIPTORS_MAX = {"coordinator": 80, "worker": 48}  # An idle one has about 20.


class Run:
    def __init__(self, seed, seconds, checks, clock_shim, old_binaries=None, say=lambda text: None):
        self.random = random.Random(seed)
        self.seed = seed
        self.seconds = seconds
        self.checks = checks
        self.old_binaries = old_binaries
        self.crowd = 50 - 3
        self.crowd_hosts = []
        self.problems = []
        self.exercised = {}
        self.missed = {}
        self.database_is_away = False
        self._say = say
        self._begun = time.monotonic()
        self._retired = []
        self._absence_until = None
        self.own_database = bool(self.random.getrandbits(1))
        self.cluster = Cluster(self.own_database, clock_shim, SPOOL_VOLUME_BYTES)
        self._mounts_before = _mounts()
        self._away_how = None
        no_filter = network.why_no_packet_filter()
        self.missing = {
            "packet filter": no_filter,
            "clock": "" if clock_shim else "libwall_clock.so was not built",
            "own database": "" if self.own_database else "this seed's plan has the coordinator's private database",
            "long run": "" if seconds >= _LONG_RUN_SECONDS else "takes runs of five minutes or more",
            "old version": "" if old_binaries else "takes --old-bin, the programs of an older version",
            "database": "",
        }

    # --- for faults

    def note(self, text):
        self._say(f"[{time.monotonic() - self._begun:6.1f} s] {text}")

    def problem(self, text):
        self.problems.append(text)
        self.note("PROBLEM: " + text)

    def any_worker(self):
        return self.random.choice(self.cluster.workers)

    def all_workers(self):
        return self.cluster.workers + self._retired

    def add_worker(self, name, host, state=None):
        worker = Worker(name, host, self.cluster.coordinator, state=state)
        worker.start()
        return worker

    def retire_worker(self, worker):
        """Stops the worker for good. The check at the end still covers its acknowledgements."""
        tree = worker.tree() if worker.running() else []
        worker.stop()
        wait_for(lambda: not any(map(processes.alive, tree)), 20)
        uuid = worker.uuid()
        worker.uuid = lambda: uuid
        if not any(retired.acknowledged == worker.acknowledged for retired in self._retired):
            self._retired.append(worker)  # an earlier worker of this name has the same log

    def start_coordinator(self):
        """Returns once the coordinator serves. Without its database it cannot serve yet, and _supervise() starts it
        again and again.
        """
        if self.database_is_away and self.own_database:
            self.cluster.coordinator.launch()
        else:
            self.cluster.coordinator.start()

    def take_database_away(self, how):
        """Makes the database unreachable. If it is "stopped", connections are refused; if it is "frozen", they hang."""
        self.database_is_away, self._away_how = True, how
        if how == "frozen":
            self.cluster.database.freeze()
        else:
            self.cluster.database.stop(number=signal.SIGQUIT)  # as pg_ctl stop -m immediate

    def bring_database_back(self):
        if self._away_how == "frozen":
            self.cluster.database.thaw()
        self.database_is_away = False
        self.await_database()

    def await_database(self):
        self.cluster.database.recover()
        if not wait_for(self.cluster.database.answers, 90, poll=0.2):
            self.problem("Postgres does not answer 90 s after it should")

    def running_job(self):
        rows = self.cluster.database.psql("SELECT name FROM job WHERE state = 'running' ORDER BY id;")
        return self.random.choice(rows) if rows else None

    def order(self, *words):
        """Repeats an order until the coordinator takes it. A job that has ended meanwhile refuses it, which is fine."""
        done = wait_for(lambda: self.cluster.coordinator.ask(*words).returncode in (0, 5), 60, poll=1)
        if not done:
            self.problem("no answer to motzkin " + " ".join(words))

    def await_rows_of(self, worker):
        """Waits until the worker stores something, which is the best sign that it is alive."""
        self.keep_busy()
        before = worker.acknowledgements()
        if not wait_for(lambda: self.keep_busy() or worker.acknowledgements() > before, _PROGRESS_SECONDS, poll=0.5):
            self.problem(f"worker {worker.name} stored nothing for {_PROGRESS_SECONDS} s")

    # --- the plan

    def keep_busy(self):
        if self.database_is_away:
            return
        left = self.cluster.open_functions()
        if left is not None and left < _OPEN_FUNCTIONS_MIN:
            if (job := self.cluster.start_job(self.random.randint(*_JOB_TARGETS))) is not None:
                self.note(f"job {job} started")

    def go(self):
        """Injects faults until the time is up, then lets all jobs end and checks. Returns the verdict."""
        self.keep_busy()
        for worker in self.cluster.workers:
            worker.start()
        self._await_progress("the start")
        self._say(f"database: {self.cluster.database.kind}; faults that this run cannot inject: "
                  + (", ".join(sorted(fault.name for fault in FAULTS if self._why_not(fault))) or "none"))
        self._begin_faults = time.monotonic()
        deck = []
        while time.monotonic() - self._begin_faults < self.seconds:
            self._tend_long_absence()
            deck = deck or self._shuffled_deck()
            fault = deck.pop()
            if not (self.database_is_away and "database" in fault.needs):
                self._meet(fault)
        self._end_long_absence()
        return self._finish()

    def _why_not(self, fault):
        return next((self.missing[need] for need in sorted(fault.needs) if self.missing[need]), "")

    def _shuffled_deck(self):
        """Returns all possible faults in a random order: each comes once before any comes twice."""
        deck = [fault for fault in FAULTS if not self._why_not(fault)]
        self.random.shuffle(deck)
        return deck

    def _tend_long_absence(self):
        """In some plans of ten minutes or more, Postgres is away for five minutes while the other faults go on."""
        passed = time.monotonic() - self._begin_faults
        if self._absence_until is None:
            wanted = self.own_database and self.seconds >= 1.5 * _LONG_ABSENCE_SECONDS and self.seed % 2 == 0
            if wanted and passed > 0.2 * self.seconds:
                self._absence_until = passed + _LONG_ABSENCE_SECONDS
                self.note(f"Postgres away for {_LONG_ABSENCE_SECONDS} s; other faults go on")
                self.take_database_away("stopped")
        elif passed > self._absence_until:
            self._end_long_absence()

    def _end_long_absence(self):
        if self.database_is_away:
            self.bring_database_back()
            self.cluster.coordinator.start()
            self._count("Postgres away for five minutes")
            self._absence_until = float("inf")
            self._await_progress("the long absence of Postgres")

    def _count(self, name):
        self.exercised[name] = self.exercised.get(name, 0) + 1

    def _meet(self, fault):
        self.keep_busy()
        self.note(fault.name)
        try:
            missed = fault.inject(self)
        except QueryFailed as error:
            missed = f"the database did not answer: {error}"
        if missed:
            self.missed[fault.name] = missed
            self.note(f"  not this time: {missed}")
        else:
            self._count(fault.name)
        self._supervise()
        let_pass(self.random.uniform(0.2, 2))
        self._await_progress(fault.name)

    def _supervise(self):
        """Checks that no program has ended by itself, and starts those that have, as a service manager would."""
        for daemon in [*self.cluster.workers, self.cluster.coordinator]:
            if daemon.running():
                self._check_descriptors(daemon)
                continue
            code = daemon.process.returncode
            # A coordinator without its database exits and is started again: docs/operations.md.
            if not (daemon is self.cluster.coordinator and self.database_is_away and code == 1):
                self.problem(f"{daemon.name} ended by itself with {code}")
            if daemon is self.cluster.coordinator:
                self.start_coordinator()
            else:
                daemon.start()

    def _check_descriptors(self, daemon):
        kind = "worker" if isinstance(daemon, Worker) else "coordinator"
        if (open_now := processes.descriptors(daemon.pid)) > _DESCRIPTORS_MAX[kind]:
            self.problem(f"{daemon.name} has {open_now} descriptors open")

    def _await_progress(self, after):
        if self.database_is_away:
            return
        before = self.cluster.stored()

        def more():
            nonlocal before
            self.keep_busy()
            now = self.cluster.stored()
            if before is None:
                before = now
            return now is not None and before is not None and now > before
        if not wait_for(more, _PROGRESS_SECONDS, poll=0.3):
            self.problem(f"nothing was stored for {_PROGRESS_SECONDS} s after: {after}")

    # --- the end

    def _finish(self):
        self.note("no more faults; every worker must still store something, and all jobs must end")
        for worker in self.cluster.workers:
            self.await_rows_of(worker)
        if not wait_for(self.cluster.all_jobs_over, _JOBS_END_SECONDS, poll=0.5):
            self.problem(f"jobs are not over {_JOBS_END_SECONDS} s after the last fault")
        self.problems += self.cluster.stop()
        for worker in self.cluster.workers:
            if worker.spool():
                self.problem(f"worker {worker.name} keeps rows in its spool that could be sent")
        wait_for(lambda: not self._open_leases(), 15, poll=0.5)
        violations, compared = check_database(self.cluster.database, self.checks, self.all_workers(),
                                              self.cluster.voided)
        rows, jobs = self.cluster.stored(), len(self.cluster.jobs)
        for violation in violations:
            self.problem(violation)
        self.problems += self.cluster.stop_coordinator()
        self._check_left_overs()
        return {
            "verdict": "failed" if self.problems else "passed",
            "seed": self.seed,
            "seconds": round(time.monotonic() - self._begun),
            "database": self.cluster.database.kind,
            "jobs": jobs,
            "rows": rows,
            "acknowledged": compared,
            "faults": dict(sorted(self.exercised.items())),
            "not_exercised": {fault.name: self._why_not(fault) or self.missed.get(fault.name, "its turn did not come")
                              for fault in FAULTS if fault.name not in self.exercised},
            "problems": self.problems,
        }

    def _open_leases(self):
        return self.cluster.database.number("SELECT count(*) FROM lease WHERE end_time IS NULL;")

    def _check_left_overs(self):
        if not wait_for(lambda: not processes.strangers(), 15):
            for process in processes.strangers():
                self.problem(f"left over: process {process.pid} ({process.name})")
        for mount in sorted(_mounts() - self._mounts_before):
            self.problem(f"left over: mount {mount}")
        for directory in ("/tmp", "/dev/shm"):
            for name in os.listdir(directory):
                self.problem(f"left over: {directory}/{name}")
        with open("/proc/sysvipc/shm", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                self.problem("left over: shared memory segment " + line.split()[1])


def _mounts():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return {line.split()[4] for line in file if not line.split()[4].startswith("/run/netns/")}


def print_verdict(verdict, file=sys.stdout):
    for name, times in verdict["faults"].items():
        print(f"  {times:3} x {name}", file=file)
    for name, why in verdict["not_exercised"].items():
        print(f"    - {name}: {why}", file=file)
    for problem in verdict["problems"]:
        print(f"PROBLEM: {problem}", file=file)
    print(f"torture {verdict['verdict']}: seed {verdict['seed']}, {verdict['seconds']} s, "
          f"{sum(verdict['faults'].values())} faults, {verdict['rows']} rows of {verdict['jobs']} jobs, "
          f"{verdict['acknowledged']} acknowledgements compared, {len(verdict['problems'])} problems", file=file)

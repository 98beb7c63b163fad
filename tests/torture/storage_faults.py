"""Faults of storage and clocks: databases that are away, full or taken back to an earlier time; full disks; clocks that
jump.
"""

import os

import database
from faults import fault
from isolation import RUN
from wait_for import let_pass

_YEAR = 365 * 86_400
_SPOOL_RESERVE = 256 << 20  # the space that a spool leaves free on its disk (worker/results/result_spool.h)
SPOOL_VOLUME_BYTES = _SPOOL_RESERVE + (64 << 20)


@fault("Postgres away", "database")
def postgres_away(run):
    way = run.random.choice(["stopped", "frozen"]) if run.cluster.database.kind == "own" else "frozen"
    seconds = run.random.uniform(8, 40)
    run.note(f"Postgres is {way} for {seconds:.0f} s")
    run.take_database_away(way)
    try:
        let_pass(seconds)
    finally:
        run.bring_database_back()


@fault("WAL volume full", "database", "own database")
def wal_full(run):
    run.cluster.database.fill_wal_volume()
    try:
        let_pass(run.random.uniform(5, 20))
    finally:
        run.cluster.database.free_wal_volume()
        run.await_database()


@fault("spool volume full", "database")
def spool_full(run):
    """Postgres is away and the disk of worker two is full, so its rows wait in memory."""
    worker = run.cluster.workers[1]
    database.fill(worker.state, keep_bytes=run.random.choice([0, _SPOOL_RESERVE // 2, _SPOOL_RESERVE + 4096]))
    try:
        postgres_away(run)
    finally:
        os.unlink(worker.state + "/ballast")
    if not worker.running():
        run.problem("worker two ended because its disk was full")


@fault("database restored from an older dump", "database", "own database")
def restored(run):
    """Rows that were acknowledged since the dump are lost with the database; no other row may be lost."""
    cluster, path = run.cluster, RUN + "/older.dump"
    before = {worker.acknowledged: worker.acknowledgements() for worker in run.all_workers()}
    cluster.database.dump(path)
    let_pass(run.random.uniform(3, 10))
    run.take_database_away("stopped")
    cluster.coordinator.kill()
    let_pass(run.random.uniform(6, 12))  # long enough for spools to fill
    for worker in run.all_workers():
        begin = before.get(worker.acknowledged, 0)
        cluster.voided.setdefault(worker.acknowledged, []).append((begin, worker.acknowledgements()))
    cluster.database.recover()
    cluster.database.restore(path)
    cluster.database.psql("SELECT motzkin.mark_restored(now());")
    run.database_is_away = False
    cluster.coordinator.start()
    os.unlink(path)


def _jump(run, daemon):
    """Makes a wall clock jump, sometimes while nothing else happens that would wake a thread, so that only clocks can.
    """
    years = run.random.choice([-20, -5, -1, 1, 5, 12])
    job = run.running_job() if run.random.random() < 0.7 else None
    if job is not None:
        run.order("pause", job)
        let_pass(2)
    run.note(f"{daemon.name}: the wall clock jumps by {years} years{', with all at rest' if job else ''}")
    daemon.clock.jump(years * _YEAR)
    let_pass(18)  # A silence of 12 s would be noticed by now.
    states = {worker["name"]: worker["state"] for worker in run.cluster.coordinator.told("workers") or []}
    for worker in run.cluster.workers:
        if states.get(worker.name) not in ("working", "idle"):
            run.problem(f"worker {worker.name} is {states.get(worker.name)} since the wall clock of {daemon.name} "
                        f"jumped by {years} years")
    if job is not None:
        run.order("resume", job)
    run.await_rows_of(run.cluster.workers[1])
    run.note("the wall clock jumps back")
    daemon.clock.jump(0)
    run.await_rows_of(run.cluster.workers[1])
    if not daemon.running():
        run.problem(f"{daemon.name} ended when its wall clock jumped")


@fault("worker's clock jumps by years", "database", "clock")
def worker_clock(run):
    _jump(run, run.cluster.workers[1])


@fault("coordinator's clock jumps by years", "database", "clock")
def coordinator_clock(run):
    _jump(run, run.cluster.coordinator)


@fault("worker stopped while Postgres hangs", "database")
def stopped_while_hanging(run):
    """A stop in order does not wait for a database that never answers; rows that are not sent go to the spool."""
    worker = run.cluster.workers[0]
    run.take_database_away("frozen")
    try:
        let_pass(run.random.uniform(1, 10))
        if (code := worker.stop()) != 0:
            run.problem(f"worker {worker.name} ended with {code} instead of 0 when it was stopped while Postgres hung")
    finally:
        run.bring_database_back()
    worker.start()

"""Faults that users cause: orders, copied directories, broken machines, old versions."""

import os
import shutil
import subprocess

import processes
from cluster import Worker
from faults import fault
from isolation import BIN, RUN
from wait_for import let_pass, wait_for

_EXIT_LOCKED, _EXIT_SUPERSEDED = 3, 4  # worker/exit_code.h


@fault("two workers with one state directory")
def one_directory(run):
    worker = run.any_worker()
    twin = Worker(worker.name + "-twin", worker.host, worker.coordinator, state=worker.state)
    twin.start()
    code = twin.process.wait(60)
    if code != _EXIT_LOCKED:
        run.problem(f"a second worker on the directory of {worker.name} ended with {code}, not {_EXIT_LOCKED}")


@fault("cloned state directory", "database")
def cloned_directory(run):
    """The clone has the worker's identity. The one that started last is the worker, and the other one must go."""
    original = run.cluster.workers[0]
    state = f"{RUN}/state/clone"
    subprocess.run(["cp", "-a", original.state, state], capture_output=True)  # its files come and go meanwhile
    clone = run.add_worker("clone", run.cluster.workers[2].host, state=state)
    superseded = wait_for(lambda: not original.running(), 60)
    if superseded and original.process.returncode != _EXIT_SUPERSEDED:
        run.problem(f"the original of a clone ended with {original.process.returncode}, not {_EXIT_SUPERSEDED}")
    let_pass(run.random.uniform(1, 5))
    run.retire_worker(clone)
    shutil.rmtree(state)  # The clone could not send these rows, so they were never acknowledged and are computed again.
    if not original.running():
        original.start()
    return None if superseded else "both went on for a minute: they could not reach the coordinator"


@fault("worker whose sandbox is broken", "database")
def broken_sandbox(run):
    """The worker's integrators end as soon as they start, until the program is repaired."""
    worker = run.cluster.workers[2]
    good = worker.integrator
    with open(good + ".broken", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexit 1\n")
    os.chmod(good + ".broken", 0o755)
    os.rename(good, good + ".good")
    os.rename(good + ".broken", good)
    for process in worker.integrators():
        processes.kill(process.pid)

    def drained():
        told = run.cluster.coordinator.told("workers") or []
        return any(w["name"] == worker.name and w["state"] == "draining" for w in told)
    shown = wait_for(drained, 60, poll=0.5)
    os.rename(good + ".good", good)
    run.order("resume", worker.name)
    run.await_rows_of(worker)
    return None if shown else "it was mended before five batches had failed"


@fault("job paused and resumed", "database")
def job_paused(run):
    if (job := run.running_job()) is None:
        return "no job runs"
    run.order("pause", job)
    let_pass(run.random.uniform(1, 4))
    run.order("resume", job)
    return None


@fault("job cancelled", "database")
def job_cancelled(run):
    """Checks that no row is stored after cancel has returned."""
    job = run.cluster.start_job(100_000)
    if job is None or not wait_for(lambda: _rows(run, job) > 20, 60):
        return "the job to be cancelled got nowhere"
    run.order("cancel", job)
    rows = _rows(run, job)
    let_pass(run.random.uniform(1, 5))
    if (later := _rows(run, job)) != rows:
        run.problem(f"job {job} had {rows} rows when cancel returned and {later} later")
    return None


def _rows(run, job):
    return run.cluster.database.number(
        f"SELECT count(*) FROM result r JOIN job j ON j.id = r.job_id WHERE j.name = '{job}';")


@fault("worker suspended or drained, and resumed", "database")
def worker_ordered(run):
    worker = run.any_worker()
    run.order(run.random.choice(["suspend", "drain"]), worker.name)
    let_pass(run.random.uniform(1, 6))
    run.order("resume", worker.name)
    run.await_rows_of(worker)


@fault("worker of another version joins and leaves", "database", "old version")
def old_version(run):
    """A worker that was built from an older commit works beside those of today."""
    worker = run.cluster.workers[0]
    was_old = worker.binaries != BIN
    if (code := worker.stop()) != 0:
        run.problem(f"worker {worker.name} ended with {code} instead of 0 when it was stopped")
    worker.binaries = BIN if was_old else run.old_binaries
    worker.integrator = worker.binaries + "/integrator"
    run.note(f"worker {worker.name} is now of {'this' if was_old else 'the older'} version")
    worker.start()
    run.await_rows_of(worker)


@fault("workers' rights taken and given back", "database")
def rights_taken(run):
    """Takes the workers' right to write, as happens in the middle of a restore. Workers that write directly go
    through the coordinator, and write directly again when they get it back.
    """
    role = run.cluster.database.psql("SELECT motzkin.workers_role();")[0]
    run.cluster.database.psql(f"REVOKE EXECUTE ON FUNCTION submit_results FROM {role};")
    let_pass(run.random.uniform(2, 8))
    run.cluster.database.psql(f"GRANT EXECUTE ON FUNCTION submit_results TO {role};")
    for worker in run.cluster.workers:
        run.await_rows_of(worker)

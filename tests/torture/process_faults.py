"""Faults of processes: they are killed, at random or at chosen points, or stand still."""

import signal

import network
import processes
from commit_proxy import Trap
from faults import CreationWatch, fault
from wait_for import let_pass, wait_for

_TRAP_SECONDS = 20    # A worker flushes every second while there is work.
_GONE_SECONDS = 20    # The sandboxes of a killed worker need this long on a busy machine.
_LEASE_SECONDS = 30   # After this time the batches of a silent worker go to others.


def _kill_worker(run, worker):
    """Kills the worker with SIGKILL. All processes that it had started must end with it."""
    tree = worker.tree()
    worker.kill()
    await_gone(run, worker, tree)


def await_gone(run, worker, tree):
    if not wait_for(lambda: not any(map(processes.alive, tree)), _GONE_SECONDS):
        left = ", ".join(f"{process.name} {process.pid}" for process in tree if processes.alive(process))
        run.problem(f"worker {worker.name} was killed and left behind: {left}")


@fault("worker killed")
def worker_killed(run):
    worker = run.any_worker()
    _kill_worker(run, worker)
    let_pass(run.random.uniform(0, 5))
    worker.start()


@fault("worker killed and gone beyond its lease")
def worker_gone(run):
    worker = run.any_worker()
    _kill_worker(run, worker)
    let_pass(_LEASE_SECONDS + run.random.uniform(0, 5))
    worker.start()


@fault("worker stopped and started")
def worker_stopped(run):
    worker = run.any_worker()
    tree = worker.tree()
    if (code := worker.stop()) != 0:
        run.problem(f"worker {worker.name} ended with {code} instead of 0 when it was stopped")
    await_gone(run, worker, tree)
    let_pass(run.random.uniform(0, 2))
    worker.start()


def _kill_below(run, choose, what):
    """Kills up to five processes of sandboxes, one after the other."""
    killed = 0
    for _ in range(run.random.randint(1, 5)):
        worker = run.any_worker()
        found = wait_for(lambda: choose(worker), 10)
        if found and processes.kill(run.random.choice(found).pid):
            killed += 1
        let_pass(run.random.uniform(0, 0.5))
    return None if killed else f"no {what} was found"


@fault("integrator killed")
def integrator_killed(run):
    return _kill_below(run, lambda worker: worker.integrators()[:1], "integrator")


@fault("verifier killed")
def verifier_killed(run):
    return _kill_below(run, lambda worker: [p for p in worker.tree() if p.name == "verifier"], "verifier")


@fault("engine child killed")
def engine_child_killed(run):
    return _kill_below(run, lambda worker: worker.integrators()[1:], "engine child")


@fault("coordinator killed")
def coordinator_killed(run):
    run.cluster.coordinator.kill()
    let_pass(run.random.uniform(0, 8))
    run.start_coordinator()


@fault("coordinator stopped and started", "database")
def coordinator_stopped(run):
    if (code := run.cluster.coordinator.stop()) != 0:
        run.problem(f"the coordinator ended with {code} instead of 0 when it was stopped")
    let_pass(run.random.uniform(0, 4))
    run.cluster.coordinator.start()


@fault("Postgres crashed (-m immediate)", "database")
def postgres_crashed(run):
    run.cluster.database.crash(signal.SIGQUIT)
    run.await_database()


@fault("Postgres killed", "database")
def postgres_killed(run):
    run.cluster.database.crash(signal.SIGKILL)
    run.await_database()


@fault("Postgres backend killed", "database")
def backend_killed(run):
    run.cluster.database.kill_a_backend(run.random)
    run.await_database()


@fault("worker asleep beyond its lease")
def worker_asleep(run):
    _sleep(run, run.any_worker(), run.random.uniform(_LEASE_SECONDS, _LEASE_SECONDS + 15))


@fault("worker asleep for a moment")
def worker_dozes(run):
    _sleep(run, run.any_worker(), run.random.uniform(1, 10))


@fault("coordinator asleep")
def coordinator_asleep(run):
    _sleep(run, run.cluster.coordinator, run.random.uniform(5, 35), whole_tree=False)


def _sleep(run, daemon, seconds, whole_tree=True):
    frozen = [daemon.pid]
    if whole_tree:
        frozen = daemon.freeze()
    else:
        processes.send(daemon.pid, signal.SIGSTOP)
    run.note(f"{daemon.name} stands still for {seconds:.0f} s")
    let_pass(seconds)
    for pid in frozen:
        processes.send(pid, signal.SIGCONT)


# --- at the points where a commit or a spill is under way


def _spring(run, client, forward, action):
    """Arms the proxy and waits. Returns a sentence if no commit came by."""
    trap = run.cluster.proxy.arm(Trap(client.host.address, forward, action))
    if trap.sprung.wait(_TRAP_SECONDS):
        return None
    run.cluster.proxy.disarm(trap)
    return f"{client.name} committed nothing in {_TRAP_SECONDS} s"


def _direct_worker(run):
    return run.random.choice([worker for worker in run.cluster.workers if worker.results == "auto"])


def _kill_at_commit(run, daemon, forward):
    tree = daemon.tree() if daemon is not run.cluster.coordinator else []
    missed = _spring(run, daemon, forward, lambda: processes.kill(daemon.pid))
    if missed is None:
        daemon.process.wait(30)
        await_gone(run, daemon, tree)
        daemon.start()
    return missed


@fault("worker killed before its commit", "database")
def worker_killed_before_commit(run):
    return _kill_at_commit(run, _direct_worker(run), forward=False)


@fault("worker killed between commit and answer", "database")
def worker_killed_after_commit(run):
    return _kill_at_commit(run, _direct_worker(run), forward=True)


@fault("coordinator killed before its commit", "database", "own database")
def coordinator_killed_before_commit(run):
    return _kill_at_commit(run, run.cluster.coordinator, forward=False)


@fault("coordinator killed between commit and answer", "database", "own database")
def coordinator_killed_after_commit(run):
    return _kill_at_commit(run, run.cluster.coordinator, forward=True)


def _cut_commits(run, forward):
    clients = [_direct_worker(run)]
    if run.cluster.database.kind == "own":
        clients.append(run.cluster.coordinator)
    missed = None
    for _ in range(run.random.randint(1, 4)):
        missed = _spring(run, run.random.choice(clients), forward, action=None)
    return missed


@fault("commit lost on its way", "database")
def commit_lost(run):
    return _cut_commits(run, forward=False)


@fault("commit's reply lost", "database")
def commit_reply_lost(run):
    return _cut_commits(run, forward=True)


@fault("worker killed during a spill", "database")
def worker_killed_during_spill(run):
    worker = _direct_worker(run)
    watch = CreationWatch(worker.state + "/spool")
    try:
        run.take_database_away("stopped" if run.cluster.database.kind == "own" else "frozen")
        # Neither way to Postgres is open: rows wait in memory for 5 s, then a segment is begun.
        spilled = wait_for(watch.names, 30, poll=0.0005)
        if spilled:
            tree = worker.tree()
            worker.kill()
            await_gone(run, worker, tree)
    finally:
        watch.close()
        run.bring_database_back()
    if not spilled:
        return f"worker {worker.name} spilled nothing"
    worker.start()
    if not wait_for(lambda: not worker.spool(), 60):
        run.problem(f"worker {worker.name} does not send what it spilled before it was killed")
    return None


@fault("many workers reconnect at once", "database", "long run")
def many_reconnect(run):
    hosts = run.crowd_hosts = run.crowd_hosts or [network.Host(f"c{n}", 100 + n) for n in range(run.crowd)]
    crowd = [run.add_worker(f"crowd-{number}", host) for number, host in enumerate(hosts)]
    try:
        def all_seen():
            told = run.cluster.coordinator.told("workers") or []
            return sum(worker["state"] in ("working", "idle") for worker in told) >= run.crowd
        if not wait_for(all_seen, 180, poll=1):
            run.problem(f"{run.crowd} workers are not all seen after three minutes")
        run.cluster.coordinator.kill()
        let_pass(run.random.uniform(1, 6))
        run.cluster.coordinator.start()
        if not wait_for(all_seen, 90, poll=0.5):
            run.problem(f"{run.crowd} workers do not all come back to a coordinator that was killed")
    finally:
        for worker in crowd:
            run.retire_worker(worker)

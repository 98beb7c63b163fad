"""Faults of cables, packets and routes."""

import network
from faults import fault
from wait_for import let_pass


def _any_host(run):
    hosts = [worker.host for worker in run.cluster.workers] + [run.cluster.coordinator.host]
    if run.cluster.database.kind == "own" and not run.database_is_away:
        hosts.append(run.cluster.database.host)
    return run.random.choice(hosts)


@fault("partition: a cable pulled")
def partition(run):
    host = _any_host(run)
    seconds = run.random.choice([2, 8, 20, 40])
    run.note(f"{host.name}: cable pulled for {seconds} s")
    host.pull_cable()
    try:
        let_pass(seconds)
    finally:
        host.plug_cable()


def _drop(run, host, seconds, *rules):
    try:
        for rule in rules:
            host.drop(**rule)
        let_pass(seconds)
    finally:
        host.drop_nothing()


@fault("partition: packets silently dropped", "packet filter")
def blackhole(run):
    host, seconds = _any_host(run), run.random.choice([5, 15, 35])
    run.note(f"{host.name}: all packets dropped for {seconds} s")
    _drop(run, host, seconds, {"direction": "in"}, {"direction": "out"})


@fault("one-way loss", "packet filter")
def one_way(run):
    host, seconds = _any_host(run), run.random.choice([5, 15, 35])
    direction = run.random.choice(["in", "out"])
    run.note(f"{host.name}: no packet goes {direction} for {seconds} s")
    _drop(run, host, seconds, {"direction": direction})


@fault("lossy link", "packet filter")
def lossy(run):
    host, permille = _any_host(run), run.random.choice([50, 200, 400])
    run.note(f"{host.name}: {permille / 10:.0f} % of the packets lost for 15 s")
    _drop(run, host, 15, {"direction": "in", "permille": permille}, {"direction": "out", "permille": permille})


@fault("flapping link")
def flapping(run):
    host = _any_host(run)
    run.note(f"{host.name}: the link flaps")
    try:
        for _ in range(run.random.randint(5, 15)):
            host.pull_cable()
            let_pass(run.random.uniform(0.1, 1))
            host.plug_cable()
            let_pass(run.random.uniform(0.1, 1))
    finally:
        host.plug_cable()


@fault("worker cut off from the database alone", "packet filter")
def cut_from_database(run):
    host = run.random.choice([worker for worker in run.cluster.workers if worker.results == "auto"]).host
    run.note(f"{host.name}: no way to the database but the relay for 20 s")
    _drop(run, host, 20, {"direction": "out", "peer": network.HUB})

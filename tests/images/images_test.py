#!/usr/bin/env python3
"""images_test.py ENGINE POSTGRES: tries docker-compose.yml with the images that `./dev images` built.

ENGINE is docker or podman, POSTGRES the image of the database. A job runs through the compose file until 200
functions are stored, and meanwhile its coordinator is killed from outside, as a crash would end it. In the end
everything is taken down, and nothing may be left. Exit code 0: all held.
"""

import contextlib
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from trial import check, free_port, say, wait_for  # noqa: E402

PROJECT = f"motzkin-trial-{os.getpid()}"
FUNCTIONS = 200
READY_SECONDS = 300  # Two busy cores took 141 s.
JOB_SECONDS = 900


@contextlib.contextmanager
def compose_host(engine):
    """Yields the address that compose talks to: Docker's daemon, or a service of podman's for the time of the trial."""
    if engine == "docker":
        yield os.environ.get("DOCKER_HOST", "")
        return
    with tempfile.TemporaryDirectory(prefix="motzkin_images_") as folder:
        address = f"unix://{folder}/podman.sock"
        with (open(f"{folder}/podman.log", "wb") as log,
              subprocess.Popen(["podman", "system", "service", "--time=0", address], stderr=log) as service):
            try:
                wait_for(pathlib.Path(f"{folder}/podman.sock").exists, 30, "podman's service did not listen")
                yield address
            finally:
                service.terminate()


def compose_command():
    """Docker's plugin where there is one, else the older program of its own."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False) if shutil.which(
        "docker") else None
    return ["docker", "compose"] if plugin and plugin.returncode == 0 else ["docker-compose"]


class Trial:
    """The services of docker-compose.yml under a project name of their own."""

    def __init__(self, engine, postgres, host):
        self.engine = engine
        self._compose = [*compose_command(), "--project-name", PROJECT, "--file", str(ROOT / "docker-compose.yml")]
        self._environment = {**os.environ, "MOTZKIN_POSTGRES_IMAGE": postgres,
                             "MOTZKIN_PUBLISH": f"127.0.0.1:{free_port()}"}
        if host:
            self._environment["DOCKER_HOST"] = host

    def compose(self, *arguments, must=True):
        ended = subprocess.run([*self._compose, *arguments], env=self._environment, capture_output=True, text=True,
                               check=False, stdin=subprocess.DEVNULL)
        check(ended.returncode == 0 or not must, f"compose {' '.join(arguments)}: {ended.stdout}{ended.stderr}")
        return ended.stdout if ended.returncode == 0 else None

    def run_engine(self, *arguments):
        ended = subprocess.run([self.engine, *arguments], capture_output=True, text=True, check=False)
        check(ended.returncode == 0, f"{self.engine} {' '.join(arguments)}: {ended.stderr}")
        return ended.stdout.strip()

    def motzkin(self, *arguments, must=True):
        command = [self.engine, "exec", self.container("coordinator"), "motzkin", *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        check(ended.returncode == 0 or not must, f"motzkin {' '.join(arguments)}: {ended.stdout}{ended.stderr}")
        return ended.stdout if ended.returncode == 0 else None

    def job(self):
        """Returns the trial's job, or nothing while no coordinator answers."""
        answer = self.motzkin("jobs", "--json", must=False)
        jobs = [job for job in json.loads(answer or "[]") if job["name"] == "trial"]
        return jobs[0] if jobs else {}

    def stored(self):
        return int(self.job().get("stored", 0))

    def query(self, statement):
        return self.motzkin("psql", "-Atc", statement).split()

    @functools.cache
    def container(self, service):
        """Returns a service's container, which stays the same while Docker restarts what runs in it."""
        return self.compose("ps", "-q", service).strip()

    def state(self, service):
        return json.loads(self.run_engine("inspect", "--format", "{{json .State}}", self.container(service)))

    def healthy(self, service):
        if self.engine == "docker":
            return self.state(service)["Health"]["Status"] == "healthy"
        # podman leaves health checks to timers of systemd, which a test machine may lack.
        ended = subprocess.run([self.engine, "healthcheck", "run", self.container(service)], capture_output=True, check=False)
        return ended.returncode == 0

    def await_health(self):
        for service in ("postgres", "coordinator"):
            wait_for(lambda service=service: self.healthy(service), READY_SECONDS, f"{service} was not healthy")

    def kill_from_outside(self, service):
        """Ends a service's first process as a crash would. Engines do not restart what they were asked to kill."""
        pid = str(self.state(service)["Pid"])
        self.run_engine("run", "--rm", "--pid=host", "--user=root", "--entrypoint=sh", "localhost/motzkin-worker",
                        "-c", f"kill -KILL {pid}")
        return pid

    def left(self):
        """Returns what the engine still has of this trial."""
        names = []
        for kind in (("ps", "--all", "--format", "{{.Names}}"), ("volume", "ls", "--format", "{{.Name}}"),
                     ("network", "ls", "--format", "{{.Name}}")):
            names += [name for name in self.run_engine(*kind).split() if PROJECT in name]
        return names


def try_job(trial):
    trial.compose("up", "--detach", "--no-build")
    wait_for(lambda: trial.motzkin("jobs", "--json", must=False) is not None, READY_SECONDS, "the coordinator did not serve")
    say("compose is up and the coordinator serves")
    trial.await_health()
    say("Postgres and the coordinator are healthy")
    # The job is too long to end before the coordinator is killed, however slow this machine is at asking.
    trial.motzkin("start", "lample-charton", "--name", "trial", "--target", "1M")
    wait_for(lambda: trial.stored() > 10, JOB_SECONDS, "nothing was stored")
    stored = trial.stored()
    pid = trial.kill_from_outside("coordinator")
    say(f"killed the coordinator with {stored} functions stored")
    wait_for(lambda: (now := trial.state("coordinator"))["Running"] and str(now["Pid"]) != pid, READY_SECONDS,
             "the coordinator was not restarted")
    trial.await_health()
    wait_for(lambda: trial.stored() > stored + FUNCTIONS, JOB_SECONDS, "the job did not go on")
    trial.motzkin("cancel", "trial")
    say(f"it was restarted and is healthy, and {trial.stored()} functions are stored")


def try_results(trial):
    # Every index below `sealed` must have its row: one that got lost in the crash would be missing there.
    rows, distinct, below, sealed = (int(number) for number in trial.query(
        "select count(*), count(distinct r.index), count(*) filter (where r.sealed), max(j.sealed) "
        "from training_data_all r join jobs j on j.job = r.job where r.job = 'trial'")[0].split("|"))
    check(rows == distinct and rows >= FUNCTIONS and below == sealed > 0,
          f"{rows} rows, {distinct} indices, {below} of {sealed} below `sealed`")
    integrals = dict(line.split("|") for line in trial.query(
        "select engine, count(*) from training_data_all where job = 'trial' and outcome = 'integrated' group by engine"))
    check({"giac", "fricas"} <= integrals.keys(), f"integrals by engine: {integrals}")
    say("verified integrals: " + ", ".join(f"{count} of {engine}" for engine, count in sorted(integrals.items())))
    locale = trial.query("select datlocprovider, datlocale, pg_encoding_to_char(encoding) from pg_database "
                         "where datname = current_database()")
    check(locale == ["b|C.UTF-8|UTF8"], f"the database's locale: {locale}")
    check(trial.query("show data_checksums") == ["on"], "the database has no checksums")
    logs = trial.compose("logs", "--no-color", "worker-1")
    levels = [line for line in logs.splitlines() if "sandbox: " in line]
    check(levels, f"the worker does not say its sandbox level:\n{logs}")
    # Mode 2 is a filter. The worker sets none for itself, so it is the one that the engine gives to every container.
    filtered = trial.run_engine("exec", trial.container("worker-1"), "grep", "^Seccomp:", "/proc/1/status").split()
    check(filtered == ["Seccomp:", "2"], f"{trial.engine} gave the worker no filter of system calls: {filtered}")
    say(levels[0].split("sandbox: ")[1].split(":")[0].join(("sandbox level: ", f", under {trial.engine}'s default filter")))


def try_stop(trial):
    trial.compose("stop", "--timeout", "150")
    codes = {service: trial.state(service)["ExitCode"] for service in ("coordinator", "worker-1", "worker-2")}
    check(not any(codes.values()), f"exit codes of the stop: {codes}")
    say("all stopped as asked")


def main():
    engine, postgres = sys.argv[1:]
    with compose_host(engine) as host:
        trial = Trial(engine, postgres, host)
        try:
            try_job(trial)
            try_results(trial)
            try_stop(trial)
        except SystemExit:
            print(trial.compose("logs", "--no-color", "--tail", "15", must=False), file=sys.stderr)
            raise
        finally:
            trial.compose("down", "--volumes", "--remove-orphans", must=False)
        check(not trial.left(), f"left after `compose down`: {trial.left()}")
    say(f"images under {engine}: all held")


if __name__ == "__main__":
    main()

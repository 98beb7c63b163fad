"""The cluster under test: the real programs on hosts of their own, restarted as a service manager would.

  hub (this script, the commit proxy)
   |-- coordinator      10.77.0.1
   |-- database         10.77.0.2   only if the run has a database of its own
   |-- one, two, three  10.77.0.11 and on: workers
"""

import json
import os
import shutil
import signal
import subprocess

import network
import processes
from commit_proxy import CommitProxy
from database import PORT, OwnDatabase, PrivateDatabase, QueryFailed
from isolation import BIN, RUN
from wait_for import wait_for

_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "LANG": "C.UTF-8"}
_GRPC_PORT = 50051
_INVITE = RUN + "/invite"
# giac integrates these functions in a few milliseconds, so that many are stored in a short time.
SHORT_JOB = """generator:
  unary: {sqrt: 1, log: 1, exp: 1, sin: 1, cos: 1}
  binary: {add: 2, mul: 2, div: 1}
  nodes_min: 1
  nodes_max: 5
ladder: [{engine: giac, budget_ms: 20}]
"""


class Daemon:
    """One program on one host."""

    def __init__(self, name, host, clock_shim=None):
        self.name = name
        self.host = host
        self.process = None
        self.clock = None
        if clock_shim:
            self.clock = Clock(name, clock_shim)

    def _launch(self, argv):
        environment = dict(_ENVIRONMENT, **(self.clock.environment() if self.clock else {}))
        with open(f"{RUN}/log/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.host.command(argv), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment, start_new_session=True)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def tree(self):
        return processes.descendants(self.pid)

    def kill(self):
        if self.running():
            self.process.kill()
            self.process.wait(30)

    def stop(self, seconds=60):
        """Sends SIGTERM. Returns the exit code, or None if the program had to be killed."""
        if not self.running():
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def freeze(self):
        """Stops the program and all its descendants, as if the machine slept. Returns the processes to thaw."""
        frozen = [self.pid] + [process.pid for process in self.tree()]
        for pid in frozen:
            processes.send(pid, signal.SIGSTOP)
        return frozen

    def log_text(self):
        try:
            with open(f"{RUN}/log/{self.name}.log", encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""


class Clock:
    """A wall clock for one program; see wall_clock.c."""

    def __init__(self, name, shim):
        self._shim = shim
        self._file = f"{RUN}/clock-{name}"
        self.jump(0)

    def environment(self):
        return {"LD_PRELOAD": self._shim, "WALL_CLOCK_OFFSET": self._file}

    def jump(self, seconds):
        """Sets the clock this many seconds off the machine's own time."""
        mode = "r+b" if os.path.exists(self._file) else "wb"
        with open(self._file, mode) as file:
            file.write(int(seconds).to_bytes(8, "little", signed=True))


class Coordinator(Daemon):
    def __init__(self, host, database, clock_shim, more=()):
        super().__init__("coordinator", host, clock_shim)
        self._database = database
        self.more = more

    @property
    def address(self):
        return f"{self.host.address}:{_GRPC_PORT}"

    def launch(self):
        self._launch([BIN + "/coordinator", "--listen", self.address, "--data-dir", RUN + "/coordinator",
                      "--disk-free-percent-min", "0", "--disk-free-min", "1MB", "--invite-file", _INVITE,
                      *self._database.coordinator_arguments(network.HUB), *self.more])

    def start(self):
        """Returns once it serves. Like a service manager it starts the program again until it comes up."""
        def serving():
            if not self.running():
                self.launch()
            return self.ask("jobs").returncode == 0
        if not wait_for(serving, 90, poll=0.3):
            raise RuntimeError("the coordinator does not start, see coordinator.log")

    def ask(self, *words, seconds=15):
        # The coordinator leaves an identity for its own host; a member on another host would need an invite.
        return subprocess.run(self.host.command([BIN + "/motzkin", "--coordinator", self.address, "--json", *words]),
                              capture_output=True, text=True, timeout=seconds + 60, env=_ENVIRONMENT, check=False)

    def told(self, *words):
        """Returns the answer as JSON, or None if there was none."""
        done = self.ask(*words)
        return json.loads(done.stdout) if done.returncode == 0 else None


class Worker(Daemon):
    def __init__(self, name, host, coordinator, results="auto", slots=1, state=None, clock_shim=None, binaries=BIN,
                 more=()):
        super().__init__(name, host, clock_shim)
        self.coordinator = coordinator
        self.results = results
        self.slots = slots
        self.state = state or f"{RUN}/state/{name}"
        self.more = more
        self.binaries = binaries
        self.integrator = binaries + "/integrator"
        self.acknowledged = f"{RUN}/acknowledged/{name}"
        os.makedirs(self.state, exist_ok=True)

    def start(self):
        # Idle priority would pause integrators on a busy machine.
        self._launch([self.binaries + "/worker", "--connect", self.coordinator.address, "--name", self.name,
                      "--slots", str(self.slots), "--calibrate", "false", "--idle-priority", "false",
                      "--max-temp", "0", "--on-battery", "work",
                      "--invite-file", _INVITE, "--engines", "giac", "--state-dir", self.state, "--integrator", self.integrator,
                      "--results", self.results, "--drain-time", "20s", "--acknowledgement-log", self.acknowledged,
                      *self.more])

    def uuid(self):
        with open(self.state + "/worker-uuid", encoding="ascii") as file:
            return file.read().strip()

    def integrators(self):
        """Returns the supervisors in their sandboxes, each before its children."""
        return [process for process in self.tree() if process.name == "integrator"]

    def spool(self):
        """Returns the segments that wait to be sent."""
        try:
            return [name for name in os.listdir(self.state + "/spool") if name.endswith(".spool")]
        except FileNotFoundError:
            return []

    def acknowledgements(self):
        try:
            return os.path.getsize(self.acknowledged)
        except FileNotFoundError:
            return 0


class Cluster:
    """Starts the coordinator and prepares three workers; stop() ends them all in order. With `own_database` the run has
    a Postgres of its own instead of the coordinator's private one. Worker two keeps its state on a volume of
    `spool_volume_bytes`; worker three has integrators of its own and sends its results through the coordinator.
    """

    def __init__(self, own_database, clock_shim=None, spool_volume_bytes=1 << 30, coordinator_arguments=()):
        os.makedirs(RUN + "/acknowledged", exist_ok=True)
        network.make_bridge()
        host = network.Host("coordinator", 1)
        self.database = OwnDatabase(network.Host("database", 2)) if own_database else PrivateDatabase(host)
        self.database.start()
        self.proxy = CommitProxy(network.HUB, PORT, (self.database.host.address, PORT))
        self.coordinator = Coordinator(host, self.database, clock_shim, coordinator_arguments)
        self.coordinator.start()
        one, two, three = (network.Host(name, 11 + i) for i, name in enumerate(("one", "two", "three")))
        self.workers = [Worker("one", one, self.coordinator),
                        Worker("two", two, self.coordinator, clock_shim=clock_shim),
                        Worker("three", three, self.coordinator, results="relay")]
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={spool_volume_bytes}", "spool", self.workers[1].state],
                       check=True)
        self.workers[2].integrator = self._copy_integrator(RUN + "/three")
        self.jobs = []
        self.refusal = None
        self.voided = {}  # Acknowledgements that a restored database has forgotten, from path to byte ranges.

    @staticmethod
    def _copy_integrator(directory):
        os.makedirs(directory)
        for name in ("integrator", "libmotzkin_line_zygote.so"):
            shutil.copy(f"{BIN}/{name}", directory)
        return directory + "/integrator"

    def start_job(self, target, name=None, template=SHORT_JOB):
        """Returns the job's name, or None if it has not started; `refusal` says why.

        An order whose answer came too late may have been carried out all the same, as while a disk is busy. The name is
        not given twice, so a job that has it is the one of this call or of an earlier one that seemed to fail.
        """
        name = name or f"t{len(self.jobs) + 1}"
        path = f"{RUN}/{name}.yaml"
        with open(path, "w", encoding="ascii") as file:
            file.write(template)
        words = ["start", path, "--name", name, "--seed", str(len(self.jobs) + 1), "--target", str(target)]
        done = self.coordinator.ask(*words)
        if done.returncode != 0 and all(job["name"] != name for job in self.coordinator.told("jobs") or []):
            self.refusal = done.stderr
            return None
        self.jobs.append(name)
        return name

    def stored(self):
        """Returns the number of rows of all jobs, or None while the database cannot be asked."""
        try:
            return self.database.number("SELECT count(*) FROM result;")
        except (QueryFailed, IndexError):
            return None

    def open_functions(self):
        """Returns the number of functions that running jobs still want, or None while the database cannot be asked."""
        try:
            return self.database.number(
                "SELECT coalesce(sum(greatest(target - functions, 0)), 0) FROM progress WHERE state = 'running';")
        except (QueryFailed, IndexError):
            return None

    def all_jobs_over(self):
        try:
            return self.database.number("SELECT count(*) FROM job WHERE state IN ('running', 'paused');") == 0
        except (QueryFailed, IndexError):
            return False

    def stop(self):
        """Stops the workers. Returns complaints about how they ended."""
        complaints = []
        for worker in self.workers:
            if (code := worker.stop()) != 0:
                complaints.append(f"worker {worker.name} ended with {code} instead of 0 when it was stopped")
        return complaints

    def stop_coordinator(self):
        code = self.coordinator.stop()
        self.database.stop()
        self.proxy.stop()
        return [] if code == 0 else [f"the coordinator ended with {code} instead of 0 when it was stopped"]

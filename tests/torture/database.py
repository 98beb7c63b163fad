"""The Postgres under test: the coordinator's private server, or one of the run's own, which is treated worse.

All questions go through psql on the server's socket, as the superuser. In this way the checker sees the database itself
and needs no word of the programs under test.
"""

import glob
import os
import pwd
import signal
import subprocess

import processes
from isolation import RUN
from wait_for import wait_for

PORT = 5432
_WAL_VOLUME_BYTES = 400 << 20


class QueryFailed(Exception):
    pass


def binary(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


class Database:
    """The base of both kinds. `socket` is the directory of the server's socket."""

    name = "motzkin"

    def __init__(self, socket):
        self.socket = socket
        self._frozen = []

    def psql(self, script, database=None):
        """Runs a script in one session. Returns the lines that it prints, with fields separated by |."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-p", str(PORT),
                   "-U", "postgres", "-d", database or self.name, "-f", "-"]
        environment = {"PATH": os.environ["PATH"], "PGCONNECT_TIMEOUT": "5",
                       "PGOPTIONS": "-c search_path=motzkin,public -c client_min_messages=warning"}
        try:
            done = subprocess.run(command, input=script, text=True, capture_output=True, env=environment,
                                  timeout=300)
        except subprocess.TimeoutExpired as hanging:
            printed = (hanging.stdout or b"").decode(errors="replace").splitlines()
            raise QueryFailed(f"psql hangs; its last line is: {printed[-1] if printed else ''}") from None
        if done.returncode != 0:
            raise QueryFailed(done.stderr.strip()[-400:])
        return done.stdout.splitlines()

    def number(self, sql):
        return int(self.psql(sql)[0])

    def answers(self):
        try:
            return self.psql("SELECT 1;", "postgres") == ["1"]
        except QueryFailed:
            return False

    def postmaster(self):
        """Returns its pid, or None if there is none."""
        try:
            with open(self.data + "/postmaster.pid", encoding="ascii") as file:
                pid = int(file.readline())
        except (OSError, ValueError):
            return None
        return pid if os.path.isdir(f"/proc/{pid}") else None

    def crash(self, number=signal.SIGQUIT):
        """Sends a signal to the server; SIGQUIT is `pg_ctl -m immediate`."""
        if (pid := self.postmaster()) is not None:
            processes.send(pid, number)

    def kill_a_backend(self, random):
        """Kills one backend. The postmaster then ends all others and recovers."""
        pid = self.postmaster()
        backends = [process.pid for process in processes.descendants(pid)] if pid else []
        if backends:
            processes.kill(random.choice(backends))

    def freeze(self):
        """Stops the server with its connections open, which is worse than a server that is gone."""
        if (pid := self.postmaster()) is None:
            return
        self._frozen = [pid] + [process.pid for process in processes.descendants(pid)]
        for frozen in self._frozen:
            processes.send(frozen, signal.SIGSTOP)

    def thaw(self):
        for frozen in self._frozen:
            processes.send(frozen, signal.SIGCONT)
        self._frozen = []


class PrivateDatabase(Database):
    """The default server, which the coordinator starts, watches and stops."""

    kind = "private"

    def __init__(self, coordinator_host):
        self.data = RUN + "/coordinator/postgres"
        super().__init__(self.data)
        self.host = coordinator_host

    def coordinator_arguments(self, proxy_address):
        # The proxy reads along, so it needs plain text.
        return ["--postgres-listen", self.host.address, "--postgres-port", str(PORT),
                "--advertise-postgres", f"postgresql://{proxy_address}:{PORT}/{self.name}?sslmode=disable"]

    def start(self):
        """Does nothing, because the coordinator starts the server."""

    def recover(self):
        """Does nothing, because the coordinator starts the server again."""

    def stop(self):
        """Does nothing, because the coordinator stops the server."""


class OwnDatabase(Database):
    """A server on a host of its own, with its write-ahead log on a volume that can be filled. The proxy stands between
    coordinator and database, as it does between workers and database.
    """

    kind = "own"

    def __init__(self, host):
        super().__init__(RUN + "/database")
        self.data = RUN + "/database/data"
        self.wal = RUN + "/wal"
        self.host = host
        self._user = pwd.getpwnam("postgres")
        self._server = None

    def coordinator_arguments(self, proxy_address):
        uri = f"{proxy_address}:{PORT}/{self.name}"
        return ["--postgres", f"postgresql://motzkin_owner@{uri}", "--advertise-postgres", f"postgresql://{uri}"]

    def _spawn(self, argv, log):
        """Starts a program as the user postgres, because the server refuses to run as root."""
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        with open(f"{RUN}/log/{log}.log", "ab") as file:
            return subprocess.Popen(self.host.command(become + argv), stdin=subprocess.DEVNULL, stdout=file,
                                    stderr=file, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})

    def start(self):
        for directory in (self.socket, self.wal):
            os.makedirs(directory, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_WAL_VOLUME_BYTES}", "wal", self.wal], check=True)
        for directory in (self.socket, self.wal):
            os.chown(directory, self._user.pw_uid, self._user.pw_gid)
        os.mkdir(self.wal + "/log")
        os.chown(self.wal + "/log", self._user.pw_uid, self._user.pw_gid)
        made = self._spawn([binary("initdb"), "-D", self.data, "-X", self.wal + "/log", "-U", "postgres", "-A",
                            "trust", "--data-checksums", "-E", "UTF8", "--locale=C"], "initdb")
        if made.wait(120) != 0:
            raise RuntimeError("initdb failed, see initdb.log")
        with open(self.data + "/pg_hba.conf", "w", encoding="ascii") as file:
            file.write("local all all trust\nhost all motzkin_owner 10.77.0.0/24 trust\n"
                       "host all all 10.77.0.0/24 scram-sha-256\n")
        with open(self.data + "/postgresql.conf", "a", encoding="ascii") as file:
            file.write(f"listen_addresses = '{self.host.address}'\nunix_socket_directories = '{self.socket}'\n"
                       "max_connections = 120\nmax_wal_size = 64MB\nmin_wal_size = 32MB\nwal_keep_size = 0\n"
                       "max_locks_per_transaction = 256\nrestart_after_crash = on\n")
        self.recover()
        self.psql("CREATE ROLE motzkin_owner LOGIN CREATEROLE;", "postgres")
        self.make_empty()

    def make_empty(self):
        self.psql(f"DROP DATABASE IF EXISTS {self.name};", "postgres")
        self.psql(f"CREATE DATABASE {self.name} OWNER motzkin_owner;", "postgres")

    def recover(self):
        """Starts the server unless it runs. Returns once it answers."""
        def running():
            if self.answers():
                return True
            if self._server is None or self._server.poll() is not None:
                self._server = self._spawn([binary("postgres"), "-D", self.data], "database")
            return False
        if not wait_for(running, 60, poll=0.3):
            raise RuntimeError("Postgres does not come back, see database.log")

    def stop(self, number=signal.SIGINT):
        if self._server is None:
            return
        processes.send(self._server.pid, number)
        self._server.wait(60)
        self._server = None

    def dump(self, path):
        with open(path, "wb") as file:
            subprocess.run([binary("pg_dump"), "-h", self.socket, "-p", str(PORT), "-U", "postgres", "-Fc", self.name],
                           stdout=file, check=True, timeout=120)

    def restore(self, path):
        self.make_empty()
        subprocess.run([binary("pg_restore"), "-h", self.socket, "-p", str(PORT), "-U", "postgres", "-d", self.name,
                        "--exit-on-error", path], check=True, timeout=120)

    def fill_wal_volume(self):
        fill(self.wal, keep_bytes=0)

    def free_wal_volume(self):
        os.unlink(self.wal + "/ballast")


def fill(directory, keep_bytes):
    """Writes a file named ballast that leaves this many bytes of the volume."""
    space = os.statvfs(directory)
    with open(directory + "/ballast", "wb") as file:
        size = space.f_bavail * space.f_frsize - keep_bytes
        if size > 0:
            os.posix_fallocate(file.fileno(), 0, size)

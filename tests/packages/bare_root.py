"""A root of a Debian release with nothing of ours in it, and a look at its files from outside."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ROOTS = PROJECT / "build/roots"


def make_bare(suite):
    """Makes the root that every trial of this suite starts as a copy of, once. dpkg does not wait for the disk there."""
    bare = ROOTS / f"bare-{suite}"
    if not bare.exists():
        new = ROOTS / f"bare-{suite}.new"
        subprocess.run(["rm", "-rf", new], check=True)
        ROOTS.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase",
                        "--dpkgopt=force-unsafe-io", suite, new], check=True)
        new.rename(bare)
    return bare


class BareRoot:
    """A fresh copy of a bare root, with mounts and processes of its own while this object is open.

    There is no systemd in it, as in a container. The network is this machine's.
    """

    def __init__(self, suite):
        self.path = ROOTS / f"try-{suite}"
        subprocess.run(["rm", "-rf", self.path], check=True)
        subprocess.run(["cp", "-a", "--reflink=auto", make_bare(suite), self.path], check=True)
        # The shell is process 1 there and reaps what others leave behind.
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private",
             "bash", PROJECT / "deploy/enter_root.sh", self.path, "root", self._folder("try-ccache"),
             "echo ready; sleep infinity & wait"], stdout=subprocess.PIPE, text=True)
        if self._holder.stdout.readline() != "ready\n":
            raise RuntimeError(f"could not enter {self.path}")
        self._inner = child_of(self._holder.pid)

    def _folder(self, name):
        folder = ROOTS / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def close(self):
        self._holder.kill()
        self._holder.wait()

    def _entering(self, command):
        environment = ["HOME=/root", "LANG=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "DEBIAN_FRONTEND=noninteractive"]
        return ["nsenter", f"--target={self._inner}", "--mount", "--pid", "--ipc", "--", "env", "-i", *environment,
                "bash", "-c", command]

    def run(self, command, check=True):
        """Runs a shell command as root and returns what it printed, with both streams together."""
        ended = subprocess.run(self._entering(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               check=False, stdin=subprocess.DEVNULL)
        if check and ended.returncode != 0:
            raise RuntimeError(f"{command}: exit code {ended.returncode}\n{ended.stdout[-4000:]}")
        return ended.stdout

    def json(self, command):
        """Runs a shell command that prints JSON; returns nothing if it fails."""
        ended = subprocess.run(self._entering(command), capture_output=True, text=True, check=False,
                               stdin=subprocess.DEVNULL)
        return json.loads(ended.stdout) if ended.returncode == 0 else None

    def start(self, command, log):
        return Service(self._entering(command), self._folder("try-logs") / f"{self.path.name}-{log}.log")

    def packages(self):
        listed = self.run("dpkg-query -W -f='${Package} ${db:Status-Status}\\n'").splitlines()
        return {line.split()[0] for line in listed if line.endswith(" installed")}

    def copy_in(self, folder, into):
        shutil.copytree(folder, self.path / into.lstrip("/"))

    def files(self):
        """Returns a line about each path of the root on disk; the content counts for files in /etc."""
        found = {}
        for folder, folders, names in os.walk(self.path):
            for name in folders + names:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                about = f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}"
                inside = os.path.relpath(path, self.path)
                if stat.S_ISLNK(status.st_mode):
                    about += f" -> {os.readlink(path)}"
                elif stat.S_ISREG(status.st_mode) and inside.startswith("etc/"):
                    about += " " + hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:12]
                found[inside] = about
        return found


def child_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])


class Service:
    """A program that runs in the root, as systemd would run it."""

    def __init__(self, command, log):
        self.log = log
        with open(log, "ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    def alive(self):
        return self._process.poll() is None

    def stop(self, seconds=150):
        """Asks the program to end and returns its exit code. nsenter waits for it, and passes no signal on."""
        if self.alive():
            os.kill(child_of(self._process.pid), signal.SIGTERM)
        return self._process.wait(timeout=seconds)

"""Runs the torture in process, mount, network and IPC namespaces of its own, from which nothing can escape.

When the first process inside ends, for any reason, the kernel ends all others and unmounts everything. So a run that is
killed leaves nothing behind, and what remains at the end of a complete run was left over by the programs under test.
Outside of the namespaces there is only one directory, which run_inside() removes.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

RUN = "/run/t"  # The run's directory as seen from inside. It is short because the paths of sockets are limited.
BIN = "/run/b"  # The programs under test.
OLD_BIN = "/run/o"  # the programs of an older version, if there are any
_INSIDE = "MOTZKIN_TORTURE_INSIDE"
_PR_SET_PDEATHSIG = 1
_NAMESPACES = ["--mount", "--pid", "--fork", "--mount-proc", "--net", "--ipc", "--uts", "--kill-child"]


class Unsupported(Exception):
    """A sentence for the user about what this machine lacks."""


def is_inside():
    return os.environ.get(_INSIDE) == "1"


def _die_with_parent():
    import ctypes
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def check_machine():
    if os.geteuid() != 0:
        raise Unsupported("namespaces with hosts of their own need root: sudo ./dev torture")
    for tool in ("unshare", "nsenter", "ip", "mount"):
        if shutil.which(tool) is None:
            raise Unsupported(f"the program {tool} is missing (packages util-linux, iproute2)")
    probe = subprocess.run(["unshare", *_NAMESPACES, "mount", "-t", "tmpfs", "none", "/run"],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        raise Unsupported("no namespaces here, as in a container without rights: " + probe.stderr.strip())


def run_inside(arguments, bin_directory, files=(), keep_logs=None, old_bin_directory=None):
    """Runs this script again inside, with `arguments`, and returns its exit code.

    `files` are copied into RUN. The logs of a failed run are kept in `keep_logs`.
    """
    check_machine()
    directory = tempfile.mkdtemp(prefix="motzkin-torture-", dir="/var/tmp")
    for file in files:
        shutil.copy(file, directory)
    os.chmod(directory, 0o755)  # because Postgres runs as another user
    environment = dict(os.environ, **{_INSIDE: "1", "MOTZKIN_TORTURE_RUN": directory,
                                      "MOTZKIN_TORTURE_BIN": os.path.abspath(bin_directory)})
    if old_bin_directory:
        environment["MOTZKIN_TORTURE_OLD_BIN"] = os.path.abspath(old_bin_directory)
    child = None
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        child = subprocess.Popen(["unshare", *_NAMESPACES, sys.executable, *arguments], env=environment,
                                 preexec_fn=_die_with_parent)
        code = child.wait()
        if code != 0 and keep_logs:
            shutil.copytree(os.path.join(directory, "log"), keep_logs, dirs_exist_ok=True)
        return code
    except KeyboardInterrupt:
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # A second Ctrl-C must not interrupt the clean-up.
        if child is not None and child.poll() is None:
            child.kill()  # Everything inside dies with it.
            child.wait()
        shutil.rmtree(directory, ignore_errors=True)


def _mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def settle_in():
    """Prepares the namespaces; call it first inside. Returns in a child of the namespace's first process. That process
    reaps orphans and, when the child ends, ends everything with the child's exit code.
    """
    _mount("--make-rprivate", "/")
    run, programs = os.environ["MOTZKIN_TORTURE_RUN"], os.environ["MOTZKIN_TORTURE_BIN"]
    _mount("-t", "tmpfs", "-o", "mode=755", "run", "/run")
    old_programs = os.environ.get("MOTZKIN_TORTURE_OLD_BIN")
    for target, source in ((RUN, run), (BIN, programs), (OLD_BIN, old_programs)):
        if source is not None:
            os.makedirs(target)
            _mount("--bind", source, target)
    for private in ("/tmp", "/dev/shm"):
        _mount("-t", "tmpfs", "-o", "mode=1777", "private", private)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.makedirs(RUN + "/log", exist_ok=True)
    os.chdir(RUN)
    child = os.fork()
    if child == 0:
        return
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    while True:
        pid, status = os.wait()
        if pid == child:
            sys.stdout.flush()
            os._exit(os.waitstatus_to_exitcode(status) & 0xff)

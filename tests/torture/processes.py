"""Reads /proc about the programs under test."""

import os
import signal
from collections import namedtuple

Process = namedtuple("Process", "pid parent name state start")


def _read(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read().decode(errors="replace")
    except OSError:
        return None
    name = text[text.index("(") + 1:text.rindex(")")]
    fields = text[text.rindex(")") + 2:].split()
    return Process(int(pid), int(fields[1]), name, fields[0], int(fields[19]))


def all_processes():
    found = (_read(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return [process for process in found if process is not None]


def descendants(root):
    """Returns the descendants of the process `root`, without itself, parents first."""
    children = {}
    for process in all_processes():
        children.setdefault(process.parent, []).append(process)
    found, waiting = [], [root]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.append(child)
            waiting.append(child.pid)
    return found


def strangers():
    """Returns all processes but the namespace's first, this one and its ancestors. At the end these are left-overs."""
    ours = {1, os.getpid(), os.getppid()}
    return [process for process in all_processes() if process.pid not in ours]


def alive(process):
    now = _read(process.pid)
    return now is not None and now.start == process.start and now.state not in "ZX"


def send(pid, number):
    """Sends a signal. Returns whether the process was there to get it."""
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def kill(pid):
    return send(pid, signal.SIGKILL)


def descriptors(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def cpu_seconds(pid):
    """Returns the user and system time of the process itself."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().decode(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

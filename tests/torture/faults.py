"""The faults of a run. Each is a function of the run that injects one fault and heals it. It returns None, or a
sentence if the fault did not come about this time.
"""

import ctypes
import os
import struct

from collections import namedtuple

# `needs` lists the conditions of a fault: "database" (it answers), "own database", "packet filter", "clock", "long
# run".
Fault = namedtuple("Fault", "name needs inject")
FAULTS = []


def fault(name, *needs):
    def register(function):
        FAULTS.append(Fault(name, frozenset(needs), function))
        return function
    return register


class CreationWatch:
    """Notices files as soon as they appear in a directory. A polling delay would let their writing end first."""

    _IN_CREATE = 0x100

    def __init__(self, directory):
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if libc.inotify_add_watch(self._descriptor, directory.encode(), self._IN_CREATE) < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {directory}")

    def close(self):
        os.close(self._descriptor)

    def names(self):
        """Returns the names of files created since the last call."""
        try:
            events = os.read(self._descriptor, 1 << 16)
        except BlockingIOError:
            return []
        names, at = [], 0
        while at < len(events):
            _, _, _, length = struct.unpack_from("iIII", events, at)
            names.append(events[at + 16:at + 16 + length].rstrip(b"\0").decode())
            at += 16 + length
        return names

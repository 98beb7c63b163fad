"""The faults a run may meet. Each is a function of the run that injects one fault, heals it, and returns
None, or a sentence if it did not come to pass this time."""

import ctypes
import os
import struct

from collections import namedtuple

# `needs`: what must be there for it: "database" (it answers), "own database", "packet filter", "clock",
# "long run".
Fault = namedtuple("Fault", "name needs inject")
FAULTS = []


def fault(name, *needs):
    def register(function):
        FAULTS.append(Fault(name, frozenset(needs), function))
        return function
    return register


class CreationWatch:
    """Waits for files that appear in a directory, without a delay that would let their writing end."""

    _IN_CREATE = 0x100

    def __init__(self, directory):
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if libc.inotify_add_watch(self._descriptor, directory.encode(), self._IN_CREATE) < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {directory}")

    def close(self):
        os.close(self._descriptor)

    def names(self):
        """Of what was created since the last call."""
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

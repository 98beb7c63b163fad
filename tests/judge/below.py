"""Finds the processes below another one."""

import pathlib


def descendants(root, name=None):
    """Returns the processes below `root`, of this name if there is one, without those that have ended."""
    children, found, todo = {}, [], [root]
    for entry in pathlib.Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text() if entry.name.isdigit() else ""
        except OSError:  # It has ended.
            continue
        if stat:
            comm, rest = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
            children.setdefault(int(rest[1]), []).append((int(entry.name), comm, rest[0]))
    while todo:
        for pid, comm, state in children.get(todo.pop(), []):
            todo.append(pid)
            found += [pid] if name in (None, comm) and state != "Z" else []
    return found

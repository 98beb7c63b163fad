"""The difference that a purge may leave in a root, and why."""

import re
import typing

# Everything else that differs is a fault of the packages. Paths with `motzkin` in them are never expected.
EXPECTED = {
    "books of apt and dpkg":
        r"var/lib/(dpkg|apt)/|var/cache/(apt|debconf)/|var/log/(apt(/|$)|dpkg\.log|alternatives\.log)",
    "caches that their tools make again": r"var/cache/(ldconfig|man|fontconfig)(/|$)|etc/ld\.so\.cache$",
    "system users stay, ours and those of Debian's packages": r"etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$",
    "systemd's packages make it and do not delete it":
        r"etc/(machine-id|mtab|vconsole\.conf)$|root/\.ssh$|var/(cache|lib|log)/private$|var/lib/systemd/(coredump|pstore)$",
    "exim4, which cron recommends, does not delete it": r"etc/(aliases|mailname)$",
}


class Before(typing.NamedTuple):
    """A root before anything was installed."""
    files: dict[str, str]
    packages: set[str]


def compare(before, after):
    """Returns the unexpected differences, and the expected ones by their reason."""
    unexpected, expected = [], {}
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        why = next((why for why, pattern in EXPECTED.items() if re.match(pattern, path)), None)
        if why and "motzkin" not in path.removeprefix("var/lib/dpkg/"):
            expected.setdefault(why, []).append(path)
        else:
            unexpected.append(f"{path}: {before.get(path, 'not there')} -> {after.get(path, 'gone')}")
    return unexpected, expected

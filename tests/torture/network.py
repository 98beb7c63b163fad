"""Hosts in network namespaces, on one bridge, whose cables can be pulled and whose packets can be dropped.

Delays would need the netem queueing discipline, which many kernels lack, so nothing here delays packets.
"""

import shutil
import subprocess

HUB = "10.77.0.254"  # The bridge's own address, where the commit proxy listens.
_TABLE = "inet torture"


def _run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True)


class Host:
    def __init__(self, name, number):
        self.name = name
        self.address = f"10.77.0.{number}"
        self._cable = f"v-{name}"
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _run("ip", "link", "set", self._cable, "master", "bridge", "up")
        for words in (["addr", "add", self.address + "/24", "dev", "eth0"], ["link", "set", "eth0", "up"],
                      ["link", "set", "lo", "up"]):
            _run("ip", "-n", name, *words)

    def command(self, argv):
        """Returns the command that runs `argv` on this host. Mounts and processes are shared with the other hosts."""
        return ["nsenter", f"--net=/run/netns/{self.name}", "--", *argv]

    def pull_cable(self):
        _run("ip", "link", "set", self._cable, "down")

    def plug_cable(self):
        _run("ip", "link", "set", self._cable, "up")

    def drop(self, direction, peer=None, permille=1000):
        """Silently drops packets in the direction "in" or "out": all of them, or `permille` in a thousand."""
        chain = {"in": "input", "out": "output"}[direction]
        match = []
        if peer is not None:
            match = ["ip", "saddr" if direction == "in" else "daddr", peer]
        if permille < 1000:
            match += ["numgen", "random", "mod", "1000", "<", str(permille)]
        rule = " ".join(match + ["drop"])
        script = (f"add table {_TABLE}\n"
                  f"add chain {_TABLE} {chain} {{ type filter hook {chain} priority 0; }}\n"
                  f"add rule {_TABLE} {chain} {rule}\n")
        subprocess.run(self.command(["nft", "-f", "-"]), input=script, text=True, check=True,
                       capture_output=True)

    def drop_nothing(self):
        subprocess.run(self.command(["nft", "delete", "table", *_TABLE.split()]), capture_output=True)


def make_bridge():
    _run("ip", "link", "add", "bridge", "type", "bridge")
    _run("ip", "addr", "add", HUB + "/24", "dev", "bridge")
    _run("ip", "link", "set", "bridge", "up")


def why_no_packet_filter():
    """Returns why packets cannot be dropped here; empty if they can."""
    if shutil.which("nft") is None:
        return "nft is not installed (package nftables): no packet can be dropped one way"
    script = f"add table {_TABLE}\nadd chain {_TABLE} probe {{ type filter hook input priority 0; }}\n"
    probe = subprocess.run(["nft", "-f", "-"], input=script, text=True, capture_output=True)
    subprocess.run(["nft", "delete", "table", *_TABLE.split()], capture_output=True)
    return "" if probe.returncode == 0 else "this kernel has no nftables: " + probe.stderr.strip()

#!/usr/bin/env python3
"""A worker on another host: how it gets in, and what a tap of the cable between the two hears.

Usage: afar_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]

The hosts are network namespaces, which take root; without it the test is skipped with exit code 77.
"""

import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import unittest

import attacked
import trial
from between import RealWorker

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "torture"))
import network  # noqa: E402

JOB = trial.short_functions("far", "200")
INSIDE = "MOTZKIN_AFAR_INSIDE"
POSTGRES_PORT = 54321
# A worker names the function that it calls to Postgres, and before that how it proves its password.
WORDS = (b"submit_results", b"SCRAM-SHA-256")


class Tap:
    """Keeps all that passes the bridge to or from Postgres."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # ETH_P_ALL
        self._socket.bind(("bridge", 0))
        self._socket.settimeout(0.2)  # so that stop() is noticed
        self._stopped = threading.Event()
        self.heard = bytearray()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        port = POSTGRES_PORT.to_bytes(2, "big")
        while not self._stopped.is_set():
            try:
                frame = self._socket.recv(65536)
            except TimeoutError:
                continue
            segment = frame[14 + 4 * (frame[14] & 15):]  # behind the headers of Ethernet and IPv4
            if frame[12:14] == b"\x08\x00" and port in (segment[0:2], segment[2:4]):
                self.heard += segment[4 * (segment[12] >> 4):]

    def stop(self):
        self._stopped.set()
        self._thread.join()
        return bytes(self.heard)


class FarWorker(unittest.TestCase):
    laptop = None

    def run_job(self, sslmode):
        """Returns what the tap heard while a worker joined and computed a job, and how long its joining took."""
        advertised = f"postgresql://{network.HUB}:{POSTGRES_PORT}/motzkin{sslmode}"
        coordinator = attacked.Coordinator("--postgres-listen", network.HUB, "--postgres-port", str(POSTGRES_PORT),
                                           "--advertise-postgres", advertised, listen="0.0.0.0")
        self.addCleanup(coordinator.stop)
        tap = Tap()
        self.addCleanup(tap.stop)
        job = coordinator.folder / "job.yaml"
        job.write_text(JOB)
        coordinator.motzkin("start", str(job))
        begun = time.monotonic()
        worker = RealWorker(coordinator.address.replace("127.0.0.1", network.HUB), "laptop", host=self.laptop)
        self.addCleanup(worker.stop)
        code = worker.code()
        self.assertEqual(coordinator.waiting()["laptop"], code)
        coordinator.motzkin("approve", code)
        # Between the approval and its first report, there is no worker in the list.
        trial.wait_for(lambda: {known["state"] for known in coordinator.motzkin("workers")} & {"idle", "working"}, 60,
                       "the worker did not come in")
        joined = time.monotonic() - begun
        trial.wait_for(lambda: coordinator.motzkin("jobs")[0]["state"] == "completed", 120, "the job did not end")
        self.assertEqual(coordinator.motzkin("workers")[0]["results_way"], "direct")
        return tap.stop(), joined

    def test_its_rows_go_straight_to_postgres_and_nothing_but_tls_is_heard(self):
        heard, joined = self.run_job("")
        self.assertGreater(len(heard), 20_000, "200 rows do not fit into less")
        for word in WORDS:
            self.assertNotIn(word, heard)
        print(f"the worker was in {joined:.1f} s after its command", file=sys.stderr)

    def test_the_tap_hears_what_an_owner_lets_go_in_plain_text(self):
        heard, _ = self.run_job("?sslmode=disable")
        for word in WORDS:
            self.assertIn(word, heard)


def enter():
    """Runs this script again in namespaces of its own, which end with it, and returns its exit code."""
    if os.geteuid() != 0:
        print("skipped: hosts of their own need root", file=sys.stderr)
        return 77
    return subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child",
                           sys.executable, *sys.argv], env=dict(os.environ, **{INSIDE: "1"}), check=False).returncode


if __name__ == "__main__":
    if os.environ.get(INSIDE) != "1":
        sys.exit(enter())
    # The names of namespaces are files in /run.
    for words in (["mount", "-t", "tmpfs", "run", "/run"], ["ip", "link", "set", "lo", "up"]):
        subprocess.run(words, check=True)
    network.make_bridge()
    FarWorker.laptop = network.Host("laptop", 2)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore")

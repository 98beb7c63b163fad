#!/usr/bin/env python3
"""Joining while something fails: an answer that is lost on its way, and a coordinator whose disk is full.

Usage: joining_faults_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]

The small disk is a volume in a mount namespace, which takes root; without it the whole test is skipped with exit code 77.
"""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import uuid

import attacked
import trial
from attacked import Attacker
from between import Listener
from join import JOIN, Joiner

INSIDE = "MOTZKIN_JOINING_FAULTS_INSIDE"
REDEEM = "/motzkin.v1.JoinService/Redeem"
# The volume has room for a new database, its log and little more.
VOLUME_MB = 200


class Cutter:
    """Passes connections on, and ends the second when so many bytes of the coordinator's have passed."""

    def __init__(self, address, bytes_max):
        host, port = address.split(":")
        self._coordinator, self._bytes_max = (host, int(port)), bytes_max
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._socket.close()

    def _accept(self):
        for number in range(1, 1000):
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            coordinator = socket.create_connection(self._coordinator)
            threading.Thread(target=self._pass_on, args=(client, coordinator), daemon=True).start()
            bytes_max = self._bytes_max if number == 2 else 1 << 30
            threading.Thread(target=self._answer, args=(coordinator, client, bytes_max), daemon=True).start()

    @staticmethod
    def _pass_on(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()

    def _answer(self, source, target, left):
        try:
            while piece := source.recv(65536):
                target.sendall(piece[:left])
                left -= len(piece)
                if left <= 0:
                    self.cut.set()
                    target.shutdown(socket.SHUT_RDWR)
                    return
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()


class LostAnswer(unittest.TestCase):
    def setUp(self):
        self.coordinator = attacked.Coordinator()
        self.addCleanup(self.coordinator.stop)

    def join(self, address, invite, config):
        """Runs `motzkin join` as a user whose settings are in this folder."""
        return subprocess.run([attacked.BIN / "motzkin", "--coordinator", address, "join", invite], capture_output=True,
                              text=True, timeout=60, check=False, env={"PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": config})

    def invite(self, name):
        return self.coordinator.motzkin("invite", "--operator", name)["invite"]

    def test_of_an_invite_is_asked_for_again_with_the_same_key_and_uses_the_invite_once(self):
        listener = Listener(self.coordinator.address)
        self.addCleanup(listener.close)
        with tempfile.TemporaryDirectory() as config:
            self.assertEqual(self.join(listener.address, self.invite("anna"), config).returncode, 0)
        # The second connection ends with the certificate, which takes some 600 bytes: without its last 300 there is
        # no answer, and all before it has passed.
        cutter = Cutter(self.coordinator.address, len(listener.heard[3]) - 300)
        self.addCleanup(cutter.close)
        invite = self.invite("ben")
        with tempfile.TemporaryDirectory() as config:
            lost = self.join(cutter.address, invite, config)
            self.assertTrue(cutter.cut.is_set())
            self.assertNotEqual(lost.returncode, 0, lost.stdout)
            self.assertEqual(self.coordinator.motzkin("invite", "--list"), [], "it was not used, so nothing was lost")
            again = self.join(cutter.address, invite, config)
            self.assertEqual(again.returncode, 0, again.stderr)
            kept = [file.name for file in pathlib.Path(config).rglob("*") if file.is_file()]
            self.assertEqual([name for name in kept if name.endswith(".joining")], [])
        with tempfile.TemporaryDirectory() as config:
            self.assertNotEqual(self.join(self.coordinator.address, invite, config).returncode, 0, "it served twice")


class FullDisk(unittest.TestCase):
    """Nothing that joins is lost while the coordinator's disk is full."""

    def setUp(self):
        self.coordinator = attacked.Coordinator()
        self.addCleanup(self.coordinator.stop)
        self.filler = self.coordinator.folder / "filler"

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def motzkin(self, *words):
        return subprocess.run([attacked.BIN / "motzkin", "--coordinator", self.coordinator.address, *words],
                              capture_output=True, text=True, timeout=60, check=False)

    def redeem(self, request):
        """Returns the code and the words of an error."""
        with Attacker(self.coordinator) as stranger:
            try:
                stranger.call(REDEEM, request)
                return "OK", ""
            except attacked.grpc.RpcError as error:
                return error.code().name, error.details()

    def test_is_told_in_a_line_and_joining_goes_on_when_there_is_room(self):
        joiner = Joiner(self.coordinator, "waits")
        self.assertEqual(joiner.ask(), "")
        secret = self.coordinator.motzkin("invite")["invite"].split(".")[1]
        request = JOIN.RedeemRequest(secret=secret, applicant=JOIN.Applicant(
            public_key=attacked.public(attacked.new_key()), worker_uuid=str(uuid.uuid4()), worker_name="invited"))
        self.fill()
        approved = self.motzkin("approve", joiner.code)
        self.assertNotEqual(approved.returncode, 0)
        self.assertIn("the disk of the database is full", approved.stderr)
        self.assertEqual(approved.stderr.count("\n"), 1, approved.stderr)
        self.assertEqual(joiner.ask(), "", "it waits on, under the same code")
        code, words = self.redeem(request)
        self.assertEqual(code, "UNAVAILABLE")
        self.assertIn("the disk of the database is full", words)
        self.assertEqual(self.motzkin("jobs").returncode, 0, "looking goes on")
        os.unlink(self.filler)
        trial.wait_for(lambda: self.motzkin("approve", joiner.code).returncode == 0, 60, "it could not be approved")
        self.assertNotEqual(joiner.ask(), "")
        self.assertEqual(self.redeem(request)[0], "OK", "the failure has used the invite up")


def enter():
    """Runs this script again in a mount namespace of its own, and returns its exit code."""
    if os.geteuid() != 0:
        print("skipped: a small disk of its own needs root", file=sys.stderr)
        return 77
    return subprocess.run(["unshare", "--mount", sys.executable, "-B", *sys.argv], env=dict(os.environ, **{INSIDE: "1"}),
                          check=False).returncode


if __name__ == "__main__":
    if os.environ.get(INSIDE) != "1":
        sys.exit(enter())
    # All that the coordinators keep is on the small disk.
    with tempfile.TemporaryDirectory(prefix="motzkin-small-disk-") as disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={VOLUME_MB}m,mode=0755", "disk", disk], check=True)
        tempfile.tempdir = disk
        try:
            ended = unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore", exit=False)
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)
    sys.exit(not ended.result.wasSuccessful())

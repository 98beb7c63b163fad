#!/usr/bin/env python3
"""More peers than a coordinator has room for, and peers that send without end, beside its owner and an honest worker.

Usage: crowds_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]
"""

import json
import os
import pathlib
import queue
import re
import resource
import socket
import subprocess
import sys
import threading
import time
import unittest
import uuid

import attacked
import attacks_test
import trial

HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
HANDSHAKE_SECONDS = 10


class Crowd:
    """Connections that say nothing."""

    def __init__(self, coordinator, count):
        host, port = coordinator.address.split(":")
        self.sockets = []
        for _ in range(count):
            # The coordinator may have no room, and the kernel's queue may be full: then this one is not there.
            try:
                self.sockets.append(socket.create_connection((host, int(port)), timeout=2))
            except OSError:
                pass
        for one in self.sockets:
            one.setblocking(False)

    def open(self):
        """Returns how many the coordinator has not ended."""
        return sum(map(self._is_open, self.sockets))

    @staticmethod
    def _is_open(one):
        try:
            return one.recv(4096) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self):
        for one in self.sockets:
            one.close()


class CrowdTest(attacks_test.AttackTest):
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.coordinator.process.pid}/fd"))

    def crowd(self, count):
        crowd = Crowd(self.coordinator, count)
        self.addCleanup(crowd.close)
        return crowd

    def assert_descriptors_return_to(self, before):
        # A session of Postgres and a thread of gRPC's may have come to stay.
        trial.wait_for(lambda: self.descriptors() <= before + 10, 30,
                       f"descriptors stayed: {self.descriptors()} after {before}")


class ManySilentConnections(CrowdTest):
    """A soft limit as it is on a small system: the coordinator raises it."""

    @classmethod
    def setUpClass(cls):
        cls.coordinator = attacked.Coordinator(descriptors=(256, HARD))

    def test_do_not_keep_others_out_and_do_not_stay(self):
        before = self.descriptors()
        crowd = self.crowd(400)
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        trial.wait_for(lambda: crowd.open() == 0, 3 * HANDSHAKE_SECONDS, "silent connections stayed")
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        self.assert_descriptors_return_to(before)

    def test_postgres_has_the_limit_that_the_coordinator_was_given(self):
        children = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and self._parent(pid) ==
                    self.coordinator.process.pid]
        self.assertTrue(children)
        self.assertEqual(resource.prlimit(self.coordinator.process.pid, resource.RLIMIT_NOFILE), (HARD, HARD))
        for child in children:
            with open(f"/proc/{child}/limits", encoding="utf-8") as limits:
                self.assertRegex(limits.read(), r"Max open files +256 ")

    @staticmethod
    def _parent(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                return int(stat.read().rpartition(")")[2].split()[1])
        except OSError:
            return 0  # It has ended meanwhile.


class ManySilentConnectionsWhereThatIsTheLimit(CrowdTest):
    @classmethod
    def setUpClass(cls):
        cls.coordinator = attacked.Coordinator(descriptors=(256, 256))

    def test_do_not_keep_others_out_and_do_not_stay(self):
        before = self.descriptors()
        crowd = self.crowd(400)
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        self.assertLess(self.descriptors(), 200)
        crowd.close()
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        self.assert_descriptors_return_to(before)


class NoDescriptorAtAll(CrowdTest):
    def test_is_told_and_got_over_without_a_restart(self):
        pid = self.coordinator.process.pid
        self.coordinator.motzkin("jobs")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (self.descriptors() + 1, HARD))
        crowd = self.crowd(100)
        self.assertIsNone(self.coordinator.motzkin("jobs", must=False))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (HARD, HARD))
        crowd.close()
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        events = [event["text"] for event in self.coordinator.motzkin("events")]
        self.assertTrue(any("no connection can be accepted" in text for text in events), events)
        self.assertTrue(any("connections are accepted again" in text for text in events), events)


class Reporter:
    """An honest worker that reports and waits for the answer."""

    def __init__(self, worker_uuid, connection):
        self._uuid = worker_uuid
        self._states = queue.Queue()
        self._sequence = 0
        self._answers = connection.stream(attacks_test.SYNCHRONIZE, iter(self._states.get, None))

    def report(self):
        """Returns the seconds until the coordinator has answered."""
        self._sequence += 1
        begin = time.monotonic()
        self._states.put(attacks_test.state_of(self._uuid, "honest", self._sequence))
        while next(self._answers).acknowledged_sequence < self._sequence:
            pass
        return time.monotonic() - begin

    def stop(self):
        self._states.put(None)
        self._answers.cancel()


class UnderSiege(CrowdTest):
    SECONDS = 40
    RSS_MAX = 256 << 20

    attacks = 0

    def attack(self, kind, holder=None):
        """Starts a program that attacks in this way, as a stranger or as this holder of a certificate.

        Each comes from another machine than its victims and the other attacks, as the coordinator pushes out or keeps
        out all that has the address of a flood. Linux has all of 127.0.0.0/8.
        """
        self.attacks += 1
        spec = {"address": self.coordinator.address, "certificate": self.coordinator.certificate.decode(),
                "source": f"127.0.0.{1 + self.attacks}"}
        if holder is not None:
            key = attacked.new_key()
            spec |= {"key": attacked.pem_of(key).decode(), "shown": self.coordinator.issue(holder, key).decode()}
        log = open(self.coordinator.folder / f"{kind}-{uuid.uuid4()}.log", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [sys.executable, "-B", pathlib.Path(__file__).with_name("siege.py"), *sys.argv[1:3], kind, json.dumps(spec)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, log

    def peak(self):
        """Returns the most bytes of memory that the coordinator ever had."""
        status = pathlib.Path(f"/proc/{self.coordinator.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10

    def said(self, attack):
        """Ends an attack that has met the coordinator. Returns what it has printed."""
        process, log = attack
        ended = process.poll()
        process.kill()
        process.wait()
        log.seek(0)
        said = log.read()
        self.assertIsNone(ended, f"an attack has ended by itself: {said[-2000:]}")
        return said

    def test_honest_reports_are_answered_and_the_memory_is_bounded(self):
        honest = Reporter(*self.invited_worker())
        self.addCleanup(honest.stop)
        honest.report()
        before, calm = self.descriptors(), self.peak()
        streams = self.attack("streams", f"worker {uuid.uuid4()}")
        long = self.attack("long_messages", f"worker {uuid.uuid4()}")
        others = [self.attack("half_messages", f"worker {uuid.uuid4()}"), self.attack("no_reading", "reader ben"),
                  self.attack("half_messages"), self.attack("silence"),
                  self.attack("bare_streams", f"worker {uuid.uuid4()}"), self.attack("kept_halves", f"worker {uuid.uuid4()}")]
        halves = self.attack("members_halves", f"worker {uuid.uuid4()}")
        times, pause = [], threading.Event()
        end = time.monotonic() + self.SECONDS
        while time.monotonic() < end:
            times.append(honest.report())
            pause.wait(0.1)
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        peak = self.peak()
        refused = self.said(streams)
        answers = self.said(long)
        for attack in others:
            self.said(attack)
        times.sort()
        print(f"{len(times)} reports answered, half within {times[len(times) // 2]:.3f} s, all within {times[-1]:.3f} s; "
              f"at most {peak >> 20} MiB, {calm >> 20} MiB before", file=sys.stderr)
        self.assertIn("RESOURCE_EXHAUSTED", refused)
        self.assertNotIn("OK", answers)
        self.assertIn(f"{attacks_test.SUBMIT} {2 << 20} RESOURCE_EXHAUSTED", answers)
        sent = json.loads(self.said(halves).splitlines()[-1])
        print(f"of halves, a connection took {sent['most_sent'] >> 20} MiB at most; {sent['ended']} were ended", file=sys.stderr)
        # The kernels of both sides have taken some of it.
        self.assertLess(sent["most_sent"], 32 << 20)
        self.assertTrue(sent["ended"] > 0 or sent["most_sent"] < 5 << 20, sent)
        self.assertLessEqual(peak, self.RSS_MAX)
        self.assertLess(times[-1], 1)
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        self.assertLess(honest.report(), 1)
        self.assert_descriptors_return_to(before)


class UnderResets(UnderSiege):
    """HTTP/2's rapid reset (CVE-2023-44487)."""

    SECONDS = 20

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.coordinator.process.pid}/stat").read_text(encoding="utf-8")
        return sum(map(int, fields.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def test_honest_reports_are_answered_and_the_memory_is_bounded(self):
        honest = Reporter(*self.invited_worker())
        self.addCleanup(honest.stop)
        honest.report()
        before = self.descriptors()
        attacks = [self.attack("resets"), self.attack("resets", f"worker {uuid.uuid4()}"),
                   self.attack("resets", "reader ben"), self.attack("refused_resets")]
        times, pause = [], threading.Event()
        begun, cpu = time.monotonic(), self.cpu_seconds()
        while time.monotonic() < begun + self.SECONDS:
            times.append(honest.report())
            pause.wait(0.1)
        share = (self.cpu_seconds() - cpu) / (time.monotonic() - begun)
        self.assertEqual(self.coordinator.motzkin("jobs"), [])
        times.sort()
        print(f"{len(times)} reports answered, half within {times[len(times) // 2]:.3f} s, all within {times[-1]:.3f} s; "
              f"{100 * share:.0f} % of a core, at most {self.peak() >> 20} MiB", file=sys.stderr)
        for attack in attacks:
            said = self.said(attack)
            print(said.strip().rpartition("\n")[2], file=sys.stderr)
            self.assertIn("which ended", said, "nothing has ended these calls")
        self.assertLess(times[-1], 1)
        self.assertLess(share, 0.25)
        self.assertLessEqual(self.peak(), self.RSS_MAX)
        self.assert_descriptors_return_to(before)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore")

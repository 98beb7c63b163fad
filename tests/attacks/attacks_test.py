#!/usr/bin/env python3
"""Strangers, thieves and members who want more than they may, against a real coordinator.

Usage: attacks_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]
"""

import datetime
import hashlib
import pathlib
import queue
import secrets
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import grpc
from cryptography import x509

import attacked
import trial
from attacked import Attacker, certificate, methods, new_key, public
from between import Impostor, Listener, RealWorker
from join import Joiner

JOIN = attacked.MESSAGES["join_service"]
MEMBER = attacked.MESSAGES["member_service"]
OPERATOR = attacked.MESSAGES["operator_service"]
WORKER = attacked.MESSAGES["worker_service"]

SYNCHRONIZE = "/motzkin.v1.WorkerService/Synchronize"
SUBMIT = "/motzkin.v1.WorkerService/SubmitResults"
LIST_JOBS = "/motzkin.v1.OperatorService/ListJobs"
REDEEM = "/motzkin.v1.JoinService/Redeem"
OPEN = {"/motzkin.v1.JoinService/Hello", "/motzkin.v1.JoinService/Join", REDEEM}
# A reader may call these, which change nothing.
LOOKING = {"/motzkin.v1.OperatorService/" + name
           for name in ("ListJobs", "ListWorkers", "GetStatus", "GetResult", "ListEvents")} | {
               "/motzkin.v1.MemberService/ListInvites", "/motzkin.v1.MemberService/ListOperators"}


def state_of(worker_uuid, name="attacker", sequence=1, instance=1):
    state = WORKER.WorkerState(protocol_version=1, worker_uuid=worker_uuid, name=name, instance=instance,
                               sequence=sequence, slots=1, slots_allowed=1)
    state.engines.add(engine="giac", version="1.9.0", speed_factor=1)
    state.generator_versions.append(1)
    state.canonical_versions.append(1)
    return state


class AttackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.coordinator = attacked.Coordinator()

    @classmethod
    def tearDownClass(cls):
        cls.coordinator.stop()

    def member(self, name):
        """Returns a connection of a member who is what `name` says, and his key and certificate."""
        key = new_key()
        shown = self.coordinator.issue(name, key)
        attacker = Attacker(self.coordinator, key, shown)
        self.addCleanup(attacker.__exit__)
        return attacker, key, shown

    def stranger(self):
        attacker = Attacker(self.coordinator)
        self.addCleanup(attacker.__exit__)
        return attacker

    def invited_worker(self):
        """Joins a worker by an invite. Returns its UUID and a connection as that worker."""
        key, worker_uuid = new_key(), str(uuid.uuid4())
        secret = self.coordinator.motzkin("invite")["invite"].split(".")[1]
        shown = self.stranger().call(REDEEM, self.redeeming(key, worker_uuid, secret)).certificate.encode()
        attacker = Attacker(self.coordinator, key, shown)
        self.addCleanup(attacker.__exit__)
        return worker_uuid, attacker

    @staticmethod
    def redeeming(key, worker_uuid, secret):
        return JOIN.RedeemRequest(secret=secret, applicant=JOIN.Applicant(
            public_key=public(key), worker_uuid=worker_uuid, worker_name="attacker" if worker_uuid else ""))


class Uninvited(AttackTest):
    def test_every_method_of_every_service_is_closed_to_strangers(self):
        self.assertGreater(len(methods()), 15)
        stranger = self.stranger()
        for method in sorted(set(methods()) - OPEN):
            self.assertEqual(stranger.code(method), "UNAUTHENTICATED", method)

    def test_what_is_open_to_strangers_gives_nothing_away(self):
        stranger = self.stranger()
        self.assertEqual(stranger.code("/motzkin.v1.JoinService/Join"), "INVALID_ARGUMENT")
        self.assertEqual(stranger.code(REDEEM), "INVALID_ARGUMENT")
        request = self.redeeming(new_key(), str(uuid.uuid4()), "")
        self.assertEqual(stranger.code(REDEEM, request), "PERMISSION_DENIED")

    def test_methods_that_are_in_no_table_are_closed(self):
        for method in ("/motzkin.v1.OperatorService/Nonsense", "/grpc.health.v1.Health/Watch",
                       "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "/x/y"):
            self.assertEqual(self.stranger().raw(method), "UNAUTHENTICATED", method)
        person, _, _ = self.member("operator anna")
        self.assertEqual(person.raw("/motzkin.v1.OperatorService/Nonsense"), "PERMISSION_DENIED")

    def test_the_health_of_the_coordinator_is_no_secret(self):
        self.assertEqual(self.stranger().raw("/grpc.health.v1.Health/Check"), "OK")

    def test_a_compressed_message_is_refused_as_it_may_become_a_thousand_times_as_long(self):
        for compression in (grpc.Compression.Deflate, grpc.Compression.Gzip):
            call = self.stranger()._channel.unary_unary("/motzkin.v1.JoinService/Hello", None, None)
            with self.assertRaises(grpc.RpcError) as refused:
                call(bytes(1 << 20), timeout=20, compression=compression)
            self.assertEqual(refused.exception.code().name, "UNIMPLEMENTED")

    def test_plain_text_is_refused(self):
        with grpc.insecure_channel(self.coordinator.address) as channel:
            with self.assertRaises(grpc.RpcError) as refused:
                channel.unary_unary(LIST_JOBS, None, None)(b"", timeout=20)
        self.assertEqual(refused.exception.code().name, "UNAVAILABLE")

    def test_tls_below_1_3_is_refused(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        host, port = self.coordinator.address.split(":")
        with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain) as tls:
            self.assertEqual(tls.version(), "TLSv1.3")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection((host, int(port))) as plain, self.assertRaises(OSError):
            context.wrap_socket(plain)


class WithAWrongCertificate(AttackTest):
    def test_one_of_another_coordinator(self):
        key, other = new_key(), new_key()
        for name in ("operator anna", f"worker {uuid.uuid4()}"):
            with Attacker(self.coordinator, key, certificate(name, key, other)) as attacker:
                for method in sorted(set(methods()) - OPEN):
                    self.assertEqual(attacker.code(method), "PERMISSION_DENIED", method)

    def test_one_that_a_stranger_signed_himself(self):
        key = new_key()
        with Attacker(self.coordinator, key, certificate("operator local", key, key)) as attacker:
            self.assertEqual(attacker.code(LIST_JOBS), "PERMISSION_DENIED")

    def test_one_that_has_expired(self):
        key = new_key()
        yesterday = datetime.datetime.utcnow() - attacked.DAY
        for name, method in (("operator anna", LIST_JOBS), (f"worker {uuid.uuid4()}", SYNCHRONIZE)):
            with Attacker(self.coordinator, key, self.coordinator.issue(name, key, yesterday)) as attacker:
                self.assertEqual(attacker.code(method), "UNAUTHENTICATED")

    def test_one_that_names_no_role(self):
        for name in ("anna", "owner anna", "operator", "operator anna\n", "worker a b"):
            attacker, _, _ = self.member(name)
            self.assertEqual(attacker.code(LIST_JOBS), "PERMISSION_DENIED", name)


class BeyondTheirRole(AttackTest):
    def test_a_worker_on_the_calls_of_operators(self):
        worker_uuid, attacker = self.invited_worker()
        for method in sorted(set(methods()) - OPEN - {SYNCHRONIZE, SUBMIT}):
            self.assertEqual(attacker.code(method), "PERMISSION_DENIED", method)
        # It cannot bring in others either.
        request = self.redeeming(new_key(), str(uuid.uuid4()), "")
        self.assertEqual(attacker.code(REDEEM, request), "PERMISSION_DENIED")
        self.assertEqual(attacker.code(SYNCHRONIZE, state_of(worker_uuid)), "OK")

    def test_an_operator_on_the_calls_of_workers(self):
        attacker, _, _ = self.member("operator anna")
        for method in (SYNCHRONIZE, SUBMIT):
            self.assertEqual(attacker.code(method), "PERMISSION_DENIED", method)

    def test_a_reader_changes_nothing(self):
        secret = self.coordinator.motzkin("invite", "--operator", "ben", "--read-only")["invite"].split(".")[1]
        key = new_key()
        shown = self.stranger().call(REDEEM, self.redeeming(key, "", secret)).certificate.encode()
        with Attacker(self.coordinator, key, shown) as reader:
            self.assertEqual(reader.code(LIST_JOBS), "OK")
            for method in sorted(set(methods()) - OPEN):
                self.assertEqual(reader.code(method) == "PERMISSION_DENIED", method not in LOOKING, method)
            request = self.redeeming(new_key(), str(uuid.uuid4()), "")
            self.assertEqual(reader.code(REDEEM, request), "PERMISSION_DENIED")

    def test_a_worker_in_the_name_of_another(self):
        honest, _ = self.invited_worker()
        _, attacker = self.invited_worker()
        self.assertEqual(attacker.code(SYNCHRONIZE, state_of(honest)), "PERMISSION_DENIED")
        request = WORKER.SubmitResultsRequest()
        request.submission.worker_uuid = honest
        request.submission.job_uuid = str(uuid.uuid4())
        request.submission.attempt = 1
        request.submission.spec_digest = bytes(32)
        request.submission.generator_version = 1
        row = request.submission.results.add(integrand="x", canonical_hash=1, skeleton_hash=1, speed_factor=1)
        row.outcome, row.kind = 2, 1
        self.assertEqual(attacker.code(SUBMIT, request), "PERMISSION_DENIED")

    def test_an_instance_beyond_all_others_locks_out_only_its_own_worker(self):
        honest, connection = self.invited_worker()
        self.assertEqual(connection.code(SYNCHRONIZE, state_of(honest)), "OK")
        _, attacker = self.invited_worker()
        self.assertEqual(attacker.code(SYNCHRONIZE, state_of(honest, instance=2**64 - 1)), "PERMISSION_DENIED")
        self.assertEqual(connection.code(SYNCHRONIZE, state_of(honest, sequence=2)), "OK")


    def test_a_process_that_takes_a_workers_place_with_its_certificate_leaves_a_trace(self):
        worker_uuid, connection = self.invited_worker()
        states = queue.Queue()
        states.put(state_of(worker_uuid, "copied"))
        stream = connection.stream(SYNCHRONIZE, iter(states.get, None))
        next(stream)
        self.assertEqual(connection.code(SYNCHRONIZE, state_of(worker_uuid, "copied", instance=2)), "OK")
        with self.assertRaises(grpc.RpcError) as ended:
            for _ in stream:
                pass
        states.put(None)
        self.assertEqual(ended.exception.code().name, "FAILED_PRECONDITION")
        trial.wait_for(lambda: any("copied was taken over by a newer process" in event["text"]
                                   for event in self.coordinator.motzkin("events")), 20, "no event tells of it")


class Removed(AttackTest):
    def test_its_stream_ends_within_a_second_and_later_calls_are_refused(self):
        worker_uuid, connection = self.invited_worker()
        states = queue.Queue()
        states.put(state_of(worker_uuid, "to-be-removed"))
        stream = connection.stream(SYNCHRONIZE, iter(states.get, None))
        next(stream)
        self.coordinator.motzkin("remove", worker_uuid)
        removed = time.monotonic()
        with self.assertRaises(grpc.RpcError) as ended:
            for _ in stream:
                pass
        states.put(None)
        self.assertLess(time.monotonic() - removed, 1)
        self.assertEqual(ended.exception.code().name, "PERMISSION_DENIED")
        for method in (SYNCHRONIZE, SUBMIT):
            self.assertEqual(connection.code(method, state_of(worker_uuid)), "PERMISSION_DENIED")

    def test_it_may_be_one_that_is_in_no_list(self):
        """It has joined and never reported; one that was forgotten is such a worker as well."""
        worker_uuid, connection = self.invited_worker()
        self.assertNotIn(worker_uuid, [worker["uuid"] for worker in self.coordinator.motzkin("workers")])
        self.coordinator.motzkin("remove", worker_uuid)
        self.assertEqual(connection.code(SYNCHRONIZE, state_of(worker_uuid)), "PERMISSION_DENIED")
        self.assertIsNone(self.coordinator.motzkin("remove", worker_uuid, must=False), "it has no key any more")
        secret = self.coordinator.motzkin("invite")["invite"].split(".")[1]
        request = self.redeeming(new_key(), worker_uuid, secret)
        self.assertEqual(self.stranger().code(REDEEM, request), "FAILED_PRECONDITION")

    def test_it_waits_for_approval_even_if_it_has_an_invite(self):
        worker_uuid, connection = self.invited_worker()
        connection.code(SYNCHRONIZE, state_of(worker_uuid))
        self.coordinator.motzkin("remove", worker_uuid)
        key = new_key()
        secret = self.coordinator.motzkin("invite")["invite"].split(".")[1]
        request = self.redeeming(key, worker_uuid, secret)
        self.assertEqual(self.stranger().code(REDEEM, request), "FAILED_PRECONDITION")
        joiner = Joiner(self.coordinator, "removed", worker_uuid)
        self.assertEqual(joiner.ask(), "")
        self.coordinator.motzkin("approve", joiner.code)
        with Attacker(self.coordinator, joiner.key, joiner.ask().encode()) as approved:
            self.assertEqual(approved.code(SYNCHRONIZE, state_of(worker_uuid, instance=2)), "OK")

    def test_an_operator_who_was_removed_is_refused(self):
        secret = self.coordinator.motzkin("invite", "--operator", "carl")["invite"].split(".")[1]
        key = new_key()
        shown = self.stranger().call(REDEEM, self.redeeming(key, "", secret)).certificate.encode()
        with Attacker(self.coordinator, key, shown) as carl:
            self.assertEqual(carl.code(LIST_JOBS), "OK")
            self.assertIn("carl", [person["name"] for person in self.coordinator.motzkin("operators")])
            self.coordinator.motzkin("remove", "carl")
            self.assertEqual(carl.code(LIST_JOBS), "PERMISSION_DENIED")


class Joining(AttackTest):
    def test_the_code_is_that_of_the_transcript(self):
        joiner = Joiner(self.coordinator, "honest")
        self.assertEqual(joiner.ask(), "")
        self.assertEqual(self.coordinator.waiting()["honest"], joiner.code)
        self.coordinator.motzkin("approve", joiner.code.lower())
        with Attacker(self.coordinator, joiner.key, joiner.ask().encode()) as approved:
            self.assertEqual(approved.code(SYNCHRONIZE, state_of(joiner.uuid)), "OK")
        self.assertNotIn("honest", self.coordinator.waiting())

    def test_a_replayed_joining_gains_nothing(self):
        joiner = Joiner(self.coordinator, "replayed")
        joiner.ask()
        # The thief heard everything. He gets the same answers, for a key that he does not have.
        self.assertEqual(self.stranger().call(joiner.METHOD, joiner.opening).certificate, "")
        self.coordinator.motzkin("approve", joiner.code)
        shown = self.stranger().call(joiner.METHOD, joiner.opening).certificate.encode()
        holder = x509.load_pem_x509_certificate(shown).public_key()
        self.assertEqual(holder.public_numbers(), joiner.key.public_key().public_numbers())
        other = JOIN.JoinRequest()
        other.CopyFrom(joiner.opening)
        other.applicant.public_key = public(new_key())
        self.assertEqual(self.stranger().code(joiner.METHOD, other), "INVALID_ARGUMENT")
        self.assertEqual(self.coordinator.motzkin("approve", joiner.code, must=False), None)

    def test_guessing_codes_stops_all_approving(self):
        with attacked_anew() as coordinator:
            joiner = Joiner(coordinator, "honest")
            joiner.ask()
            key = new_key()
            with Attacker(coordinator, key, coordinator.issue("operator anna", key)) as guesser:
                codes = [guesser.code("/motzkin.v1.MemberService/ApproveWorker",
                                      MEMBER.ApproveWorkerRequest(code=f"00000{i}")) for i in range(5)]
                self.assertEqual(set(codes), {"NOT_FOUND"})
                self.assertEqual(guesser.code("/motzkin.v1.MemberService/ApproveWorker",
                                              MEMBER.ApproveWorkerRequest(code=joiner.code)), "RESOURCE_EXHAUSTED")

    def test_a_crowd_that_waits_is_bounded(self):
        joiners = [Joiner(self.coordinator, f"crowd-{i}") for i in range(20)]
        answers = [joiner.state() for joiner in joiners]
        self.assertEqual(answers.count("OK"), 4)
        self.assertEqual(answers.count("NOT_FOUND"), 16)


class Invites(AttackTest):
    def test_one_serves_once(self):
        secret = self.coordinator.motzkin("invite")["invite"].split(".")[1]
        request = self.redeeming(new_key(), str(uuid.uuid4()), secret)
        self.assertEqual(self.stranger().code(REDEEM, request), "OK")
        self.assertEqual(self.stranger().code(REDEEM, request), "OK", "its answer may have been lost")
        again = self.redeeming(new_key(), str(uuid.uuid4()), secret)
        self.assertEqual(self.stranger().code(REDEEM, again), "PERMISSION_DENIED")

    def test_one_for_two_serves_twice(self):
        secret = self.coordinator.motzkin("invite", "--uses", "2")["invite"].split(".")[1]
        codes = [self.stranger().code(REDEEM, self.redeeming(new_key(), str(uuid.uuid4()), secret)) for _ in range(3)]
        self.assertEqual(codes, ["OK", "OK", "PERMISSION_DENIED"])

    def test_one_that_is_cancelled_serves_no_more_and_whom_it_brought_in_stays(self):
        made = self.coordinator.motzkin("invite", "--uses", "2")
        first, second = (self.redeeming(new_key(), str(uuid.uuid4()), made["invite"].split(".")[1]) for _ in range(2))
        self.assertEqual(self.stranger().code(REDEEM, first), "OK")
        listed = {invite["id"]: invite["uses_left"] for invite in self.coordinator.motzkin("invite", "--list")}
        self.assertEqual(listed[made["id"]], 1)
        self.coordinator.motzkin("invite", "--cancel", made["id"])
        self.assertNotIn(made["id"], [invite["id"] for invite in self.coordinator.motzkin("invite", "--list")])
        self.assertEqual(self.stranger().code(REDEEM, second), "PERMISSION_DENIED")
        self.assertEqual(self.stranger().code(REDEEM, first), "OK", "its answer may have been lost")
        self.assertIsNone(self.coordinator.motzkin("invite", "--cancel", made["id"], must=False), "it was cancelled before")
        events = [event["text"] for event in self.coordinator.motzkin("events")]
        self.assertTrue(any(f"cancelled invite {made['id']} for workers" in text for text in events), events)

    def test_a_guess_is_refused(self):
        request = self.redeeming(new_key(), str(uuid.uuid4()), secrets.token_hex(16))
        self.assertEqual(self.stranger().code(REDEEM, request), "PERMISSION_DENIED")

    def test_one_does_not_take_the_place_of_another_worker(self):
        honest, _ = self.invited_worker()
        secret = self.coordinator.motzkin("invite")["invite"].split(".")[1]
        self.assertEqual(self.stranger().code(REDEEM, self.redeeming(new_key(), honest, secret)), "ALREADY_EXISTS")

    def test_one_makes_motzkin_a_reader_until_that_is_removed(self):
        invite = self.coordinator.motzkin("invite", "--operator", "dora", "--read-only")["invite"]
        with tempfile.TemporaryDirectory() as config:
            def motzkin(*words):
                return subprocess.run([attacked.BIN / "motzkin", "--coordinator", self.coordinator.address, *words],
                                      capture_output=True, text=True, timeout=60, check=False,
                                      env={"PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": config, "MOTZKIN_INVITE": invite})
            self.assertEqual(motzkin("join").returncode, 0)
            kept = next(pathlib.Path(config).rglob("*.pem"))
            self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
            self.assertEqual(motzkin("jobs").returncode, 0)
            refused = motzkin("start", "lample-charton", "--target", "1")
            self.assertEqual(refused.returncode, 7, refused.stderr)
            self.assertIn("reader dora may not call", refused.stderr)
            self.coordinator.motzkin("remove", "dora")
            removed = motzkin("jobs")
            self.assertEqual(removed.returncode, 7, removed.stderr)
            self.assertIn("reader dora was removed from the cluster", removed.stderr)

    def test_its_fingerprint_is_that_of_the_key(self):
        fingerprint = self.coordinator.motzkin("invite")["invite"].split(".")[0]
        self.assertEqual(fingerprint, hashlib.sha256(public(self.coordinator.key)).hexdigest())


class InBetween(AttackTest):
    def test_a_listener_hears_nothing_but_tls(self):
        listener = Listener(self.coordinator.address)
        self.addCleanup(listener.close)
        worker = RealWorker(listener.address, "overheard")
        self.addCleanup(worker.stop)
        trial.wait_for(lambda: any(known["name"] == "overheard" and known["state"] == "idle"
                                   for known in self.coordinator.motzkin("workers")), 120, "the worker did not come")
        worker_uuid = (worker.folder / "state/worker-uuid").read_bytes().strip()
        self.assertGreaterEqual(len(listener.heard), 2)
        for heard in map(bytes, listener.heard):
            self.assertEqual(heard[:2], b"\x16\x03", "each direction begins with a handshake of TLS")
            for word in (b"overheard", worker_uuid, b"motzkin.v1", b"JoinService", b"giac", b"postgresql"):
                self.assertNotIn(word, heard)

    def test_an_impostor_cannot_make_both_sides_show_one_code(self):
        impostor = Impostor(self.coordinator, "betrayed")
        self.addCleanup(impostor.close)
        worker = RealWorker(impostor.address, "betrayed")
        self.addCleanup(worker.stop)
        shown_by_worker = worker.code()
        shown_by_coordinator = self.coordinator.waiting()["betrayed"]
        self.assertEqual(shown_by_coordinator, impostor.joiner.code)
        self.assertNotEqual(shown_by_worker, shown_by_coordinator)

    def test_a_member_goes_no_further_with_an_impostor(self):
        worker = RealWorker(self.coordinator.address, "faithful")
        trial.wait_for((worker.folder / "state/identity.pem").exists, 120, "the worker did not join")
        impostor = Impostor(self.coordinator, "faithful")
        self.addCleanup(impostor.close)
        self.addCleanup(worker.stop)
        worker.process.terminate()
        worker.process.wait(60)
        worker.start(impostor.address)
        trial.wait_for(lambda: "is not the one that this machine joined" in worker.log(), 120, "the worker said nothing")
        self.assertIn(f"delete {worker.folder}/state/identity.pem", worker.log())
        self.assertTrue((worker.folder / "state/identity.pem").exists())

    def test_an_invite_is_shown_to_no_impostor(self):
        impostor = Impostor(self.coordinator, "invited")
        self.addCleanup(impostor.close)
        invite = self.coordinator.motzkin("invite")["invite"]
        worker = RealWorker(impostor.address, "invited", "--invite", invite)
        self.addCleanup(worker.stop)
        trial.wait_for(lambda: "is not the one that issued the invite" in worker.log(), 120, "the worker said nothing")
        self.assertIsNone(impostor.joiner)


class attacked_anew:
    """A coordinator for one test, which leaves it in a state that others would suffer from."""

    def __enter__(self):
        self.coordinator = attacked.Coordinator()
        return self.coordinator

    def __exit__(self, *_):
        self.coordinator.stop()


if __name__ == "__main__":
    # The threads of a listener end with the process, and their sockets with them.
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore")

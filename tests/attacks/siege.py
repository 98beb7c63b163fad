#!/usr/bin/env python3
"""Attacks a coordinator in one way until it is ended.

Usage: siege.py BIN_DIRECTORY PROTO_DIRECTORY KIND SPEC, where SPEC is JSON with address, certificate, key and shown
"""

import json
import os
import socket
import sys
import threading
import types

import grpc
from cryptography.hazmat.primitives import serialization

import attacked
from attacked import Attacker
from half_peer import HalfPeer

SYNCHRONIZE = "/motzkin.v1.WorkerService/Synchronize"
SUBMIT = "/motzkin.v1.WorkerService/SubmitResults"
JOIN = "/motzkin.v1.JoinService/Join"
STATUS = "/motzkin.v1.OperatorService/GetStatus"
MESSAGE_MAX = (1 << 20) - 64
_NEVER = threading.Event()


class Siege:
    def __init__(self, spec):
        self.coordinator = types.SimpleNamespace(address=spec["address"], certificate=spec["certificate"].encode())
        self.key = self.shown = None
        self.source = spec["source"]
        if "key" in spec:
            self.key = serialization.load_pem_private_key(spec["key"].encode(), None)
            self.shown = spec["shown"].encode()

    def _half_peer(self, **more):
        return HalfPeer(self.coordinator, self.key, self.shown, source=self.source, **more)

    def streams(self):
        """2,000 streams of one worker on as many connections as it takes."""
        codes = {}
        held = []
        ended = threading.Event()

        def states():
            ended.wait()
            yield b""

        while True:
            while len(held) < 125:
                attacker = Attacker(self.coordinator, self.key, self.shown)
                calls = [attacker._channel.stream_stream(SYNCHRONIZE, None, None)(states()) for _ in range(16)]
                held.append((attacker, calls))
                for _, earlier in held[-3:-2]:
                    for call in earlier:
                        if not call.is_active():
                            name = call.code().name
                            codes[name] = codes.get(name, 0) + 1
                print(json.dumps(codes), flush=True)
            for attacker, calls in held:
                attacker.__exit__()
            held.clear()

    def bare_streams(self):
        """2,000 streams at once, again and again, without regard to how many a connection may have."""
        peers = []
        while True:
            try:
                for peer in peers:
                    peer.close()
                peers = []
                for _ in range(20):
                    peers.append(self._half_peer())
                    for _ in range(100):
                        peers[-1].call(SYNCHRONIZE)
            except OSError as error:
                print(error, flush=True)

    def long_messages(self):
        """Messages of 40 MiB, among them one of 20 million empty messages."""
        empty = b"\x4a\x00" * (20 << 20)
        text = b"\x9a\x01" + (40 << 20).to_bytes(4, "little") + bytes(40 << 20)
        short = bytes(2 << 20)
        dense = b"\x4a\x00" * (MESSAGE_MAX // 2)
        while True:
            with Attacker(self.coordinator, self.key, self.shown) as attacker:
                for method in (SUBMIT, JOIN):
                    for message in (dense, short, empty, text):
                        print(method, len(message), self._code(attacker, method, message), flush=True)
                for message in (empty, dense):
                    call = attacker._channel.stream_stream(SYNCHRONIZE, None, None)(iter([message]), timeout=20)
                    try:
                        list(call)
                        print(SYNCHRONIZE, len(message), "OK", flush=True)
                    except grpc.RpcError as error:
                        print(SYNCHRONIZE, len(message), error.code().name, flush=True)

    @staticmethod
    def _code(attacker, method, message):
        try:
            attacker._channel.unary_unary(method, None, None)(message, timeout=20)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name

    def half_messages(self):
        """Many calls, each with a message of which the last byte never comes; a stranger's or a worker's."""
        method = JOIN if self.key is None else SUBMIT
        peers = []
        while True:
            try:
                peer = self._half_peer()
                peers.append(peer)
                for _ in range(64):
                    peer.send_half(peer.call(method), MESSAGE_MAX)
            except OSError as error:
                print(error, flush=True)
            if len(peers) > 300:
                peers.pop(0).close()

    def kept_halves(self):
        """As many halves of messages as four connections hold, which stay."""
        peers = []
        while True:
            try:
                # Under this siege, a handshake may take longer than it is given.
                while len(peers) < 4:
                    peers.append(self._half_peer())
            except OSError as error:
                print(error, flush=True)
            for peer in peers:
                try:
                    peer.send_half(peer.call(SUBMIT), MESSAGE_MAX)
                except OSError as error:
                    print(error, flush=True)
            _NEVER.wait(0.1)

    def members_halves(self):
        """As many halves of messages as a connection takes whose holder is known from a call that goes on."""
        ended = most = 0
        while True:
            peer = None
            try:
                peer = self._half_peer()
                peer.call(SYNCHRONIZE)
                while True:
                    peer.send_half(peer.call(SUBMIT), MESSAGE_MAX)
                    most = max(most, peer.sent)
                    print(json.dumps({"ended": ended, "most_sent": most}), flush=True)
            except OSError:
                ended += 1
                most = max(most, peer.sent if peer else 0)
                print(json.dumps({"ended": ended, "most_sent": most}), flush=True)

    def no_reading(self):
        """Calls whose answers are never read."""
        peers = []
        while True:
            try:
                peer = self._half_peer(window=0)
                peers.append(peer)
                for _ in range(200):
                    peer.send_whole(peer.call(STATUS), b"")
            except OSError as error:
                print(error, flush=True)
            _NEVER.wait(0.05)
            if len(peers) > 300:
                peers.pop(0).close()

    def resets(self):
        """Calls that are ended as soon as they have begun, as fast as they can be sent: so no bound on calls at a time
        is ever met. A stranger's, or a worker's."""
        self._reset(JOIN if self.key is None else SYNCHRONIZE)

    def refused_resets(self):
        """The same with calls that a stranger may not make."""
        self._reset(STATUS)

    def _reset(self, method):
        begun = connections = refused = 0
        while True:
            try:
                peer = self._half_peer()
                connections += 1
                while True:
                    peer.begin_and_end(method, 100)
                    begun += 100
            except OSError:
                refused += 1
                if refused % 10 == 1:
                    print(begun, "calls on", connections, "connections, which ended", refused, "times", flush=True)
                _NEVER.wait(0.01)

    def silence(self):
        """Connections without a word, as many as come."""
        host, port = self.coordinator.address.split(":")
        held = []
        while True:
            try:
                held.append(socket.create_connection((host, int(port)), 2, (self.source, 0)))
            except OSError as error:
                print(error, flush=True)
            if len(held) > 2000:
                held.pop(0).close()


if __name__ == "__main__":
    os.nice(10)  # The machine's time is not what this attacks.
    assert attacked.BIN
    getattr(Siege(json.loads(sys.argv[4])), sys.argv[3])()

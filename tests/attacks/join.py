"""Joining a cluster by a code, written a second time: the C++ must agree with this."""

import hashlib
import secrets
import uuid

import grpc

import attacked

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
JOIN = attacked.MESSAGES["join_service"]


def _hash_of(*parts):
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "little") + part for part in parts)).digest()


def commitment_to(public_key, worker_uuid, name, nonce):
    return _hash_of(b"motzkin commitment 1", public_key, worker_uuid.encode(), name.encode(), nonce)


def code_of(coordinator, coordinator_nonce, public_key, worker_uuid, name, nonce):
    """Returns the code for these public keys, names and nonces."""
    digest = _hash_of(b"motzkin join code 1", coordinator, coordinator_nonce,
                      commitment_to(public_key, worker_uuid, name, nonce), public_key, worker_uuid.encode(),
                      name.encode(), nonce)
    bits = int.from_bytes(digest[:4], "big")
    return "".join(_ALPHABET[bits >> (27 - 5 * i) & 31] for i in range(6))


class Joiner:
    """A worker that has sent its commitment."""

    METHOD = "/motzkin.v1.JoinService/Join"

    def __init__(self, coordinator, name, worker_uuid=None):
        self._coordinator = coordinator
        self.key = attacked.new_key()
        self.uuid = worker_uuid or str(uuid.uuid4())
        parts = (attacked.public(self.key), self.uuid, name, secrets.token_bytes(32))
        self.opening = JOIN.JoinRequest(
            commitment=commitment_to(*parts), nonce=parts[3],
            applicant=JOIN.Applicant(public_key=parts[0], worker_uuid=self.uuid, worker_name=name))
        with attacked.Attacker(coordinator) as stranger:
            self.nonce = stranger.call(self.METHOD, JOIN.JoinRequest(commitment=self.opening.commitment)).coordinator_nonce
        self.code = code_of(attacked.public(coordinator.key), self.nonce, *parts)

    def ask(self):
        """Opens the commitment. Returns the certificate, or an empty text while the worker waits."""
        with attacked.Attacker(self._coordinator) as stranger:
            return stranger.call(self.METHOD, self.opening).certificate

    def state(self):
        """Returns the code of ask()."""
        try:
            self.ask()
            return "OK"
        except grpc.RpcError as error:
            return error.code().name

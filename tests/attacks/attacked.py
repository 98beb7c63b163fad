"""A coordinator to attack, and the means: the messages of proto/, keys, certificates, channels."""

import atexit
import datetime
import importlib
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # Refused handshakes are what the tests are about.
import grpc  # noqa: E402
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import trial  # noqa: E402

BIN, PROTO = map(pathlib.Path, sys.argv[1:3])
DAY = datetime.timedelta(days=1)


def load_messages():
    """Returns the modules that protoc makes of proto/, by the stem of their file."""
    folder = tempfile.mkdtemp(prefix="motzkin-attacks-proto-")
    atexit.register(shutil.rmtree, folder)
    files = sorted((PROTO / "motzkin/v1").glob("*.proto"))
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={folder}", *files], check=True)
    sys.path.insert(0, folder)
    return {file.stem: importlib.import_module(f"motzkin.v1.{file.stem}_pb2") for file in files}


MESSAGES = load_messages()


def methods():
    """Returns all methods of all services, found in the descriptors, by their full names."""
    return {f"/{service.full_name}/{method.name}": method
            for module in MESSAGES.values() for service in module.DESCRIPTOR.services_by_name.values()
            for method in service.methods}


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem_of(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def certificate(name, key, signer, until=None):
    """Returns a certificate in PEM that `signer`, a private key, gives to the holder of `key`."""
    until = until or datetime.datetime.utcnow() + 30 * DAY

    def subject(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    built = (x509.CertificateBuilder().subject_name(subject(name)).issuer_name(subject("motzkin"))
             .public_key(key.public_key()).serial_number(x509.random_serial_number())
             .not_valid_before(until - 60 * DAY).not_valid_after(until).sign(signer, hashes.SHA256()))
    return built.public_bytes(serialization.Encoding.PEM)


class Coordinator:
    """A real coordinator, with its data in a folder that goes with it. Its `address` is that on loopback."""

    def __init__(self, *arguments, listen="127.0.0.1", descriptors=None):
        """`descriptors`: the soft and the hard limit on them; else those of this process."""
        self._folder = tempfile.TemporaryDirectory(prefix="motzkin-attacks-")
        self.folder = pathlib.Path(self._folder.name)
        os.chmod(self.folder, 0o755)  # Under root another user runs Postgres, who has to enter.
        port = trial.free_port()
        self.address = f"127.0.0.1:{port}"
        self._log = open(self.folder / "coordinator.log", "wb")
        self.process = subprocess.Popen(
            [BIN / "coordinator", "--listen", f"{listen}:{port}", "--data-dir", self.folder / "data",
             "--disk-free-percent-min", "0", "--disk-free-min", "1MB", *arguments],
            stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL,
            preexec_fn=descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, descriptors)))
        trial.wait_for(lambda: self.motzkin("jobs", must=False) is not None, 120, "the coordinator did not serve")
        text = (self.folder / "data/identity/coordinator.pem").read_bytes()
        self.key = serialization.load_pem_private_key(text, None)
        self.certificate = text[text.index(b"-----BEGIN CERTIFICATE-----"):]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self._log.close()
        self._folder.cleanup()

    def motzkin(self, *words, must=True):
        """Returns what the owner's motzkin answers as JSON, or None if it fails and need not succeed."""
        done = subprocess.run([BIN / "motzkin", "--coordinator", self.address, "--json", *words], capture_output=True,
                              text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            if must:
                raise AssertionError(f"motzkin {words}: {done.returncode}: {done.stderr}")
            return None
        return json.loads(done.stdout or "null")

    def waiting(self):
        """Returns the codes of the workers that wait for approval, by name."""
        return {worker["name"]: re.search(r"code ([0-9A-Z]{6})", worker["reason"])[1]
                for worker in self.motzkin("workers") if worker["state"] == "waiting-approval"}

    def issue(self, name, key, until=None):
        """Returns a certificate that this coordinator might have issued: a test may know its key."""
        return certificate(name, key, self.key, until)


class Attacker:
    """One connection to a coordinator, with a certificate and its key or without."""

    def __init__(self, coordinator, key=None, shown=None):
        credentials = grpc.ssl_channel_credentials(coordinator.certificate, pem_of(key) if key else None, shown)
        self._channel = grpc.secure_channel(
            coordinator.address, credentials,
            [("grpc.ssl_target_name_override", "motzkin"), ("grpc.use_local_subchannel_pool", 1)])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def call(self, method, request=None):
        """Returns the answer. Raises grpc.RpcError."""
        described = methods()[method]
        answer = getattr(MESSAGES_BY_NAME[described.output_type.full_name], "FromString")
        sent = request.SerializeToString() if request is not None else b""
        if described.client_streaming:
            stream = self._channel.stream_stream(method, None, answer)(iter([sent]), timeout=20)
            return next(stream)
        return self._channel.unary_unary(method, None, answer)(sent, timeout=20)

    def code(self, method, request=None):
        """Returns the name of the code with which the call ends."""
        try:
            self.call(method, request)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name
        except StopIteration:
            return "OK"

    def raw(self, method):
        """Returns the code of a call of a method that need not exist."""
        try:
            self._channel.unary_unary(method, None, None)(b"", timeout=20)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name

    def stream(self, method, requests):
        described = methods()[method]
        answer = getattr(MESSAGES_BY_NAME[described.output_type.full_name], "FromString")
        return self._channel.stream_stream(method, lambda message: message.SerializeToString(), answer)(requests)


MESSAGES_BY_NAME = {descriptor.full_name: getattr(module, name)
                    for module in MESSAGES.values()
                    for name, descriptor in module.DESCRIPTOR.message_types_by_name.items()}

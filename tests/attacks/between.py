"""A listener stands between a worker and its coordinator and hears all; an impostor talks to both."""

import concurrent.futures
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

import grpc

import attacked
from join import Joiner

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import trial  # noqa: E402


class RealWorker:
    """The program, as its owner starts it on a new machine, which may be a host of network.py."""

    def __init__(self, address, name, *arguments, host=None):
        self._host = host
        self._folder = tempfile.TemporaryDirectory(prefix="motzkin-attacks-worker-")
        self.folder = pathlib.Path(self._folder.name)
        self._log = open(self.folder / "log", "wb")
        self._arguments = ["--name", name, "--state-dir", self.folder / "state", "--slots", "1", "--engines", "giac",
                           "--calibrate", "false", "--idle-priority", "false", "--max-temp", "0",
                           "--on-battery", "work", *arguments]
        self.start(address)

    def start(self, address):
        command = [attacked.BIN / "worker", "--connect", address, *self._arguments]
        self.process = subprocess.Popen(self._host.command(command) if self._host else command,
                                        stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def code(self):
        """Returns the code that it shows."""
        trial.wait_for(lambda: " with the code " in self.log(), 120, "the worker showed no code")
        return re.search(r"with the code ([0-9A-Z]{6})", self.log())[1]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self._log.close()
        self._folder.cleanup()


class Listener:
    """Passes connections on and keeps what it hears, each direction of each connection by itself."""

    def __init__(self, address):
        host, port = address.split(":")
        self._coordinator = (host, int(port))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.heard = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._socket.close()

    def _accept(self):
        while True:
            try:
                worker, _ = self._socket.accept()
            except OSError:
                return
            coordinator = socket.create_connection(self._coordinator)
            for source, target in ((worker, coordinator), (coordinator, worker)):
                heard = bytearray()
                self.heard.append(heard)
                threading.Thread(target=self._pass_on, args=(source, target, heard), daemon=True).start()

    @staticmethod
    def _pass_on(source, target, heard):
        try:
            while piece := source.recv(65536):
                heard.extend(piece)
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()


class Impostor(grpc.GenericRpcHandler):
    """Plays the coordinator to a worker, with a key of his own, and the worker to the coordinator."""

    def __init__(self, coordinator, name):
        self._coordinator, self._name = coordinator, name
        self.joiner = None
        key = attacked.new_key()
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=(self,))
        port = self._server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(
            [(attacked.pem_of(key), attacked.certificate("motzkin", key, key))]))
        self.address = f"127.0.0.1:{port}"
        self._server.start()

    def close(self):
        self._server.stop(None)

    def service(self, handler_call_details):
        answer = {"/motzkin.v1.JoinService/Hello": self._hello, Joiner.METHOD: self._join}
        method = answer.get(handler_call_details.method)
        return method and grpc.unary_unary_rpc_method_handler(method)

    @staticmethod
    def _hello(*_):
        return b""

    def _join(self, request, _):
        join = attacked.MESSAGES["join_service"]
        asked = join.JoinRequest.FromString(request)
        if not asked.HasField("applicant"):
            self.joiner = Joiner(self._coordinator, self._name)
        self.joiner.ask()
        return join.JoinResponse(coordinator_nonce=self.joiner.nonce).SerializeToString()

"""HTTP/2 by hand, for a peer that no library plays: it half-sends its messages, never reads an answer, or ends its calls
as soon as it has begun them."""

import select
import socket
import ssl
import struct
import tempfile

import attacked

_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
_CANCEL = 8
_INITIAL_WINDOW_SIZE = 4
_DEFAULT_WINDOW = 65_535
_FRAME_MAX = 16_384


def _header(name, value):
    """HPACK's literal without indexing. Both texts are shorter than 127."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class HalfPeer:
    """A connection that never acknowledges the server's settings, as one who keeps no bounds does."""

    def __init__(self, coordinator, key=None, shown=None, window=_DEFAULT_WINDOW, source="127.0.0.1"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        if key is not None:
            with tempfile.NamedTemporaryFile() as file:
                file.write(attacked.pem_of(key) + shown)
                file.flush()
                context.load_cert_chain(file.name)
        host, port = coordinator.address.split(":")
        self.authority = coordinator.address
        self._socket = context.wrap_socket(socket.create_connection((host, int(port)), 10, (source, 0)))
        self._window = _DEFAULT_WINDOW
        self._windows = {}
        self._initial = _DEFAULT_WINDOW
        self._unread = b""
        self._next = 1
        self.sent = 0  # bytes
        self._send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self._frame(_SETTINGS, 0, 0, struct.pack(">HI", _INITIAL_WINDOW_SIZE, window))

    def _send(self, data):
        self._socket.settimeout(10)
        self._socket.sendall(data)
        self.sent += len(data)

    @staticmethod
    def _framed(kind, flags, stream, payload):
        return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

    def _frame(self, kind, flags, stream, payload):
        self._send(self._framed(kind, flags, stream, payload))

    def call(self, method):
        """Begins a call. Returns its stream."""
        stream, self._next = self._next, self._next + 2
        self._frame(_HEADERS, 4, stream, self._headers(method))
        self._windows[stream] = self._initial
        return stream

    def _headers(self, method):
        headers = [(":method", "POST"), (":scheme", "https"), (":path", method), (":authority", self.authority),
                   ("content-type", "application/grpc"), ("te", "trailers")]
        return b"".join(_header(*header) for header in headers)

    def begin_and_end(self, method, count):
        """Begins so many calls, and ends each at once, before the server can have answered."""
        headers = self._headers(method)
        frames = []
        for _ in range(count):
            stream, self._next = self._next, self._next + 2
            frames.append(self._framed(_HEADERS, 4, stream, headers))
            frames.append(self._framed(_RST_STREAM, 0, stream, struct.pack(">I", _CANCEL)))
        self._send(b"".join(frames))
        while self._read_frames(0):
            pass

    def send_half(self, stream, size):
        """Says that a message of `size` follows, and sends all but a byte of it, as far as the server takes it."""
        left = struct.pack(">BI", 0, size) + bytes(size - 1)
        while left:
            room = min(self._window, self._windows[stream], _FRAME_MAX, len(left))
            if room <= 0:
                if not self._read_frames(1):
                    return
                continue
            self._frame(_DATA, 0, stream, left[:room])
            self._window -= room
            self._windows[stream] -= room
            left = left[room:]

    def send_whole(self, stream, message):
        """Sends a short message, and says that no other follows."""
        self._frame(_DATA, 1, stream, struct.pack(">BI", 0, len(message)) + message)

    def _read_frames(self, seconds):
        """Takes what the server says of windows. Returns whether it said anything in this time."""
        if not self._socket.pending() and not select.select([self._socket], [], [], seconds)[0]:
            return False
        piece = self._socket.recv(65_536)
        self._unread += piece
        while len(self._unread) >= 9:
            length = int.from_bytes(self._unread[:3], "big")
            if len(self._unread) < 9 + length:
                break
            kind, flags = self._unread[3], self._unread[4]
            stream = int.from_bytes(self._unread[5:9], "big") & 0x7fffffff
            self._take(kind, flags, stream, self._unread[9:9 + length])
            self._unread = self._unread[9 + length:]
        return piece != b""

    def _take(self, kind, flags, stream, payload):
        if kind == _WINDOW_UPDATE:
            more = int.from_bytes(payload, "big")
            if stream == 0:
                self._window += more
            elif stream in self._windows:
                self._windows[stream] += more
        elif kind == _SETTINGS and not flags & 1:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                if name == _INITIAL_WINDOW_SIZE:
                    self._windows = {s: w + value - self._initial for s, w in self._windows.items()}
                    self._initial = value
        elif kind == _PING and not flags & 1:
            self._frame(_PING, 1, 0, payload)

    def close(self):
        self._socket.close()

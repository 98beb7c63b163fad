"""A TCP proxy in front of Postgres that acts when a commit passes.

It lets a test kill a process exactly before its commit, or after the commit and before the answer, without any code for
it in the programs, because a commit is visible on the wire: it is a COMMIT, or the end of a submission, which is one
statement that the server commits by itself.
"""

import asyncio
import threading

_COMMIT = b"COMMIT\0"
_SUBMISSION = b"motzkin.submit_"
_SYNC = b"S\0\0\0\4"  # the end of a statement with parameters


class Trap:
    """The action for the next commit that `client`, an address, sends. `sprung` is set once it has happened."""

    def __init__(self, client, forward, action=None):
        self.client = client
        self.forward = forward  # If true, the server gets the commit and its answer is lost.
        self.action = action    # Called before the commit, or after the server's answer to it.
        self.sprung = threading.Event()


class CommitProxy:
    """Listens on HOST:PORT and connects to `server`, a pair (host, port). Owns a thread that stop() ends."""

    def __init__(self, host, port, server):
        self._server = server
        self._traps = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(host, port), daemon=True)
        self._thread.start()
        self._listening.wait(10)

    def arm(self, trap):
        with self._lock:
            self._traps.append(trap)
        return trap

    def disarm(self, trap):
        with self._lock:
            if trap in self._traps:
                self._traps.remove(trap)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, host, port):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, host, port))
        self._listening.set()
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)  # connections that a partition left open
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    def _take_trap(self, client):
        with self._lock:
            trap = next((trap for trap in self._traps if trap.client == client), None)
            if trap is not None:
                self._traps.remove(trap)
        return trap

    async def _serve(self, client_reader, client_writer):
        client = client_writer.get_extra_info("peername")[0]
        try:
            server_reader, server_writer = await asyncio.wait_for(asyncio.open_connection(*self._server), 5)
        except (OSError, asyncio.TimeoutError):
            client_writer.transport.abort()
            return
        answers = asyncio.ensure_future(self._pump(server_reader, client_writer))
        submitting = False
        try:
            while data := await client_reader.read(1 << 16):
                submitting = submitting or _SUBMISSION in data
                ends = data.endswith(_SYNC)
                commits = _COMMIT in data or (submitting and ends)
                submitting = submitting and not ends
                if commits and (trap := self._take_trap(client)):
                    answers.cancel()
                    await asyncio.wait([answers])  # From here on we read the server's answers.
                    await self._spring(trap, data, server_reader, server_writer)
                    break
                server_writer.write(data)
                await server_writer.drain()
        except OSError:
            pass
        answers.cancel()
        for writer in (client_writer, server_writer):
            writer.transport.abort()

    async def _spring(self, trap, data, server_reader, server_writer):
        if trap.forward:
            server_writer.write(data)
            await server_writer.drain()
            await server_reader.read(1 << 16)  # Postgres answers when the commit is durable.
        if trap.action is not None:
            trap.action()
        trap.sprung.set()

    @staticmethod
    async def _pump(reader, writer):
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.transport.abort()

"""Starts `motzkin judge --stdin`, asks it, and starts it again when it dies."""

from __future__ import annotations

import collections
import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
import weakref
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any, Deque, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Type, Union

_TRIES = 3
_AHEAD = 512  # The program reads a thousand lines ahead of its oldest answer.
_STDERR_BYTES_MAX = 2000

Item = Union[Tuple[str, str], Mapping[str, Any]]


class JudgeError(RuntimeError):
    """The program cannot be started, or ends without judging anything. The message says why, and what helps."""


class _Died(Exception):
    """The program ended before it answered."""


@dataclass(frozen=True)
class Verdict:
    """The verifier's word on one answer.

    `verdict` is "verified", "partly" (right on part of the real line), "refuted" (provably wrong), "unverified"
    (nothing is known; `reason` says why) or "error" (the item itself cannot be read).
    """

    verdict: str
    reason: Optional[str] = None
    # An exact decimal where the derivative of a wrong answer differs from the integrand.
    counterexample: Optional[str] = None
    # Intervals of the real line on which a partly right answer is right.
    valid_on: Tuple[Tuple[float, float], ...] = ()
    # All that the program said of this answer.
    details: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def right(self) -> bool:
        return self.verdict == "verified"


class _Process:
    """One run of the program. Answers come in the order of the questions."""

    def __init__(self, command: List[str]) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        self.answered = 0
        self._words = ""
        try:
            self._child = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=self._errors)
        except OSError as error:
            raise JudgeError(f"cannot start {command[0]}: {error.strerror}") from error
        assert self._child.stdin is not None and self._child.stdout is not None
        self._input = self._child.stdin.fileno()
        self._output = self._child.stdout
        os.set_blocking(self._input, False)
        self._pending: Deque["Future[Dict[str, Any]]"] = collections.deque()
        self._lock = threading.Lock()  # of the questions: the order of futures is that of lines
        self._state = threading.Lock()
        self._dead = False
        self._reader = threading.Thread(target=self._read, name="motzkin-judge", daemon=True)
        self._reader.start()

    def ask(self, line: bytes, timeout: float) -> "Future[Dict[str, Any]]":
        future: "Future[Dict[str, Any]]" = Future()
        deadline = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise FutureTimeout()
        try:
            with self._state:
                if self._dead:
                    raise _Died()
                self._pending.append(future)
            self._write(line, deadline)
        finally:
            self._lock.release()
        return future

    def _write(self, line: bytes, deadline: float) -> None:
        rest = memoryview(line)
        poll = select.poll()
        poll.register(self._input, select.POLLOUT)
        while rest:
            try:
                rest = rest[os.write(self._input, rest):]
            except BlockingIOError:
                if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise FutureTimeout() from None
            except (OSError, ValueError):
                self.kill()
                raise _Died() from None

    def _read(self) -> None:
        rest = b""
        # No buffered reader: after a fork, its lock could stay locked in the child for ever.
        while True:
            chunk = os.read(self._output.fileno(), 1 << 16)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            if not all(map(self._take, lines)):
                break
        self.kill()
        code = self._child.wait()
        self._errors.seek(0)
        self._words = self._errors.read(_STDERR_BYTES_MAX).decode("utf-8", "replace").strip() or f"exit code {code}"
        lost = list(self._pending)  # None is added any more.
        self._pending.clear()
        for future in lost:
            future.set_exception(_Died())

    def _take(self, line: bytes) -> bool:
        """Gives an answer to who waits for it. Returns False if the program is out of step."""
        try:
            answer = json.loads(line)
            future = self._pending.popleft()
        except (ValueError, IndexError):
            return False
        self.answered += 1
        future.set_result(answer)
        return True

    def alive(self) -> bool:
        return not self._dead

    def kill(self) -> None:
        with self._state:
            self._dead = True
        self._child.kill()

    def forget(self) -> None:
        """Closes the pipes in the child of a fork, so that its copies do not keep the program alive."""
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                stream.close()

    def close(self, patience: float = 5.0) -> None:
        """Lets the program end by itself, and kills it if it does not."""
        with self._lock:
            if self._child.stdin is not None and not self._child.stdin.closed:
                self._child.stdin.close()
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reader.join()
        self._output.close()
        self._errors.close()

    def last_words(self) -> str:
        """Waits for the end of a dying program. Returns what it printed, or its exit code."""
        self._reader.join()
        return self._words


class Judge:
    """Judges answers to integrals.

    The program `motzkin` is `program`, or is found on PATH; it starts with the first question, and again when it died.
    `jobs` is the number of verifiers at work (default: one a core), `cpu_ms` the CPU time for one question. A question
    without an answer after `timeout` seconds is "unverified", and the program is killed.

    Thread-safe. Can be pickled, and used after a fork: a copy starts a program of its own.
    """

    _starting: threading.Lock
    _process: Optional[_Process]

    def __init__(
        self,
        program: Optional[str] = None,
        *,
        jobs: Optional[int] = None,
        cpu_ms: Optional[int] = None,
        timeout: float = 60.0,
        dialect: Optional[str] = None,
        arguments: Iterable[str] = (),
    ) -> None:
        self._program = program
        self._flags = ["judge", "--stdin"]
        for flag, value in (("--jobs", jobs), ("--cpu", cpu_ms), ("--dialect", dialect)):
            if value is not None:
                self._flags += [flag, str(value)]
        self._flags += list(arguments)
        self._timeout = timeout
        self._reset()

    def judge(self, integrand: str, candidate: str) -> Verdict:
        """Judges whether `candidate` is an antiderivative of `integrand`, both in any notation that motzkin reads.

        JudgeError: the program cannot be started.
        """
        return _verdict(self.ask({"integrand": integrand, "candidate": candidate}))

    def judge_many(self, items: Iterable[Item]) -> Iterator[Verdict]:
        """Judges pairs (integrand, candidate), many at a time, and yields their verdicts in order.

        An item may also be a mapping with the keys of a line of `motzkin judge`, with one candidate. `items` is read no
        further ahead than the program reads.
        """
        waiting: Deque[Tuple[Mapping[str, Any], Optional[_Process], Any]] = collections.deque()
        for item in items:
            question = item if isinstance(item, Mapping) else {"integrand": item[0], "candidate": item[1]}
            waiting.append(self._send(question))
            if len(waiting) >= _AHEAD:
                yield _verdict(self._receive(*waiting.popleft()))
        while waiting:
            yield _verdict(self._receive(*waiting.popleft()))

    def ask(self, item: Mapping[str, Any]) -> Dict[str, Any]:
        """Asks one line of `motzkin judge` and returns its answer, both as dictionaries."""
        return self._receive(*self._send(item))

    def close(self) -> None:
        """Ends the program. A later question starts it again."""
        with self._starting:
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def __enter__(self) -> "Judge":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __getstate__(self) -> Dict[str, Any]:
        return {"_program": self._program, "_flags": self._flags, "_timeout": self._timeout}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()

    def _reset(self) -> None:
        self._starting = threading.Lock()
        self._process = None
        _judges.add(self)

    def _after_fork(self) -> None:
        """The threads of a program's parent are not in the child, which starts a program of its own."""
        if self._process is not None:
            self._process.forget()
        self._reset()

    def _running(self) -> _Process:
        with self._starting:
            if self._process is None or not self._process.alive():
                if self._process is not None:
                    self._process.close()
                self._process = _Process([self._path(), *self._flags])
            return self._process

    def _path(self) -> str:
        path = shutil.which(self._program or "motzkin")
        if path is None:
            raise JudgeError(f"there is no program '{self._program or 'motzkin'}' on PATH; install motzkin, "
                             "or name the program with Judge(program=...)")
        return path

    def _send(self, item: Mapping[str, Any]) -> Tuple[Mapping[str, Any], Optional[_Process], Any]:
        """Returns the item with the process that was asked and its future, or with why there is none."""
        process = self._running()
        try:
            return item, process, process.ask((json.dumps(item) + "\n").encode(), self._timeout)
        except (_Died, FutureTimeout) as error:
            return item, process, error

    def _receive(self, item: Mapping[str, Any], process: Optional[_Process], future: Any) -> Dict[str, Any]:
        for left in reversed(range(_TRIES)):
            assert process is not None
            try:
                if isinstance(future, BaseException):
                    raise future
                answer: Dict[str, Any] = future.result(self._timeout)
                return answer
            except FutureTimeout:
                process.kill()
                return _unverified(f"no answer within {self._timeout:g} s; the judge was killed")
            except _Died:
                if left == 0:
                    break
            item, process, future = self._send(item)
        assert process is not None
        words = process.last_words()
        if process.answered == 0:
            raise JudgeError(f"the judge ended without an answer: {words}")
        return _unverified(f"the judge died {_TRIES} times: {words}")


_judges: "weakref.WeakSet[Judge]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for judge in list(_judges):
        judge._after_fork()


os.register_at_fork(after_in_child=_after_fork_in_child)


def _unverified(reason: str) -> Dict[str, Any]:
    return {"outcome": "unverified", "candidates": [{"verdict": "unverified", "reason": reason}]}


def _verdict(answer: Mapping[str, Any]) -> Verdict:
    if "error" in answer:
        return Verdict("error", reason=answer["error"], details=answer)
    details = answer["candidates"][0]
    return Verdict(
        verdict=details["verdict"],
        reason=details.get("reason"),
        counterexample=details.get("counterexample"),
        valid_on=tuple((low, high) for low, high in details.get("valid_on", ())),
        details=details,
    )

"""Runs a job on somebody else's file in a child that can do nothing but read that file and answer.

Each file has its own child; a crash, a hang or a take-over ends with it. The parent opens the file, the child gets the
descriptor: it needs no paths, so none can be opened (no playlist can name a sibling).
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lifelong

_ANSWER_BYTES = 4 << 20  # more than any honest answer
_GRACE_S = 2.0  # the child's own alarm clock goes off first
_OUT_OF_TIME = (signal.SIGALRM, signal.SIGXCPU)
_SHUT_DOWN = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Limits:
    """``wall_s`` seconds by the clock, ``cpu_s`` of processor, ``write_bytes`` into each file it may write.

    Memory: a full decode was measured at 447 MB of address space for 1080p, 658 MB for 8192×4320.
    """

    wall_s: float
    cpu_s: int
    memory_bytes: int = 1 << 30
    write_bytes: int = 0
    nice: int = 10  # somebody waits for a page; on an idle machine a child still gets everything


class Broken(Exception):
    """The child did not come to an answer. ``reason``: crashed | timed_out | out_of_memory."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


class Interrupted(Exception):
    """The machinery was stopped from outside, by a shutdown say: it says nothing about the file. Try again."""


def run(
    job: str,
    files: Sequence[int],
    *,
    limits: Limits,
    values: dict[str, Any] | None = None,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """The answer of ``job`` ("module:function"), called in the child as ``function(reporter, *fds, **values)``.

    Raises Broken for what the job did, Interrupted for what was done to it. Safe from several threads at once.
    """
    ours, theirs = socket.socketpair()
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        with ours:
            request = {"job": job, "values": values or {}, "limits": asdict(limits)}
            try:
                pid = _keeper.fork(request, [theirs.fileno(), nowhere, *files])
            finally:
                theirs.close()
            try:
                return _listen(ours, limits, progress)
            except Broken as broken:
                raise _told_by(_keeper.end(pid), broken) from None
            except BaseException:
                _keeper.end(pid)
                raise
    finally:
        os.close(nowhere)


def _told_by(died_of: int | None, broken: Broken) -> Exception:
    """What a child's silence means, by the signal it died of; None: the keeper itself is gone."""
    if died_of is None or died_of in _SHUT_DOWN:
        return Interrupted(str(broken))
    if died_of in _OUT_OF_TIME:
        return Broken("timed_out")
    return broken


def warm_up() -> None:
    """Starts the keeper and returns at once: its 0.1 s of loading pass while the caller does other things."""
    _keeper.start()


def _listen(line: socket.socket, limits: Limits, progress: Callable[[float], None] | None) -> dict[str, Any]:
    for message in _messages(line, time.monotonic() + limits.wall_s + _GRACE_S):
        if "answer" in message:
            return message["answer"]
        if "broke" in message:
            raise Broken(message["broke"], message.get("detail", ""))
        if progress and "progress" in message:
            progress(float(message["progress"]))
    raise Broken("crashed")


def _messages(line: socket.socket, end: float) -> Iterator[dict[str, Any]]:
    """What the child says, until it is gone. Nothing it could say harms: JSON, and no more than a few megabytes."""
    waiting = b""
    while piece := _receive(line, end):
        waiting += piece
        *lines, waiting = waiting.split(b"\n")
        if len(waiting) > _ANSWER_BYTES:
            raise Broken("crashed", "answer too long")
        for text in lines:
            try:
                message = json.loads(text)
            except ValueError:
                raise Broken("crashed", "not an answer") from None
            if not isinstance(message, dict):
                raise Broken("crashed", "not an answer")
            yield message


def _receive(line: socket.socket, end: float) -> bytes:
    line.settimeout(max(end - time.monotonic(), 0.001))
    try:
        return line.recv(1 << 16)
    except TimeoutError:
        raise Broken("timed_out") from None
    except OSError:
        return b""


class _Keeper:
    """The one keeper of this process; started when first asked, again where it has gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    def start(self) -> None:
        with self._lock:
            self._running()

    def fork(self, request: dict[str, Any], files: Sequence[int]) -> int:
        words = json.dumps(request).encode() + b"\n"
        with self._lock:
            for last in (False, True):
                try:
                    control = self._running()
                    socket.send_fds(control, [words], list(files))
                    return int(_answer(control)["pid"])
                except (OSError, ValueError):
                    self._gone()
                    if last:
                        raise Interrupted("the keeper does not start") from None
            raise AssertionError

    def end(self, pid: int) -> int | None:
        """Sees to it that a child is over; the signal it died of, 0 for none, None where the keeper is gone too."""
        with self._lock:
            if self._control is None or self._owner != os.getpid():
                return None
            try:
                self._control.sendall(json.dumps({"end": pid}).encode() + b"\n")
                return int(_answer(self._control)["signal"])
            except (OSError, ValueError):
                self._gone()  # its children die with it
                return None

    def close(self) -> None:
        if self._owner == os.getpid():
            self._gone()

    def _running(self) -> socket.socket:
        if self._owner != os.getpid() and self._process is not None:  # after a fork: that keeper is our parent's
            self._process.returncode = 0
            self._gone()
        if self._control is None:
            self._owner = os.getpid()
            self._control, self._process = _start()
        return self._control

    def _gone(self) -> None:
        control, process = self._control, self._process
        self._control = self._process = None
        if control is not None:
            control.close()
        if process is not None:
            process.kill()  # it keeps nothing, and its children die with it
            process.wait()


def _start() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", f"from lifelong.media.probe.keeper import main; main({theirs.fileno()})"],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=_surroundings(),
        )
    return ours, process


def _surroundings() -> dict[str, str]:
    """What the keeper needs to find its modules, and none of the platform's secrets."""
    root = str(Path(lifelong.__file__).resolve().parents[1])
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "OPENBLAS_NUM_THREADS": "1"}


def _answer(control: socket.socket) -> dict[str, Any]:
    """One short answer of the keeper; it may have to load FFmpeg first."""
    control.settimeout(30)
    words = b""
    while not words.endswith(b"\n"):
        piece = control.recv(4096)
        if not piece:
            raise OSError("the keeper is gone")
        words += piece
    answer: dict[str, Any] = json.loads(words)
    return answer


_keeper = _Keeper()
atexit.register(_keeper.close)

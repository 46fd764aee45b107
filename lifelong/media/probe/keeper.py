"""The keeper: a small process that has FFmpeg loaded and forks a fresh child for each file.

``multiprocessing``'s forkserver was measured beside it: it runs the caller's main module again in every child (which for
a command means importing Django), starts a second watching process and takes 10–14 ms a child; this takes 4–5 ms.
"""

import gc
import importlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

from lifelong.media.probe.limits import shut_in

_IDLE_S = 60.0  # then it goes, and the next file starts a new one: 20 MB are not kept for nothing


class Reporter:
    """The child's voice: lines of JSON to the parent, nothing that the parent would have to unpickle."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def progress(self, share: float) -> None:
        _say(self._line, {"progress": round(share, 4)})

    def answer(self, answer: dict[str, Any]) -> None:
        _say(self._line, {"answer": answer})

    def broke(self, reason: str, detail: str) -> None:
        _say(self._line, {"broke": reason, "detail": detail[:500]})


class Nursery:
    """The keeper's living children, and of what signal the dead ones died that nobody has asked after yet."""

    def __init__(self) -> None:
        self._ends: dict[int, float] = {}  # number of the process: when it must be over
        self._died_of: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, pid: int, wall_s: float) -> None:
        self._ends[pid] = time.monotonic() + wall_s + 5

    def tidy(self) -> None:
        """Buries the dead and kills what has outlived its time."""
        for pid, end in list(self._ends.items()):
            if not self._bury(pid, os.WNOHANG) and time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)

    def end(self, pid: int) -> int:
        """Sees to it that a child is over; the signal it died of, 0 for none."""
        for _ in range(50):  # one that has closed its line is about to go by itself
            if pid not in self._ends or self._bury(pid, os.WNOHANG):
                return self._died_of.pop(pid, 0)
            time.sleep(0.001)
        os.kill(pid, signal.SIGKILL)  # not yet buried, so the number cannot have passed to a stranger
        self._bury(pid, 0)
        return self._died_of.pop(pid, 0)

    def _bury(self, pid: int, how: int) -> bool:
        found, status = os.waitpid(pid, how)
        if not found:
            return False
        del self._ends[pid]
        if os.WIFSIGNALED(status):
            self._died_of[pid] = os.WTERMSIG(status)
        return True


def main(control_fd: int) -> None:
    """Serves until the parent closes its end or nothing was asked for a minute."""
    import av.subtitles.stream  # noqa: F401 - all of av is loaded once here, so that a child begins with it

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=control_fd)
    control.settimeout(_IDLE_S)
    gc.freeze()
    children = Nursery()
    waiting = b""
    while True:
        try:
            words, files, _, _ = socket.recv_fds(control, 65536, 8)
        except TimeoutError:
            children.tidy()
            if len(children):
                continue
            return
        except OSError:
            return
        if not words:
            return
        children.tidy()
        *lines, waiting = (waiting + words).split(b"\n")
        for line in lines:
            _serve(control, json.loads(line), files, children)


def _serve(control: socket.socket, request: dict[str, Any], files: list[int], children: Nursery) -> None:
    if "end" in request:
        _say(control, {"signal": children.end(request["end"])})
        return
    module, _, name = request["job"].partition(":")
    job = getattr(importlib.import_module(module), name)  # before the fork: later, few modules can be opened
    pid = os.fork()
    if pid == 0:
        control.close()
        _live(job, request, files)
    children.add(pid, request["limits"]["wall_s"])
    for fd in files:
        os.close(fd)
    _say(control, {"pid": pid})


def _live(job: Callable[..., dict[str, Any]], request: dict[str, Any], files: list[int]) -> NoReturn:
    """The child's whole life: walls, one job, one answer."""
    code = 1
    try:
        report = Reporter(socket.socket(fileno=files[0]))
        for standard in (0, 1, 2):
            os.dup2(files[1], standard)
        shut_in(**request["limits"])
        try:
            report.answer(job(report, *files[2:], **request["values"]))
            code = 0
        except MemoryError:
            report.broke("out_of_memory", "")
        except Exception as error:  # an untrusted file may raise anything: AttributeError, UnicodeDecodeError, …
            report.broke("crashed", f"{type(error).__name__}: {error}")
    finally:
        os._exit(code)


def _say(line: socket.socket, message: dict[str, Any]) -> None:
    line.sendall(json.dumps(message).encode() + b"\n")

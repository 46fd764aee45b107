"""One parent, some children: starts them, starts again what dies, stops all. Loads everything once and forks, so that
the children share it.

The parent has a single thread and no database connection: the only state in which forking is safe.
"""

import gc
import http.client
import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lifelong.config.server.parent import die_with_parent

logger = logging.getLogger("lifelong.supervisor")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 60.0  # after so long a child counts as well again
STOP_SECONDS = 12.0  # then what has not ended is killed
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@dataclass
class Child:
    """``work`` runs in the forked process; when it returns, the process ends well. ``nice``: how far it stands back."""

    name: str
    work: Callable[[], None]
    nice: int = 0
    pid: int = 0
    began: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0


@dataclass
class Supervisor:
    """``ready`` is called once, when the address answers."""

    children: list[Child]
    address: tuple[str, int]
    ready: Callable[[], None] = lambda: None
    stopping: int = field(default=0, init=False)
    told: bool = field(default=False, init=False)

    def run(self) -> int:
        """Until a signal; the exit code."""
        self.listen()
        gc.collect()
        gc.freeze()  # what is loaded by now is never collected: its pages stay shared
        while not self.stopping:
            self.start_due()
            self.reap()
            if not self.told:
                self.tell()
            self.sleep(0.1 if not self.told else 1.0)
        return self.stop()

    def listen(self) -> None:
        """Signals become bytes in a pipe, so that none is missed between looking and sleeping."""
        self.ears, mouth = socket.socketpair()
        self.ears.setblocking(False)
        mouth.setblocking(False)
        self.mouth = mouth
        signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        for each in SIGNALS:
            signal.signal(each, self.hear)

    def hear(self, number: int, _frame: object) -> None:
        if number != signal.SIGCHLD:
            self.stopping += 1

    def sleep(self, seconds: float) -> None:
        select.select([self.ears], [], [], seconds)
        try:
            self.ears.recv(4096)
        except BlockingIOError:
            return

    def start_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if not child.pid and child.due <= now:
                self.start(child)

    def start(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        child.began = time.monotonic()
        child.pid = os.fork()
        if not child.pid:
            self.become(child, parent)

    def become(self, child: Child, parent: int) -> None:
        """In the new process; does not return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in SIGNALS:
                signal.signal(each, signal.SIG_DFL)
            self.ears.close()
            self.mouth.close()
            os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which then stops all in order
            die_with_parent(parent)
            os.nice(child.nice)
            child.work()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            logger.exception("%s broke off", child.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def reap(self) -> None:
        """Takes note of who has ended. A child that dies young waits longer each time before it begins again."""
        for child in self.ended():
            now = time.monotonic()
            if now - child.began > STEADY_SECONDS:
                child.pause = FIRST_PAUSE
            child.due = now + child.pause
            logger.error("%s ended unexpectedly, again in %.0f s", child.name, child.pause)
            child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def ended(self) -> list[Child]:
        """Children that have ended since it was last asked. Strangers are buried too: in a container this is process 1."""
        found = []
        while True:
            try:
                pid, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not pid:
                break
            for child in self.children:
                if child.pid == pid:
                    self.kill_group(pid, signal.SIGKILL)  # its own children, should any be left
                    child.pid = 0
                    found.append(child)
        return found

    def tell(self) -> None:
        """Says once that the address answers."""
        connection = http.client.HTTPConnection(*self.address, timeout=1)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                self.told = True
                self.ready()
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def stop(self) -> int:
        """Asks all to end, waits, kills what does not. A second signal kills at once."""
        asked = self.stopping
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.pid for child in self.children) and time.monotonic() < deadline and self.stopping == asked:
            self.ended()
            self.sleep(0.05)
        left = [child for child in self.children if child.pid]
        for child in left:
            logger.error("%s did not end in time and was killed", child.name)
            self.kill_group(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        return 1 if left else 0

    @staticmethod
    def kill_group(pid: int, number: signal.Signals) -> None:
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            return

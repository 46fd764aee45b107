"""Jobs that misbehave, for the tests of the cage."""

import ctypes
import os
import socket
import time
from pathlib import Path
from typing import Any

from lifelong.media.probe.keeper import Reporter


def answer(_report: Reporter, *fds: int, **values: Any) -> dict[str, Any]:
    return {"read": [os.pread(fd, 100, 0).decode() for fd in fds], **values}


def crash(_report: Reporter) -> dict[str, Any]:
    ctypes.string_at(0)
    return {}


def stumble(_report: Reporter) -> dict[str, Any]:
    return {"length": len(None)}  # type: ignore[arg-type]


def hang(_report: Reporter) -> dict[str, Any]:
    time.sleep(3600)
    return {}


def spin(_report: Reporter) -> dict[str, Any]:
    while True:
        pass


def eat(_report: Reporter) -> dict[str, Any]:
    return {"size": len(b"x" * (4 << 30))}


def steps(report: Reporter) -> dict[str, Any]:
    for share in (0.25, 0.5, 1.0):
        report.progress(share)
    return {}


def look_around(_report: Reporter, *, path: str, folder: str) -> dict[str, Any]:
    """What of the outside world can be reached."""
    reached = {}
    for name, attempt in {
        "file": lambda: Path(path).read_text(),
        "folder": lambda: os.listdir(folder),
        "new file": lambda: Path(folder, "new").write_text("x"),
        "network": lambda: socket.create_connection(("127.0.0.1", int(os.environ.get("PORT_TO_TRY", "9"))), 1).close(),
        "names": lambda: socket.getaddrinfo("example.org", 80),
    }.items():
        try:
            attempt()
            reached[name] = True
        except OSError:
            reached[name] = False
    return {
        "reached": reached,
        "interfaces": [name for _, name in socket.if_nameindex()],
        "environment": sorted(os.environ),
        "group": os.getpgid(0) == os.getpid(),
        "session": os.getsid(0),
        "nice": os.nice(0),
    }


def connect_to(_report: Reporter, *, port: int) -> dict[str, Any]:
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError:
        return {"connected": False}
    return {"connected": True}


def write_much(_report: Reporter, fd: int) -> dict[str, Any]:
    try:
        os.write(fd, b"x" * (1 << 20))
        os.write(fd, b"x")
    except OSError as error:
        return {"stopped": error.errno, "size": os.fstat(fd).st_size}
    return {"stopped": 0}


def babble(report: Reporter) -> dict[str, Any]:
    report._line.sendall(b"\x80\x04not json\n")
    return {}


def flood(report: Reporter) -> dict[str, Any]:
    while True:
        report._line.sendall(b"x" * (1 << 16))


def lie(_report: Reporter, _fd: int, **_values: Any) -> dict[str, Any]:
    return {"readable": "perhaps", "size_bytes": [], "video": 7}

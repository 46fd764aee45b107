"""Requests as bytes, for what no client library would send."""

import http.client
import socket
from dataclasses import dataclass
from typing import Any

from lifelong.config.testing import LiveFront


@dataclass
class Reply:
    status: int
    headers: Any
    body: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, "")


def ask(front: LiveFront, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def get(front: LiveFront, path: str, **headers: str) -> Reply:
    return ask(front, "GET", path, {name.replace("_", "-"): value for name, value in headers.items()})


def raw(front: LiveFront, request: bytes, *, seconds: float = 5.0, half_close: bool = False) -> bytes:
    """Everything that comes back until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", front.port), timeout=seconds) as line:
        line.sendall(request)
        if half_close:
            line.shutdown(socket.SHUT_WR)
        found = b""
        try:
            while block := line.recv(65536):
                found += block
                if b"\r\n\r\n" in found and complete(found):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return found


def complete(found: bytes) -> bool:
    head, _, body = found.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return False

"""Connections to public numbers only, whatever a name answers: no part of this can be switched off.

A name is resolved once per connection, every number of the answer is judged, and the connection goes to a judged number:
a name that answers otherwise a moment later (rebinding) gains nothing. The same holds at every redirect.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from lifelong.standards.links.addresses import closed_number

#: Gives the numbers of a host name. Raises NoSuchName where the name does not exist, OSError where nobody could say.
Resolver = Callable[[str, int], Iterable[str]]
#: Opens a stream to a number: (number, port, seconds). Raises what httpcore's backends raise.
Connector = Callable[[str, int, float], httpcore.NetworkStream]

_RESOLVING_S = 8.0


class NoSuchName(Exception):
    """The name system answered: there is no such host."""


class ClosedAddress(Exception):
    """A name leads to a number that is not on the public Internet."""


def resolve(host: str, port: int) -> list[str]:
    """The system's resolver, which knows no time limit: asked in a thread that may be left behind."""
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_RESOLVING_S)
    found = answer[0] if answer else TimeoutError("resolving took too long")
    if isinstance(found, socket.gaierror) and found.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
        raise NoSuchName(host)
    if isinstance(found, OSError):
        raise found
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(number: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(number, port, timeout=timeout_s)


class GuardedBackend(httpcore.NetworkBackend):
    """httpcore's way to the network, with the judgement in between and one deadline over all."""

    def __init__(self, resolver: Resolver, connector: Connector, deadline: float) -> None:
        self._resolver, self._connector, self._deadline = resolver, connector, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no number")
        for number in self.vetted(host, port):
            try:
                return _Timed(self._connector(number, port, left(self._deadline, timeout)), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def vetted(self, host: str, port: int) -> Sequence[str]:
        """All numbers of ``host``; raises ClosedAddress if any of them is not public."""
        left(self._deadline, None)
        numbers = list(self._resolver(host, port))
        for number in numbers:
            if closed_number(ip_address(number.partition("%")[0])):
                raise ClosedAddress(f"{host} → {number}")
        if not numbers:
            raise NoSuchName(host)
        return numbers

    def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise ClosedAddress("unix socket")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Timed(httpcore.NetworkStream):
    """A stream that ends at the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, left(self._deadline, timeout))
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def left(deadline: float, timeout: float | None) -> float:
    """Seconds that an operation may take. Raises httpcore.ReadTimeout where none are left."""
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise httpcore.ReadTimeout("deadline")
    return rest if timeout is None else min(rest, timeout)

"""One request as the front sees it: who asks, from where, under which number. The same for all three ways."""

import ipaddress
import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from string import punctuation
from typing import Any
from urllib.parse import quote

NUMBER = re.compile(r"[A-Za-z0-9_-]{8,64}")
SECRET = re.compile(
    r"[\w:.@=+~-]{24,}", re.ASCII
)  # activation, registration, a signed file: whoever has it may come in


class Visit:
    """``header(name)`` takes small letters. ``address`` is the visitor's, ``scheme`` what the visitor typed."""

    __slots__ = (
        "address",
        "header",
        "headers",
        "method",
        "number",
        "path",
        "peer",
        "query",
        "route",
        "scheme",
        "version",
    )

    def __init__(self, scope: Any, trusted: "Proxies") -> None:
        self.headers = scope.headers
        self.header: Callable[..., str | None] = self.headers.get
        self.method: str = scope.method
        self.path: str = scope.path
        self.query = in_ascii(scope.query_string)
        self.version: str = scope.http_version
        self.route = ""  # the name of the page that answered
        self.peer = without_port(scope.client)
        if trusted.knows(self.peer):
            self.address = trusted.visitor(self.peer, self.header("x-forwarded-for"))
            self.scheme = "https" if self.header("x-forwarded-proto") == "https" else "http"
            given = self.header("x-request-id") or ""
            self.number = given if NUMBER.fullmatch(given) else os.urandom(8).hex()
        else:
            self.address, self.scheme, self.number = self.peer, scope.scheme, os.urandom(8).hex()

    @property
    def told(self) -> str:
        """The path as a log may have it."""
        return SECRET.sub(lambda found: f"{found[0][:4]}…", self.path)


def in_ascii(query: str) -> str:
    """As a browser sends it: programs send 「?q=太极拳」 as it was typed, and WSGI knows no such letters."""
    return query if query.isascii() else quote(query, safe=punctuation, errors="replace")


def without_port(client: str) -> str:
    """``203.0.113.7:5000`` → ``203.0.113.7``; ``[2001:db8::1]:5000`` → ``2001:db8::1``."""
    host = client.rpartition(":")[0]
    return host[1:-1] if host.startswith("[") else host


class Proxies:
    """``TRUSTED_PROXIES``: the only peers whose forwarding headers are believed."""

    def __init__(self, networks: Sequence[str]) -> None:
        self.networks = [ipaddress.ip_network(each, strict=False) for each in networks]
        self.knows = lru_cache(maxsize=4096)(self._knows) if self.networks else (lambda _address: False)

    def _knows(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    def visitor(self, peer: str, forwarded: str | None) -> str:
        """The nearest address that is no proxy of ours, read from the right: what lies further left anyone can write."""
        address = peer
        for each in reversed((forwarded or "").split(",")):
            candidate = each.strip().strip("[]")
            try:
                ipaddress.ip_address(candidate)
            except ValueError:
                break
            address = candidate
            if not self.knows(candidate):
                break
        return address

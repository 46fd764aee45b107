"""The way to a school's platform: through the guard of link checks, so that a registration leads to no machine inside."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpcore
from django.utils.translation import gettext as _

from lifelong.standards.links import guard
from lifelong.standards.links.addresses import Refused, read_address
from lifelong.standards.links.checker import default_tls
from lifelong.standards.links.guard import ClosedAddress, Connector, GuardedBackend, NoSuchName, Resolver

MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Unreachable(Exception):
    """The platform gave no answer that could be used; its text says why."""


@dataclass
class Network:
    """How names and numbers are reached; tests hand in others, the judgement in between stays."""

    resolver: Resolver = guard.resolve
    connector: Connector = guard.connect
    tls: ssl.SSLContext | None = field(default=None)


network = Network()


def fetch(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", deadline_s: float = 10.0
) -> tuple[int, bytes]:
    """Status and body; redirects are not followed. Raises ``Unreachable``."""
    answer = ask(method, url, headers=headers, body=body, deadline_s=deadline_s)
    return answer.status, answer.body


def ask(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", deadline_s: float = 10.0) -> Answer:
    """Redirects are not followed. Raises ``Unreachable``."""
    try:
        address = read_address(url)
        if not address.url.startswith("https://"):
            raise Unreachable(_("只连接 https:// 开头的地址"))
        backend = GuardedBackend(network.resolver, network.connector, time.monotonic() + deadline_s)
        with (
            httpcore.ConnectionPool(ssl_context=network.tls or default_tls(), network_backend=backend) as pool,
            pool.stream(method, address.url, headers=list(headers.items()), content=body) as answer,
        ):
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            return Answer(answer.status, told, _body(answer))
    except (Refused, ClosedAddress) as error:
        raise Unreachable(_("不是公共互联网上的地址（%(why)s）") % {"why": error}) from error
    except NoSuchName as error:
        raise Unreachable(_("没有这个域名（%(host)s）") % {"host": error}) from error
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise Unreachable(_("对方在 %(seconds).0f 秒内没有答复完") % {"seconds": deadline_s}) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise Unreachable(_("连接失败或中断（%(why)s）") % {"why": why}) from error


def _body(answer: httpcore.Response) -> bytes:
    read = b""
    for piece in answer.iter_stream():
        read += piece
        if len(read) > MOST_BYTES:
            raise Unreachable(_("对方的答复过长"))
    return read

"""Goes to the address of a linked course once and says what came. Judging is apart (``verdicts``)."""

import ssl
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal, Self
from urllib.parse import urljoin

import certifi
import httpcore

from lifelong.standards.links import guard, pages
from lifelong.standards.links.addresses import Address, Refused, read_address
from lifelong.standards.links.guard import ClosedAddress, Connector, GuardedBackend, NoSuchName, Resolver

Outcome = Literal[
    "works",
    "no_such_name",
    "not_found",  # 404, 410
    "soft_not_found",
    "parked",  # the name is for sale or belongs to a dealer by now
    "certificate",  # TLS that browsers refuse
    "too_many_redirects",
    "refused_address",  # by its writing, or by the number behind its name
    "no_answer",
    "timed_out",
    "server_error",  # 5xx
    "turned_away",  # 401, 403, 405, 429 and whatever else a robot is told
    "robot_wall",
    "login_wall",
    "empty",
    "offline",  # this machine has no Internet: nothing is known
]
MAX_REDIRECTS = 5
DEADLINE_S = 25.0
_BODY_BYTES = 256 << 10
_STEP_S = 10.0  # for connecting or one read
_REDIRECTS = (301, 302, 303, 307, 308)
_REFERENCE_S = 4.0
#: Hosts whose being reachable proves that this machine has Internet at all.
REFERENCES = ("www.gov.cn", "www.moe.gov.cn", "www.baidu.com")
_TELLING = ("content-type", "content-length", "server", "date", "last-modified", "retry-after", "location")
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; LifelongLinkCheck/1.0)",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}


@dataclass(frozen=True)
class LinkFacts:
    """What one visit found. ``excerpt`` shows a reviewer what came; ``detail`` says why where the outcome alone does not."""

    url: str
    outcome: Outcome
    final_url: str = ""
    status: int | None = None
    redirects: int = 0
    excerpt: str = ""
    detail: str = ""
    seconds: float = 0.0  # to the last answer
    headers: dict[str, str] = field(default_factory=dict)  # of the last answer, those of ``_TELLING``
    retry_after_s: int | None = None  # what the other side asked for
    certificate_until: str = ""  # ISO 8601, of the last host where it spoke TLS

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values)


def check_link(
    url: str,
    *,
    resolver: Resolver = guard.resolve,
    connector: Connector = guard.connect,
    tls: ssl.SSLContext | None = None,
    references: Sequence[str] = REFERENCES,
    deadline_s: float = DEADLINE_S,
) -> LinkFacts:
    """One visit: a GET, at most five redirects, at most ``deadline_s`` seconds. Never raises for what the other side does."""
    backend = GuardedBackend(resolver, connector, time.monotonic() + deadline_s)
    facts = _Visit(url, backend, tls or default_tls()).run()
    if facts.outcome in ("no_such_name", "no_answer", "timed_out") and not _online(resolver, connector, references):
        return LinkFacts(url, "offline", facts.final_url, redirects=facts.redirects)
    return facts


def default_tls() -> ssl.SSLContext:
    """Certificates verified against the system's authorities and certifi's: a bare machine may have none of its own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Visit:
    """The way from the first address to the last answer, with the cookies a browser would carry."""

    def __init__(self, url: str, backend: GuardedBackend, tls: ssl.SSLContext) -> None:
        self.url, self.backend, self.tls = url, backend, tls
        self.at = url
        self.redirects = 0
        self.cookies: dict[str, dict[str, str]] = {}
        self.began = time.monotonic()
        self.certificate_until = ""

    def run(self) -> LinkFacts:
        try:
            while True:
                page = self.get(read_address(self.at))
                onward = page.headers.get("location", "") if page.status in _REDIRECTS else page.refresh
                if not onward or (page.status not in _REDIRECTS and not 200 <= page.status < 300):
                    return self.found(_outcome(page), page)
                if self.redirects == MAX_REDIRECTS:
                    return self.found("too_many_redirects", page)
                self.redirects += 1
                self.at = urljoin(self.at, onward)
        except Refused as refused:
            return self.found("refused_address", detail=str(refused))
        except ClosedAddress as closed:
            return self.found("refused_address", detail=str(closed))
        except NoSuchName:
            return self.found("no_such_name")
        except (httpcore.TimeoutException, TimeoutError):
            return self.found("timed_out")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            return self.found(*_failure(error))

    def get(self, address: Address) -> pages.Page:
        headers = [*_HEADERS.items(), *self.cookies_for(address.host)]
        with (
            httpcore.ConnectionPool(ssl_context=self.tls, network_backend=self.backend, max_connections=1) as pool,
            pool.stream("GET", address.url, headers=headers, extensions=_TIMEOUTS) as answer,
        ):
            self.certificate_until = _valid_until(answer)
            names = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers]
            self.keep_cookies(address.host, [value for name, value in names if name == "set-cookie"])
            body = b"" if answer.status in _REDIRECTS else _first_bytes(answer)
        return pages.Page(address.url, answer.status, dict(names), body, moved=self.redirects > 0)

    def cookies_for(self, host: str) -> list[tuple[str, str]]:
        kept = self.cookies.get(host)
        return [("Cookie", "; ".join(f"{name}={value}" for name, value in kept.items()))] if kept else []

    def keep_cookies(self, host: str, lines: list[str]) -> None:
        for line in lines:
            try:
                for name, morsel in SimpleCookie(line).items():
                    self.cookies.setdefault(host, {})[name] = morsel.coded_value
            except CookieError:
                continue

    def found(self, outcome: Outcome, page: pages.Page | None = None, detail: str = "") -> LinkFacts:
        return LinkFacts(
            url=self.url,
            outcome=outcome,
            final_url=self.at if self.redirects else "",
            status=page.status if page else None,
            redirects=self.redirects,
            excerpt=page.excerpt if page else "",
            detail=detail,
            seconds=round(time.monotonic() - self.began, 2),
            headers={name: page.headers[name][:200] for name in _TELLING if name in page.headers} if page else {},
            retry_after_s=_retry_after(page.headers.get("retry-after", "")) if page else None,
            certificate_until=self.certificate_until,
        )


_TIMEOUTS = {"timeout": {"connect": _STEP_S, "read": _STEP_S, "write": _STEP_S, "pool": _STEP_S}}


def _valid_until(answer: httpcore.Response) -> str:
    """When the certificate of the answer's host runs out; nothing where it spoke no TLS."""
    spoken = answer.extensions["network_stream"].get_extra_info("ssl_object")
    known = (spoken.getpeercert() or {}).get("notAfter") if spoken is not None else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(known), UTC).isoformat() if known else ""


def _retry_after(said: str) -> int | None:
    """Seconds, written as such or as a date; nothing where it is neither."""
    if said.strip().isdecimal():
        return int(said.strip()[:9])
    try:
        return max(0, int(parsedate_to_datetime(said).timestamp() - time.time())) if said else None
    except (ValueError, TypeError):
        return None


def _first_bytes(answer: httpcore.Response) -> bytes:
    body = b""
    for piece in answer.iter_stream():
        body += piece
        if len(body) >= _BODY_BYTES:
            break
    return body[:_BODY_BYTES]


def _outcome(page: pages.Page) -> Outcome:
    if 200 <= page.status < 300:
        kind = pages.kind_of(page)
        return "works" if kind == "page" else kind
    if page.status in (404, 410):
        return "not_found"
    if page.is_html and pages.is_robot_wall(page):
        return "robot_wall"
    return "server_error" if page.status >= 500 else "turned_away"


def _failure(error: Exception) -> tuple[Outcome, None, str]:
    """A broken connection, by its cause: a certificate that browsers refuse is no passing trouble."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate", None, cause.verify_message
        cause = cause.__cause__ or cause.__context__
    return "no_answer", None, str(error)[:200]


def _online(resolver: Resolver, connector: Connector, references: Sequence[str]) -> bool:
    """Whether any of the well-known hosts can be reached from here, through the same guard."""
    backend = GuardedBackend(resolver, connector, time.monotonic() + _REFERENCE_S * len(references))
    for host in references:
        try:
            backend.connect_tcp(host, 443, _REFERENCE_S).close()
        except (NoSuchName, ClosedAddress, httpcore.NetworkError, httpcore.TimeoutException, OSError):
            continue
        return True
    return False

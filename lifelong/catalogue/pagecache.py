"""Anonymous public pages kept for everybody, under the state of the library that they were built from.

A page is kept only where nothing of it is anybody's own: no session, no message, no token, no cookie set. It is served while
the library has not moved on, and never longer than ``LONGEST_S``: a suspension is out of every copy within seconds even
if the feeder is dead. ``answer`` needs no Django request, so the front may ask it before a thread is taken.
"""

import gzip
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie

from lifelong.catalogue.queries.indexing import last_change
from lifelong.catalogue.queries.listing import view_now

LONGEST_S = 8.0  # of a copy; suspensions must be out of every cache within ten seconds
MOST_BYTES = 16 * 1024 * 1024  # of one process
LONGEST_BODY = 512 * 1024
LONGEST_QUERY = 400
PLACES = (
    "/search", "/resources/", "/areas/", "/categories/", "/series/", "/institutions/", "/speakers/", "/batches/", "/api/v1/", "/embed/",
    "/feeds/", "/sitemap", "/about", "/help", "/terms", "/privacy", "/api/docs",
)  # fmt: skip
Headers = list[tuple[str, str]]
Header = Callable[[str], str | None]


class Key(NamedTuple):
    path: str
    query: str
    language: str
    elder: bool
    theme: str


@dataclass(slots=True)
class Kept:
    generation: str
    at: float
    headers: Headers
    etag: str
    body: bytes
    small: bytes = b""  # the same with gzip, made when first asked for

    @property
    def size(self) -> int:
        return len(self.body) + len(self.small) + 1_000


class Clock:
    """The state of the library as this process last saw it: the index's cursor and the last line of the change log."""

    def __init__(self, every_s: float = 0.25) -> None:
        self.every_s = every_s
        self.lock = Lock()
        self.at = float("-inf")
        self.generation: str | None = None

    def now(self) -> str | None:
        """Asks the database at most every ``every_s`` seconds; None where nothing may be kept. In a page thread only."""
        if time.monotonic() - self.at >= self.every_s and self.lock.acquire(blocking=self.generation is None):
            try:
                self.generation, self.at = self._read(), time.monotonic()
            finally:
                self.lock.release()
        return self.generation

    def latest(self) -> str | None:
        """What was last seen, while that is fresh; never asks anything and never waits."""
        return self.generation if time.monotonic() - self.at < self.every_s * 3 else None

    def _read(self) -> str | None:
        try:
            view = view_now()
            return f"{view.generation}/{last_change()}" if view is not None else None
        except (DatabaseError, OSError):
            return None


class PageCache:
    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.rows: OrderedDict[Key, Kept] = OrderedDict()
        self.lock = Lock()

    def find(self, key: Key, generation: str) -> Kept | None:
        kept = self.rows.get(key)
        if kept is None or kept.generation != generation or time.monotonic() - kept.at > LONGEST_S:
            return None
        return kept

    def keep(self, key: Key, kept: Kept) -> None:
        with self.lock:
            self._drop(self.rows.pop(key, None))
            self.rows[key] = kept
            self.bytes += kept.size
            while self.bytes > self.most_bytes:
                self._drop(self.rows.popitem(last=False)[1])

    def squeeze(self, kept: Kept) -> bytes:
        if not kept.small:
            kept.small = gzip.compress(kept.body, 6, mtime=0)
            with self.lock:
                self.bytes += len(kept.small)
        return kept.small

    def _drop(self, kept: Kept | None) -> None:
        if kept is not None:
            self.bytes -= kept.size

    def clear(self) -> None:
        with self.lock:
            self.rows.clear()
            self.bytes = 0


clock = Clock()
pages = PageCache()


def key_of(method: str, path: str, query: str, header: Header) -> Key | None:
    """What the answer may depend on; None where it is not to be kept."""
    if method not in {"GET", "HEAD"} or len(query) > LONGEST_QUERY or (path != "/" and not path.startswith(PLACES)):
        return None
    if header("authorization") or header("range"):
        return None
    elder, theme, language = False, "", settings.LANGUAGE_CODE
    if cookies := header("cookie"):
        found = parse_cookie(cookies)
        if settings.SESSION_COOKIE_NAME in found or "messages" in found:
            return None
        elder, theme = found.get("elder") == "1", found.get("theme", "")[:10]
        language = found.get(settings.LANGUAGE_COOKIE_NAME, language)[:10]
    if "&" in query:
        query = urlencode(sorted(parse_qsl(query, keep_blank_values=True)))
    return Key(path, query, language, elder, theme)


def answer(method: str, path: str, query: str, header: Header) -> tuple[int, Headers, bytes] | None:
    """A kept page as ``(status, headers, body)``, ready to be sent (without the body for HEAD); None: ask Django. Never waits, never asks the database."""
    generation = clock.latest()
    key = key_of(method, path, query, header) if generation else None
    kept = pages.find(key, generation) if key and generation else None
    return told(kept, header) if kept else None


def told(kept: Kept, header: Header) -> tuple[int, Headers, bytes]:
    asked = header("if-none-match")
    if asked and (asked == "*" or kept.etag.strip('"') in asked):
        return 304, [pair for pair in kept.headers if pair[0].lower() not in {"content-type", "content-length"}], b""
    body, headers = kept.body, kept.headers
    if len(body) > 1_000 and "gzip" in (header("accept-encoding") or ""):
        body = pages.squeeze(kept)
        headers = [pair if pair[0] != "etag" else ("etag", f"W/{kept.etag}") for pair in headers]
        headers = [*headers, ("content-encoding", "gzip")]
    return 200, [*headers, ("content-length", str(len(body)))], body


class KeptPages:
    """The outermost middleware: a kept page costs neither session nor sign-in, and every public page has an ETag."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = request.method or ""
        header = header_of(request)
        key = key_of(method, request.path, request.META.get("QUERY_STRING", ""), header)
        if key is None:
            return self.get_response(request)
        generation = clock.now()
        kept = pages.find(key, generation) if generation else None
        if kept is None:
            response = self.get_response(request)
            if not may_keep(request, response):
                return response
            kept = made(response, generation or "")
            if generation and method == "GET":
                pages.keep(key, kept)
        return as_response(*told(kept, header))


def header_of(request: HttpRequest) -> Header:
    return lambda name: request.META.get(f"HTTP_{name.upper().replace('-', '_')}")


def may_keep(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer is the same for everybody who comes without a session."""
    if response.status_code != 200 or response.streaming or response.cookies or len(response.content) > LONGEST_BODY:
        return False
    if "CSRF_COOKIE_NEEDS_UPDATE" in request.META or b"csrfmiddlewaretoken" in response.content:
        return False
    control = response.get("Cache-Control", "")
    return "private" not in control and "no-store" not in control


def made(response: HttpResponse, generation: str) -> Kept:
    body = response.content
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    fixed = {"content-length", "etag", "vary", "cache-control"}
    headers = [(name.lower(), value) for name, value in response.items() if name.lower() not in fixed]
    headers += [
        ("etag", etag), ("vary", "Accept-Encoding, Cookie"), ("cache-control", response.get("Cache-Control", "no-cache")),
    ]  # fmt: skip
    return Kept(generation, time.monotonic(), headers, etag, body)


def as_response(status: int, headers: Headers, body: bytes) -> HttpResponse:
    response: Any = HttpResponse(body, status=status)
    del response["Content-Type"]
    for name, value in headers:
        response[name] = value
    return response

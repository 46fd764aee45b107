"""Text answers made smaller where the visitor can undo it."""

import gzip
from collections import OrderedDict
from hashlib import blake2b

from lifelong.media.ranges import Headers

SMALLEST = 1024
LEVEL = 5
KEPT = 64  # answers remembered by their hash: a cached page is compressed once, not for every visitor
LONGEST_KEPT = 256 * 1024
TEXTS = (
    "text/",
    "application/json",
    "application/javascript",
    "application/xml",
    "application/atom+xml",
    "application/problem+json",
    "application/manifest+json",
    "application/ld+json",
    "image/svg+xml",
)
_known: OrderedDict[bytes, bytes] = OrderedDict()


def accepts(header: str | None, coding: str = "gzip") -> bool:
    """Whether ``Accept-Encoding`` names the coding and does not forbid it (``q=0``)."""
    for each in (header or "").split(","):
        name, _, weight = each.partition(";")
        if name.strip().lower() == coding:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def is_text(content_type: str) -> bool:
    return content_type.startswith(TEXTS)


def squeezed(headers: Headers, body: bytes, accepted: str | None, *, common: bool) -> tuple[Headers, bytes]:
    """Headers and body to send. ``common``: the same bytes are likely to be sent to others as well."""
    named = {name.lower(): value for name, value in headers}
    if "content-encoding" in named or not is_text(named.get("content-type", "")):
        return headers, body
    headers = varying(headers)
    if len(body) < SMALLEST or not accepts(accepted):
        return headers, body
    small = once(body) if common and len(body) <= LONGEST_KEPT else gzip.compress(body, LEVEL, mtime=0)
    kept = [pair for pair in headers if pair[0].lower() not in {"content-length", "etag"}]
    if "etag" in named:  # other bytes: no longer the strong tag of the plain ones
        kept.append(("etag", "W/" + named["etag"].removeprefix("W/")))
    return [*kept, ("content-encoding", "gzip"), ("content-length", str(len(small)))], small


def varying(headers: Headers) -> Headers:
    """``Vary`` with ``Accept-Encoding`` in it, so that no cache hands gzip to who cannot read it."""
    told = ", ".join(value for name, value in headers if name.lower() == "vary")
    if "accept-encoding" in told.lower() or told == "*":
        return headers
    others = [pair for pair in headers if pair[0].lower() != "vary"]
    return [*others, ("vary", f"{told}, Accept-Encoding" if told else "Accept-Encoding")]


def once(body: bytes) -> bytes:
    key = blake2b(body, digest_size=16).digest()
    small = _known.get(key)
    if small is None:
        small = _known[key] = gzip.compress(body, LEVEL, mtime=0)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return small

"""What to answer for a file on disk: whole, part, unchanged or out of reach (RFC 9110). Touches the file system only."""

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

Header = Callable[[str], str | None]
Headers = list[tuple[str, str]]

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """Status and headers, and either a stretch of a file (``start`` inclusive, ``end`` exclusive) or a short body."""

    status: int
    headers: Headers = field(default_factory=list)
    file: tuple[str, int, int] | None = None
    body: bytes = b""


def left_to_proxy(answer: Answer, files: Path, place: str) -> Answer:
    """What lies under ``files`` nginx sends itself from its internal ``place``; it sees to ranges and tags of its own."""
    if answer.file is None or not (path := Path(answer.file[0])).is_relative_to(files):
        return answer
    kept = [pair for pair in answer.headers if pair[0] in {"content-type", "content-disposition", "cache-control"}]
    told = f"{place.rstrip('/')}/{quote(path.relative_to(files).as_posix())}"
    return Answer(200, [*kept, ("x-accel-redirect", told)])


def words(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """A refusal in one sentence."""
    body = text.encode()
    return Answer(status, [("content-type", TEXT), ("cache-control", "no-store"), *headers], None, body)


def not_found() -> Answer:
    return words(404, "没有这个文件。")


def etag_of(facts: os.stat_result, mark: str = "") -> str:
    """A strong tag: same bytes, same tag; ``mark`` keeps encodings of one file apart."""
    return f'"{facts.st_mtime_ns:x}-{facts.st_size:x}{mark}"'


def plan(method: str, path: str | Path, header: Header, fixed: Headers, mark: str = "") -> Answer:
    """The answer to ``GET`` or ``HEAD`` for the file at ``path``; ``fixed`` are headers it always carries.

    One range is honoured. Several, another unit or nonsense are ignored (200), as is any range on HEAD.
    """
    if method not in {"GET", "HEAD"}:
        return words(405, "这里只能读取。", ("allow", "GET, HEAD"))
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return not_found()
    if not stat.S_ISREG(facts.st_mode):
        return not_found()
    tag = etag_of(facts, mark)
    common = [
        *fixed,
        ("etag", tag),
        ("last-modified", formatdate(facts.st_mtime, usegmt=True)),
        ("accept-ranges", "bytes"),
    ]
    if unchanged(header, tag, facts.st_mtime):
        return Answer(304, [pair for pair in common if pair[0] not in {"content-type", "content-disposition"}])
    asked = header("range") if method == "GET" and header("if-range") in {None, tag} else None
    span = span_of(asked, facts.st_size) if asked else WHOLE
    if span is None:
        return Answer(416, [*fixed, ("content-range", f"bytes */{facts.st_size}")])
    return stretch(method, str(path), facts.st_size, span, common)


def stretch(method: str, path: str, size: int, span: tuple[int, int], common: Headers) -> Answer:
    if span != WHOLE:
        start, end = span
        part = ("content-range", f"bytes {start}-{end - 1}/{size}")
        return Answer(206, [*common, part, ("content-length", str(end - start))], (path, start, end))
    headers = [*common, ("content-length", str(size))]
    return Answer(200, headers, (path, 0, size) if size and method == "GET" else None)


WHOLE = (-1, -1)


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """``(start, end)`` with the end exclusive; ``WHOLE`` where the header is to be ignored; None if out of reach."""
    match = ONE_RANGE.fullmatch(asked.strip())
    if not match or len(asked) > 100:
        return WHOLE
    first, last = match.groups()
    if not first:
        if not last:
            return WHOLE
        wanted = min(int(last), size)
        return (size - wanted, size) if wanted else None
    start = int(first)
    if last and int(last) < start:
        return WHOLE
    if start >= size:
        return None
    return start, min(int(last) + 1, size) if last else size


def unchanged(header: Header, tag: str, mtime: float) -> bool:
    """Whether the caller's copy is still good. ``If-None-Match`` wins over ``If-Modified-Since``."""
    known = header("if-none-match")
    if known is not None:
        tags = [each.strip().removeprefix("W/") for each in known.split(",")]
        return tag in tags or "*" in tags
    since = header("if-modified-since")
    if not since:
        return False
    try:
        return int(mtime) <= parsedate_to_datetime(since).timestamp()
    except (TypeError, ValueError, OverflowError):
        return False

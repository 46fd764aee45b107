"""Everything under ``/media/``, answered without the database: public names, and signed addresses for the rest."""

import re
from pathlib import PurePosixPath
from urllib.parse import quote

from django.conf import settings
from django.http import parse_cookie

from lifelong.media import storage
from lifelong.media.content_types import OTHER, SAFE_TO_SHOW, SHOWN
from lifelong.media.ranges import Answer, Header, not_found, plan, words
from lifelong.media.tickets import NotGenuine, OutOfDate, read_file_paper

PUBLIC = re.compile(r"/media/p/([0-9a-f]{32})(?:/[^/\x00]{0,200})?(\.[a-z0-9]{2,4})")
ADAPTIVE = re.compile(r"/media/p/([0-9a-f]{32})/((?:master|sound|\d{2,4})\.(?:m3u8|m4s))", re.ASCII)
SIGNED = re.compile(r"/media/s/([\w:=.-]{20,2000})(?:/[^/\x00]{0,200})?", re.ASCII)


def answer(method: str, path: str, header: Header) -> Answer:
    """The answer to one request. ``path`` is decoded; ``header`` looks a request header up by its small-letter name."""
    if match := ADAPTIVE.fullmatch(path):
        return adaptive(method, match[1], match[2], header)
    if match := PUBLIC.fullmatch(path):
        return public(method, match[1], match[2], header)
    if match := SIGNED.fullmatch(path):
        return signed(method, match[1], header)
    return not_found()


def public(method: str, name: str, suffix: str, header: Header) -> Answer:
    """A published rendition. The suffix belongs to the stored name, so nobody can choose how it is understood."""
    content_type = SHOWN.get(suffix)
    if content_type is None:
        return former(name)
    fixed = [("content-type", content_type), ("cache-control", "public, max-age=600")]
    return or_former(plan(method, storage.public_path(name, suffix), header, fixed), name)


def adaptive(method: str, name: str, file: str, header: Header) -> Answer:
    """A playlist or the media of a rung: every file of the folder has the folder's public name before its own."""
    content_type = SHOWN[PurePosixPath(file).suffix]
    fixed = [("content-type", content_type), ("cache-control", "public, max-age=600")]
    return or_former(plan(method, storage.public_path(name, f".{file}"), header, fixed), name)


def or_former(found: Answer, name: str) -> Answer:
    return former(name) if found.status == 404 else found


def former(name: str) -> Answer:
    """No address dies silently: one that was public says whether for good, and leads to the page that tells more."""
    told = storage.told_of_former(name)
    if told is None:
        return not_found()
    gone, page = told
    lead = ("link", f'<{page}>; rel="collection"')
    if gone:
        return words(410, f"这个文件不再从这个地址提供，现在的情况请看 {page}", lead)
    return words(404, f"这项资源暂停提供，说明请看 {page}", lead)


def signed(method: str, paper: str, header: Header) -> Answer:
    """A private file, for the session that it was signed for and at most an hour."""
    session_key = parse_cookie(header("cookie") or "").get(settings.SESSION_COOKIE_NAME, "")
    try:
        path, content_type, name = read_file_paper(paper, session_key)
    except NotGenuine:
        return words(403, "这个地址不属于您当前的登录，请从页面重新打开。")
    except OutOfDate:
        return words(410, "这个地址已过期，请从页面重新打开。")
    if not is_inside(path):
        return not_found()
    fixed = [
        ("content-type", content_type or OTHER),
        ("cache-control", "private, no-cache"),
        ("content-disposition", disposition(name, inline=not name and content_type in SAFE_TO_SHOW)),
    ]
    return plan(method, storage.files() / path, header, fixed)


def is_inside(path: str) -> bool:
    """The paper is signed by us; that it names nothing outside the folder is checked all the same."""
    parts = PurePosixPath(path)
    return bool(path) and not parts.is_absolute() and ".." not in parts.parts and "\x00" not in path


def disposition(name: str, *, inline: bool) -> str:
    """``Content-Disposition`` with a name in any script (RFC 6266, RFC 8187)."""
    kind = "inline" if inline else "attachment"
    clean = "".join(each for each in name if each.isprintable() and each not in '/\\"').strip()
    if not clean:
        return kind
    plain = clean.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"

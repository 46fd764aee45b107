"""Reads an answer as a person would: is this the course, a login wall, a robot wall, or a 404 that calls itself 200?"""

import html
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

PageKind = Literal["page", "login_wall", "robot_wall", "soft_not_found", "parked", "empty"]

_UNPACKED_BYTES = 1 << 20
_EXCERPT = 200
_SHORT = 400  # characters of visible text: a wall or an error page says little else

_HIDDEN = re.compile(r"<(script|style|noscript|template|svg)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_TAG = re.compile(r"<[^>]*>")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.S | re.I)
_PASSWORD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password\b", re.I)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_REFRESH = re.compile(
    r"<meta\b[^>]*http-equiv\s*=\s*[\"']?refresh[\"']?[^>]*content\s*=\s*[\"']?\s*\d+\s*;\s*url\s*=\s*['\"]?([^\"'>\s]+)",
    re.I,
)
_LOGIN_PATH = re.compile(r"/(login|log-in|signin|sign-in|passport|cas|sso|oauth2?|auth|unifiedauth)(\b|[/._-])", re.I)
_LOGIN_HOST = re.compile(r"^(login|passport|sso|cas|auth|account|accounts|uc|idp?)\.", re.I)
_LOGIN_WORDS = re.compile(r"登录|登陆|统一身份认证|sign\s?in|log\s?in", re.I)
_GONE_TITLE = re.compile(
    r"^\W*404\b|\b404\W*$|404\s*(not found|error|错误|页面)|not found|找不到|不存在|已删除|已下架|已下线|页面丢失", re.I
)
_GONE_TEXT = re.compile(
    r"(页面|网页|课程|资源|内容|文件|链接|视频)[^。，,.]{0,8}(不存在|找不到|已(被)?删除|已下架|已下线|已关闭|已失效|走丢|消失)"
    r"|找不到[^。，,.]{0,8}(页面|网页|课程|资源|内容)|404\s*(not found|error|错误|页面)?|page (could )?not (be )?found|no longer (available|exists)",
    re.I,
)
_ROBOT_MARKS = (
    "_cf_chl_opt",
    "cf-browser-verification",
    "jsl_clearance",
    "acw_sc__v2",
    "$_ts=",
    "_guard/",
    "aliyun_waf",
)
_ROBOT_WORDS = re.compile(
    r"人机验证|安全验证|滑动验证|完成验证|访问(过于)?频繁|异常访问|访问被拦截|防火墙|just a moment|attention required|verify (that )?you are"
    r"|checking your browser|unusual traffic|captcha|access denied",
    re.I,
)

_PARKED = re.compile(
    r"(此|该|本)?域名[^。，,.]{0,12}(出售|转让|求购|停放|竞价)|(domain|域名)[^。.]{0,40}(is )?for sale|buy this domain|domain (is )?parked",
    re.I,
)
_PARKING_MARKS = (
    "sedoparking",
    "parkingcrew",
    "bodis.com",
    "hugedomains.com",
    "afternic.com",
    "dan.com/buy",
    "parklogic",
)


@dataclass(frozen=True)
class Page:
    """The last answer: where it came from, its headers (names in lower case) and the first bytes of its body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved: bool = False  # there was a redirect on the way

    @property
    def is_html(self) -> bool:
        kind = self.headers.get("content-type", "")
        return (
            not kind
            or "html" in kind.lower()
            or (kind.lower().startswith("text/plain") and b"<html" in self.body[:1000].lower())
        )

    @cached_property
    def source(self) -> str:
        """The page as text, without the sign that no database holds."""
        return self._decoded().replace("\x00", "")

    def _decoded(self) -> str:
        body = unpacked(self.body, self.headers.get("content-encoding", ""))
        named = _CHARSET.search(self.headers.get("content-type", "").encode()) or _CHARSET.search(body[:2048])
        name = named.group(1).decode().lower() if named else ""
        for encoding in ("gb18030" if name.startswith("gb") else name, "utf-8", "gb18030"):
            try:
                return body.decode(encoding or "utf-8", "ignore" if encoding == name and name else "strict")
            except (LookupError, UnicodeDecodeError):
                continue
        return body.decode("utf-8", "replace")

    @cached_property
    def text(self) -> str:
        """What is visible, on one line."""
        return " ".join(html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", self.source))).split())

    @property
    def title(self) -> str:
        found = _TITLE.search(self.source)
        return " ".join(html.unescape(found.group(1)).split()) if found else ""

    @property
    def excerpt(self) -> str:
        """Enough for a reviewer to see what came."""
        return (self.text or self.title)[:_EXCERPT] if self.is_html else self.headers.get("content-type", "")[:_EXCERPT]

    @property
    def refresh(self) -> str:
        """Where the page sends its reader by itself, or nothing."""
        found = _REFRESH.search(self.source) if self.is_html else None
        return html.unescape(found.group(1)) if found else ""


def kind_of(page: Page) -> PageKind:
    """What the answer is to a person; a file that is no page (PDF, MP4) is one that opens."""
    if not page.is_html:
        return "page" if page.body else "empty"
    if is_robot_wall(page):
        return "robot_wall"
    if _is_login_wall(page):
        return "login_wall"
    if _is_parked(page):
        return "parked"
    if _GONE_TITLE.search(page.title) or (len(page.text) < _SHORT and _GONE_TEXT.search(page.text)):
        return "soft_not_found"
    return "page" if page.source.strip() else "empty"


def is_robot_wall(page: Page) -> bool:
    if "cf-mitigated" in page.headers or any(mark in page.source for mark in _ROBOT_MARKS):
        return len(page.text) < _SHORT
    return len(page.text) < _SHORT and bool(_ROBOT_WORDS.search(page.title) or _ROBOT_WORDS.search(page.text))


def _is_parked(page: Page) -> bool:
    """A dealer's page stands where the course was; a long text that speaks of selling domains is none."""
    says = bool(_PARKED.search(page.title) or _PARKED.search(page.text))
    return len(page.text) < 4 * _SHORT and (says or any(mark in page.source for mark in _PARKING_MARKS))


def _is_login_wall(page: Page) -> bool:
    parts = urlsplit(page.url)
    looks_it = bool(_LOGIN_PATH.search(parts.path) or _LOGIN_HOST.search(parts.hostname or ""))
    asks = bool(_PASSWORD.search(page.source))
    says = bool(_LOGIN_WORDS.search(page.title))
    if page.moved and looks_it:
        return True
    return asks and (looks_it or says or len(page.text) < _SHORT)


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its compression, as far as it came and no more than a megabyte."""
    window = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(encoding.strip().lower())
    if window is None:
        return body
    try:
        return zlib.decompressobj(window).decompress(body, _UNPACKED_BYTES)
    except zlib.error:
        return b""

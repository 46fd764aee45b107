"""What every request passes before anything is done for it, and what every answer carries. Once, for all three ways."""

import json
from functools import lru_cache

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from lifelong.config.server.limits import Limits, Rate
from lifelong.config.server.visit import Visit
from lifelong.media.ranges import Answer, Headers

LONGEST_ADDRESS = 8192
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'self'; form-action 'self'; worker-src 'self' blob:"
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), midi=(), display-capture=()"
FAVOURED = (
    "/media/",
    "/static/",
    "/uploads/",
    "/beats",
    "/events",
)  # many small requests belong to one click, or a school to one address


def refused(visit: Visit, status: int, title: str, advice: str, *headers: tuple[str, str]) -> Answer:
    """Two sentences, for what never reaches Django: a page for people, problem details for who asked the interface."""
    if visit.path.startswith("/api/"):
        kind = "application/problem+json"
        told = {"type": "/problems/refused", "title": f"{title}。{advice}", "status": status}
        body = json.dumps(told, ensure_ascii=False).encode()
    else:
        kind = "text/html"
        body = (
            f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><h1>{title}</h1><p>{advice}</p></html>'
        ).encode()
    fixed = [("content-type", f"{kind}; charset=utf-8"), ("cache-control", "no-store")]
    return Answer(status, [*fixed, *headers], None, body)


class Gate:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pages, self.files = Rate.read(settings.RATE_PAGES), Rate.read(settings.RATE_FILES)
        self.hosts = list(settings.ALLOWED_HOSTS) or ["localhost", "127.0.0.1", "[::1]"]
        self.is_ours = lru_cache(maxsize=1024)(self._is_ours)
        self.carried = carried_by_all()

    def _is_ours(self, host: str) -> bool:
        domain, _port = split_domain_port(host)
        return bool(domain) and validate_host(domain, self.hosts)

    def refusal(self, visit: Visit, authority: str | None) -> Answer | None:
        """The answer to a request that is not let in; None lets it pass."""
        if visit.path == "/healthz":
            return None  # asked by machines that know an address, not a name; costs nothing, tells nothing
        return self.malformed(visit, authority) or self.too_often(visit)

    def malformed(self, visit: Visit, authority: str | None) -> Answer | None:
        host = visit.header("host") or authority or ""
        if not self.is_ours(host) or (authority and authority != host) or len(visit.headers.get_all("host")) > 1:
            return refused(visit, 400, "域名不正确", "请检查您输入的网址。")
        if visit.method not in METHODS:
            return refused(visit, 405, "不支持的请求方式", "请从页面操作。", ("allow", ", ".join(METHODS)))
        if "transfer-encoding" in visit.headers:
            return refused(visit, 411, "请求缺少长度", "请给出 Content-Length。", ("connection", "close"))
        if len(visit.path) + len(visit.query) > LONGEST_ADDRESS:
            return refused(visit, 414, "网址过长", "请缩短后再试。")
        nothing = "%00" in visit.query and visit.path != "/oai"  # whose protocol has an answer of its own
        if not visit.path.startswith("/") or has_controls(visit.path) or nothing:
            return refused(visit, 400, "网址不正确", "网址中有不能使用的字符。")
        return None

    def too_often(self, visit: Visit) -> Answer | None:
        kind, rate = ("files", self.files) if visit.path.startswith(FAVOURED) else ("pages", self.pages)
        seconds = self.limits.wait_for(visit.address, kind, rate)
        if not seconds:
            return None
        wait = int(seconds) + 1
        return refused(visit, 429, "操作过于频繁", f"请在 {wait} 秒后再试。", ("retry-after", str(wait)))

    def finished(self, visit: Visit, headers: Headers) -> Headers:
        """The answer's own headers, then what all carry and it does not say itself."""
        said = {name.lower() for name, _value in headers}
        return [
            *headers,
            *(pair for pair in self.carried if pair[0] not in said),
            ("x-request-id", visit.number),
        ]


def carried_by_all() -> Headers:
    headers = [
        ("content-security-policy", CONTENT_POLICY + parts_go_to()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("permissions-policy", PERMISSIONS),
        ("server", "lifelong"),
    ]
    if settings.SECURE:
        headers.append(("strict-transport-security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return headers


def parts_go_to() -> str:
    """Pages may send parts of uploads to the bucket, where there is one."""
    return f"; connect-src 'self' {settings.BUCKET.origin}" if settings.BUCKET else ""


def has_controls(path: str) -> bool:
    return not path.isprintable() and any(each < " " or each == "\x7f" for each in path)

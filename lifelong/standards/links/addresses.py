"""Which addresses are never asked for: judged by their writing, and number by number after the names are resolved."""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, unquote, urlsplit

import idna
from django.utils.translation import gettext as _

#: What the registries of special-purpose addresses (IANA) keep off the public Internet, and what clouds use for themselves.
_CLOSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # a cloud's own service, on a public number
        ),
    )
)  # fmt: skip
_OPEN_V6 = IPv6Network("2000::/3")  # all that is given out; the rest is special or not in use
_CLOSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_CARRIES_V4 = (  # network, bits to the right of the IPv4 address inside
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_NAMES = {
    "localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "broadcasthost",
    "metadata", "metadata.google.internal", "instance-data", "metadata.azure.com", "metadata.tencentyun.com",
}  # fmt: skip
_ENDINGS = (
    "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "onion",
)  # fmt: skip
_NAMING_NUMBERS = (
    "nip.io",
    "sslip.io",
    "xip.io",
    "traefik.me",
)  # public names that answer with the number they contain
_NAMING_LOOPBACK = ("localtest.me", "lvh.me", "vcap.me", "lacolhost.com")
_NUMBER_IN_NAME = re.compile(r"(?<![0-9])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?![0-9])")
_PLAIN_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")
LONGEST = 2000


@dataclass(frozen=True)
class Address:
    """An address as it is asked for: ``host`` in ASCII, without brackets or a trailing dot; ``target`` path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.target}"


class Refused(ValueError):
    """An address that is never asked for; its text says why, in Chinese."""


class NotPublic(Refused):
    """An address that is none of the public Internet."""


def refuse_address(url: str) -> str | None:
    """Why ``url`` is refused, or None. Touches no network."""
    try:
        read_address(url)
    except Refused as refused:
        return str(refused)
    return None


def read_address(url: str) -> Address:
    """``url`` ready to be asked for. Raises Refused."""
    parts = _split(url)
    host = _host(parts)
    port = _port(parts)
    reason = _closed_host(host)
    if reason:
        raise NotPublic(reason)
    path = _ascii(parts.path or "/")
    query = f"?{_ascii(parts.query)}" if parts.query else ""
    return Address(parts.scheme.lower(), host, port, path + query)


def closed_number(number: IPv4Address | IPv6Address) -> bool:
    """Whether a resolved number is no public one: loopback, private, link-local, metadata, multicast, reserved."""
    if isinstance(number, IPv4Address):
        return any(number in network for network in _CLOSED_V4)
    for network, shift in _CARRIES_V4:
        if number in network:
            return closed_number(IPv4Address(int(number) >> shift & 0xFFFFFFFF))
    if number.packed[8:12] in (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe"):  # ISATAP carries one too
        return closed_number(IPv4Address(number.packed[12:]))
    return number not in _OPEN_V6 or any(number in network for network in _CLOSED_V6)


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise Refused(_("地址太长"))
    if _UNSEEN.search(url):
        raise Refused(_("地址里有空格或不允许的字符"))
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused(_("地址写法不对")) from None
    if parts.scheme.lower() not in ("http", "https"):
        raise Refused(_("只接受以 http:// 或 https:// 开头的地址"))
    if "@" in parts.netloc:
        raise Refused(_("地址里不能带用户名或密码"))
    return parts


def _host(parts: SplitResult) -> str:
    """The host as a browser understands it: unescaped, folded, in ASCII."""
    try:
        raw = unquote(parts.hostname or "", errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise Refused(_("网站名写法不对")) from None
    host = unicodedata.normalize("NFKC", raw).replace("。", ".").lower()
    if not host.strip("."):
        raise Refused(_("地址里没有网站名"))
    if ":" in host:
        return host
    host = host.removesuffix(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise Refused(_("网站名写法不对")) from None
    return host


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise Refused(_("端口号不对")) from None
    if port == 0:
        raise Refused(_("端口号不对"))
    return port or (443 if parts.scheme.lower() == "https" else 80)


def _closed_host(host: str) -> str | None:
    """Why a host is none of the public Internet."""
    if ":" in host:
        try:
            number = ip_address(host)
        except ValueError:
            return _("网站名写法不对")
        return _not_public() if closed_number(number) else None
    if re.fullmatch(
        r"(0x[0-9a-f]*|[0-9]+)", host.rpartition(".")[2]
    ):  # the last part is a number: so must be the whole
        old_style = _old_style_number(host)
        if old_style is None:
            return _("网站名写法不对")
        return _not_public() if closed_number(old_style) else None
    return _closed_name(host)


def _closed_name(host: str) -> str | None:
    if len(host) > 253 or not all(_PLAIN_LABEL.match(label) for label in host.split(".")):
        return _("网站名写法不对")
    if host in _NAMES or "." not in host or _ends_with(host, _ENDINGS) or _ends_with(host, _NAMING_LOOPBACK):
        return _not_public()
    if _ends_with(host, _NAMING_NUMBERS):
        fours = [
            bytes(map(int, four)) for four in _NUMBER_IN_NAME.findall(host) if all(int(part) < 256 for part in four)
        ]
        if any(closed_number(IPv4Address(four)) for four in fours):
            return _not_public()
    return None


def _ends_with(host: str, endings: tuple[str, ...]) -> bool:
    return any(host == ending or host.endswith("." + ending) for ending in endings)


def _old_style_number(host: str) -> IPv4Address | None:
    """IPv4 as C libraries and browsers read it: one to four parts, each decimal, octal (0…) or hexadecimal (0x…)."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    values = []
    for part in parts:
        try:
            values.append(
                int(part[2:] or "0", 16) if part.startswith("0x") else int(part, 8 if part[:1] == "0" else 10)
            )
        except ValueError:
            return None
    *upper, last = values
    if any(value > 255 for value in upper) or last >= 256 ** (5 - len(parts)):
        return None
    return IPv4Address(sum(value << 8 * (3 - place) for place, value in enumerate(upper)) + last)


def _ascii(text: str) -> str:
    """Path or query with everything beyond ASCII escaped as browsers do; what is escaped already stays."""
    return quote(text, safe="/?#[]@!$&'()*+,;=:%~|^{}`")


def _not_public() -> str:
    return _("这不是公共互联网上的地址，学习者打不开")

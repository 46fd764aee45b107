"""Host platforms as a pure thing: which platform a host belongs to, and what its links are worth (link.protection)."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lifelong.standards.findings import Finding, Verdict

REQUIRED_LEVEL = 3
SOON = timedelta(days=30)
LEVELS = {1: _lazy("一级"), 2: _lazy("二级"), 3: _lazy("三级"), 4: _lazy("四级"), 5: _lazy("五级")}

# Registering one of these would claim everybody's addresses below it.
SHARED = frozenset(
    [
        "com.cn",
        "net.cn",
        "org.cn",
        "edu.cn",
        "gov.cn",
        "ac.cn",
        "mil.cn",
        "com.hk",
        "com.tw",
        "co.uk",
        "ac.uk",
        "com.au",
        "github.io",
        "gitee.io",
        "pages.dev",
    ]
)


class Protected(Protocol):
    """What a verdict is taken from: the model, or a ``Platform`` read from a file."""

    name: str
    level: int | None
    expires_date: date | None


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    hosts: tuple[str, ...] = ()
    level: int | None = None
    filing_number: str = ""
    assessment_date: date | None = None
    expires_date: date | None = None


def ascii_host(host: str) -> str:
    """A host name as it is compared: ASCII, lower case, no dot at the end; ``ValueError`` if it is none."""
    plain = host.strip().rstrip(".").lower()
    try:
        found = plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(host) from error
    labels = found.split(".")
    fit = all(label and len(label) <= 63 and label.replace("-", "").isalnum() for label in labels)
    if not fit or len(labels) < 2 or len(found) > 253 or labels[-1].isdigit():
        raise ValueError(host)
    return found


def candidates(host: str) -> list[str]:
    """The host and its parents down to two labels, nearest first."""
    try:
        labels = ascii_host(host).split(".")
    except ValueError:
        return []
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


class Register:
    """Platforms by host. A host belongs to the platform that registered it or the nearest parent of it."""

    def __init__(self, platforms: Iterable[Platform]) -> None:
        self.platforms = tuple(platforms)
        self._by_host = {host: platform for platform in self.platforms for host in platform.hosts}

    def platform_for(self, host: str) -> Platform | None:
        return next((self._by_host[name] for name in candidates(host) if name in self._by_host), None)

    def name_for(self, host: str) -> str | None:
        found = self.platform_for(host)
        return found.name if found else None


def from_toml(text: str) -> Register:
    """Read ``[[platforms]]``; other tables of the same file are left alone. ``ValueError`` names what is wrong."""
    return Register(_platform(row) for row in tomllib.loads(text).get("platforms", []))


def _platform(row: dict[str, Any]) -> Platform:
    name, level = row.get("name"), row.get("level")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a platform needs a name: {row!r}")
    if level is not None and level not in LEVELS:
        raise ValueError(f"{name}: level is 1 to 5, not {level!r}")
    return Platform(
        name=name,
        hosts=tuple(ascii_host(host) for host in row.get("hosts", [])),
        level=level,
        filing_number=row.get("filing_number", ""),
        assessment_date=row.get("assessment_date"),
        expires_date=row.get("expires_date"),
    )


def to_toml(register: Register) -> str:
    blocks = ["# 部署平台登记\n"]
    for platform in register.platforms:
        lines = ["[[platforms]]", f"name = {json.dumps(platform.name, ensure_ascii=False)}"]
        lines.append(f"hosts = {json.dumps(list(platform.hosts))}")
        if platform.level is not None:
            lines.append(f"level = {platform.level}")
        if platform.filing_number:
            lines.append(f"filing_number = {json.dumps(platform.filing_number, ensure_ascii=False)}")
        for name in ("assessment_date", "expires_date"):
            if (day := getattr(platform, name)) is not None:
                lines.append(f"{name} = {day.isoformat()}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def protection_finding(platform: Protected | None, today: date) -> Finding:
    """``link.protection``: the platform's 等级保护 must be proven at level 3 or higher (spec 2).

    Unproven fails too, but whoever has the evidence adds it once for all links of the platform.
    """
    verdict, measured, message, remedy = _judged(platform, today)
    required = _("部署平台的网络安全等级保护不低于三级")
    return Finding("link.protection", verdict, required, measured, message, remedy)


def _judged(platform: Protected | None, today: date) -> tuple[Verdict, str, str, str]:
    evidence = _("请到「部署平台」登记该平台并补充证明材料（备案证明编号、测评日期和报告），核实一次，全部链接适用。")
    if platform is None:
        return "fail", _("未登记"), _("链接所在的网站没有登记为部署平台，无法证明它的等级保护。"), evidence
    name = {"name": platform.name}
    if platform.level is None:
        return "fail", _("未证明"), _("「%(name)s」的等级保护还没有经核实的证明。") % name, evidence
    level = str(LEVELS[platform.level])
    if platform.level < REQUIRED_LEVEL:
        message = _("「%(name)s」的等级保护是%(level)s，应不低于三级。") % {**name, "level": level}
        return "fail", level, message, _("请把课程部署到等级保护三级以上的平台，或直接上传课程文件。")
    if platform.expires_date is not None and platform.expires_date < today:
        message = _("「%(name)s」的等级保护证明已于 %(day)s 到期。") % {
            **name,
            "day": platform.expires_date.isoformat(),
        }
        return (
            "fail",
            _("%(level)s，已到期") % {"level": level},
            message,
            _("请到「部署平台」补充最近一次测评的证明材料。"),
        )
    message = _("「%(name)s」的等级保护是%(level)s。") % {**name, "level": level}
    if platform.expires_date is not None and platform.expires_date - today <= SOON:
        message += _("证明将于 %(day)s 到期，请提前补充。") % {"day": platform.expires_date.isoformat()}
    return "pass", level, message, ""

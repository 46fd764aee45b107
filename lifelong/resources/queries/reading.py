"""A version or a round as people read it: fields in the standard's order, contents, who and whose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.calls.scope import Area, ResourceType
from lifelong.resources.models import Finding, Version
from lifelong.resources.queries.freezing import values_of
from lifelong.standards.metadata import standard
from lifelong.standards.outline import Item, OutlineError, parse
from lifelong.standards.technical import packaged

BESIDE = ("area", "rights_until", "own_number")
OF_LINKS = {
    "link.reachable": gettext_lazy("链接在公网可以打开"),
    "link.protection": gettext_lazy("部署平台等级保护不低于三级"),
}


@dataclass(frozen=True)
class Line:
    name: str
    heading: str
    text: str


def lines_of(values: Mapping[str, Any]) -> list[Line]:
    """The 18 fields in the order of the standard, then what stands beside them; the outline is shown apart."""
    known = standard()
    names = [field.name for field in known.fields if field.name != "outline"] + list(BESIDE)
    return [Line(name, _(known.field(name).heading), text_of(name, values.get(name))) for name in names]


def text_of(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if name == "area" and value in Area.values:
        return str(Area(value).label)
    if name == "type" and value in ResourceType.values:
        return f"{value} {ResourceType(value).label}"
    return str(value)


def lines_of_version(version: Version) -> list[Line]:
    return lines_of(values_of(version))


def rule_title(finding: Finding) -> str:
    """The requirement in the words of the standard it was judged by."""
    if finding.rule in OF_LINKS:
        return str(OF_LINKS[finding.rule])
    try:
        known = packaged(finding.standard or packaged().version).requirement(finding.rule)
    except KeyError:  # judged by a version that is no longer packaged
        known = None
    return _(known.clause) if known and known.clause else finding.rule


def titled(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with the title that ``web/_finding.html`` shows."""
    listed = list(findings)
    for finding in listed:
        finding.title = rule_title(finding)  # type: ignore[attr-defined]
    return listed


def contents_of(outline: str) -> list[tuple[int, Item]]:
    """(level from 1, item) in reading order; empty where the outline is empty or broken."""
    try:
        return list(parse(outline).walk()) if outline else []
    except OutlineError:
        return []

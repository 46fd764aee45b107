"""Two states of the same fields, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lifelong.resources.contents import as_xml
from lifelong.resources.queries.timeline import heading_of


@dataclass(frozen=True)
class Difference:
    field: str
    heading: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Fields of ``after`` that are not as in ``before``; texts compared as the validator would trim them."""
    found = []
    for name, value in after.items():
        old, new = _plain(name, before.get(name)), _plain(name, value)
        if old != new and name in before:
            found.append(Difference(name, heading_of(name), old, new))
    return found


def _plain(name: str, value: Any) -> str:
    text = "" if value is None else str(value).strip().replace("\r\n", "\n")
    return as_xml(text) if name == "outline" else text

"""The one validator: it serves the form, the sheet, the API, ``precheck``, ``intake`` and ``load``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lifelong.standards.categories import Resolution
from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.context import Context
from lifelong.standards.metadata.problem import Problem
from lifelong.standards.metadata.rules import RULES, together
from lifelong.standards.metadata.text import Unresolved, is_blank
from lifelong.standards.outline import Outline


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    ``values`` holds only what is right, normalised: texts; ``duration`` in seconds; ``created_date`` and ``rights_until``
    dates; counts whole numbers; ``speakers``, ``keywords``, ``rights_holder``, ``files`` joined by ``;``; ``outline`` its XML;
    ``category`` its path; ``area`` and ``type`` codes. ``category`` and ``outline`` are also given as what they are.
    """

    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    category: Resolution | None = None
    outline: Outline | None = None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def ok(self) -> bool:
        """No errors; there may be notices."""
        return not any(problem.severity == "error" for problem in self.problems)

    def of(self, name: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.field == name]


def validate(values: Mapping[str, Any], *, context: Context) -> Result:
    """Judge and normalise one record. Unknown names are left out; nothing is looked up and nothing is written."""
    check = Check(context)
    kept = check.values
    for name, rule in RULES:
        value = values.get(name)
        if value is None or value == "" or is_blank(value):
            continue
        if isinstance(value, Unresolved):
            check.unresolved(name, value)
            continue
        found = rule(check, value)
        if found is not None and name not in check.failed:
            kept[name] = found
    together.judge(check)
    return Result(kept, check.problems, check.category, check.outline)

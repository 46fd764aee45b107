"""A problem: which field, what was found, what is wanted, an example of a right value; in Chinese, with a stable code."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from lifelong.standards.metadata.standard import Field

Severity = Literal["error", "notice"]
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` is stable (``duration.format``); ``column`` the heading; ``message`` a whole sentence for a person."""

    field: str
    column: str
    code: str
    severity: Severity
    found: str
    wanted: str
    example: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {
            "field": self.field,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "found": self.found,
            "wanted": self.wanted,
            "example": self.example,
            "message": self.message,
        }


def shown(value: object) -> str:
    """A found value as it can be read: short, and what cannot be seen is named."""
    text = str(value)[: SHOWN * 2]
    if not text.isprintable():
        text = "".join(map(_visible, text))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _visible(character: str) -> str:
    if character in "\r\n\t":
        return "⏎" if character != "\t" else " "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"⟨U+{ord(character):04X}⟩"
    return character


def error(field: Field, rule: str, reason: str, *, found: object, wanted: str | None, example: str | None) -> Problem:
    """``reason`` says in half a sentence what is wrong; what is wanted and the example follow."""
    wanted = _(field.format) if wanted is None else wanted
    example = field.example if example is None else shown(example)
    column, seen = _(field.heading), shown(found)
    if seen and reason:
        message = _("「%(column)s」写的是「%(found)s」：%(reason)s。")
    elif seen:
        message = _("「%(column)s」写的是「%(found)s」。")
    else:
        message = _("「%(column)s」%(reason)s。")
    message %= {"column": column, "found": seen, "reason": reason}
    if example:
        message += _("应为 %(wanted)s，例如 %(example)s。") % {"wanted": wanted, "example": example.rstrip("。")}
    elif wanted:
        message += _("应为 %(wanted)s。") % {"wanted": wanted}
    return Problem(field.name, column, f"{field.name}.{rule}", "error", seen, wanted, example, message)


def notice(field: Field, rule: str, reason: str, *, found: object = "", wanted: str = "") -> Problem:
    """Something a person should know; it stops nothing."""
    column, seen = _(field.heading), shown(found)
    message = _("「%(column)s」写的是「%(found)s」：%(reason)s。") if seen else _("「%(column)s」%(reason)s。")
    message %= {"column": column, "found": seen, "reason": reason}
    return Problem(field.name, column, f"{field.name}.{rule}", "notice", seen, wanted, field.example, message)


def todo(field: Field, reason: str, *, found: object = "") -> Problem:
    """What only submitting needs."""
    column, seen = _(field.heading), shown(found)
    message = _("「%(column)s」%(reason)s。") % {"column": column, "reason": reason}
    return Problem(field.name, column, f"todo.{field.name}", "notice", seen, _(field.format), field.example, message)

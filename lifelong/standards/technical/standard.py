"""A version of the technical standard, read from its file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

#: What each requirement that this platform can judge needs beside id and clause, and how it is written.
SHAPES: dict[str, dict[str, type]] = {
    "file.readable": {},
    "file.complete": {"shortfall_s": float, "shortfall_share": float, "damaged_frames": int},
    "video.container": {"containers": tuple},
    "video.codec": {"codecs": tuple},
    "video.audio_codec": {"codecs": tuple},
    "video.resolution": {"long_side": int, "short_side": int},
    "video.frame_rate": {"least": Fraction, "tolerance": Fraction},
    "video.bit_rate": {"least": int, "still_below": int},
    "video.playable": {"pix_fmts": tuple, "profiles": tuple},
    "audio.container": {"containers": tuple},
    "audio.sample_rate": {"least": int},
    "audio.bit_depth": {"least": int},
    "audio.channels": {"channels": int},
    "audio.playable": {},
    "duration.matches": {"tolerance_s": float, "tolerance_share": float},
}
_PACKAGED = "2022"


class StandardError(ValueError):
    """A file that is no technical standard; its text says where, in Chinese."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its id, the words of the standard, and the numbers and names it is judged by."""

    id: str
    clause: str
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standard:
    """``requirements`` in the order in which they are judged and shown."""

    version: str
    title: str
    requirements: tuple[Requirement, ...]

    def requirement(self, rule_id: str) -> Requirement | None:
        return next((requirement for requirement in self.requirements if requirement.id == rule_id), None)


@cache
def packaged(version: str = _PACKAGED) -> Standard:
    """The version that comes with the platform; KeyError for one it does not know."""
    if not version.isalnum() or not (path := Path(__file__).with_name(f"{version}.toml")).is_file():
        raise KeyError(version)
    return load(path)


def load(path: str | Path) -> Standard:
    """Reads a file of the packaged one's shape. Raises StandardError, or OSError where it cannot be read."""
    try:
        content = tomllib.loads(Path(path).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError(_("不是 TOML 文件：%(error)s") % {"error": error}) from None
    version, rows = content.get("version"), content.get("requirement")
    if not isinstance(version, str) or not version or not isinstance(rows, list) or not rows:
        raise StandardError(_("缺少 version 或 [[requirement]]"))
    requirements = tuple(_requirement(row) for row in rows)
    if len({requirement.id for requirement in requirements}) != len(requirements):
        raise StandardError(_("有重复的 id"))
    return Standard(version, str(content.get("title", "")), requirements)


def _requirement(row: Any) -> Requirement:
    rule_id = row.get("id") if isinstance(row, dict) else None
    if rule_id not in SHAPES:
        raise StandardError(_("不认识的要求：%(id)s") % {"id": rule_id})
    shape = SHAPES[rule_id]
    unknown = set(row) - set(shape) - {"id", "clause"}
    missing = set(shape) - set(row)
    if unknown or missing:
        raise StandardError(
            _("%(id)s：缺少 %(missing)s，多出 %(unknown)s")
            % {"id": rule_id, "missing": sorted(missing) or "—", "unknown": sorted(unknown) or "—"}
        )
    limits = {name: _limit(rule_id, name, kind, row[name]) for name, kind in shape.items()}
    return Requirement(rule_id, str(row.get("clause", "")), limits)


def _limit(rule_id: str, name: str, kind: type, value: Any) -> Any:
    try:
        if kind is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        if kind is Fraction and isinstance(value, str | int) and (fraction := Fraction(value)) >= 0:
            return fraction
        if kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return kind(value)
    except (ValueError, ZeroDivisionError):
        pass
    raise StandardError(_("%(id)s：%(name)s 的值不对：%(value)s") % {"id": rule_id, "name": name, "value": value})

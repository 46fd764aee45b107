"""Columns are found by their headings, not by their place."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.metadata.sheets.refusals import HeadingTwice
from lifelong.standards.metadata.standard import Standard
from lifelong.standards.metadata.text import folded

LOOKED_AT = 30  # rows in which the headings are looked for
RESULT_HEADING = "检查结果"  # our own column of an annotated sheet, passed over when it comes back
_passed_over = {"检查结果", "序号", "备注", "编号"}

_known: dict[str, dict[str, str]] = {}  # version → heading as compared → field
_aside = re.compile(r"[（(【\[].*?[)）】\]]")
_lead_number = re.compile(r"^\d+")
_ending = re.compile(r"(?:必填项?|选填项?|可选|必需)$")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the headings stand: row (from 1), field name → column (from 0), and columns that are none of ours."""

    row: int
    columns: dict[str, int]
    unknown: dict[int, str]


def key(heading: Any) -> str:
    """A heading as it is compared: no spaces, line breaks, width, number in front, (必填) or star behind."""
    text = _aside.sub("", unicodedata.normalize("NFKC", str(heading)).replace("\n", " "))
    return _ending.sub("", _lead_number.sub("", folded(text)))


def _fields(standard: Standard) -> dict[str, str]:
    if standard.version not in _known:
        _known[standard.version] = {
            key(word): field.name for field in standard for word in (field.heading, *field.words, field.name)
        }
    return _known[standard.version]


def score(row: Sequence[Any], standard: Standard) -> int:
    """How many fields a row names; 0 unless the title is among them, for a sheet without titles is none of ours."""
    known = _fields(standard)
    found = {known.get(key(cell)) for cell in row if isinstance(cell, str)} - {None}
    return len(found) if "title" in found and len(found) > 1 else 0


def read(row: Sequence[Any], number: int, standard: Standard) -> Headings:
    known = _fields(standard)
    columns: dict[str, int] = {}
    unknown: dict[int, str] = {}
    for index, cell in enumerate(row):
        if cell is None or not str(cell).strip():
            continue
        name = known.get(key(cell))
        if name is None:
            if key(cell) not in _passed_over:
                unknown[index] = " ".join(str(cell).split())
        elif name in columns:
            heading = standard.field(name).heading
            raise HeadingTwice(
                _("第 %(row)s 行有两列都是「%(heading)s」，请只留一列。") % {"row": number, "heading": _(heading)}
            )
        else:
            columns[name] = index
    return Headings(number, columns, unknown)

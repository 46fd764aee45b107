"""专家评审标准 as data: criteria with weights, safety criteria as vetoes; judging what an expert typed is a pure function."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

FOLDER = Path(__file__).parent / "criteria_sheets"
WORD_MOST = 500
OPINION_MOST = 2000


@dataclass(frozen=True)
class Criterion:
    id: str
    title: str
    text: str
    weight: int = 0
    most: int = 0
    veto: bool = False
    types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.veto == bool(self.weight and self.most):
            raise ValueError(f"{self.id}: a veto has neither weight nor points, every other criterion has both")


@dataclass(frozen=True)
class Criteria:
    """``recommended`` and ``doubtful`` are totals of 100 from which the suggestion is to pass, or to improve first."""

    version: str
    title: str
    spread: int
    recommended: int
    doubtful: int
    criteria: tuple[Criterion, ...]

    def of_type(self, type: str) -> list[Criterion]:
        """Vetoes first, then what is scored, as far as it applies to this type of resource."""
        return sorted((c for c in self.criteria if not c.types or type in c.types), key=lambda c: not c.veto)

    def title_of(self, id: str) -> str:
        return next((criterion.title for criterion in self.criteria if criterion.id == id), id)


def versions() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def criteria(version: str = "") -> Criteria:
    """The sheet of this version in the reader's language, the newest where none is named; raises ``FileNotFoundError`` for an
    unknown one."""
    return _read(version or versions()[-1], in_english())


def in_english() -> bool:
    return (get_language() or "").startswith("en")


@lru_cache(maxsize=8)
def _read(version: str, english: bool) -> Criteria:
    content = tomllib.loads((FOLDER / f"{version}.toml").read_text(encoding="utf-8"))
    rows = [_said(row, english) for row in content.pop("criteria")]
    made = tuple(Criterion(**{**row, "types": tuple(row.get("types", ()))}) for row in rows)
    return Criteria(**_said(content, english), criteria=made)


def _said(table: Mapping[str, Any], english: bool) -> dict[str, Any]:
    """The table with ``title`` and ``text`` in one language."""
    kept = {name: value for name, value in table.items() if not name.endswith("_en")}
    return kept | ({name[:-3]: value for name, value in table.items() if name.endswith("_en")} if english else {})


def read(asked: list[Criterion], typed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a form or a machine sent, as far as it can be kept; what cannot be is simply missing (see ``gaps``)."""
    scores: dict[str, dict[str, Any]] = {}
    for one in asked:
        given, word = str(typed.get(one.id, "")).strip(), str(typed.get(f"word_{one.id}", "")).strip()[:WORD_MOST]
        row: dict[str, Any] = {"word": word} if word else {}
        if one.veto and given in {"yes", "no"}:
            row["passes"] = given == "yes"
        elif not one.veto and given.isdecimal() and len(given) <= 3 and int(given) <= one.most:
            row["points"] = int(given)
        if row:
            scores[one.id] = row
    return scores


def gaps(asked: list[Criterion], scores: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """By criterion: the sentence that says what is still missing before the sheet can be handed in."""
    missing = {}
    for one in asked:
        row = scores.get(one.id, {})
        if one.veto and "passes" not in row:
            missing[one.id] = _("请选择通过或不通过。")
        elif one.veto and not row["passes"] and not row.get("word"):
            missing[one.id] = _("不通过须写明问题所在。")
        elif not one.veto and "points" not in row:
            missing[one.id] = _("请填 0 到 %(most)s 之间的整数。") % {"most": one.most}
        elif not one.veto and not row.get("word"):
            missing[one.id] = _("请用一句话说明理由。")
    return missing


def total(asked: list[Criterion], scores: Mapping[str, Mapping[str, Any]]) -> Decimal:
    """Of 100: points by their weights, the vetoes aside. Expects a sheet without gaps."""
    scored = [one for one in asked if not one.veto]
    reached = sum(Decimal(one.weight) * scores[one.id]["points"] / one.most for one in scored)
    return (100 * reached / sum(one.weight for one in scored)).quantize(Decimal("0.01"))


def vetoes(asked: list[Criterion], scores: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [one.id for one in asked if one.veto and not scores[one.id]["passes"]]

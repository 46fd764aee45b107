"""评价方案: indicators with weights, bands of grades, days: data, versioned; what is wrong with it in sentences."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lifelong.monitoring.evaluating.effect import SMALL
from lifelong.monitoring.evaluating.indicators import INDICATORS, Indicator

FOLDER = Path(__file__).parent.parent / "evaluation_schemes"
PERCENTILE, LINEAR = "percentile", "linear"
RECOMMEND, REMEDY = "recommend", "remedy"
DAYS = ("fresh_days", "least_weight", "least_group", "statement_days", "remedy_days")


@dataclass(frozen=True)
class Weighed:
    """An indicator with what the scheme makes of it."""

    id: str
    weight: int
    norm: str
    zero: float = 0
    full: float = 1
    least: int = 1

    @property
    def indicator(self) -> Indicator:
        return INDICATORS[self.id]


@dataclass(frozen=True)
class Band:
    id: str
    title: str
    start: float
    effect: str = ""


@dataclass(frozen=True)
class Scheme:
    version: str
    title: str
    fresh_days: int
    least_weight: int
    least_group: int
    statement_days: int
    remedy_days: int
    bands: tuple[Band, ...]  # from the best down
    indicators: tuple[Weighed, ...]

    def band(self, id: str) -> Band | None:
        return next((one for one in self.bands if one.id == id), None)

    def with_effect(self, effect: str) -> list[str]:
        return [one.id for one in self.bands if one.effect == effect]


def read(content: Mapping[str, Any]) -> Scheme:
    """Expects content without ``problems``. Titles of grades are said in the reader's language where it knows them."""
    bands = [Band(one["id"], _(one["title"]), one["from"], one.get("effect", "")) for one in content["bands"]]
    return Scheme(
        version=content["version"], title=content["title"], **{name: content[name] for name in DAYS},
        bands=tuple(sorted(bands, key=lambda one: -one.start)),
        indicators=tuple(Weighed(**one) for one in content["indicators"] if one["weight"]),
    )  # fmt: skip


def problems(content: Mapping[str, Any]) -> list[str]:
    """What must be mended before anybody is judged by it."""
    found = []
    total = sum(one["weight"] for one in content["indicators"])
    if total != 100:
        found.append(_("各项权重合计应为 100，现在是 %(n)s。") % {"n": total})
    for one in content["indicators"]:
        known = INDICATORS.get(one["id"])
        if known is None:
            found.append(_("没有“%(id)s”这项指标。") % {"id": one["id"]})
        elif known.of_people and one["weight"] and one.get("least", 1) < SMALL:
            found.append(_("“%(title)s”至少要有 %(n)s 人才能折算。") % {"title": known.title, "n": SMALL})
    starts = [one["from"] for one in content["bands"]]
    if len(set(starts)) != len(starts) or min(starts, default=1) != 0 or max(starts, default=0) > 100:
        found.append(_("等级的起始分应各不相同，最低一档从 0 分起，最高不超过 100。"))
    return found


@cache
def written() -> dict[str, dict[str, Any]]:
    """The schemes that come with the platform, by version."""
    found = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml")))
    return {one["version"]: one for one in found}

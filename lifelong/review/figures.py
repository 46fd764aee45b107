"""The statistics of a call as tables: the same cells for the page and for the sheet, each number leading to its list."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.calls.scope import Area, ResourceType, allows
from lifelong.institutions.models import InstitutionKind
from lifelong.regions.models import Region
from lifelong.resources.models import Finding
from lifelong.resources.queries.reading import rule_title
from lifelong.review import policy
from lifelong.review.forms.deciding import field_choices
from lifelong.review.lifecycle import LEADS_TO, Outcome, Stage
from lifelong.review.queries.desk import SHOWN, SHOWS, shows_of
from lifelong.review.queries.statistics import Statistics, home_of, rows_of_regions, statistics
from lifelong.web import workbooks
from lifelong.web.templatetags.web import bytesize, clock, count, day
from lifelong.web.workbooks import Column, Sheet

STEPS = ["asked", "joined", "submitting", "finished"]
GROUPS = ["submitted", "forwarded", "returned", "accepted", "published", "refused", "withdrawn"]


@dataclass(frozen=True)
class Cell:
    value: Any
    url: str = ""

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int)

    def __str__(self) -> str:
        return count(self.value) if self.is_number else str(self.value)


@dataclass(frozen=True)
class Table:
    """The first cell of a row names it; ``total`` is the last row, ``note`` says how it is counted."""

    name: str
    title: str
    headings: Sequence[str]
    rows: list[list[Cell]]
    total: list[Cell] = field(default_factory=list)
    note: str = ""

    def sheet(self) -> Sheet:
        columns = [Column(heading, 24 if place == 0 else 14) for place, heading in enumerate(self.headings)]
        return Sheet(self.title, columns, [[cell.value for cell in row] for row in [*self.rows, self.total] if row])


@dataclass(frozen=True)
class Bars:
    """One row of bars, drawn on the server: ``bars`` are (x, y, height) of an SVG of ``width`` × 100."""

    title: str
    total: int
    most: int
    most_on: date
    width: str
    bars: list[tuple[str, str, str]]


class Figures:
    """``home``: the province that the figures are of; lists of the whole country are narrowed to it."""

    def __init__(self, found: Statistics, call: Call, stage: Stage, home: Region | None) -> None:
        self.found, self.call, self.stage, self.home = found, call, stage, home

    def tables(self, *, officers: bool) -> list[Table]:
        made = [
            self.kinds(), self.regions(), self.resources(), self.days(), self.returns(), self.waived(), self.waits(),
        ]  # fmt: skip
        return [*made, self.officers()] if officers else made

    def above(self) -> list[tuple[Cell, str]]:
        """The few that are read first, each with its word."""
        words = [_("家应参加"), _("家已登记"), _("家已报送"), _("家已完成"), _("项资源"), _("第一次决定，中位数")]
        cells = [*self.asked()[1:], self.resources_in_all()[1], self.waits().rows[0][2]]
        return list(zip(cells, words, strict=True))

    # institutions

    def board(self, **narrowed: str) -> str:
        """The board's list; none where it could not be narrowed to the figures' own region."""
        if not self.call.region and self.home:
            narrowed = {"region": self.home.code} | narrowed
        if not self.call.region and self.stage == Stage.PROVINCIAL and "region" not in narrowed:
            return ""
        query = urlencode({name: value for name, value in narrowed.items() if value})
        return f"{reverse('call-board', args=[self.call.number])}?{query}".rstrip("?")

    def kinds(self) -> Table:
        by_kind = self._summed("kind")
        lines = [(Cell(str(kind.label)), by_kind[kind], self._steps(kind=kind.value)) for kind in InstitutionKind
                 if kind in by_kind]  # fmt: skip
        return self._institutions("kinds", _("单位：按类型"), _("单位类型"), lines)

    def regions(self) -> Table:
        line_of, by_line = rows_of_regions(self.home), Counter[tuple[str, str]]()
        for row in self.found.institutions:
            line = line_of.get(row["region_id"] or "")
            for step in STEPS:
                by_line[line.code if line else "", step] += row[step]
        lines = []
        for code in sorted({code for code, _step in by_line}, key=lambda one: (not one, one)):
            region = line_of.get(code)
            here = self.home is not None and code == self.home.code
            name = _("%(name)s（本级）") % {"name": region} if here else str(region or _("未填地区"))
            urls = [""] * len(STEPS) if here or not region else self._steps(region=code)
            lines.append((Cell(name), {step: by_line[code, step] for step in STEPS}, urls))
        return self._institutions("regions", _("单位：按地区"), _("所在地区"), lines)

    def _summed(self, key: str) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for row in self.found.institutions:
            found.setdefault(row[key], Counter()).update({step: row[step] for step in STEPS})
        return found

    def _steps(self, **narrowed: str) -> list[str]:
        return [self.board(**narrowed, standing="" if step == "asked" else step) for step in STEPS]

    def _institutions(
        self, name: str, title: str, heading: str, lines: Iterable[tuple[Cell, Mapping[str, int], list[str]]]
    ) -> Table:
        rows = [
            [head, *(Cell(numbers[step], url if numbers[step] else "") for step, url in zip(STEPS, urls, strict=True))]
            for head, numbers, urls in lines
        ]
        headings = [heading, _("应参加"), _("已登记"), _("已报送"), _("已完成")]
        return Table(
            name,
            title,
            headings,
            rows,
            self.asked(),
            note=_("已完成：登记已通过，至少报送一项，没有草稿和退回待改的。"),
        )

    def asked(self) -> list[Cell]:
        sums = [sum(row[step] for row in self.found.institutions) for step in STEPS]
        cells = [Cell(n, url if n else "") for n, url in zip(sums, self._steps(), strict=True)]
        return [Cell(_("合计")), *cells]

    # resources

    def queue(self, **narrowed: str) -> str:
        query = urlencode({"call": self.call.number, "show": "all"} | narrowed)
        return f"{reverse('review_queue', args=[self.stage])}?{query}"

    def resources(self) -> Table:
        pairs = sorted({(row["area"], row["type"]) for row in self.found.resources} | self._asked_for(), key=_place)
        rows = [self._resources(area, kind) for area, kind in pairs]
        headings = [_("领域与类型"), _("合计"), *(str(SHOWN[group]) for group in GROUPS), _("单位自审"),
                    _("时长"), _("大小")]  # fmt: skip
        note = _("每项资源只算最近一次报送的版本。征集范围内还没有收到的也列出。")
        return Table("resources", _("资源：领域、类型与状态"), headings, rows, self.resources_in_all(), note)

    def _asked_for(self) -> set[tuple[str, str]]:
        return {(a, t) for a in Area.values for t in ResourceType.values if allows(self.call.scope, a, t)}

    def _resources(self, area: str, kind: str) -> list[Cell]:
        mine = [row for row in self.found.resources if (row["area"], row["type"]) == (area, kind)]
        narrowed = {"area": area, "type": kind} if area and kind else None
        words = [dict(Area.choices).get(area) or _("未填"), dict(ResourceType.choices).get(kind) or _("未填")]
        return [Cell(" · ".join(map(str, words))), *self._counted(mine, narrowed)]

    def resources_in_all(self) -> list[Cell]:
        return [Cell(_("合计")), *self._counted(self.found.resources, {})]

    def _counted(self, rows: list[dict[str, Any]], narrowed: dict[str, str] | None) -> list[Cell]:
        by_state = Counter[str]()
        for row in rows:
            by_state[row["state"]] += row["n"]
        cells = [self._listed(by_state.total(), narrowed)]
        for group in GROUPS:
            here = sum(by_state.pop(state, 0) for state in SHOWS[group] or [])
            show = {"show": group if group in shows_of(self.stage) else "waiting"}
            cells.append(self._listed(here, None if narrowed is None else narrowed | show))
        seconds, size = (sum(row[name] or 0 for row in rows) for name in ("seconds", "size"))
        return [*cells, Cell(by_state.total()), Cell(clock(seconds)), Cell(bytesize(size))]

    def _listed(self, n: int, narrowed: dict[str, str] | None) -> Cell:
        return Cell(n, self.queue(**narrowed) if n and narrowed is not None else "")

    # days

    def days(self) -> Table:
        rows = [[Cell(day(one)), *(Cell(n) for n in numbers)] for one, numbers in self.found.days.items()]
        sums = [Cell(sum(numbers)) for numbers in zip(*self.found.days.values(), strict=True)] or [Cell(0)] * 3
        note = _("每轮报送、每个没有收回的决定各算一次。没有报送和决定的日子不列出。")
        return Table(
            "days", _("逐日报送与审核"), [_("日期"), *_counted_by_day()], rows, [Cell(_("合计")), *sums], note=note
        )

    def pictures(self) -> list[Bars]:
        """The three columns of ``days`` on one scale of days and one of heights."""
        days = self.found.days
        if not days:
            return []
        first, span = min(days), (max(days) - min(days)).days + 1
        top = max(n for numbers in days.values() for n in numbers)
        made = []
        for place, title in enumerate(_counted_by_day()):
            numbers = {one: counted[place] for one, counted in days.items()}
            heights = {one: max(2, round(100 * n / top)) for one, n in numbers.items() if n}
            bars = [(str((one - first).days * 10 + 1), str(100 - high), str(high)) for one, high in heights.items()]
            most_on = max(numbers, key=numbers.__getitem__)
            made.append(Bars(title, sum(numbers.values()), numbers[most_on], most_on, str(span * 10), bars))
        return made

    # review

    def returns(self) -> Table:
        words = dict(field_choices())
        by_number = sorted(self.found.returns.items(), key=lambda one: -one[1])
        rows = [[Cell(str(words[name])), Cell(n)] for name, n in by_number]
        note = _("一次退回可以指出多处，各算一次。")
        return Table("returns", _("退回理由指向哪里"), [_("关于"), _("退回次数")], rows, note=note)

    def waived(self) -> Table:
        rows = [[Cell(rule_title(Finding(rule=rule))), Cell(n)] for rule, n in self.found.waived.items()]
        resources = self.found.waived_resources
        total = [Cell(_("有豁免的资源")), self._listed(resources, {"look": "waived"})]
        return Table("waived", _("豁免了哪些要求"), [_("技术要求"), _("豁免数")], rows, total if resources else [])

    def waits(self) -> Table:
        waits = self.found.waits
        row = [_("报送到第一次决定"), waits.decided, duration(waits.median), duration(waits.ninth)]
        note = _("每轮报送各算一次，收回的决定不算。")
        headings = [_("环节"), _("已决定"), _("中位数"), _("九成不超过")]
        return Table("waits", _("等了多久"), headings, [[Cell(one) for one in row]], note=note)

    def officers(self) -> Table:
        outcomes = [outcome for stage, outcome in LEADS_TO if stage == self.stage]
        by_officer: dict[tuple[int, str], Counter[str]] = {}
        for row in self.found.officers:
            by_officer.setdefault((row["by"], row["name"]), Counter())[row["outcome"]] = row["n"]
        rows = [
            [Cell(name), Cell(made.total()), *(Cell(made[outcome]) for outcome in outcomes)]
            for (_pk, name), made in by_officer.items()
        ]
        headings = [_("姓名"), _("决定数"), *(str(Outcome(one).label) for one in outcomes)]
        return Table(
            "officers", _("各人作出的决定"), headings, rows, note=_("只有审定和终审能看到这张表。收回的决定不算。")
        )


def figures_for(user: User, call: Call) -> tuple[Figures, bool]:
    """With whether this person heads the desk and so sees who decided how much."""
    stages = policy.stages_of(user)
    stage = Stage.FINAL if Stage.FINAL in stages else Stage.PROVINCIAL
    officers, fields = policy.can_see_officers(user, stage), [name for name, _word in field_choices()]
    found = statistics(user, stage, call, fields=fields, officers=officers)
    return Figures(found, call, stage, home_of(user, stage, call)), officers


def sheets(figures: Figures, *, officers: bool) -> bytes:
    """Every table of the page on a sheet of its own."""
    made = [table.sheet() for table in figures.tables(officers=officers)]
    return workbooks.book(made, filters=[figures.call.title, *([str(figures.home)] if figures.home else [])])


def _counted_by_day() -> list[str]:
    return [_("报送"), _("省级审核决定"), _("终审决定")]


def _place(pair: tuple[str, str]) -> tuple[int, str]:
    area, kind = pair
    return (Area.values.index(area) if area in Area.values else len(Area.values), kind)


def duration(took: timedelta | None) -> str:
    """As 「2 天 3 小时」, below a day 「3 小时 20 分」."""
    if took is None:
        return "—"
    hours, minutes = divmod(round(took.total_seconds()) // 60, 60)
    if hours >= 24:
        return _("%(days)s 天 %(hours)s 小时") % {"days": hours // 24, "hours": hours % 24}
    return _("%(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": minutes}

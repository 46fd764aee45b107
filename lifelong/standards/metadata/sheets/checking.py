"""The dry run: every problem of a sheet by row and column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from lifelong.standards.metadata import problem as problems
from lifelong.standards.metadata.context import Context
from lifelong.standards.metadata.identity import digest, identity
from lifelong.standards.metadata.problem import Problem
from lifelong.standards.metadata.sheets.reading import Row, Sheet, open_sheet
from lifelong.standards.metadata.validator import Result, validate

Status = Literal["accepted", "rejected", "unchanged"]


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """A problem and the row, as the spreadsheet counts it."""

    row: int
    problem: Problem

    def to_json(self) -> dict[str, Any]:
        return {"row": self.row, **self.problem.to_json()}


@dataclass(frozen=True, slots=True)
class CheckedRow:
    number: int
    status: Status
    key: str
    result: Result
    problems: list[SheetProblem]


@dataclass(slots=True)
class SheetReport:
    """What ``intake --json`` prints."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    problems: list[SheetProblem] = field(default_factory=list)

    def count(self, row: CheckedRow) -> None:
        self.rows += 1
        setattr(self, row.status, getattr(self, row.status) + 1)
        self.problems.extend(row.problems)

    @property
    def errors(self) -> list[SheetProblem]:
        return [found for found in self.problems if found.problem.severity == "error"]

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unchanged": self.unchanged,
            "problems": [found.to_json() for found in self.problems],
        }


def check_sheet(path: str | Path, context: Context, *, known: Mapping[str, str] | None = None) -> SheetReport:
    """Judge every row. ``known``: ``identity`` → ``digest`` of the records that are already there."""
    report = SheetReport()
    with open_sheet(path, by=context.standard) as sheet:
        report.problems.extend(remarks(sheet))
        for row in checked_rows(sheet, context, known=known):
            report.count(row)
    return report


def checked_rows(sheet: Sheet, context: Context, *, known: Mapping[str, str] | None = None) -> Iterator[CheckedRow]:
    """Each row with its verdict, one at a time; rows of the same sheet are also held against each other."""
    taken = dict(context.taken_orders)
    rows = _Rows(replace(context, taken_orders=taken))
    for row in sheet:
        result = validate(row.values, context=rows.of(row))
        key = identity(result.values)
        result.problems.extend(rows.twice(row, result, key))
        found = [SheetProblem(row.number, problem) for problem in result.problems]
        if not result.ok:
            yield CheckedRow(row.number, "rejected", key, result, found)
            continue
        if order := result.values.get("series_order"):
            taken.setdefault((result.values["series"], int(order)), key)
        same = known is not None and known.get(key) == digest(result.values)
        yield CheckedRow(row.number, "unchanged" if same else "accepted", key, result, found)


class _Rows:
    """What earlier rows of the sheet said."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.keys: dict[str, int] = {}
        self.titles: dict[tuple[str, str | None], int] = {}

    def of(self, row: Row) -> Context:
        """With what was measured of the files that the row names."""
        media = self.context.media_of(str(row.values.get("files") or ""))
        return replace(self.context, media=media) if media is not None else self.context

    def twice(self, row: Row, result: Result, key: str) -> Iterator[Problem]:
        values, fields = result.values, self.context.standard.by_name
        if "title" not in values and "own_number" not in values:
            return
        before = self.keys.setdefault(key, row.number)
        if before != row.number:
            name = "own_number" if "own_number" in values else "title"
            reason = _("与第 %(row)s 行重复") % {"row": before}
            if name == "title":
                reason = _("名称、类型、系列和顺序与第 %(row)s 行完全相同") % {"row": before}
            wanted = _("每个资源一行；确是两个资源的，请填写不同的本单位编号")
            yield problems.error(fields[name], "duplicate", reason, found=values[name], wanted=wanted, example="")
            return
        if "title" not in values:
            return
        again = self.titles.setdefault((values["title"], values.get("series")), row.number)
        if again != row.number and "series_order" not in values:
            reason = _("与第 %(row)s 行同名，请确认不是同一个资源") % {"row": again}
            yield problems.notice(fields["title"], "repeated", reason, found=values["title"])


def remarks(sheet: Sheet) -> Iterator[SheetProblem]:
    """What is odd about the sheet itself."""
    row = sheet.headings.row
    for heading in sheet.headings.unknown.values():
        message = _("没有「%(heading)s」这个字段，这一列不读取。") % {"heading": problems.shown(heading)}
        wanted = _("元数据标准中的字段名称")
        yield SheetProblem(row, Problem("", heading, "column.unknown", "notice", heading, wanted, "", message))
    if sheet.merged:
        message = _("表中有合并了多行的单元格，其中的内容已算作这几行每行都有，请核对。")
        yield SheetProblem(
            row, Problem("", _("合并的单元格"), "sheet.merged", "notice", "", _("每行各填各的，不合并"), "", message)
        )
    if sheet.hidden:
        message = _("有 %(n)s 行是隐藏的，也读取了；不报送的请删去。") % {"n": sheet.hidden}
        yield SheetProblem(
            row, Problem("", _("隐藏的行"), "sheet.hidden", "notice", "", _("只留要报送的行"), "", message)
        )
    for name in sheet.others:
        message = _("工作表「%(name)s」也有表头，没有读取；只读取了「%(read)s」。") % {"name": name, "read": sheet.name}
        yield SheetProblem(row, Problem("", name, "sheet.others", "notice", name, _("每次一个工作表"), "", message))

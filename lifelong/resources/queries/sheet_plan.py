"""What a sheet would do: every row judged and matched with what the institution has. Reads only: this is the dry run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.calls.models import Call
from lifelong.calls.scope import why_not
from lifelong.institutions.models import Institution
from lifelong.media import content_types
from lifelong.resources.bundles import NOTHING, Bundle, Entry, EntryUnreadable, fold
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.resources.queries.freezing import values_of
from lifelong.resources.queries.judging import owner_names
from lifelong.resources.queries.shelf import Held, Shelf
from lifelong.standards.metadata import digest, split, standard
from lifelong.standards.metadata.problem import Problem, error, notice
from lifelong.standards.metadata.sheets import CheckedRow, SheetProblem, checked_rows, open_sheet, remarks
from lifelong.standards.queries import metadata_context

Tell = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much (0: not known)
FILE_FIELDS = ("files", "cover", "rights_file")
PAPERS = {"application/pdf", "image/jpeg", "image/png", "application/zip"}
TOLD_EVERY = 200


def silent(_note: str, _done: int, _total: int) -> None:
    pass


@dataclass(slots=True)
class PlannedRow:
    """``values`` are kept for what will be written and for what names files; ``version`` is set once it is there."""

    number: int
    status: str
    problems: list[Problem]
    values: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    place: tuple[str, int] | None = None
    held: Held | None = None
    version: int | None = None

    def reject(self, problem: Problem) -> None:
        self.status = "rejected"
        self.problems.append(problem)

    def names(self) -> dict[str, list[str]]:
        """The files that the row names, by field."""
        return {name: split(self.values.get(name, "")) for name in FILE_FIELDS}


@dataclass(slots=True)
class Plan:
    """The rows in their order. ``columns``: fields that the sheet has a column for."""

    remarks: list[SheetProblem]
    rows: list[PlannedRow]
    columns: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """What ``intake --json`` prints (interfaces.md)."""
        counts = {"accepted": 0, "rejected": 0, "unchanged": 0}
        for row in self.rows:
            counts[row.status] += 1
        return {"rows": len(self.rows), **counts, "problems": [found.to_json() for found in self.problems()]}

    def problems(self) -> list[SheetProblem]:
        return self.remarks + [SheetProblem(row.number, problem) for row in self.rows for problem in row.problems]


def plan_sheet(
    path: str | Path, *, institution: Institution, at: datetime, call: Call | None = None, bundle: Bundle = NOTHING,
    tell: Tell = silent,
) -> Plan:  # fmt: skip
    """Judge and match every row. Raises ``SheetRefused``. No network, nothing is written."""
    context = metadata_context(
        "sheet", today=timezone.localdate(at), owner_names=owner_names(institution), file_names=_Names(bundle)
    )
    rows: list[PlannedRow] = []
    with open_sheet(path) as sheet:
        said = list(remarks(sheet))
        columns = frozenset(sheet.headings.columns)
        for checked in checked_rows(sheet, context):
            rows.append(_planned(checked))
            if len(rows) % TOLD_EVERY == 0:
                tell(_("检查各行"), len(rows), 0)
    shelf = Shelf(institution)
    _match(rows, shelf)
    _settle_places(rows, shelf)
    for row in rows:
        if row.status == "rejected":
            row.values = {}
            continue
        row.problems = [problem for problem in row.problems if not _is_done(problem, row, bundle)]
        row.problems += _scope(row, call)
        if bundle:
            row.problems += _files(row, bundle)
    _named_twice(rows)
    return Plan(said, rows, columns)


class _Names:
    """The names of a bundle as the validator asks for them."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def __contains__(self, name: object) -> bool:
        return name in self._bundle


def _planned(checked: CheckedRow) -> PlannedRow:
    values = checked.result.values
    problems = [found.problem for found in checked.problems]
    if checked.status == "rejected":
        return PlannedRow(checked.number, "rejected", problems)
    place = (values["series"], int(values["series_order"])) if "series_order" in values else None
    return PlannedRow(checked.number, "accepted", problems, values, digest(values), place)


def _match(rows: list[PlannedRow], shelf: Shelf) -> None:
    """First what is certain, whatever the order of rows; then what lacks a number on one side."""
    living = [row for row in rows if row.status != "rejected"]
    taken: dict[int, int] = {}
    for row in living:
        _take(row, shelf.exactly(row.values), taken)
    for row in living:
        if row.held is not None or row.status == "rejected":
            continue
        near = [held for held in shelf.nearly(row.values) if held.resource not in taken]
        if len(near) > 1:
            row.reject(_unclear(row, len(near)))
        elif near:
            _take(row, near[0], taken)
    for row in living:
        if row.held is not None and row.status != "rejected":
            _compare(row, row.held)


def _take(row: PlannedRow, held: Held | None, taken: dict[int, int]) -> None:
    if held is None:
        return
    first = taken.setdefault(held.resource, row.number)
    if first == row.number:
        row.held, row.version = held, held.version
        return
    reason = _("与第 %(row)s 行指的是同一个资源（%(id)s）") % {"row": first, "id": held.resource_id}
    row.reject(
        error(
            standard().field("title"),
            "duplicate",
            reason,
            found=row.values["title"],
            wanted=_("每个资源一行"),
            example="",
        )
    )


def _compare(row: PlannedRow, held: Held) -> None:
    if held.kept(row.digest):
        row.status = "unchanged"
    elif not held.editable:
        if not held.ended and _says_the_same(row, held):
            row.status = "unchanged"
        else:
            row.reject(locked(row, held))


def _says_the_same(row: PlannedRow, held: Held) -> bool:
    """A resource that was made on the page, or edited there, may already say what the row says."""
    version = Version.objects.select_related("resource", "series", "category", "cover").get(pk=held.version)
    now = values_of(version)
    now["duration"] = version.duration
    for name, value in row.values.items():
        plain = value.isoformat() if isinstance(value, date) else value
        if name in now and name != "cover" and now[name] != plain:
            return False
    return True


def locked(row: PlannedRow, held: Held) -> Problem:
    """The resource is under review, decided or public: a sheet does not change it."""
    remedy = {
        State.PUBLISHED: _("要修改，请在网页打开该资源，选“开始新版本”"),
        State.REFUSED: _("已不予通过，请换一个本单位编号作为新资源"),
        State.WITHDRAWN: _("已撤回，请换一个本单位编号作为新资源"),
        State.UNIT_REVIEW: _("要修改，请先从单位自审取回"),
    }.get(State(held.state), _("要修改，请先在网页撤回，或等审核退回"))
    reason = _("对应的资源 %(id)s 目前为“%(state)s”，表格不能修改；%(remedy)s") % {
        "id": held.resource_id, "state": State(held.state).label, "remedy": remedy,
    }  # fmt: skip
    found, wanted = row.values.get("title", ""), _("草稿或退回修改的资源")
    return error(standard().field("title"), "locked", reason, found=found, wanted=wanted, example="")


def _unclear(row: PlannedRow, count: int) -> Problem:
    reason = _("本单位已有 %(n)s 项名称、类型、系列和顺序都相同的资源，分不清是哪一项") % {"n": count}
    return error(
        standard().field("title"), "unclear", reason, found=row.values["title"], wanted=_("用本单位编号写明是哪一项"),
        example="",
    )  # fmt: skip


def _settle_places(rows: list[PlannedRow], shelf: Shelf) -> None:
    """A place in a series that another resource holds is refused, unless this sheet moves that one elsewhere."""
    moving = {row.held.resource for row in rows if row.status == "accepted" and row.held is not None}
    again = True
    while again:
        again = False
        for row in rows:
            if row.status != "accepted" or row.place is None:
                continue
            own = {row.held.resource} if row.held else set()
            if not shelf.places.get(row.place, set()) - own - moving:
                continue
            row.reject(_taken(row))
            if row.held and row.held.resource in moving:  # it stays where it is, which may stop another
                moving.discard(row.held.resource)
                again = True


def _taken(row: PlannedRow) -> Problem:
    reason = _("在系列「%(series)s」中已有别的资源用了") % {"series": row.values["series"]}
    found, wanted = row.values["series_order"], _("本系列中没有用过的数字")
    return error(standard().field("series_order"), "taken", reason, found=found, wanted=wanted, example=None)


def _is_done(problem: Problem, row: PlannedRow, bundle: Bundle) -> bool:
    """What is only still to do may have been done on the page already."""
    held = row.held
    if held is None or not problem.code.startswith("todo."):
        return False
    if problem.code == "todo.cover":
        return bool(held.cover)
    if problem.code == "todo.rights_file":
        return bool(held.rights_file)
    if problem.code == "todo.files":
        names = split(row.values.get("files", ""))
        return all(fold(name).rsplit("/", 1)[-1] in held.files or name in bundle for name in names) and bool(held.files)
    return False


def _scope(row: PlannedRow, call: Call | None) -> Iterator[Problem]:
    """Submitting judges it; who fills a sheet of hundreds wants to know before."""
    kind, area = row.values.get("type", ""), row.values.get("area", "")
    if call is None or not area or not (reason := why_not(call.scope, area, kind)):
        return
    column, wanted = standard().field("type").heading, _("征集通知所列的领域与类型")
    yield Problem("type", _(column), "call.scope", "notice", kind, wanted, "", reason)


def _files(row: PlannedRow, bundle: Bundle) -> Iterator[Problem]:
    for name, files in row.names().items():
        for file in files:
            found = bundle.several(file)
            if len(found) > 1:
                places = "、".join(entry.name for entry in found[:3])
                yield notice(
                    standard().field(name), "unclear", _("有几个文件同名（%s），请写明所在文件夹") % places, found=file
                )
            elif found and (reason := found[0].trouble or _content_trouble(name, found[0], bundle)):
                yield notice(standard().field(name), "refused", reason, found=file)


def _named_twice(rows: list[PlannedRow]) -> None:
    """One film in two resources is mostly a slip of the copying hand."""
    first: dict[str, int] = {}
    for row in rows:
        for file in row.names()["files"]:
            before = first.setdefault(fold(file), row.number)
            if before != row.number and row.status == "accepted":
                reason = _("第 %(row)s 行也写了这个文件，请核对") % {"row": before}
                row.problems.append(notice(standard().field("files"), "twice", reason, found=file))


def _content_trouble(name: str, entry: Entry, bundle: Bundle) -> str:
    """By the first bytes alone; the whole is judged when it is taken in."""
    if name == "files":
        return ""
    if entry.size > 20 << 20:
        return _("超过 20 MB，请缩小后再试")
    try:
        with bundle.open(entry) as stream:
            kind = content_types.of_bytes(stream.read(32))
    except EntryUnreadable as refusal:
        return str(refusal).rstrip("。")
    if name == "cover" and kind != "image/jpeg":
        return _("内容不是 JPG 图片，请换一张")
    if name == "rights_file" and kind not in PAPERS:
        return _("不是 PDF、JPG、PNG 或 Word（.docx）文件，请换一个")
    return ""

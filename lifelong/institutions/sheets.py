"""The register of institutions as a sheet: out, and in with a dry run. Judging is pure but for what is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from lifelong.accounts.telephones import email as folded_email
from lifelong.institutions.actions.register import CODE
from lifelong.institutions.models import Institution, InstitutionKind
from lifelong.institutions.names import as_typed, folded
from lifelong.regions.models import Region
from lifelong.regions.queries import tree
from lifelong.web.workbooks import Column, Row

HEADINGS = {
    "code": "单位代码", "name": "单位名称", "kind": "单位类型", "region": "所在地区", "office_email": "办公邮箱",
    "reporter_signs_alone": "负责人可单独自审",
}  # fmt: skip
COLUMNS = [
    Column(HEADINGS["code"], 14), Column(HEADINGS["name"], 30), Column("曾用名", 20), Column(HEADINGS["kind"], 16),
    Column("地区代码", 10), Column(HEADINGS["region"], 20), Column(HEADINGS["office_email"], 26),
    Column(HEADINGS["reporter_signs_alone"], 12), Column("报送工作负责人", 16), Column("负责人自", 12),
]  # fmt: skip
YES, NO = {"是", "y", "yes", "1", "true", ""}, {"否", "n", "no", "0", "false"}


@dataclass(frozen=True)
class Problem:
    row: int
    column: str
    found: str
    message: str


@dataclass
class Report:
    """``ready``: values for ``take_in_sheet``; ``unchanged``: rows that say what is known already."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    ready: list[dict[str, Any]] = field(default_factory=list)


def lines(institutions: Iterable[Institution]) -> Iterable[list[Any]]:
    """One row per institution, in the order of ``COLUMNS``; ``reporters`` is prefetched."""
    from lifelong.audit.masks import mask_name

    for one in institutions:
        reporter = next(iter(getattr(one, "reporters", [])), None)
        yield [
            one.code, one.name, one.former_name, one.get_kind_display(), one.region_id, one.region.name if one.region else "",
            one.office_email, _("是") if one.reporter_signs_alone else _("否"),
            mask_name(reporter.user.name) if reporter else "", reporter.begins_at.date() if reporter else "",
        ]  # fmt: skip


def judge(rows: Iterable[Row], managed: frozenset[str] | None) -> Report:
    """What taking the rows in would do. ``managed``: regions in which the person may; None for everywhere."""
    report = Report()
    known_codes = {one.code: one for one in Institution.objects.select_related("region")}
    known_names = {folded(one.name): one for one in known_codes.values()}
    seen: dict[str, int] = {}
    for row in rows:
        report.rows += 1
        values, problems = _values(row, managed)
        namesake = known_names.get(folded(values["name"]))
        known = known_codes.get(values["code"]) or (namesake if not values["code"] else None)
        problems += _doubles(row, values, known, known_names, seen)
        if known and managed is not None and known.region_id not in managed:
            problems.append(Problem(row.number, HEADINGS["code"], values["code"], _("该单位不在您负责的地区。")))
        if problems:
            report.problems += problems
        elif known is None:
            report.new += 1
            report.ready.append(values)
        elif _same(known, values):
            report.unchanged += 1
        else:
            report.changed += 1
            report.ready.append(values | {"institution": known.pk})
    return report


def _values(row: Row, managed: frozenset[str] | None) -> tuple[dict[str, Any], list[Problem]]:
    problems: list[Problem] = []

    def bad(name: str, message: str) -> None:
        problems.append(Problem(row.number, HEADINGS[name], row[HEADINGS[name]], message))

    code, name = row[HEADINGS["code"]], as_typed(row[HEADINGS["name"]])
    if code and not CODE.fullmatch(code):
        bad("code", _("单位代码只能用数字、字母和 . - _。"))
    if not name or len(name) > 100:
        bad("name", _("请填写单位名称，不超过 100 字。"))
    kind = next((value for value, label in InstitutionKind.choices if row[HEADINGS["kind"]] in {value, label}), "")
    if not kind:
        bad("kind", _("单位类型应为：%s。") % "、".join(str(label) for label in InstitutionKind.labels))
    place = _region(row["地区代码"] or row[HEADINGS["region"]], managed)
    if place is None:
        bad("region", _("没有找到这个地区，或它不在您负责的范围。请写“洛阳市”或六位代码。"))
    email = folded_email(row[HEADINGS["office_email"]])
    try:
        if email:
            validate_email(email)
    except ValidationError:
        bad("office_email", _("邮箱写法不对，应像 office@example.org。"))
    alone = row[HEADINGS["reporter_signs_alone"]].lower()
    if alone not in YES | NO:
        bad("reporter_signs_alone", _("请填“是”或“否”。"))
    values = {
        "code": code, "name": name, "kind": kind, "region": place.code if place else "", "office_email": email,
        "reporter_signs_alone": alone in YES,
    }  # fmt: skip
    return values, problems


def _region(text: str, managed: frozenset[str] | None) -> Region | None:
    """By code, by name, or by 「河南省 洛阳市」; only within what is managed."""
    text = text.rsplit(maxsplit=1)[-1] if text.split() else ""
    found = [
        region for region in tree().regions.values()
        if text in {region.code, region.name, region.short_name} and (managed is None or region.code in managed)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _doubles(
    row: Row, values: dict[str, Any], known: Institution | None, names: dict[str, Institution], seen: dict[str, int]
) -> list[Problem]:
    problems = []
    namesake = names.get(folded(values["name"]))
    if namesake and namesake != known:
        text = _("已有同名单位（%s）。") % namesake.code
        problems.append(Problem(row.number, HEADINGS["name"], values["name"], text))
    for key in filter(None, (values["code"] and f"code {values['code']}", f"name {folded(values['name'])}")):
        if key in seen:
            text = _("与第 %s 行重复。") % seen[key]
            problems.append(Problem(row.number, HEADINGS[key.split(" ")[0]], values[key.split(" ")[0]], text))
        seen.setdefault(key, row.number)
    return problems


def _same(known: Institution, values: dict[str, Any]) -> bool:
    return (
        known.name == values["name"]
        and known.kind == values["kind"]
        and known.region_id == values["region"]
        and known.office_email == values["office_email"]
        and known.reporter_signs_alone == values["reporter_signs_alone"]
    )

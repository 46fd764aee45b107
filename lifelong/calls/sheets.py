"""The register of registrations as a sheet: out (masked, or in full for a purpose), and in with a dry run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lifelong.audit.masks import mask_email, mask_landline, mask_mobile, mask_name
from lifelong.calls.actions.registering import institution_named
from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models import Call, Registration
from lifelong.calls.values import normal, whole_landline
from lifelong.institutions.models import InstitutionKind
from lifelong.institutions.names import folded
from lifelong.institutions.sheets import Problem
from lifelong.regions.queries import tree, within
from lifelong.web.workbooks import Column, Row

HEADINGS = {
    "number": "登记编号", "institution_name": "单位名称", "name": "负责人姓名", "position": "职务", "landline": "座机",
    "mobile": "手机", "email": "电子邮箱", "institution_kind": "单位类型", "region": "所在地区",
}  # fmt: skip
COLUMNS = [
    Column(HEADINGS["number"], 16), Column("征集编号", 12), Column(HEADINGS["institution_name"], 30),
    Column(HEADINGS["institution_kind"], 16), Column(HEADINGS["region"], 18), Column(HEADINGS["name"], 12),
    Column(HEADINGS["position"], 24), Column(HEADINGS["landline"], 18), Column(HEADINGS["mobile"], 14),
    Column(HEADINGS["email"], 26), Column("状态", 10), Column("提交时间", 16), Column("审核时间", 16),
    Column("审核人", 10), Column("未通过原因", 24),
]  # fmt: skip
RAW = ("institution_name", "name", "position", "landline", "mobile", "email")
OVER = {RegistrationState.APPROVED, RegistrationState.REPLACED, RegistrationState.WITHDRAWN}


@dataclass
class Report:
    """``ready``: the rows to take in; ``changed`` holds registration and values of known ones."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    ready: list[dict[str, Any]] = field(default_factory=list)


def lines(registrations: Iterable[Registration], *, clear: bool) -> Iterable[Sequence[Any]]:
    """One row per registration; personal data masked unless ``clear``."""
    for one in registrations:
        landline = whole_landline({"landline": one.landline, "extension": one.extension})
        yield [
            one.number, one.call.number, one.institution_name,
            InstitutionKind(one.institution_kind).label if one.institution_kind else "",
            one.place.name if one.place else "",
            one.name if clear else mask_name(one.name), one.position,
            landline if clear else mask_landline(one.landline), one.mobile if clear else mask_mobile(one.mobile),
            one.email if clear else mask_email(one.email), one.get_state_display(), one.submitted_at, one.decided_at,
            one.decided_by.name if one.decided_by else "", one.reason,
        ]  # fmt: skip


def judge(rows: Iterable[Row], call: Call, known: Iterable[Registration]) -> Report:
    """What taking the rows in would do. A masked cell of a known registration says nothing new."""
    report, by_number = Report(), {one.number: one for one in known}
    seen: dict[str, int] = {}
    for row in rows:
        report.rows += 1
        number = row[HEADINGS["number"]]
        registration = by_number.get(number)
        if number and registration is None:
            text = _("没有这个编号的登记；新登记请把编号留空。")
            report.problems.append(Problem(row.number, HEADINGS["number"], number, text))
        else:
            _judge_row(report, row, call, registration, seen)
    return report


def _judge_row(report: Report, row: Row, call: Call, registration: Registration | None, seen: dict[str, int]) -> None:
    raw = {name: row[HEADINGS[name]] for name in RAW}
    before = _before(registration) if registration else {}
    for name, value in before.items():
        if "*" in raw[name]:
            raw[name] = value
    values, problems = normal(raw)
    found = [Problem(row.number, HEADINGS[name], raw[name], text) for name, text in problems.items()]
    key = folded(values["institution_name"])
    if key in seen:
        found.append(
            Problem(
                row.number,
                HEADINGS["institution_name"],
                values["institution_name"],
                _("与第 %s 行是同一单位，每个单位只登记一位。") % seen[key],
            )
        )
    seen.setdefault(key, row.number)
    same = registration is not None and all(
        before[name] == raw[name] or not _differs(values, name, registration) for name in RAW
    )
    if same:
        report.unchanged += 1
        return
    if registration and registration.state in OVER:
        text = _("这份登记“%s”，不能用表格修改，请在办理页更正。") % registration.get_state_display()
        found.append(Problem(row.number, HEADINGS["number"], registration.number, text))
    values |= _place(row, call, values, found)
    if found:
        report.problems += found
        return
    report.ready.append(values | ({"registration": registration.pk} if registration else {}))
    if registration:
        report.changed += 1
    else:
        report.new += 1


def _before(registration: Registration) -> dict[str, str]:
    found = {name: getattr(registration, name) for name in RAW}
    found["landline"] = whole_landline({"landline": registration.landline, "extension": registration.extension})
    return found


def _differs(values: dict[str, Any], name: str, registration: Registration) -> bool:
    if name == "landline":
        return (values["landline"], values["extension"]) != (registration.landline, registration.extension)
    return bool(values[name] != getattr(registration, name))


def _place(row: Row, call: Call, values: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Kind and region, asked for only where the register does not know the unit."""
    if not values["institution_name"] or institution_named(call, values["institution_name"]):
        return {}
    kind = next(
        (value for value, label in InstitutionKind.choices if row[HEADINGS["institution_kind"]] in {value, label}), ""
    )
    if not kind:
        text = _("名册里没有这个单位，请填写单位类型：%s。") % "、".join(str(label) for label in InstitutionKind.labels)
        problems.append(Problem(row.number, HEADINGS["institution_kind"], row[HEADINGS["institution_kind"]], text))
    wanted = (row[HEADINGS["region"]].split() or [""])[-1]
    codes = within(call.region) if call.region else frozenset(tree().regions)
    region = next(
        (
            one
            for one in tree().regions.values()
            if one.code in codes and wanted in {one.code, one.name, one.short_name}
        ),
        None,
    )
    if region is None:
        text = _("名册里没有这个单位，请填写所在地区，例如“洛阳市”。")
        problems.append(Problem(row.number, HEADINGS["region"], row[HEADINGS["region"]], text))
    return {"institution_kind": kind, "region": region.code if region else None}

"""The register of institutions: entering, changing, renaming, many at once from a sheet."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.institutions.models import Institution, InstitutionKind
from lifelong.institutions.names import as_typed, spellings
from lifelong.institutions.policy import can_enter, can_manage, can_set_quota
from lifelong.regions.models import Region
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,59}")


class CodeUnusable(Refusal):
    code = "code_unusable"
    status = 422


class NameTaken(Conflict):
    code = "name_taken"


@transaction.atomic
def enter_institution(
    name: str,
    *,
    kind: str,
    region: Region,
    code: str = "",
    office_email: str = "",
    reporter_signs_alone: bool = True,
    quota_bytes: int | None = None,
    by: User,
    at: datetime,
) -> Institution:
    """Enter an institution; without a 学校标识码 it gets its region's code and a serial of three digits."""
    if not can_enter(by, region):
        raise NotAllowed(_("您只能登记本省的单位。"))
    name = _free_name(name)
    institution = Institution.objects.create(
        code=_free_code(code, region),
        name=name,
        kind=InstitutionKind(kind),
        region=region,
        office_email=office_email,
        reporter_signs_alone=reporter_signs_alone,
        quota_bytes=quota_bytes or settings.DEFAULT_QUOTA_BYTES,
        created_at=at,
    )
    record("institutions.entered", by=by, of=institution, at=at, detail={"code": institution.code, "name": name})
    return institution


@transaction.atomic
def change_institution(institution: Institution, *, by: User, at: datetime, **values: Any) -> Institution:
    """Change what is given of name, kind, region, office_email, reporter_signs_alone, quota_bytes.

    A new name keeps the old one as 曾用名; the code is an address and stays.
    """
    institution = Institution.objects.select_for_update(of=("self",)).select_related("region").get(pk=institution.pk)
    region = values.get("region", institution.region)
    if not can_manage(by, institution) or not can_enter(by, region):
        raise NotAllowed(_("您只能修改本省的单位。"))
    if values.get("name", institution.name) != institution.name:
        values["name"] = _free_name(values["name"], other_than=institution)
        values["former_name"] = institution.name
    changed = {name: value for name, value in values.items() if getattr(institution, name) != value}
    if not changed:
        return institution
    before = {name: str(getattr(institution, name)) for name in changed}
    for name, value in changed.items():
        setattr(institution, name, value)
    institution.save(update_fields=list(changed))
    detail = {name: [before[name], str(value)] for name, value in changed.items() if name != "office_email"}
    record("institutions.changed", by=by, of=institution, at=at, detail=detail)
    return institution


@transaction.atomic
def set_quota(institution: Institution, *, quota_bytes: int, by: User, at: datetime) -> Institution:
    """How much the institution may store; less than it uses stops only what is new. Raises ``NotAllowed``."""
    if not can_set_quota(by):
        raise NotAllowed(_("只有运营人员和系统管理员可以调整存储配额。"))
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    before, institution.quota_bytes = institution.quota_bytes, quota_bytes
    if before != quota_bytes:
        institution.save(update_fields=["quota_bytes"])
        record("institutions.quota_set", by=by, of=institution, at=at, detail={"quota_bytes": [before, quota_bytes]})
    return institution


@transaction.atomic
def take_in_sheet(rows: Iterable[dict[str, Any]], *, by: User, at: datetime) -> dict[str, int]:
    """Rows that the dry run found good (``sheets.judge``): new ones entered, known ones changed. All or nothing."""
    counts = {"new": 0, "changed": 0}
    for row in rows:
        values = dict(row)
        number = values.pop("institution", None)
        values["region"] = Region.objects.get(pk=values["region"])
        if number:
            values.pop("code", None)
            change_institution(Institution.objects.get(pk=number), by=by, at=at, **values)
            counts["changed"] += 1
        else:
            enter_institution(**values, by=by, at=at)
            counts["new"] += 1
    return counts


def _free_name(name: str, other_than: Institution | None = None) -> str:
    name = as_typed(name)
    if not name:
        raise CodeUnusable(_("请填写单位名称。"), fields={"name": _("请填写单位名称。")})
    namesakes = Institution.objects.filter(name__in=spellings(name))
    taken = (namesakes.exclude(pk=other_than.pk) if other_than else namesakes).first()
    if taken:
        text = _("已有名为“%(name)s”的单位（%(code)s）。") % {"name": taken.name, "code": taken.code}
        raise NameTaken(text, fields={"name": text})
    return name


def _free_code(code: str, region: Region) -> str:
    code = code.strip()
    if code:
        if not CODE.fullmatch(code):
            text = _("单位代码只能用数字、字母和 . - _。")
            raise CodeUnusable(text, fields={"code": text})
        if Institution.objects.filter(code=code).exists():
            text = _("单位代码 %s 已被使用。") % code
            raise CodeUnusable(text, fields={"code": text})
        return code
    Region.objects.select_for_update().get(pk=region.pk)  # two entries at once take turns
    used = Institution.objects.filter(code__regex=rf"^{region.code}[0-9]{{3}}$").values_list("code", flat=True)
    serial = max((int(one[6:]) for one in used), default=0) + 1
    return f"{region.code}{serial:03}"

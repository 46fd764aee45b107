"""The bodies in which people serve: ministry, provinces, operator, and second bodies inside them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import Authority, AuthorityKind, User
from lifelong.audit import record
from lifelong.regions.models import Region
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, TooLong

NAME_MOST = 100


class AuthorityIncomplete(Refusal):
    code = "authority_incomplete"
    status = 422


@transaction.atomic
def found_authority(
    name: str,
    *,
    kind: str,
    region: Region | None = None,
    part_of: Authority | None = None,
    by: User | None,
    at: datetime,
) -> Authority:
    """Enter an authority; ``by`` is empty only at set-up."""
    if by is not None and not by.has_right("settings.manage"):
        raise NotAllowed(_("只有系统管理员可以登记主管部门。"))
    _check(name, kind, region, part_of)
    if Authority.objects.filter(name=name).exists():
        raise Conflict(_("已有名为“%s”的主管部门。") % name)
    authority = Authority.objects.create(name=name, kind=kind, region=region, part_of=part_of)
    record("accounts.authority_founded", by=by, of=authority, at=at, detail={"name": name, "kind": kind})
    return authority


@transaction.atomic
def change_authority(authority: Authority, *, name: str, by: User, at: datetime) -> Authority:
    """Rename; kind and region stay, because calls and decisions hang on them."""
    if not by.has_right("settings.manage"):
        raise NotAllowed(_("只有系统管理员可以修改主管部门。"))
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    if len(name) > NAME_MOST:
        raise TooLong(_("主管部门名称最多 %(most)s 字，现在有 %(n)s 字。") % {"most": NAME_MOST, "n": len(name)})
    if Authority.objects.filter(name=name).exclude(pk=authority.pk).exists():
        raise Conflict(_("已有名为“%s”的主管部门。") % name)
    before, authority.name = authority.name, name
    authority.save(update_fields=["name"])
    record("accounts.authority_renamed", by=by, of=authority, at=at, detail={"from": before, "to": name})
    return authority


def _check(name: str, kind: str, region: Region | None, part_of: Authority | None) -> None:
    if not name.strip():
        raise AuthorityIncomplete(_("请填写主管部门名称。"), fields={"name": _("请填写主管部门名称。")})
    if kind == AuthorityKind.PROVINCE and (region is None or region.level != "province"):
        raise AuthorityIncomplete(_("省级教育行政部门须选择所在省份。"), fields={"region": _("请选择省份。")})
    if part_of and (part_of.kind != kind or part_of.region_id != (region.code if region else None)):
        raise AuthorityIncomplete(
            _("所属部门须与本部门同一类别、同一地区。"), fields={"part_of": _("所属部门须与本部门同一类别、同一地区。")}
        )

"""What the operator's desk says of sign-ins, and of what waits for the administrators."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.queries import number_locked, open_factor_resets
from lifelong.audit.masks import mask_address
from lifelong.audit.queries import refused_by_hour
from lifelong.web.health import Detail, Part, Sign, Wait
from lifelong.web.templatetags.web import moment

REFUSED = ("accounts.sign_in_failed", "accounts.second_factor_failed", "accounts.oidc_refused")
MOST_SHOWN = 12


def signs(at: datetime) -> Iterator[Sign]:
    found = refused_by_hour(REFUSED, since=at - timedelta(days=1))
    details = tuple(
        Detail(f"{moment(hour)} · {mask_address(address) if address else _('来源不明')}", _("%s 次") % count)
        for hour, address, count in found[:MOST_SHOWN]
    )
    yield Sign(
        "accounts.refused", Part.ABUSED, _("被拒绝的登录"), sum(count for _h, _a, count in found), _("次"),
        note=_("最近 24 小时；按小时和来源，多的在前"), url=reverse("people"), right="people.read",
        watch_from=50, alarm_from=1000, details=details,
    )  # fmt: skip
    yield Sign(
        "accounts.locked", Part.ABUSED, _("登录被锁定的人员"), number_locked(at), _("人"),
        note=_("半小时后自动解除；核实本人后可以提前解除"), url=reverse("people"), right="people.read", alarm_from=50,
    )  # fmt: skip


def waits(at: datetime) -> Iterator[Wait]:
    found = open_factor_resets(at).order_by().aggregate(n=Count("pk"), first=Min("requested_at"))
    yield Wait(_("待确认的第二因素重置"), _("安全管理员"), found["n"], found["first"], reverse("people"), "people.read")

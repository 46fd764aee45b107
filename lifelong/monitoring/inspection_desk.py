"""Where inspection shows itself outside its own pages: menu, what waits on the first page, metrics."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

SOON = timedelta(days=3)


def register() -> None:
    from lifelong.web import desk, readiness
    from lifelong.web.health import register_health, register_waits

    desk.register_menu(menu)
    desk.register_waiting(waiting)
    register_health(signs)
    register_waits(waits)
    readiness.register("inspection", lambda: "", stands_still_s=stands_still_s)


def menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring import policy
    from lifelong.web.desk import Entry

    if policy.can_open_inspection(user):
        yield Entry(_("定期检查"), reverse("inspection"), group=_("监测评价"), order=75)


def waiting(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring.queries import inspection
    from lifelong.resources.queries.reach import reach_of
    from lifelong.web.desk import Waiting
    from lifelong.web.templatetags.web import moment

    now, index = timezone.now(), reverse("inspection")
    if user.has_right("inspection.manage"):
        if since := inspection.stands_still(now):
            title = _("项检查到期没有做：定期检查停在 %(when)s，请看后台任务") % {"when": moment(since)}
            yield Waiting(title, inspection.overdue(now), reverse("inspection-plan"), urgent=True)
        if count := inspection.brakes().count():
            yield Waiting(_("次自动下架已停下，等您决定"), count, index, urgent=True)
        if count := inspection.to_decide():
            yield Waiting(_("件公众反映的问题，单位说已修好"), count, f"{index}?state=asked")
    if reach_of(user).own:
        own = inspection.open_of(user)
        if own["count"]:
            note = _("其中 %(n)s 项已自动下架") % {"n": own["hidden"]} if own["hidden"] else _("修好后请求复查")
            soon = own["due_at"] is not None and own["due_at"] - now < SOON
            yield Waiting(
                _("个检查问题等您处理"), own["count"], index, due_at=own["due_at"], note=note, urgent=soon
            )  # fmt: skip


def stands_still_s() -> float:
    """For metrics and their alarm: for how long inspection has stood still."""
    from lifelong.monitoring.queries.inspection import stands_still

    now = timezone.now()
    since = stands_still(now)
    return (now - since).total_seconds() if since else 0.0


def signs(at: datetime) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring.queries import inspection
    from lifelong.web.health import Part, Sign
    from lifelong.web.templatetags.web import moment

    since = inspection.stands_still(at)
    hours = (at - since).total_seconds() / 3600 if since else 0
    note = _("自 %(when)s 起没有一项检查做完，请看后台任务") % {"when": moment(since)} if since else ""
    url, right = reverse("inspection-plan"), "inspection.manage"
    yield Sign(
        "inspection.still",
        Part.BROKEN,
        _("定期检查停住"),
        hours,
        _("小时"),
        note=note,
        url=url,
        right=right,
        alarm_from=1,
    )
    yield Sign(
        "inspection.damaged", Part.BROKEN, _("存储的文件损坏或丢失"), inspection.damaged(), _("项"), alarm_from=1,
        note=_("请从备份恢复文件，再到问题页请求复查；单位无法处理。"), url=f"{reverse('inspection')}?state=platform", right=right,
    )  # fmt: skip


def waits(at: datetime) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring.queries import inspection
    from lifelong.web.health import Wait

    url, office = reverse("inspection"), _("运营人员")
    yield Wait(_("停下待决定的自动下架"), office, inspection.brakes().count(), url=url, right="inspection.manage")
    decide = f"{url}?state=asked"
    yield Wait(_("单位说已修好的公众反映"), office, inspection.to_decide(), url=decide, right="inspection.manage")
    for institution, count, first in inspection.owed_by_institutions():
        yield Wait(_("检查问题待单位整改"), institution, count, first, url, "inspection.manage")

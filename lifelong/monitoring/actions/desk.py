"""What the operator's desk remembers: traffic, the worst of every hour, and alarms that are told once."""

import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import Role
from lifelong.accounts.queries import holders_of
from lifelong.monitoring import policy
from lifelong.monitoring.models import HealthHour, Incident, Threshold, TrafficSlot
from lifelong.monitoring.queries.desk import HOUR, hour_of, signs, slot_of, standing_incidents
from lifelong.notices import send
from lifelong.web.health import Level, Sign
from lifelong.web.refusals import NotAllowed, Refusal

KEPT = timedelta(days=35)
CALM = timedelta(minutes=30)  # an alarm that comes back within it is the same incident: nobody is told twice


class ThresholdsCross(Refusal):
    code = "monitoring.thresholds_cross"
    status = 422


@transaction.atomic
def note_traffic(
    routes: Mapping[str, Sequence[float]], refused: Mapping[str, Mapping[str, int]], *, at: datetime, host: str = ""
) -> None:
    """Add what one worker of this machine did to its ten minutes. Shapes: ``models.desk.TrafficSlot``."""
    host = host or socket.gethostname()[:80]
    row, _made = TrafficSlot.objects.select_for_update().get_or_create(began_at=slot_of(at), host=host)
    for name, counts in routes.items():
        known = row.routes.get(name, [])
        if len(known) == len(counts):  # an earlier release had other bounds
            row.routes[name] = [round(a + b, 4) for a, b in zip(known, counts, strict=True)]
        else:
            row.routes[name] = list(counts)
    for why, told in refused.items():
        here = row.refused.setdefault(why, {})
        for address, count in told.items():
            here[address] = here.get(address, 0) + count
    row.save(update_fields=["routes", "refused"])


def look(*, at: datetime) -> int:
    """See how everything fares and take it down; returns how many alarms stand."""
    return take_down(signs(at), at=at)  # asked before the transaction: others write meanwhile


@transaction.atomic
def take_down(found: Sequence[Sign], *, at: datetime) -> int:
    """Remember what was found, tell what has become an alarm and what is over."""
    # what a clock that ran ahead wrote would stand as the newest until its time comes
    HealthHour.objects.filter(began_at__gt=at + HOUR).delete()
    remember(found, at=at)
    begun, ended = _follow(found, at)
    if begun:
        _tell(_("平台告警：%s"), begun, at)
    if ended:
        _tell(_("告警已解除：%s"), ended, at)
    return standing_incidents()


def remember(found: Iterable[Sign], *, at: datetime) -> None:
    row, _made = HealthHour.objects.select_for_update().get_or_create(began_at=hour_of(at), defaults={"seen_at": at})
    for sign in found:
        worst = min if sign.falls else max
        row.figures[sign.name] = worst(sign.figure, row.figures.get(sign.name, sign.figure))
    row.seen_at = at
    row.save(update_fields=["figures", "seen_at"])


def _follow(found: Iterable[Sign], at: datetime) -> tuple[list[Incident], list[Incident]]:
    standing = {each.name: each for each in Incident.objects.select_for_update().filter(ended_at=None)}
    begun, ended = [], []
    for sign in found:
        if sign.level != Level.ALARM:
            continue
        incident = standing.pop(sign.name, None)
        if incident is None:
            facts = {"title": sign.title[:200], "worst": sign.said[:200], "worst_figure": sign.figure}
            Incident.objects.create(name=sign.name, began_at=at, **facts)
            continue
        if incident.told_at is None:
            incident.told_at = at
            begun.append(incident)
        if sign.figure != incident.worst_figure and (sign.figure < incident.worst_figure) is sign.falls:
            incident.worst, incident.worst_figure = sign.said[:200], sign.figure
        incident.calm_since = None
        incident.save(update_fields=["worst", "worst_figure", "told_at", "calm_since"])
    for incident in standing.values():  # no alarm any more, or nobody speaks of it any more
        if incident.told_at is None:
            incident.delete()
            continue
        incident.calm_since = min(incident.calm_since or at, at)  # the clock may have been set back
        if at - incident.calm_since >= CALM:
            incident.ended_at = at
            ended.append(incident)
        incident.save(update_fields=["calm_since", "ended_at"])
    return begun, ended


def _tell(subject: str, incidents: list[Incident], at: datetime) -> None:
    """One notice for all that one look found."""
    people = holders_of(Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR, at=at)
    lines = [f"· {each.title}（{each.worst}）" for each in incidents]
    titles = "、".join(each.title for each in incidents)
    send(people, subject=subject % titles, text="\n".join(lines), url=reverse("operations"), kind="alarm", at=at)


@transaction.atomic
def set_threshold(name: str, *, watch_from: float | None, alarm_from: float | None, by: Any, at: datetime) -> None:
    """From when a sign is shown and told; both empty: as its chapter says."""
    if not policy.can_set_thresholds(by):
        raise NotAllowed(_("只有系统管理员和运营人员可以修改告警阈值。"))
    sign = next((each for each in signs(at) if each.name == name), None)
    if sign is None:
        raise Refusal(_("没有这个监测项目，可能已经改名。请刷新页面后再改。"))
    if watch_from is None and alarm_from is None:
        Threshold.objects.filter(name=name).delete()
    elif watch_from is None or (alarm_from is not None and not replace(sign, figure=alarm_from).reaches(watch_from)):
        raise ThresholdsCross(_("请先填“注意”；“告警”不能比“注意”更早。"))
    else:
        Threshold.objects.update_or_create(name=name, defaults={"watch_from": watch_from, "alarm_from": alarm_from})
    audit.record(
        "monitoring.threshold_set", by=by, at=at, detail={"sign": name, "watch": watch_from, "alarm": alarm_from}
    )


def forget(*, at: datetime) -> int:
    """What is older than 35 days."""
    before = at - KEPT
    gone = (
        TrafficSlot.objects.filter(began_at__lt=before).delete()[0]
        + HealthHour.objects.filter(began_at__lt=before).delete()[0]
    )
    return gone + Incident.objects.filter(ended_at__lt=before).delete()[0]

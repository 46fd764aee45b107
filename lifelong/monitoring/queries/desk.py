"""What stands on the operator's desk. Knows no chapter: they speak through ``web.health``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.monitoring.histogram import BINS, added, quantile
from lifelong.monitoring.models import HealthHour, Incident, Threshold, TrafficSlot
from lifelong.web.health import Detail, Part, Sign, Wait, signs_at
from lifelong.web.templatetags.web import moment

SLOT = timedelta(minutes=10)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ENOUGH = 20  # visits of a page before its ninety-fifth says anything
MOST_SHOWN = 8
REASONS = {
    "limit": (gettext_lazy("操作过于频繁被拦下"), 200, None),
    "guess": (gettext_lazy("试探不存在的网址"), 500, None),
    "forbidden": (gettext_lazy("访问无权的页面"), 200, None),
    "malformed": (gettext_lazy("不合规的请求"), 200, None),
    "upload": (gettext_lazy("被拒收的上传请求"), 100, None),
    "beat": (gettext_lazy("被拒收的学习心跳"), 100, None),
    "event": (gettext_lazy("被拒收的使用事件"), 100, None),
    "media": (gettext_lazy("被拒绝的媒体请求"), 500, None),
}


def slot_of(at: datetime) -> datetime:
    return at - timedelta(seconds=at.timestamp() % SLOT.total_seconds())


def hour_of(at: datetime) -> datetime:
    return at - timedelta(seconds=at.timestamp() % HOUR.total_seconds())


def signs(at: datetime) -> list[Sign]:
    """Every sign, with the thresholds that an operator set in place of the chapter's own."""
    own = {each.name: each for each in Threshold.objects.all()}
    return [
        replace(sign, watch_from=mine.watch_from, alarm_from=mine.alarm_from) if (mine := own.get(sign.name)) else sign
        for sign in signs_at(at)
    ]


# Traffic


@dataclass(frozen=True)
class Page:
    """A page as people met it: how often, how long in ms, how often it failed."""

    name: str
    path: str
    count: int
    middle_ms: int
    ninth_ms: int  # ninety-five of a hundred stay within
    mean_ms: int
    errors: int


def slots(at: datetime, span: timedelta) -> QuerySet[TrafficSlot]:
    """A little more than the span: whole ten minutes."""
    return TrafficSlot.objects.filter(began_at__gt=at - span - SLOT, began_at__lte=at).order_by("began_at")


def pages(rows: Iterable[TrafficSlot]) -> list[Page]:
    """By what they cost people in all, the dearest first."""
    sums: dict[str, list[list[float]]] = {}
    for row in rows:
        for name, counts in row.routes.items():
            if len(counts) == BINS + 2:  # an earlier release had other bounds
                sums.setdefault(name, []).append(counts)
    found = [_page(name, added(every)) for name, every in sums.items()]
    return sorted(found, key=lambda page: (-page.mean_ms * page.count, page.name))


def _page(name: str, counts: list[Any]) -> Page:
    bins, seconds, errors = counts[:BINS], counts[BINS], counts[BINS + 1]
    count = int(sum(bins))
    middle, ninth = (round(1000 * (quantile(bins, share) or 0)) for share in (0.5, 0.95))
    return Page(
        name, paths().get(name, name), count, middle, ninth, round(1000 * seconds / count) if count else 0, int(errors)
    )


@cache
def paths() -> dict[str, str]:
    """Name of a page → its address as it is written, holes in angle brackets."""

    def walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for entry in resolver.url_patterns:
            here = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield f"{space}{entry.name}", f"/{here}"
            else:
                yield from walk(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)

    return dict(walk(get_resolver(), "", "")) | {"kept-page": _("暂存的公开页面")}


@dataclass(frozen=True)
class Refused:
    why: str
    hour: datetime
    address: str  # masked
    count: int

    @property
    def title(self) -> str:
        return title_of(self.why)


def title_of(why: str) -> str:
    return str(REASONS[why][0]) if why in REASONS else why


def refused(rows: Iterable[TrafficSlot]) -> list[Refused]:
    """By hour and masked address, the most first."""
    sums: dict[tuple[str, datetime, str], int] = {}
    for row in rows:
        for why, told in row.refused.items():
            for address, count in told.items():
                key = (why, hour_of(row.began_at), address)
                sums[key] = sums.get(key, 0) + count
    found = [Refused(why, hour, address, count) for (why, hour, address), count in sums.items()]
    return sorted(found, key=lambda each: (-each.count, each.why, each.hour, each.address))


def own_signs(at: datetime) -> Iterator[Sign]:
    """What the front measured, and whether anybody looks at all."""
    day = list(slots(at, DAY))
    hour = pages(row for row in day if row.began_at > at - HOUR - SLOT)
    yield from _slow(hour)
    errors = [page for page in hour if page.errors]
    yield Sign(
        "pages.errors", Part.BROKEN, _("出错的页面"), sum(page.errors for page in errors), _("次"), alarm_from=20,
        note=_("最近一小时；详情在服务器日志里，按请求编号查"), url=reverse("operations_pages"), right="operations.read",
        details=tuple(Detail(page.path, _("%s 次") % page.errors) for page in errors[:MOST_SHOWN]),
    )  # fmt: skip
    turned = refused(day)
    for why in dict.fromkeys([*REASONS, *(each.why for each in turned)]):
        mine = [each for each in turned if each.why == why]
        _title, watch, alarm = REASONS.get(why, (why, 100, None))
        yield Sign(
            f"refused.{why}", Part.ABUSED, title_of(why), sum(each.count for each in mine), _("次"), watch_from=watch, alarm_from=alarm,
            note=_("最近 24 小时；按小时和来源，多的在前"), url=f"{reverse('operations_refused')}?why={why}", right="operations.read",
            details=tuple(Detail(f"{moment(each.hour)} · {each.address}", _("%s 次") % each.count) for each in mine[:MOST_SHOWN]),
        )  # fmt: skip
    last = HealthHour.objects.order_by("-began_at").first()
    minutes = int((at - last.seen_at).total_seconds() // 60) if last else 0
    yield Sign(
        "operations.blind", Part.BROKEN, _("没有人在看：运行记录停了"), minutes, _("分钟"), watch_from=20,
        note=_("每五分钟由后台任务记录一次；停了就不会告警。请先看执行进程。"), url=reverse("jobs"), right="jobs.read",
    )  # fmt: skip


def _slow(hour: list[Page]) -> Iterator[Sign]:
    often = sorted((page for page in hour if page.count >= ENOUGH), key=lambda page: -page.ninth_ms)
    slowest = often[0].ninth_ms if often else 0
    yield Sign(
        "pages.slow", Part.SLOW, _("最慢的页面"), slowest, _("毫秒"), watch_from=1000, alarm_from=5000,
        note=_("最近一小时，百分之九十五的访问在此之内"), url=reverse("operations_pages"), right="operations.read",
        details=tuple(
            Detail(page.path, _("%(ms)s 毫秒，%(n)s 次") % {"ms": page.ninth_ms, "n": page.count}) for page in often[:MOST_SHOWN]
        ),
    )  # fmt: skip


# History


def hours(at: datetime, span: timedelta) -> list[HealthHour]:
    return list(HealthHour.objects.filter(began_at__gt=at - span).order_by("began_at"))


def last_figures() -> tuple[dict[str, float], datetime | None]:
    """The worst figures of the newest hour that was looked at, and when that was last."""
    last = HealthHour.objects.order_by("-began_at").first()
    return (last.figures, last.seen_at) if last else ({}, None)


def standing_incidents() -> int:
    return Incident.objects.filter(told_at__isnull=False, ended_at=None).count()


@dataclass(frozen=True)
class Curve:
    """A sign's hours as a small picture: ``points`` of a polyline 0–``width`` × 0–28; the worst and when it was."""

    width: int
    points: list[str]  # one line each; hours that nobody saw leave a gap
    worst: float
    worst_at: datetime | None


HIGH = 28


def curve(sign: Sign, history: list[HealthHour], at: datetime, span: timedelta) -> Curve:
    begin, width = hour_of(at - span), int(span / HOUR)
    seen = [(row.began_at, row.figures[sign.name]) for row in history if sign.name in row.figures]
    if len(seen) < 2:
        return Curve(width, [], 0.0, None)
    top = max([figure for _hour, figure in seen] + [sign.watch_from]) or 1
    lines: list[list[str]] = []
    before: datetime | None = None
    for hour, figure in seen:
        if before is None or hour - before > HOUR:
            lines.append([])
        x = (hour - begin) / HOUR
        lines[-1] += [f"{x:.0f},{HIGH - HIGH * figure / top:.1f}"]
        before = hour
    pick = min if sign.falls else max
    worst_at, worst = pick(seen, key=lambda pair: pair[1])
    return Curve(width, [" ".join([*line, line[0]] if len(line) == 1 else line) for line in lines], worst, worst_at)


def incidents(at: datetime, span: timedelta, now: Iterable[Sign]) -> list[Incident]:
    """Those that stand, then those that were, newest first; in the words that the signs have ``now``, for this reader."""
    told = Incident.objects.filter(told_at__isnull=False)
    found = told.filter(began_at__gt=at - span) | told.filter(ended_at=None)
    known = {sign.name: sign for sign in now}
    for each in found:
        sign = known.get(each.name)
        each.title = sign.title if sign else _(each.title)
        each.worst = replace(sign, figure=each.worst_figure, shown="").said if sign and sign.unit else _(each.worst)
    return sorted(found, key=lambda each: (each.ended_at is not None, -each.began_at.timestamp()))


# What waits


@dataclass(frozen=True)
class Waiting:
    """One kind of work over all offices, the longest waiting office first."""

    title: str
    count: int
    oldest_at: datetime | None
    url: str
    right: str
    offices: list[Wait]


def by_kind(waits: Iterable[Wait]) -> list[Waiting]:
    kinds: dict[str, list[Wait]] = {}
    for wait in waits:
        kinds.setdefault(wait.title, []).append(wait)
    return [
        Waiting(title, sum(each.count for each in mine), mine[0].oldest_at, mine[0].url, mine[0].right, mine)
        for title, mine in kinds.items()
    ]

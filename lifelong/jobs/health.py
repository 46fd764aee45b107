"""What the operator's desk says of the queue."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.jobs import queries
from lifelong.jobs.declared import title_of
from lifelong.web.health import Detail, Part, Sign

OFTEN = 3  # attempts after which a job fails "again and again"


def signs(at: datetime) -> Iterator[Sign]:
    def sign(name: str, part: Part, title: str, figure: float, **more: Any) -> Sign:
        return Sign(f"jobs.{name}", part, title, figure, right="jobs.read", **({"url": reverse("jobs")} | more))

    dead = queries.dead_by_kind()
    yield sign(
        "dead", Part.BROKEN, _("停下来等人处理的任务"), sum(kind.count for kind in dead), unit=_("项"), alarm_from=20,
        url=address(state="dead"), note=_("多次失败后不再自动重试；看错误原因后，重新执行或清除。"),
        details=tuple(Detail(title_of(kind.path), _("%s 项") % kind.count, address(state="dead", path=kind.path)) for kind in dead),
    )  # fmt: skip
    failing = queries.failing_by_kind(OFTEN)
    yield sign(
        "failing", Part.BROKEN, _("一再失败、还在重试的任务"), sum(kind.count for kind in failing), unit=_("项"),
        alarm_from=50, url=address(state="ready"), note=_("已失败 %s 次以上，会自动再试。") % OFTEN,
        details=tuple(Detail(title_of(kind.path), _("%s 项") % kind.count, address(state="ready", path=kind.path)) for kind in failing),
    )  # fmt: skip
    seen = queries.workers(at)
    yield sign(
        "no_worker", Part.BROKEN, _("没有执行进程"), int(not seen.living), unit="", alarm_from=1,
        shown=_("%s 个在运行") % len(seen.living), note=_("任务会一直等待。请检查服务器上的 lifelong worker。"),
    )  # fmt: skip
    yield sign(
        "lost_workers", Part.BROKEN, _("失去联系的执行进程"), len(seen.lost), unit=_("个"), alarm_from=1,
        note=_("没有正常结束，也不再有心跳：%s") % "、".join(sorted({worker.host for worker in seen.lost})),
    )  # fmt: skip
    free = queries.duties_without_holder(at)
    yield sign(
        "duties", Part.BROKEN, _("没有人值守的工作"), len(free), unit=_("项"), alarm_from=1, note="、".join(free),
    )  # fmt: skip
    kinds = queries.waiting_by_kind(at)
    for name, title, long, watch, alarm in (
        ("waiting", _("任务等得最久"), False, 60, queries.STUCK_S),
        ("waiting_long", _("耗时任务（转码等）等得最久"), True, 7200, 86_400),
    ):
        mine = [kind for kind in kinds if kind.is_long is long]
        longest = max((kind.seconds for kind in mine), default=0.0)
        yield sign(
            name, Part.SLOW, title, round(longest), unit=_("秒"), watch_from=watch, alarm_from=alarm, shown=lasting(longest),
            url=address(state="ready"),
            details=tuple(Detail(title_of(kind.path), _("%(n)s 项，最久 %(time)s") % {"n": kind.count, "time": lasting(kind.seconds)}, address(state="ready", path=kind.path)) for kind in mine if kind.seconds >= watch),
        )  # fmt: skip


def address(**chosen: str) -> str:
    return f"{reverse('jobs')}?{urlencode(chosen)}"


def lasting(seconds: float) -> str:
    """「45 秒」「12 分钟」「3 小时」「2 天」."""
    for size, word in ((86_400, _("%s 天")), (3600, _("%s 小时")), (60, _("%s 分钟"))):
        if seconds >= size:
            return word % int(seconds // size)
    return _("%s 秒") % int(seconds)

"""What the operator's desk says of the search index and of what the public reported."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.catalogue.lifecycle import ReportState
from lifelong.catalogue.models import Report
from lifelong.catalogue.queries.desk import hidden_count
from lifelong.catalogue.queries.health import index_lag, index_trouble
from lifelong.web.health import Part, Sign, Wait


def signs(at: datetime) -> Iterator[Sign]:
    trouble = index_trouble()
    yield Sign(
        "catalogue.index",
        Part.BROKEN,
        _("检索索引停了"),
        int(bool(trouble)),
        note=trouble,
        alarm_from=1,
        shown=_("没有跟上") if trouble else "",
    )
    yield Sign(
        "catalogue.lag", Part.SLOW, _("检索索引落后"), index_lag() or 0, _("项变更"), watch_from=1000, alarm_from=20_000,
        note=_("刚发布的资源还搜不到。"),
    )  # fmt: skip


def waits(at: datetime) -> Iterator[Wait]:
    found = Report.objects.filter(state=ReportState.OPEN).order_by().aggregate(n=Count("pk"), first=Min("created_at"))
    yield Wait(
        _("待答复的问题反馈"),
        _("运营人员"),
        found["n"],
        found["first"],
        reverse("catalogue_reports"),
        "catalogue.suspend",
    )
    yield Wait(
        _("已下架、待决定恢复或出库的资源"), _("终审部门"), hidden_count(), None,
        f"{reverse('catalogue_library')}?state=hidden", "catalogue.restore",
    )  # fmt: skip

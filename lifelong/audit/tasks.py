"""The sealer and the daily check of the chain."""

import time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.audit.actions.exporting import make_file, sweep_exports
from lifelong.audit.actions.sealing import seal_entries
from lifelong.audit.forms import TrailFilter
from lifelong.audit.queries import entries
from lifelong.audit.verifying import verify
from lifelong.jobs import progress
from lifelong.jobs.schedule import daily, every, standing

LATE_EVERY_S = 15.0
_looked_at = float("-inf")


@standing(seconds=1, title=_("审计封存"))
def seal() -> None:
    """Chain what was committed; what came late is looked for four times a minute."""
    global _looked_at  # noqa: PLW0603
    with_late = time.monotonic() - _looked_at >= LATE_EVERY_S
    if with_late:
        _looked_at = time.monotonic()
    seal_entries(at=timezone.now(), with_late=with_late)


@daily(at="03:40")
@task(max_attempts=2, title=_("校验审计链"))
def verify_trail() -> dict[str, Any]:
    """The whole trail; the page shows what was found last."""
    report = verify(at=timezone.now(), tell=progress.report)
    return {
        "sound": report.sound, "problems": report.problems, "seals": report.seals, "sealed": report.sealed,
        "purged": report.purged, "unsealed": report.unsealed,
    }  # fmt: skip


@task(max_attempts=3, title=_("导出审计记录"))
def export(filters: dict[str, str], form: str) -> dict[str, str]:
    """``form``: xlsx or csv."""
    number = progress.job_id() or 0
    chosen = [f"{TrailFilter.base_fields[name].label}：{value}" for name, value in filters.items() if value]
    name = make_file(entries(**TrailFilter(filters).wanted()), form=form, filters=chosen, number=number)
    return {"url": reverse("audit-download", args=[number]), "label": gettext("下载文件"), "name": name}


@every(hours=1)
@task(title=_("清理过期的审计导出文件"))
def sweep() -> int:
    return sweep_exports(at=timezone.now())

"""The sealer and the daily check of the chain."""

import time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.audit.actions.sealing import seal_entries
from lifelong.audit.verifying import verify
from lifelong.jobs import progress
from lifelong.jobs.schedule import daily, standing

LATE_EVERY_S = 15.0
_looked_at = float("-inf")


@standing(seconds=1)
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

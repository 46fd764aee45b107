"""Batches go live by jobs: a kill at any moment leaves one wholly published or wholly not."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.jobs.schedule import every
from lifelong.review.actions import batches, exports, letters, panels
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Batch


@task(priority=50, title=_("发布批次"))
def publish_batch(batch_id: int) -> None:
    """Prepare, then publish; repeated after a kill it goes on where the database says it was."""
    batches.publish_due(Batch.objects.get(pk=batch_id), at=timezone.now())


@task(priority=20, title=_("生成批次表格"))
def export_batch(batch_id: int) -> None:
    """The .xlsx in the standard's column order and the manifest with hashes."""
    exports.write_export(Batch.objects.get(pk=batch_id))


@every(seconds=15)
@task(priority=50, title=_("发布到时的批次"))
def publish_due_batches() -> None:
    """Those whose set time has come."""
    due = Batch.objects.filter(state=BatchState.SCHEDULED, publish_at__lte=timezone.now())
    for batch in due.order_by("publish_at", "pk"):
        batches.publish_due(batch, at=timezone.now())


@every(hours=1)
@task(title=_("提醒评审专家"))
def remind_experts() -> int:
    return panels.remind_due(at=timezone.now())


@task(title=_("出具审核结果通知书"))
def issue_letters(call_id: int, user_id: int) -> int:
    """Repeated after a kill it leaves out the institutions that have theirs."""
    call, by = Call.objects.get(pk=call_id), User.objects.get(pk=user_id)
    return letters.issue_all(call, by=by, at=timezone.now())

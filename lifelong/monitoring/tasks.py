"""What monitoring does by the clock."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.accounts.models import User
from lifelong.jobs.schedule import daily, every
from lifelong.monitoring.actions import (
    desk,
    evaluation_deciding,
    evaluation_files,
    evaluation_runs,
    inspection_running,
    inspection_settling,
    inspection_targets,
    usage_alarms,
    usage_counting,
    usage_history,
    usage_intake,
)
from lifelong.monitoring.intake.drain import drain
from lifelong.monitoring.models import EvaluationRun
from lifelong.monitoring.queries import usage_raw


@every(minutes=1)
@task(title=_("收入遗留的使用事件"))
def drain_events() -> int:
    """What front workers leave behind when they end; while they run they do it themselves."""
    return drain(Path(settings.DATA) / "events")


@daily(at="00:40")
@task(title=_("忘记过去各日的日盐"))
def forget_salts() -> int:
    return usage_intake.forget(at=timezone.now())


@every(minutes=5)
@task(title=_("统计今天的使用情况"))
def count_recent_use() -> int:
    """Today, and whatever of the last days came in late; a day without new records costs one count."""
    return usage_counting.count_days(usage_raw.recent_days(timezone.localdate()), at=timezone.now())


@daily(at="00:20")
@task(title=_("使用统计日结"))
def close_use() -> int:
    """Yesterday for good, and older days to which records came after all."""
    yesterday = timezone.localdate() - timedelta(days=1)
    older = sorted({*usage_raw.all_uncounted()} - {timezone.localdate(), yesterday})
    # yesterday first: a damaged old day holds up no other night
    return usage_counting.count_days([yesterday, *older], at=timezone.now())


@daily(at="05:20")
@task(title=_("归档使用记录"))
def archive_use() -> int:
    days = usage_history.days_to_archive(timezone.localdate())
    return sum(usage_history.archive(day, at=timezone.now()) for day in days)


SHORT = 5  # a few minutes in ten, ahead of the coding of drafts, behind what reviewers wait for


@every(minutes=10)
@task(queue_name="media", priority=SHORT, max_attempts=2, title=_("定期检查：链接"))
def inspect_links() -> int:
    return inspection_running.inspect_links().looked


@every(minutes=10)
@task(queue_name="media", priority=SHORT, max_attempts=2, title=_("定期检查：存储的文件"))
def inspect_stored() -> int:
    return inspection_running.inspect_stored().looked


@every(minutes=10)
@task(queue_name="media", priority=SHORT, max_attempts=2, title=_("定期检查：播放、封面、字幕、证明、文字"))
def inspect_rest() -> int:
    return inspection_running.inspect_rest().looked


@every(minutes=10)
@task(title=_("定期检查：通知单位，处理到期的问题"))
def settle_inspection() -> dict[str, int]:
    return inspection_settling.settle(at=timezone.now())


@task(priority=30, max_attempts=3, title=_("复查"))
def look_now(target_pk: int) -> str:
    seen = inspection_running.look_now(target_pk)
    inspection_settling.settle(at=timezone.now())
    return seen.outcome if seen else ""


@task(title=_("把新上线的资源列入定期检查"))
def take_up(resources: list[int]) -> int:
    return inspection_targets.take_up(resources, at=timezone.now())


@daily(at="02:40")
@task(title=_("核对定期检查的对象"))
def take_up_rest() -> int:
    return inspection_targets.take_up_rest(at=timezone.now())


@task(title=_("词表改动后重新检查已上线的文字"))
def read_texts_again() -> int:
    return inspection_targets.read_texts_again(at=timezone.now())


@task(title=_("计算年度评价"), max_attempts=3)
def reckon_evaluation(run_id: int) -> dict[str, str]:
    """From the beginning each time it is repeated."""
    evaluation_runs.reckon(EvaluationRun.objects.get(pk=run_id), at=timezone.now())
    return {"url": f"/work/evaluation/{run_id}/"}


@task(title=_("告诉单位评价结果"), max_attempts=5)
def tell_standings(run_id: int) -> int:
    return evaluation_deciding.tell_standings(EvaluationRun.objects.get(pk=run_id), at=timezone.now())


@daily(at="07:40")
@task(title=_("提醒整改期限"))
def remind_of_remedies() -> int:
    return evaluation_deciding.remind_of_remedies(timezone.localdate(), at=timezone.now())


@task(title=_("生成年度评价文件"), max_attempts=3)
def write_evaluation(run_id: int, user_id: int, form: str, institution: str = "") -> dict[str, str]:
    """The workbook or the report, as far as this person may see the run; of one institution by its code."""
    evaluation_files.write(EvaluationRun.objects.get(pk=run_id), User.objects.get(pk=user_id), form, institution)
    asked = f"?institution={institution}" if institution else ""
    return {"url": f"/work/evaluation/{run_id}/export.{form}{asked}"}


@every(minutes=5)
@task(title=_("查看平台运行情况"), max_attempts=2)
def look() -> int:
    desk.forget(at=timezone.now())
    return desk.look(at=timezone.now())


@every(minutes=30)
@task(title=_("留意使用计数是否中断"))
def watch_use() -> int:
    return len(usage_alarms.watch(at=timezone.now()))

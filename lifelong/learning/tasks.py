"""What learning does by the clock."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong import jobs
from lifelong.jobs.schedule import daily, every
from lifelong.learning.actions import forwarding, launches, scores, statements, study
from lifelong.learning.beats.drain import drain
from lifelong.learning.models import SchoolScore, StatementStore


@every(minutes=1)
@task(title=_("收入遗留的学习心跳"))
def drain_beats() -> int:
    """What front workers leave behind when they end; while they run they do it themselves."""
    return drain(Path(settings.DATA) / "beats", study.take_in)


@daily(at="04:50")
@task(title=_("结束早已离开的学习会话"))
def close_idle() -> int:
    return study.close_idle(at=timezone.now())


@task(title=_("把学习成绩报给学校平台"), max_attempts=20, first_pause_s=15)
def report_score(score_pk: int) -> None:
    """Repeated for half a day until the platform takes it; a score that arrives twice is the same score."""
    score = SchoolScore.objects.select_related("learner__platform").filter(pk=score_pk).first()
    if score is None:
        raise jobs.GiveUp(str(_("这个学校平台已不在登记中。")))
    scores.report(score, at=timezone.now())


@every(minutes=5)
@task(title=_("把停下来的学习进度报给学校平台"))
def tell_settled_scores() -> int:
    return scores.tell_settled(at=timezone.now())


@every(minutes=1)
@task(title=_("向学习记录库发送 xAPI 陈述"))
def send_statements() -> int:
    return forwarding.send_due(at=timezone.now())


@every(minutes=5)
@task(title=_("记下已经停下来的学习"))
def note_idle_study() -> int:
    return statements.note_idle(at=timezone.now())


@daily(at="04:55")
@task(title=_("清理没有学习过的学校平台学习者"))
def forget_school_learners() -> int:
    return launches.forget_idle(at=timezone.now())


@task(title=_("测试学习记录库"), max_attempts=1)
def test_store(store_pk: int) -> str:
    store = StatementStore.objects.filter(pk=store_pk).first()
    return forwarding.test(store, at=timezone.now()) if store else ""


@daily(at="04:40")
@task(title=_("清理已送达的 xAPI 陈述"))
def forget_statements() -> int:
    return forwarding.forget_sent(at=timezone.now())

"""Work on resources outside a request. Each loads by id, does one thing, and may be repeated."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.accounts.models import User
from lifelong.jobs import GiveUp
from lifelong.jobs.schedule import daily, every
from lifelong.media import making
from lifelong.media import queries as media_queries
from lifelong.media.lifecycle import Urgency
from lifelong.media.repair import CannotRepair
from lifelong.resources.actions import drafts, files, imports, links, releasing, repairs, screening
from lifelong.resources.models import ImportRun, LinkCheck
from lifelong.standards.links import checker
from lifelong.standards.technical.repair_words import failure


@task(priority=20, max_attempts=4, title=_("检查资源链接"))
def check_link(link_check_id: int, url: str, attempt: int) -> None:
    """Goes out and looks. A link that was changed meanwhile is another check's."""
    check = LinkCheck.objects.filter(pk=link_check_id, url=url, attempts=attempt - 1).first()
    if check is None:
        return
    links.record_check(check, facts=checker.check_link(url), attempt=attempt, at=timezone.now())


@task(queue_name="media", priority=Urgency.ASKED, max_attempts=4, title=_("导入元数据表"))
def work_on_sheet(run_id: int, dry_run: bool) -> dict[str, str]:
    """Looks at a sheet, or brings it in; a minute for ten thousand rows, hence among the long ones."""
    run = ImportRun.objects.get(pk=run_id)
    imports.work_on(run, dry_run=dry_run, at=timezone.now())
    return {"url": reverse("resources:import", args=[run_id])}


@task(queue_name="media", priority=Urgency.ASKED, max_attempts=4, title=_("撤销表格导入"))
def undo_sheet(run_id: int, user_id: int) -> dict[str, str]:
    run = ImportRun.objects.get(pk=run_id)
    imports.work_on_undo(run, by=User.objects.get(pk=user_id), at=timezone.now())
    return {"url": reverse("resources:import", args=[run_id])}


@task(queue_name="media", priority=Urgency.ASKED, max_attempts=4, title=_("修复媒体文件"))
def repair(repair_id: int) -> None:
    """A kill at any moment leaves the original as it is, and no half file; the next attempt begins anew."""
    found = media_queries.open_repair(repair_id)
    if found is None:
        return
    try:
        with making.repaired(found) as (made, facts):
            repairs.finish(found, made, facts=facts, at=timezone.now())
    except CannotRepair as cannot:
        raise GiveUp(failure(cannot.reason)) from cannot


@task(priority=-10, max_attempts=4, title=_("重新筛查"))
def screen_again() -> int:
    """After the word lists have changed."""
    return screening.screen_again(at=timezone.now())


@every(hours=1)
@task(title=_("安排长视频的完整解码"))
def decode_what_was_sampled() -> int:
    """What came under review in another way than by a submit; asked for once per file."""
    return files.decode_under_review()


@daily(at="03:10")
@task(title=_("释放不再使用的文件"))
def release_unused_files() -> int:
    return releasing.release_unused(at=timezone.now())


@daily(at="03:20")
@task(title=_("清理回收站中过期的草稿"))
def purge_deleted_drafts() -> int:
    return drafts.purge(at=timezone.now())

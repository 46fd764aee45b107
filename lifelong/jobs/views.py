"""The operator's view of the queue, and the page on which an owner watches a job."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifelong.audit.masks import mask_name
from lifelong.jobs import policy, queries
from lifelong.jobs.actions import operating
from lifelong.jobs.lifecycle import State
from lifelong.jobs.models import Job
from lifelong.web.rights import SIGNED_IN, right
from lifelong.web.workbooks import Column, answer, workbook

PER_PAGE = 50


@require_GET
@right("jobs.read")
def jobs(request: HttpRequest) -> HttpResponse:
    """Overview, filters, newest first; dead letters are one filter away."""
    chosen = _chosen(request.GET)
    found = Paginator(queries.jobs(**chosen)[: queries.MOST_LISTED], PER_PAGE).get_page(request.GET.get("page"))
    facts = {
        "page": found,
        "most": queries.MOST_LISTED if found.paginator.count == queries.MOST_LISTED else 0,
        "overview": queries.overview(timezone.now()),
        "chosen": chosen,
        "states": State.choices,
        "queues": queries.queues(),
        "kinds": queries.kinds(),
        "may_manage": _holds(request.user, "jobs.manage"),
        "all_dead": chosen["state"] == State.DEAD and not any(chosen[name] for name in ("queue", "owner", "words")),
    }
    return render(request, "jobs/jobs.html", facts)


@require_GET
@right("jobs.read")
def export(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, the newest ten thousand."""
    chosen = _chosen(request.GET)
    columns = [Column(_("编号"), 10), Column(_("任务"), 30), Column(_("状态"), 10), Column(_("队列"), 10), Column(_("次数"), 8),
               Column(_("发起人"), 10), Column(_("创建"), 18), Column(_("结束"), 18), Column(_("错误"), 60)]  # fmt: skip
    rows = (
        (job.pk, job.title, job.get_state_display(), job.queue, f"{job.attempts}/{job.max_attempts}", _owner(job),
         job.created_at, job.finished_at, "" if job.state == State.DONE else job.error)
        for job in queries.jobs(**chosen)[: queries.MOST_LISTED]
    )  # fmt: skip
    return answer(workbook(_("后台任务"), columns, rows, filters=filter(None, chosen.values())), _("后台任务"))


def _chosen(given: Any) -> dict[str, str]:
    chosen = {name: given.get(name, "").strip()[:200] for name in ("state", "queue", "path", "owner", "words")}
    return chosen if chosen["state"] in State.values else chosen | {"state": ""}


@require_GET
@right(SIGNED_IN)
def job(request: HttpRequest, number: int) -> HttpResponse:
    """How far it is, for the owner and the operator; anybody else finds nothing here."""
    found = _job(request, number)
    facts: dict[str, Any] = {
        "job": found,
        "abilities": policy.abilities(request.user, found),
        "next": found.result if isinstance(found.result, dict) and "url" in found.result else None,
        "owner": _owner(found),
        "for_operator": _holds(request.user, "jobs.read"),
    }
    fragment = "X-Fragment" in request.headers
    page = render(request, "jobs/_progress.html" if fragment else "jobs/job.html", facts)
    page.headers["Cache-Control"] = "no-store"
    patch_vary_headers(page, ["X-Fragment"])
    return page


@require_POST
@right("jobs.manage")
def retry(request: HttpRequest, number: int) -> HttpResponse:
    operating.retry(_job(request, number), by=request.user, at=timezone.now())
    messages.success(request, _("已放回队列，马上重新执行。"))
    return redirect("job", number)


@require_POST
@right("jobs.manage")
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    operating.cancel(_job(request, number), by=request.user, at=timezone.now())
    messages.success(request, _("已取消。"))
    return redirect("job", number)


@require_POST
@right("jobs.manage")
def retry_many(request: HttpRequest) -> HttpResponse:
    done, left = operating.retry_many(_numbers(request), by=request.user, at=timezone.now())
    return _told(request, _("已放回队列 %(done)s 项。"), done, left)


@require_POST
@right("jobs.manage")
def cancel_many(request: HttpRequest) -> HttpResponse:
    done, left = operating.cancel_many(_numbers(request), by=request.user, at=timezone.now())
    return _told(request, _("已取消 %(done)s 项。"), done, left)


@require_POST
@right("jobs.manage")
def settle_dead(request: HttpRequest) -> HttpResponse:
    """All dead jobs of one kind, or of every kind: tried again or dropped."""
    act = operating.drop_dead if request.POST.get("do") == "drop" else operating.retry_dead
    done = act(request.POST.get("path", ""), by=request.user, at=timezone.now())
    said = _("已清除 %(done)s 项。") if act is operating.drop_dead else _("已放回队列 %(done)s 项。")
    messages.success(request, said % {"done": done})
    return redirect("jobs")


def _told(request: HttpRequest, text: str, done: int, left: int) -> HttpResponse:
    if done:
        messages.success(request, text % {"done": done})
    if left:
        messages.warning(request, _("%(left)s 项的状态不允许这样做，没有改动。") % {"left": left})
    if not done and not left:
        messages.info(request, _("没有选中任何任务。请先勾选，再点按钮。"))
    return redirect("jobs")


def _numbers(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("id")[:1000] if text.isdigit() and len(text) < 19]


def _owner(job: Job) -> str:
    return mask_name(job.owner.get_full_name()) if job.owner else ""


def _holds(user: Any, name: str) -> bool:
    return bool(user.has_right(name))


def _job(request: HttpRequest, number: int) -> Job:
    found = queries.job_of(number)
    if found is None or not policy.can_see(request.user, found):
        raise Http404
    return found

"""Batches: list, compose, preview, release, export."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lifelong import jobs
from lifelong.resources.models import Round, Version
from lifelong.review import policy
from lifelong.review.actions import batches as actions
from lifelong.review.actions import exports, public_notices
from lifelong.review.actions.decisions import release as release_one
from lifelong.review.forms import BatchForm, NoticeForm, ReleaseForm
from lifelong.review.lifecycle import BatchState, ObjectionState
from lifelong.review.models import Batch
from lifelong.review.queries import batches as queries
from lifelong.review.queries.public_notices import objections, standing_notice, stops
from lifelong.web import workbooks
from lifelong.web.numerals import numerals
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

BATCHES = [
    Column("批次号", 14), Column("名称", 36), Column("状态", 10), Column("资源", 8), Column("撤下", 8), Column("创建时间", 18),
    Column("定时发布", 18), Column("发布时间", 18), Column("未能发布的原因", 36),
]  # fmt: skip
FILTERS = ("area", "institution", "call")
SHOWN_CANDIDATES = 300
NOTICE_USUALLY = timedelta(days=7)  # five working days and a week-end


@right("batches.manage")
def index(request: HttpRequest) -> HttpResponse:
    form = BatchForm(request.POST or None, initial={"number": suggestion()})
    if request.method == "POST" and form.is_valid():
        try:
            batch = actions.create_batch(by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("batch_work", batch.number)
        except Refusal as refusal:
            form.add_error("number", str(refusal))
    if workbooks.is_wanted(request):
        return workbooks.listed(_("推荐批次"), BATCHES, map(_row, queries.batches()))
    return render(
        request,
        "review/batches.html",
        {"batches": queries.batches(), "form": form, "waiting": queries.waiting_for_a_batch().count()},
        status=422 if form.is_bound else 200,
    )


def _row(one: Any) -> list[Any]:
    return [
        one.number, one.title, str(one.get_state_display()), one.size, one.pulled, one.created_at, one.publish_at,
        one.published_at, one.trouble,
    ]  # fmt: skip


def suggestion() -> str:
    year = timezone.localdate().year
    taken = Batch.objects.filter(number__startswith=f"{year}-").count()
    return f"{year}-{taken + 1:02}"


@right("batches.manage")
def compose(request: HttpRequest, number: str) -> HttpResponse:
    batch = get_object_or_404(Batch, number=number)
    form = form_of(batch, request.POST or None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        actions.rename_batch(
            batch, title=clean["title"], announcement=clean["announcement"], by=request.user, at=timezone.now()
        )
        messages.success(request, _("已保存。"))
        return redirect("batch_work", number)
    return page(request, batch, form)


def form_of(batch: Batch, data: Any = None) -> BatchForm:
    form = BatchForm(data, initial=vars(batch))
    form.fields["number"].disabled = True
    return form


def page(request: HttpRequest, batch: Batch, form: BatchForm, notice_form: NoticeForm | None = None) -> HttpResponse:
    """``notice_form``: a public notice that was refused comes back as it was typed."""
    chosen = {name: request.GET.get(name, "").strip() for name in FILTERS}
    candidates = queries.waiting_for_a_batch(**chosen)
    context = {
        "batch": batch, "form": form, "items": queries.items_of(batch), "chosen": chosen, "release": ReleaseForm(),
        "candidates": candidates[:SHOWN_CANDIDATES], "number_waiting": candidates.count(), "may_change": policy.can_change_batch(request.user, batch),
        "may_publish": policy.can_publish_batch(request.user, batch), "exported": exports.is_written(batch),
        "composing": batch.state == BatchState.COMPOSING, "scheduled": batch.state == BatchState.SCHEDULED,
        "releasing": batch.state == BatchState.SCHEDULED and batch.publish_at is not None and batch.publish_at <= timezone.now(),
        "published": batch.state == BatchState.PUBLISHED, "in_notice": batch.state == BatchState.NOTICE,
        **noticed(batch, notice_form),
    }  # fmt: skip
    return render(request, "review/batch.html", context, status=422 if notice_form else 200)


def noticed(batch: Batch, refused: NoticeForm | None) -> dict[str, Any]:
    """The public notice that stands, what it stops now, and the form for one to come."""
    now, today = timezone.now(), timezone.localdate()
    notice = standing_notice(batch)
    return {
        "notice": notice, "notice_shown": notice is not None and notice.begins_at <= now, "notice_stops": stops(batch, publish_at=now, at=now),
        "notice_form": refused or NoticeForm(initial={"begins_date": today, "ends_date": today + NOTICE_USUALLY}),
        "unanswered": objections(batch=batch, state=ObjectionState.OPEN).count(),
    }  # fmt: skip


@right("batches.manage")
@require_POST
def change_items(request: HttpRequest, number: str) -> HttpResponse:
    batch = get_object_or_404(Batch, number=number)
    chosen = numerals(request.POST.getlist("id"))
    if request.POST.get("do") in {"release", "release_waiting"}:
        held = Version.objects.filter(batch_items__in=batch.items.filter(pk__in=chosen))
        waiting = queries.waiting_for_a_batch().filter(pk__in=chosen)
        release_many(request, queries.accepted_rounds(held if request.POST["do"] == "release" else waiting))
    elif request.POST.get("do") == "remove":
        gone = actions.remove_items(batch, chosen, by=request.user, at=timezone.now())
        messages.success(request, _("已移出 %(n)s 项。") % {"n": gone})
    else:
        versions = queries.waiting_for_a_batch().filter(pk__in=chosen)
        added, left = actions.add_versions(batch, versions, by=request.user, at=timezone.now())
        (messages.success if added else messages.warning)(request, _("已编入 %(n)s 项。") % {"n": added})
        for words in left:
            messages.warning(request, words)
    return redirect("batch_work", number)


def release_many(request: HttpRequest, rounds: Iterable[Round]) -> None:
    """Back to the province, each on its own: who goes is counted, who does not is named with the reason."""
    done = 0
    for round in rounds:
        try:
            release_one(round, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now())
            done += 1
        except Refusal as refusal:
            messages.error(request, str(refusal))
    if done:
        messages.success(request, _("已退回省级 %(n)s 项。") % {"n": done})


@right("batches.manage")
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The announcement as the public will see it."""
    batch = get_object_or_404(Batch, number=number)
    return render(request, "review/preview.html", {"batch": batch, "items": queries.items_of(batch)})


@right("batches.manage")
@require_POST
def release(request: HttpRequest, number: str) -> HttpResponse:
    batch = get_object_or_404(Batch, number=number)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        for words in form.errors.values():
            messages.error(request, str(words[0]))
        return redirect("batch_work", number)
    try:
        with transaction.atomic():  # a reason to publish early stays only with the publication it is for
            release_as(request, batch, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("batch_work", number)


def release_as(request: HttpRequest, batch: Batch, form: ReleaseForm) -> None:
    now, wish = timezone.now(), form.cleaned_data["do"]
    if wish in {"now", "schedule"} and (reason := form.cleaned_data["despite"].strip()):
        public_notices.override(batch, reason=reason, by=request.user, at=now)
    if wish == "now":
        actions.schedule(batch, publish_at=now, by=request.user, at=now)
        jobs.enqueue("lifelong.review.tasks.publish_batch", batch.pk, owner=request.user)
        messages.success(request, _("正在发布，几秒后即可在门户看到。"))
    elif wish == "schedule":
        actions.schedule(batch, publish_at=form.cleaned_data["publish_at"], by=request.user, at=now)
        messages.success(request, _("已定时发布。"))
    elif wish == "call_back":
        actions.call_back(batch, by=request.user, at=now)
        messages.success(request, _("已取消定时，可以继续编排。"))
    else:
        actions.cancel(batch, by=request.user, at=now)
        messages.success(request, _("批次已取消，其中的资源可以编入其他批次。"))


@right("batches.manage")
def export(request: HttpRequest, number: str, what: str) -> HttpResponseBase:
    """The .xlsx that the job wrote, or the manifest as it stands, amendments included."""
    batch = get_object_or_404(Batch, number=number)
    if what == "manifest.json":
        body = {**batch.manifest, "amendments": batch.amendments}
        return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    path = exports.path_of(batch)
    if what != "resources.xlsx" or batch.state != BatchState.PUBLISHED:
        raise Http404
    if not path.is_file():
        jobs.enqueue("lifelong.review.tasks.export_batch", batch.pk, owner=request.user)
        messages.info(request, _("表格正在生成，请稍后再点一次。"))
        return redirect("batch_work", number)
    return FileResponse(path.open("rb"), as_attachment=True, filename=sheet_name(batch))


def sheet_name(batch: Batch) -> str:
    """Number and title; what a disk takes for folders is written otherwise, or half the name would be lost."""
    return f"{batch.number}-{batch.title}.xlsx".translate({ord("/"): "／", ord("\\"): "＼"})

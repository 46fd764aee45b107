"""The ministry's side of a 公示: opening it, calling it off, answering what was objected."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.audit import record
from lifelong.audit.masks import mask_email, mask_name, mask_telephone
from lifelong.review.actions import objections, public_notices
from lifelong.review.forms import AnswerForm, NoticeForm
from lifelong.review.lifecycle import ObjectionState
from lifelong.review.models import Batch, Objection
from lifelong.review.queries import public_notices as queries
from lifelong.review.views import batches
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

COLUMNS = [
    Column("异议编号", 18), Column("批次", 12), Column("资源名称", 36), Column("单位", 26), Column("异议与理由", 60),
    Column("姓名或单位", 14), Column("联系方式", 18), Column("提交", 18), Column("状态", 12), Column("答复", 60),
]  # fmt: skip


@require_POST
@right("batches.manage")
def open_notice(request: HttpRequest, number: str) -> HttpResponse:
    batch = get_object_or_404(Batch, number=number)
    form = NoticeForm(request.POST)
    if form.is_valid():
        try:
            public_notices.open_notice(batch, by=request.user, at=timezone.now(), **form.values())  # type: ignore[arg-type]
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("公示已发起，名单在公示期内不能再改。"))
            return redirect("batch_work", number)
    return batches.page(request, batch, batches.form_of(batch), form)


@require_POST
@right("batches.manage")
def call_off(request: HttpRequest, number: str) -> HttpResponse:
    batch, reason = get_object_or_404(Batch, number=number), request.POST.get("reason", "")
    return attempt(
        request,
        lambda: public_notices.call_off(batch, reason=reason, by=request.user, at=timezone.now()),  # type: ignore[arg-type]
        done=_("公示已停止，可以继续编排。"),
        back=reverse("batch_work", args=[number]),
    )


@require_safe
@right("batches.manage")
def index(request: HttpRequest) -> HttpResponse:
    """What waits for an answer first; ``?batch=`` those of one batch; ``?export=1`` what is on screen as a sheet."""
    state = request.GET.get("state", ObjectionState.OPEN)
    batch = Batch.objects.filter(number=request.GET.get("batch", "")).first()
    found = queries.objections(batch=batch, state=state)
    if request.GET.get("export"):
        filters = [batch.number] if batch else []
        filters += [str(ObjectionState(state).label)] if state in ObjectionState.values else []
        content = workbooks.workbook(_("公示异议"), COLUMNS, (row_of(one) for one in found), filters=filters)
        return workbooks.answer(content, _("公示异议"))
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    shown = {"page": page, "state": state, "states": ObjectionState.choices, "batch": batch}
    return render(request, "review/objections.html", shown)


def row_of(one: Objection) -> list[Any]:
    """Who objected stays masked."""
    return [
        one.number, one.notice.batch.number, one.version.title, one.version.resource.institution.name, one.reason,
        mask_name(one.name), masked_contact(one), timezone.localtime(one.created_at), one.get_state_display(), one.answer,
    ]  # fmt: skip


def masked_contact(one: Objection) -> str:
    return mask_email(one.contact) if "@" in one.contact else mask_telephone(one.contact)


@require_http_methods(["GET", "HEAD", "POST"])
@right("batches.manage")
def show(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(queries.objections(), number=number)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        upheld = form.cleaned_data["outcome"] == ObjectionState.UPHELD
        try:
            objections.answer(
                found,
                upheld=upheld,
                answer=form.cleaned_data["answer"],
                by=request.user,
                at=timezone.now(),  # type: ignore[arg-type]
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            return page(request, found, form, status=refusal.status)
        messages.success(request, _("已答复，提出异议的人凭编号可以看到。"))
        return redirect("objections")
    return page(request, found, form, status=422 if request.method == "POST" else 200)


@require_POST
@right("batches.manage")
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Who objected, in full, for a purpose that the audit keeps."""
    found = get_object_or_404(queries.objections(), number=number)
    purpose = request.POST.get("purpose", "").strip()[:200]
    if not purpose:
        messages.error(request, _("请写明查看的用途，会记入审计。"))
        return redirect("objection_work", number)
    record("accounts.personal_data_read", by=request.user, of=found, at=timezone.now(), detail={"purpose": purpose})
    return page(request, found, AnswerForm(), clear=True)


def page(
    request: HttpRequest, found: Objection, form: AnswerForm, *, clear: bool = False, status: int = 200
) -> HttpResponse:
    shown = {
        "objection": found, "form": form, "clear": clear, "batch": found.notice.batch,
        "name": found.name if clear else mask_name(found.name), "contact": found.contact if clear else masked_contact(found),
        "round": found.version.rounds.order_by("-number").first(),
    }  # fmt: skip
    return render(request, "review/objection_work.html", shown, status=status)

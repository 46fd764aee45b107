"""Officers compose, publish and run calls."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.models import User
from lifelong.calls import actions, policy, queries, windows
from lifelong.calls.actions.registering import institutions_offered
from lifelong.calls.forms import AmendmentForm, CallForm, ContactFormSet, ExtensionForm, MessageForm, contact_initial
from lifelong.calls.forms.composing import call_initial
from lifelong.calls.lifecycle import CallState, Stage
from lifelong.calls.models import Attachment, Call
from lifelong.calls.scope import ResourceType
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 30
COLUMNS = [
    Column("标题", 40), Column("编号", 14), Column("发文字号", 20), Column("发布单位", 20), Column("状态", 10),
    Column("发布时间", 18), Column("登记截止", 18), Column("报送截止", 18),
]  # fmt: skip


def _found(user: User, state: str, text: str) -> QuerySet[Call]:
    found = queries.calls_of(user)
    if state in CallState.values:
        found = found.filter(state=state)
    return (found.filter(title__icontains=text) if text else found).order_by("-created_at")


@require_safe
@right("calls.read")
def calls(request: HttpRequest) -> HttpResponse:
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    context = {
        "page": Paginator(_found(request.user, state, text), PAGE).get_page(request.GET.get("page")),
        "states": CallState.choices,
        "may_compose": bool(queries.authorities_issuing(request.user)),
    }
    return render(request, "calls/desk.html", context)


@require_safe
@right("calls.read")
def export(request: HttpRequest) -> HttpResponse:
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    rows = (
        [
            call.title, call.number, call.document_number, call.issued_by.name, call.get_state_display(),
            call.published_at, windows.deadline(windows.effective_end(call, Stage.REGISTRATION)),
            windows.deadline(windows.effective_end(call, Stage.SUBMISSION)),
        ]
        for call in _found(request.user, state, text)
    )  # fmt: skip
    words = [_("状态：%s") % CallState(state).label] if state in CallState.values else []
    words += [_("标题：%s") % text] if text else []
    return workbooks.answer(workbooks.workbook(_("征集"), COLUMNS, rows, filters=words), _("征集"))


def seen(request: HttpRequest, number: str) -> Call:
    """The call of this number, if it is in this officer's reach."""
    found = queries.calls_of(request.user).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@right("calls.read")
def compose(request: HttpRequest) -> HttpResponse:
    from lifelong.calls.scope import NOTICE_SCOPE

    initial = {"scope": [f"{area}:{one}" for area, types in NOTICE_SCOPE.items() for one in types]}
    form = CallForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            call = actions.draft_call(**form.values(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("call-desk", number=call.number)
    return render(
        request, "calls/compose.html", {"form": form, "types": ResourceType.choices}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@right("calls.read")
def change(request: HttpRequest, number: str) -> HttpResponse:
    call = seen(request, number)
    form = CallForm(request.POST or None, user=request.user, new=False, initial=call_initial(call))
    if request.method == "POST" and form.is_valid():
        revision = numeral(request.POST.get("revision", "")) or 0
        try:
            actions.change_call(call, revision=revision, **form.values(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("call-desk", number=number)
    context = {
        "form": form, "call": call, "types": ResourceType.choices,
        "revision": request.POST.get("revision", call.revision),
    }  # fmt: skip
    return render(request, "calls/compose.html", context, status=422 if form.errors else 200)


@require_safe
@right("calls.read")
def call(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "calls/call_desk.html", _context_of(request, seen(request, number)))


def _context_of(request: HttpRequest, found: Call, **forms: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("submitted", "approved", "refused"), 0)
    for state in found.registrations.filter(state__in=counts).values_list("state", flat=True):
        counts[state] += 1
    asked = queries.recipients_of(found).count() if found.state != CallState.DRAFT else 0
    return {
        "call": found,
        "may": policy.abilities(request.user, found),
        "windows": [(stage, windows.window_of(found, stage)) for stage in Stage],
        "attachments": found.attachments.all(),
        "amendments": queries.with_reading_counts(found) if found.state != CallState.DRAFT else [],
        "asked": asked,
        "counts": counts,
        "contact_forms": ContactFormSet(initial=contact_initial(found), prefix="contact"),
        "extension_form": ExtensionForm(call=found, prefix="extension", initial=wished_extension(request)),
        "message_form": MessageForm(prefix="close"),
        "amendment_form": AmendmentForm(prefix="amendment"),
        "names": institutions_offered(found) if found.state != CallState.DRAFT else [],
        "now": timezone.now(),
        **forms,
    }


def _again(request: HttpRequest, found: Call, **forms: Any) -> HttpResponse:
    return render(request, "calls/call_desk.html", _context_of(request, found, **forms), status=422)


@require_POST
@right("calls.read")
def step(request: HttpRequest, number: str) -> HttpResponse:
    """The buttons without anything to fill in: publish, reopen, finish, delete the draft."""
    found, verb = seen(request, number), request.POST.get("do", "")
    steps = {
        "publish": (actions.publish_call, _("征集已发布，通知已发给各单位。")),
        "reopen": (actions.reopen_call, _("征集已恢复。")),
        "finish": (actions.finish_call, _("征集已办结。")),
        "delete": (actions.delete_draft, _("草稿已删除。")),
    }
    if verb not in steps:
        raise Http404
    act, done = steps[verb]
    back = reverse("calls-desk") if verb == "delete" else reverse("call-desk", args=[number])
    try:
        act(found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("call-desk", number=number)
    messages.success(request, done)
    return redirect(back)


@require_POST
@right("calls.read")
def close(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    form = MessageForm(request.POST, prefix="close")
    if form.is_valid():
        try:
            actions.close_call(found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("征集已停止。"))
            return redirect("call-desk", number=number)
    return _again(request, found, message_form=form)


def wished_extension(request: HttpRequest) -> dict[str, str]:
    """What the board's link to extend for one institution names."""
    return {name: request.GET[name] for name in ("stage", "institution") if name in request.GET}


@require_POST
@right("calls.read")
def extend(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    form = ExtensionForm(request.POST, call=found, prefix="extension")
    if form.is_valid():
        window = windows.window_of(found, form.cleaned_data["stage"])
        try:
            actions.extend_window(
                window, ends_at=form.ends_at(), reason=form.cleaned_data["reason"],
                institution=form.cleaned_data["institution"], by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已延期至 %s，并已通知。") % windows.deadline(form.ends_at()))
            return redirect("call-desk", number=number)
    return _again(request, found, extension_form=form)


@require_POST
@right("calls.read")
def announce(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    form = AmendmentForm(request.POST, prefix="amendment")
    if form.is_valid():
        try:
            actions.announce(found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已发布，并已通知各单位。"))
            return redirect("call-desk", number=number)
    return _again(request, found, amendment_form=form)


@require_POST
@right("calls.read")
def add_attachments(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("请先选择文件。"))
    for file in files:
        try:
            actions.add_attachment(found, name=file.name, content=file.read(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, f"{file.name}：{refusal}")
        else:
            messages.success(request, _("已添加附件：%s") % file.name)
    return redirect("call-desk", number=number)


@require_POST
@right("calls.read")
def remove_attachment(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Attachment, pk=pk, call=seen(request, number))
    return attempt(
        request,
        lambda: actions.remove_attachment(found, by=request.user, at=timezone.now()),
        done=_("附件已删除。"),
        back=reverse("call-desk", args=[number]),
    )


@require_POST
@right("calls.read")
def contacts(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    forms = ContactFormSet(request.POST, initial=contact_initial(found), prefix="contact")
    if not forms.is_valid():
        return _again(request, found, contact_forms=forms)
    rows = [form.cleaned_data for form in forms if form.cleaned_data.get("name")]
    return attempt(
        request,
        lambda: actions.set_contacts(found, rows, by=request.user, at=timezone.now()),
        done=_("联系人已保存。"),
        back=reverse("call-desk", args=[number]),
    )

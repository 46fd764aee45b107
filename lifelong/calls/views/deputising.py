"""代报 for an institution under a call: the written request beside who does it until when; ended by either side."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.audit import record
from lifelong.calls import actions, policy
from lifelong.calls.forms import DeputationForm
from lifelong.calls.models import Call, Deputation
from lifelong.calls.views.files import clear_letter
from lifelong.institutions.models import Institution
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


def _seen(request: HttpRequest, number: str, code: str) -> tuple[Call, Institution]:
    call = get_object_or_404(Call.objects.public().with_windows(), number=number)
    institution = get_object_or_404(Institution.objects.select_related("region"), code=code)
    if not policy.can_see_deputations(request.user, call, institution):
        raise Http404
    return call, institution


@require_http_methods(["GET", "HEAD", "POST"])
@right("desk")
def deputations(request: HttpRequest, number: str, code: str) -> HttpResponse:
    call, institution = _seen(request, number, code)
    posted = request.method == "POST"
    form = DeputationForm(request.POST, request.FILES) if posted else DeputationForm()
    if posted and form.is_valid():
        try:
            actions.deputise(call, institution, **form.values(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已开始代报，并已通知该单位。"))
            return redirect("call-deputations", number=number, code=code)
    now = timezone.now()
    found = call.deputations.filter(mandate__institution=institution)
    found = found.select_related("mandate__user", "mandate__institution", "letter", "ended_by")
    open_now = set(found.filter(mandate__ends_at__gt=now).values_list("pk", flat=True))
    context = {
        "call": call,
        "institution": institution,
        "deputations": found,
        "open_now": open_now,
        "may_open": policy.can_deputise(request.user, call, institution) and not open_now,
        "may_end": policy.can_end_deputation(request.user, institution),
        "form": form,
    }
    return render(request, "calls/deputations.html", context, status=422 if form.errors else 200)


def _one(request: HttpRequest, number: str, code: str, pk: int) -> Deputation:
    call, institution = _seen(request, number, code)
    found = Deputation.objects.select_related("letter", "mandate__institution", "call")
    return get_object_or_404(found, pk=pk, call=call, mandate__institution=institution)


@require_POST
@right("desk")
def end(request: HttpRequest, number: str, code: str, pk: int) -> HttpResponse:
    found = _one(request, number, code, pk)
    return attempt(
        request,
        lambda: actions.end_deputation(found, by=request.user, at=timezone.now()),
        done=_("代报已终止，并已通知该单位。"),
        back=reverse("call-deputations", args=[number, code]),
    )


@never_cache
@xframe_options_sameorigin
@require_safe
@right("desk")
def letter(request: HttpRequest, number: str, code: str, pk: int) -> HttpResponse:
    """The written request in clear; each opening is in the audit."""
    found = _one(request, number, code, pk)
    record("calls.letter_read", by=request.user, of=found.letter, at=timezone.now())
    return clear_letter(found.letter)

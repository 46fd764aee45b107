"""Who acts for an institution: replacing the reporter, naming a reviewer, ending a mandate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lifelong.accounts.actions import Invitation
from lifelong.institutions import actions
from lifelong.institutions.forms import PersonForm, ReporterForm
from lifelong.institutions.models import Institution, Mandate
from lifelong.institutions.views.register import seen
from lifelong.web.attempts import asked_back, attempt
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@never_cache
@require_POST
@right("institutions.manage")
def replace_reporter(request: HttpRequest, code: str) -> HttpResponse:
    found = seen(request, code)
    form = ReporterForm(request.POST, prefix="reporter")
    if not form.is_valid():
        return _complain(request, form, found)
    try:
        _mandate, invitation = actions.replace_reporter(found, **form.cleaned_data, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("institution-desk", code=code)
    return _answer(request, found, invitation, _("负责人已更换，原负责人的权限立即收回。"))


@never_cache
@require_POST
@right("desk")
def name_reviewer(request: HttpRequest, code: str) -> HttpResponse:
    found = seen(request, code)
    form = PersonForm(request.POST, prefix="reviewer")
    if not form.is_valid():
        return _complain(request, form, found)
    try:
        _mandate, invitation = actions.name_reviewer(found, **form.cleaned_data, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("institution-desk", code=code)
    return _answer(request, found, invitation, _("单位审核人已指定。"))


@require_POST
@right("desk")
def close_mandate(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    found = seen(request, code)
    mandate = get_object_or_404(Mandate, pk=pk, institution=found)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: actions.close_mandate(mandate, by=request.user, at=timezone.now(), reason=reason),
        done=_("岗位已结束，权限立即收回。"),
        back=reverse("institution-desk", args=[code]),
    )


def _answer(request: HttpRequest, found: Institution, invitation: Invitation, done: str) -> HttpResponse:
    """A link that no mail carries is shown once, here."""
    back = asked_back(request, reverse("institution-desk", args=[found.code]))
    if invitation.url and not invitation.mailed:
        return render(request, "accounts/link_once.html", {"invitation": invitation, "done": done, "back": back})
    messages.success(request, done)
    return redirect(back)


def _complain(request: HttpRequest, form: PersonForm, found: Institution) -> HttpResponse:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}：{' '.join(errors)}" if label else " ".join(errors))
    return redirect("institution-desk", code=found.code)

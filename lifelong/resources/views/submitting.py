"""自审与报送: what is missing first, then the declaration, then the receipt; one version or a list of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.calls.models import Call
from lifelong.resources import policy
from lifelong.resources.actions import signing, submission, withdrawal
from lifelong.resources.checklist import checklist
from lifelong.resources.forms import DeclarationForm, ReasonForm
from lifelong.resources.models import Version
from lifelong.resources.queries import lists
from lifelong.resources.queries.calling import chosen_call, open_calls, used_of_quota
from lifelong.resources.queries.duplicates import alike_files, near_titles, same_files
from lifelong.resources.queries.missing import address, living_findings, what_is_missing
from lifelong.resources.queries.reading import lines_of_version, titled
from lifelong.resources.queries.repairing import running_repairs
from lifelong.resources.queries.signatures import signature_of
from lifelong.resources.queries.submitting import standing, stops, unsigned
from lifelong.resources.queries.timeline import heading_of
from lifelong.resources.views.loading import WorkRequest, chosen, licence, shell, version_or_404
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_http_methods(["GET", "POST"])
@right("resources.sign")
def submit(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """GET lists everything that is missing; POST hands in (signed already) or sends to the unit's own review."""
    version = version_or_404(request, resource_id, number)
    call = _call(request, version)
    if request.method == "POST" and call is not None:
        return _submit(request, version, call)
    return _desk(request, version, call)


def _submit(request: WorkRequest, version: Version, call: Call) -> HttpResponse:
    at = timezone.now()
    try:
        if policy.can_send_to_unit_review(request.user, version):
            submission.send_to_unit_review(version, call=call, by=request.user, at=at)
            messages.success(request, _("已送单位审核人自审，签署后即报送。"))
            return redirect("resources:overview", version.resource.resource_id)
        round = submission.submit(version, call=call, signature=signature_of(version), by=request.user, at=at)
    except submission.NotReady as refusal:
        return _desk(request, version, call, refusal=refusal, status=refusal.status)
    return redirect("resources:receipt", version.resource.resource_id, version.number, round.receipt_number)


def _desk(
    request: WorkRequest, version: Version, call: Call | None, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    signature = signature_of(version)
    media_files = [entry.media_file for entry in version.files.select_related("media_file")]
    editable = policy.can_edit(request.user, version) or policy.can_sign(request.user, version)
    gaps = what_is_missing(version, at=at) if editable else []
    if call is not None and editable:
        gaps = [*gaps, *stops(version, call=call, at=at)]
    context = {
        **shell(version, request.user),
        "step": "submit",
        "call": call,
        "calls": open_calls(version.resource.institution, at),
        "door": standing(version, call, at) if call else None,
        "quota": used_of_quota(version.resource.institution, call) if call else None,
        "gaps": gaps,
        "mending": running_repairs(media_files) if editable else [],
        "explained": titled(f for f in living_findings(version) if f.explanation),
        "near": near_titles(version),
        "duplicates": same_files(version, media_files),
        "alike": alike_files(version, media_files),
        "signature": signature,
        "unsigned": unsigned(version, signature),
        "refusal": refusal,
    }
    return render(request, "resources/submit.html", context, status=status)


def _call(request: WorkRequest, version: Version) -> Call | None:
    number = request.POST.get("call") or request.GET.get("call") or ""
    return chosen_call(version, number=number, at=timezone.now())


@require_http_methods(["GET", "POST"])
@right("resources.sign")
def sign(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """The declaration of one version; signing here hands it in at once where nothing is missing."""
    version = version_or_404(request, resource_id, number, "sign")
    call = _call(request, version)
    form = DeclarationForm(checklist(), request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            return _sign(request, version, call, form)
        except signing.NotSigned as refusal:
            form.refused(refusal.fields)
    return render(
        request, "resources/sign.html",
        {
            **shell(version, request.user), "step": "submit", "form": form, "call": call, "versions": [version],
            "lines": lines_of_version(version), "fields": returnable(), "gaps": what_is_missing(version, at=timezone.now()),
            **licence(request, version),
        },
        status=422 if form.wrong else 200,
    )  # fmt: skip


def _sign(request: WorkRequest, version: Version, call: Call | None, form: DeclarationForm) -> HttpResponse:
    at = timezone.now()
    signature = signing.sign(
        version.resource.institution, versions=[version], answers=form.answers(), name=form.signed_name(),
        by=request.user, at=at,
    )  # fmt: skip
    if call is None:
        messages.success(request, _("承诺已签署。请选择征集后报送。"))
        return redirect(address(version, "submit"))
    try:
        round = submission.submit(version, call=call, signature=signature, by=request.user, at=at)
    except submission.NotReady as refusal:
        return _desk(request, version, call, refusal=refusal, status=refusal.status)
    return redirect("resources:receipt", version.resource.resource_id, version.number, round.receipt_number)


def returnable() -> list[tuple[str, str]]:
    return [(name, heading_of(name)) for name in signing.BY_FIELD]


@require_http_methods(["GET", "POST"])
@right("resources.sign")
def submit_many(request: WorkRequest) -> HttpResponse:
    """Several with one signature: the list is shown and kept, each opened or listed; every one is told its result."""
    versions = [
        v for v in chosen(request, lists.versions_of_institutions(request.user)) if policy.can_sign(request.user, v)
    ]
    institution = versions[0].resource.institution if versions else None
    versions = [version for version in versions if version.resource.institution == institution]
    if institution is None:
        messages.warning(request, _("所选资源中没有可以由您签署报送的。"))
        return redirect("resources:index")
    at = timezone.now()
    call = chosen_call(versions[0], number=request.POST.get("call") or request.GET.get("call") or "", at=at)
    form = DeclarationForm(checklist(), request.POST if request.method == "POST" else None)
    if request.method == "POST" and call is not None:
        try:
            done = submission.sign_and_submit(
                versions, institution=institution, call=call, answers=form.answers(), name=form.signed_name(),
                by=request.user, at=at,
            )  # fmt: skip
            return render(request, "resources/submitted.html", {"done": done, "call": call})
        except signing.NotSigned as refusal:
            form.refused(refusal.fields)
    return render(
        request, "resources/submit_many.html", _many(request, versions, call, form), status=422 if form.wrong else 200
    )


def _many(request: WorkRequest, versions: list[Version], call: Call | None, form: DeclarationForm) -> dict[str, Any]:
    at = timezone.now()
    rows = lists.rows(versions, at=at)
    for row in rows:
        if call is not None:
            row.gaps = [*row.gaps, *stops(row.version, call=call, at=at)]
    return {
        "rows": rows, "ready": [row for row in rows if not row.gaps], "form": form, "call": call,
        "calls": open_calls(versions[0].resource.institution, at),
        "quota": used_of_quota(versions[0].resource.institution, call) if call else None,
    }  # fmt: skip


@require_GET
@right("resources.sign")
def unit_review(request: WorkRequest) -> HttpResponse:
    """单位自审: what waits for the institution's reviewer."""
    waiting = lists.waiting_for_unit_review(request.user)
    return render(request, "resources/unit_review.html", {"rows": lists.rows(list(waiting), at=timezone.now())})


@require_POST
@right("resources.sign")
def send_back(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "send_back")
    reasons = [
        {"field": name, "text": request.POST.get(f"reason-{name}", "").strip()}
        for name, _heading in returnable()
        if request.POST.get(f"reason-{name}", "").strip()
    ]
    try:
        submission.send_back(
            version, by=request.user, at=timezone.now(), reasons=reasons, note=request.POST.get("note", "")
        )
    except submission.NotReady as refusal:
        messages.error(request, next(iter(refusal.fields.values())))
        return redirect(address(version, "sign"))
    messages.success(request, _("已退回报送工作负责人修改。"))
    return redirect("resources:unit-review")


@require_POST
@right("resources.prepare")
def fetch_back(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "fetch_back")
    submission.fetch_back(version, by=request.user, at=timezone.now())
    messages.success(request, _("已从单位自审取回，可以继续修改。"))
    return redirect(address(version, "edit"))


@require_http_methods(["GET", "POST"])
@right("resources.prepare")
def withdraw(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """A page of its own asks for the reason: what is withdrawn does not come back."""
    version = version_or_404(request, resource_id, number, "withdraw")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        withdrawal.withdraw(version, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("已撤回，资源仍可查看。"))
        return redirect("resources:overview", version.resource.resource_id)
    if not policy.can_withdraw(request.user, version):
        raise PermissionDenied
    return render(
        request,
        "resources/withdraw.html",
        {**shell(version, request.user), "form": form},
        status=422 if form.errors else 200,
    )

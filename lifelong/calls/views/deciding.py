"""Officers check registrations: the list, one side by side with its stamped paper, the decision."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.actions import Invitation
from lifelong.accounts.forms import AddressField
from lifelong.audit import record
from lifelong.calls import actions, policy, queries, sheets
from lifelong.calls.actions.registering import institutions_offered
from lifelong.calls.forms import ReasonForm, SettleForm, StampedForm
from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models import Call, PaperKind, Registration, RegistrationOrigin
from lifelong.calls.views.files import clear_paper
from lifelong.institutions.queries import reporter_of
from lifelong.regions.queries import full_name, provinces, reporting_regions
from lifelong.web import workbooks
from lifelong.web.attempts import asked_back, attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right

PAGE = 50
CHIPS = {
    "preparing": "draft",
    "submitted": "waiting",
    "approved": "approved",
    "refused": "returned",
    "replaced": "superseded",
}


def _filters(request: HttpRequest) -> dict[str, str]:
    names = {"call": "call", "state": "state", "text": "q", "region": "region", "origin": "origin"}
    return {name: request.GET.get(key, "") for name, key in names.items()}


@require_safe
@right("registrations.check")
def registrations(request: HttpRequest) -> HttpResponse:
    found = queries.registrations(request.user, **_filters(request))
    provinces_seen = [
        one for one in provinces() if any(a.region_id == one.code for a in queries.authorities_issuing(request.user))
    ]
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "chips": CHIPS,
        "calls": queries.calls_of(request.user).exclude(state="draft"),
        "states": [choice for choice in RegistrationState.choices if choice[0] != RegistrationState.WITHDRAWN],
        "origins": RegistrationOrigin.choices,
        "regions": [region for province in provinces_seen for region in reporting_regions(province)],
    }
    return render(request, "calls/registrations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right("registrations.check")
def export(request: HttpRequest) -> HttpResponse:
    """What is on screen, masked; in full by POST with a purpose, audited."""
    filters = _filters(request)
    found = list(queries.registrations(request.user, **filters))
    purpose = request.POST.get("purpose", "").strip()
    if request.method == "POST":
        if not purpose:
            messages.error(request, _("请写明导出完整信息的用途。"))
            return redirect(f"{reverse('registrations')}?{request.GET.urlencode()}")
        detail = {"purpose": purpose, "registrations": len(found)}
        record("accounts.personal_data_read", by=request.user, at=timezone.now(), detail=detail)
    content = workbooks.workbook(
        _("登记册"), sheets.COLUMNS, sheets.lines(found, clear=bool(purpose)), filters=_in_words(filters)
    )
    return workbooks.answer(content, _("报送工作负责人登记册"))


def _in_words(filters: dict[str, str]) -> list[str]:
    words = [_("征集：%s") % filters["call"]] if filters["call"] else []
    if filters["state"] in RegistrationState.values:
        words.append(_("状态：%s") % RegistrationState(filters["state"]).label)
    if filters["region"]:
        words.append(_("地区：%s") % full_name(filters["region"]))
    if filters["origin"] in RegistrationOrigin.values:
        words.append(_("来源：%s") % RegistrationOrigin(filters["origin"]).label)
    if filters["text"]:
        words.append(
            _("查找：%s") % filters["text"]
            if not filters["text"].isdigit() and "@" not in filters["text"]
            else _("按号码或邮箱查找")
        )
    return words


def seen(request: HttpRequest, number: str) -> Registration:
    found = get_object_or_404(
        Registration.objects.select_related(
            "call__issued_by__region", "institution__region", "region", "decided_by", "entered_by", "mandate__user"
        ),
        number=number,
    )
    if not policy.can_see_registration(request.user, found):
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right("registrations.check")
def registration(request: HttpRequest, number: str) -> HttpResponse:
    """The stamped paper beside the values. What waits is shown in full to decide on it; else for a purpose (POST)."""
    found = seen(request, number)
    may = policy.registration_abilities(request.user, found)
    purpose = request.POST.get("purpose", "").strip() if request.method == "POST" else ""
    if may["approve"]:
        purpose = purpose or _("审核登记")
    elif request.method == "POST" and not purpose:
        messages.error(request, _("请写明查看完整信息的用途。"))
    if purpose:
        actions.note_full_view(found, purpose=purpose, by=request.user, at=timezone.now())
    return render(request, "calls/registration.html", _context_of(request, found, may, clear=bool(purpose)))


def _context_of(
    request: HttpRequest, found: Registration, may: dict[str, bool], *, clear: bool, **forms: Any
) -> dict[str, Any]:
    reporter = reporter_of(found.institution) if found.institution else None
    same_person = bool(reporter) and reporter.user.email == found.email.strip().lower()
    initial = {"kind": found.institution_kind, "region": found.region_id or ""}
    return {
        "registration": found,
        "chip": CHIPS.get(found.state, found.state),
        "call": found.call,
        "may": may,
        "clear": clear,
        "stamped": found.papers.filter(kind=PaperKind.STAMPED).first(),
        "word": found.papers.filter(kind=PaperKind.FORM).first(),
        "earlier_papers": found.papers.filter(kind=PaperKind.STAMPED)[1:],
        "rivals": list(queries.rivals_of(found)),
        "similar": list(queries.similar_to(found)[:10]),
        "reporter": None if same_person else reporter,
        "next_page": asked_back(request, ""),
        "settle_form": SettleForm(registration=found, initial=initial),
        "reason_form": ReasonForm(),
        "stamped_form": StampedForm(),
        "names": institutions_offered(found.call) if found.is_new_institution and may["approve"] else [],
        "region_name": full_name(found.place.code) if found.place else "",
        "next": queries.waiting_registrations(request.user).exclude(pk=found.pk).order_by("submitted_at").first(),
        **forms,
    }


def _again(request: HttpRequest, found: Registration, **forms: Any) -> HttpResponse:
    may = policy.registration_abilities(request.user, found)
    return render(request, "calls/registration.html", _context_of(request, found, may, clear=True, **forms), status=422)


def _to(number: str) -> HttpResponse:
    return redirect("registration", number=number)


@never_cache
@require_POST
@right("registrations.check")
def approve(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    form = SettleForm(request.POST, registration=found)
    if not form.is_valid():
        return _again(request, found, settle_form=form)
    try:
        approved, invitation = actions.approve(found, by=request.user, at=timezone.now(), **form.arguments())
    except Refusal as refusal:
        if refusal.status == 409 and found.state != RegistrationState.SUBMITTED:
            messages.error(request, str(refusal))
            return _to(number)
        show_refusal(form, refusal)
        return _again(request, Registration.objects.get(pk=found.pk), settle_form=form)
    return _after(request, approved, invitation, _("已通过，%s现在可以报送。") % approved.institution_name)


def _after(request: HttpRequest, found: Registration, invitation: Invitation | None, done: str) -> HttpResponse:
    """A link that no mail carries is shown once to the officer, and that is in the audit."""
    back = asked_back(request, reverse("registration", args=[found.number]))
    if invitation and invitation.url and not invitation.mailed:
        record("calls.link_shown", by=request.user, of=found, at=timezone.now())
        context = {"invitation": invitation, "done": done, "back": back}
        return render(request, "accounts/link_once.html", context)
    messages.success(request, done)
    return redirect(back)


@require_POST
@right("registrations.check")
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    found, form = seen(request, number), ReasonForm(request.POST)
    if not form.is_valid():
        return _again(request, found, reason_form=form)
    return attempt(
        request,
        lambda: actions.refuse(found, **form.cleaned_data, by=request.user, at=timezone.now()),
        done=_("已退回，原因已发给登记人。"),
        back=reverse("registration", args=[number]),
    )


@never_cache
@require_POST
@right("registrations.check")
def send_again(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    try:
        invitation = actions.send_again(found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(asked_back(request, reverse("registration", args=[number])))
    return _after(request, found, invitation, _("新的链接已发出，旧链接作废。"))


@never_cache
@require_POST
@right("registrations.check")
def correct_address(request: HttpRequest, number: str) -> HttpResponse:
    found = seen(request, number)
    try:
        email = AddressField().clean(request.POST.get("email", ""))
        invitation = actions.correct_address(found, email=email, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _to(number)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _to(number)
    return _after(request, found, invitation, _("邮箱已更正，新的链接已发出。"))


@require_POST
@right("registrations.check")
def add_paper(request: HttpRequest, number: str) -> HttpResponse:
    found, form = seen(request, number), StampedForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["stamped"]
        try:
            actions.add_stamped(found, name=file.name, content=file.read(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            form.add_error("stamped", str(refusal))
        else:
            messages.success(request, _("盖章的登记表已放入。"))
            return _to(number)
    return _again(request, found, stamped_form=form)


@never_cache
@xframe_options_sameorigin
@require_safe
@right("registrations.check")
def paper(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A paper in clear, to the officer alone; each opening is in the audit."""
    found = seen(request, number)
    one = get_object_or_404(found.papers, pk=pk)
    record("accounts.personal_data_read", by=request.user, of=found, at=timezone.now(), detail={"paper": one.name})
    return clear_paper(one, inline="download" not in request.GET)


def calls_to_take_in(request: HttpRequest) -> list[Call]:
    return list(queries.calls_of(request.user).exclude(state="draft").exclude(state="finished"))

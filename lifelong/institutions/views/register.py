"""The register: list, one institution, entering, changing."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.institutions import actions, policy, queries, sheets
from lifelong.institutions.forms import GIGABYTE, InstitutionForm, PersonForm, ReporterForm, region_choices
from lifelong.institutions.models import Institution, InstitutionKind
from lifelong.regions.queries import full_name
from lifelong.web import workbooks
from lifelong.web.attempts import asked_back, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right

PAGE = 50


def _filters(request: HttpRequest) -> dict[str, str]:
    names = {"text": "q", "kind": "kind", "region": "region", "reporter": "reporter"}
    return {name: request.GET.get(key, "") for name, key in names.items()}


@require_safe
@right("institutions.read")
def institutions(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.register(request.user, **_filters(request)), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "kinds": InstitutionKind.choices,
        "regions": [choice for choice in region_choices(request.user) if choice[0]],
        "may_enter": request.user.has_right("institutions.manage"),
    }
    return render(request, "institutions/institutions.html", context)


@require_safe
@right("institutions.read")
def export(request: HttpRequest) -> HttpResponse:
    """What is on screen, as .xlsx; it can be changed and taken in again."""
    filters = _filters(request)
    found = queries.register(request.user, **filters)
    content = workbooks.workbook(_("单位名册"), sheets.COLUMNS, sheets.lines(found), filters=_in_words(filters))
    return workbooks.answer(content, _("单位名册"))


def _in_words(filters: dict[str, str]) -> list[str]:
    words = []
    if filters["text"]:
        words.append(_("名称或代码：%s") % filters["text"])
    if filters["kind"] in InstitutionKind.values:
        words.append(_("类型：%s") % InstitutionKind(filters["kind"]).label)
    if filters["region"]:
        words.append(_("地区：%s") % (full_name(filters["region"]) or filters["region"]))
    if filters["reporter"] in {"yes", "no"}:
        words.append(_("已有负责人") if filters["reporter"] == "yes" else _("尚无负责人"))
    return words


@require_http_methods(["GET", "HEAD", "POST"])
@right("institutions.manage")
def enter(request: HttpRequest) -> HttpResponse:
    initial = {"reporter_signs_alone": True, "name": request.GET.get("name", "")}
    form = InstitutionForm(request.POST or None, user=request.user, new=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter_institution(**form.values(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记，单位代码 %s。") % made.code)
            return redirect("institution-desk", code=made.code)
    return render(request, "institutions/enter.html", {"form": form}, status=422 if form.errors else 200)


def seen(request: HttpRequest, code: str) -> Institution:
    """The institution of this code, if the person sees it at all."""
    found = get_object_or_404(Institution.objects.select_related("region"), code=code)
    if not policy.can_see(request.user, found):
        raise Http404
    return found


@require_safe
@right("desk")
def institution(request: HttpRequest, code: str) -> HttpResponse:
    """One institution with the people who act for it, now and before."""
    found = seen(request, code)
    context: dict[str, Any] = {
        "institution": found,
        "region_name": full_name(found.region_id),
        "mandates": found.mandates.select_related("user").order_by("-begins_at"),
        "reporter": queries.reporter_of(found),
        "next_page": asked_back(request, ""),
        "may": policy.abilities(request.user, found),
        "reporter_form": ReporterForm(prefix="reporter"),
        "reviewer_form": PersonForm(prefix="reviewer"),
    }
    return render(request, "institutions/institution.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right("institutions.manage")
def change(request: HttpRequest, code: str) -> HttpResponse:
    found = seen(request, code)
    initial = {
        "name": found.name, "kind": found.kind, "region": found.region_id, "office_email": found.office_email,
        "reporter_signs_alone": found.reporter_signs_alone, "quota_gigabytes": found.quota_bytes // GIGABYTE,
    }  # fmt: skip
    form = InstitutionForm(request.POST or None, user=request.user, new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_institution(found, by=request.user, at=timezone.now(), **form.values())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("institution-desk", code=code)
    return render(
        request, "institutions/change.html", {"form": form, "institution": found}, status=422 if form.errors else 200
    )

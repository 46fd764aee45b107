"""The register of host platforms: list, enter, bring evidence, tick it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.standards import policy, queries
from lifelong.standards.actions import platforms as actions
from lifelong.standards.forms import EvidenceEntry, PlatformEntry, Reason, add_refusal
from lifelong.standards.models import HostPlatform, ProtectionEvidence
from lifelong.standards.platforms import protection_finding, to_toml
from lifelong.web import workbooks
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PER_PAGE = 50
PLATFORMS = [
    Column("平台", 30),
    Column("域名", 36),
    Column("等级保护", 24),
    Column("有效期至", 14),
    Column("待核实", 10),
]
STATES = {
    "waiting": gettext_lazy("有待核实的材料"),
    "unproven": gettext_lazy("未证明"),
    "low": gettext_lazy("低于三级"),
    "proven": gettext_lazy("三级以上"),
    "expiring": gettext_lazy("即将到期"),
    "expired": gettext_lazy("已到期"),
}


@require_GET
@right("platforms.propose")
def register(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    chosen = {"q": request.GET.get("q", "").strip()[:100], "state": request.GET.get("state", "")}
    found = queries.platforms(search=chosen["q"], state=chosen["state"], today=today)
    if workbooks.is_wanted(request):
        filters = [chosen["q"], str(STATES.get(chosen["state"], ""))]
        return workbooks.listed(
            _("部署平台"), PLATFORMS, (_row(one, today) for one in found), filters=filter(None, filters)
        )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    facts = {
        "page": page,
        "rows": [(platform, protection_finding(platform, today)) for platform in page],
        "chosen": chosen,
        "states": STATES.items(),
        "may": policy.abilities(request.user),
    }
    return render(request, "standards/platforms.html", facts)


def _row(platform: HostPlatform, today: date) -> list[Any]:
    hosts = "\n".join(host.host for host in platform.hosts.all())
    return [platform.name, hosts, protection_finding(platform, today).measured, platform.expires_date, platform.waiting]  # type: ignore[attr-defined]  # annotated


@require_GET
@right("platforms.manage")
def export(request: HttpRequest) -> HttpResponse:
    """The register as a file that ``precheck --standard`` takes."""
    answer = HttpResponse(to_toml(queries.register()), content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="platforms-{timezone.localdate():%Y%m%d}.toml"'
    return answer


@require_http_methods(["GET", "POST"])
@right("platforms.propose")
def new(request: HttpRequest) -> HttpResponse:
    initial = {"name": request.GET.get("name", "")[:100], "hosts": request.GET.get("host", "")[:253]}
    form = PlatformEntry(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.register_platform(given["name"], given["hosts"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            add_refusal(form, refusal.fields, refusal.message)
        else:
            messages.success(request, _("已登记。请继续补充它的等级保护证明材料。"))
            return redirect("evidence-add", made.pk)
    return _sheet(request, form, _("登记部署平台"), _("登记"))


@require_GET
@right("platforms.propose")
def platform(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, _platform(number))


@require_http_methods(["GET", "POST"])
@right("platforms.manage")
def correct(request: HttpRequest, number: int) -> HttpResponse:
    found = _platform(number)
    hosts = "\n".join(host.host for host in found.hosts.all())
    form = PlatformEntry(request.POST or None, initial={"name": found.name, "hosts": hosts})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.correct_platform(found, given["name"], given["hosts"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            add_refusal(form, refusal.fields, refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("platform", found.pk)
    return _sheet(request, form, _("修改「%(name)s」") % {"name": found.name}, _("保存"), platform=found)


@require_http_methods(["GET", "POST"])
@right("platforms.propose")
def add_evidence(request: HttpRequest, number: int) -> HttpResponse:
    found = _platform(number)
    form = EvidenceEntry(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        file = given.pop("file")
        evidence = actions.Evidence(**given, file=file, file_name=file.name if file else "")
        try:
            actions.propose_evidence(found, evidence, by=request.user, at=timezone.now())
        except Refusal as refusal:
            add_refusal(form, refusal.fields, refusal.message)
        else:
            messages.success(request, _("证明材料已提交，核实一次后，这个平台的全部链接都适用。"))
            return redirect("platform", found.pk)
    heading = _("为「%(name)s」补充证明材料") % {"name": found.name}
    return _sheet(request, form, heading, _("提交"), platform=found)


@require_GET
@right("platforms.propose")
def evidence_file(request: HttpRequest, number: int) -> HttpResponseBase:
    """The paper itself, only to be saved: it is never opened inside the site."""
    found = get_object_or_404(ProtectionEvidence, pk=number)
    if not policy.can_see_evidence(request.user, found):
        raise PermissionDenied
    if not found.file:
        raise Http404
    answer = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.file_name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@right("platforms.manage")
def accept(request: HttpRequest, number: int) -> HttpResponse:
    found = actions.accept_evidence(
        get_object_or_404(ProtectionEvidence, pk=number), by=request.user, at=timezone.now()
    )
    messages.success(request, _("已核实，「%(name)s」的全部链接都适用。") % {"name": found.name})
    return redirect("platform", found.pk)


@require_POST
@right("platforms.manage")
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    evidence = get_object_or_404(ProtectionEvidence.objects.select_related("platform"), pk=number)
    form = Reason(request.POST, prefix=f"refuse-{number}")
    if not form.is_valid():
        return _page(request, evidence.platform, {number: form}, status=422)
    actions.refuse_evidence(evidence, form.cleaned_data["reason"], by=request.user, at=timezone.now())
    messages.success(request, _("已标为未采信，原因已告知提交人。"))
    return redirect("platform", evidence.platform_id)


def _platform(number: int) -> HostPlatform:
    return get_object_or_404(HostPlatform.objects.prefetch_related("hosts").select_related("verified_by"), pk=number)


def _page(
    request: HttpRequest, found: HostPlatform, bound: dict[int, Reason] | None = None, *, status: int = 200
) -> HttpResponse:
    evidence = [
        {
            "it": each,
            "may": policy.abilities(request.user, each),
            "form": (bound or {}).get(each.pk) or Reason(prefix=f"refuse-{each.pk}"),
        }
        for each in found.evidence.select_related("proposed_by", "decided_by")
    ]
    facts = {
        "platform": found,
        "evidence": evidence,
        "finding": {"title": _("等级保护"), **protection_finding(found, timezone.localdate()).to_json()},
        "may": policy.abilities(request.user),
    }
    return render(request, "standards/platform.html", facts, status=status)


def _sheet(request: HttpRequest, form: Form, heading: str, button: str, **facts: Any) -> HttpResponse:
    facts = {"form": form, "heading": heading, "button": button, **facts}
    return render(request, "standards/platform_form.html", facts, status=422 if form.errors else 200)

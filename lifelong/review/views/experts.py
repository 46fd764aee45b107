"""The register of experts: areas, employer, load, drift."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.accounts.models import User
from lifelong.calls.scope import Area
from lifelong.review import policy
from lifelong.review.actions import scoring as actions
from lifelong.review.forms import ExpertForm
from lifelong.review.queries import experts as queries
from lifelong.review.views.panels import stage_for
from lifelong.web import workbooks
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

EXPERTS = [
    Column("姓名", 12), Column("擅长领域", 30), Column("所在单位", 30), Column("回避单位", 30), Column("手头", 8), Column("最多承担", 10),
    Column("逾期", 8), Column("已评", 8), Column("与同组平均之差", 14), Column("可比件数", 10), Column("每件用时（分）", 14),
]  # fmt: skip


@require_safe
@right("panels.manage")
def index(request: HttpRequest) -> HttpResponse:
    authority = queries.authority_for(request.user, stage_for(request.user))
    assert authority is not None
    experts = queries.register(authority)
    if workbooks.is_wanted(request):
        return workbooks.listed(_("评审专家"), EXPERTS, map(_row, experts), filters=[str(authority)])
    return render(request, "review/experts.html", {"experts": experts, "authority": authority})


def _row(one: queries.Expert) -> list[Any]:
    profile, drift = one.profile, one.drift
    return [
        str(one.user), "、".join(str(Area(area).label) for area in profile.areas if area in Area.values),
        str(profile.employer or ""), "、".join(str(tie.institution) for tie in one.conflicts), one.load, profile.capacity, one.late,
        drift.sheets, None if drift.deviation is None else float(drift.deviation), drift.compared, drift.minutes,
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@right("panels.manage")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    expert = get_object_or_404(User, pk=pk)
    if not policy.can_keep_expert(request.user, expert):
        raise Http404
    profile = queries.profile_of(expert)
    known = {name: getattr(profile, name) for name in ("areas", "employer", "capacity", "senior")}
    form = ExpertForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        actions.keep_profile(expert, **form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("已保存。"))
        return redirect("experts")
    context = {"expert": expert, "form": form}
    return render(request, "review/expert.html", context, status=422 if form.is_bound else 200)

"""The register of experts: areas, employer, load, drift."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.accounts.models import User
from lifelong.review import policy
from lifelong.review.actions import scoring as actions
from lifelong.review.forms import ExpertForm
from lifelong.review.queries import experts as queries
from lifelong.review.views.panels import stage_for
from lifelong.web.rights import right


@require_safe
@right("panels.manage")
def index(request: HttpRequest) -> HttpResponse:
    authority = queries.authority_for(request.user, stage_for(request.user))
    assert authority is not None
    return render(request, "review/experts.html", {"experts": queries.register(authority), "authority": authority})


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

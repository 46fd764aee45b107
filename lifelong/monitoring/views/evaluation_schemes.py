"""Schemes: the versions, one of them with its numbers open for a new version, tried on the newest run before it is kept."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.monitoring import policy
from lifelong.monitoring.actions.evaluation_schemes import make_scheme
from lifelong.monitoring.evaluating.indicators import INDICATORS
from lifelong.monitoring.evaluating.scheme import problems, read
from lifelong.monitoring.lifecycle import RunState
from lifelong.monitoring.models import EvaluationRun
from lifelong.monitoring.queries import evaluation as queries
from lifelong.monitoring.queries import evaluation_schemes as known
from lifelong.monitoring.views.evaluation_forms import SchemeForm
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_safe
@right("monitoring.read")
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "monitoring/evaluation_schemes.html", {"lines": known.lines()})


@require_http_methods(["GET", "HEAD", "POST"])
@right("monitoring.read")
def show(request: HttpRequest, version: str) -> HttpResponse:
    """POST ``preview`` tries it, ``save`` keeps it as a version of its own; the one shown here stays as it is."""
    content, status = known.content_of(version), 200
    if content is None:
        raise Http404
    may = policy.can_manage_evaluation(request.user)  # type: ignore[arg-type]
    form = SchemeForm(content, request.POST if request.method == "POST" and may else None)
    context: dict[str, Any] = {
        "scheme": read(content), "indicators": [(one, INDICATORS[one["id"]]) for one in content["indicators"]], "form": form,
        "may_manage": may,
    }  # fmt: skip
    if form.is_bound and form.is_valid():
        wrong = problems(form.changed())
        if request.POST.get("do") == "save":
            try:
                made = make_scheme(
                    form.changed(), reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
                )  # type: ignore[arg-type]
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("已存为新版本 %s。已有的评价不变。") % made.version)
                return redirect("evaluation_scheme", made.version)
        else:
            for words in wrong:
                form.add_error(None, words)
            status = 422 if wrong else 200
            context["preview"] = None if wrong else preview(form.changed())
    elif form.is_bound:
        status = 422
    return render(request, "monitoring/evaluation_scheme.html", context, status=status)


def preview(content: dict[str, Any]) -> dict[str, Any]:
    """Grades of the newest run's sample as they were reckoned, and as they would come out."""
    changed = read(content)
    runs = EvaluationRun.objects.filter(state__in=[RunState.RECKONED, RunState.DECIDED])
    run = runs.order_by("-year", "-pk").first()
    if run is None:
        return {"run": None}
    number, before, after = queries.tried(run, changed)
    return {
        "run": run, "number": number, "rows": [(band.title, before[band.id], after[band.id]) for band in changed.bands],
        "before": before[""], "after": after[""],
    }  # fmt: skip

"""Runs: the list, one with its distribution and its resources, what is done with it, what is taken away as a file."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong import jobs
from lifelong.accounts.models import User
from lifelong.catalogue.actions import home
from lifelong.catalogue.models import HomeSection
from lifelong.media.queries import signed_url
from lifelong.monitoring import policy
from lifelong.monitoring.actions import evaluation_deciding as deciding
from lifelong.monitoring.actions import evaluation_files as files
from lifelong.monitoring.actions import evaluation_opinions as opinions
from lifelong.monitoring.actions import evaluation_runs as actions
from lifelong.monitoring.evaluating.scheme import RECOMMEND, REMEDY, Band, Scheme, read
from lifelong.monitoring.lifecycle import RunState
from lifelong.monitoring.models import EvaluationRun
from lifelong.monitoring.queries import evaluation as queries
from lifelong.monitoring.queries import evaluation_opinions, evaluation_schemes
from lifelong.monitoring.views.evaluation_forms import AskForm, RunForm
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.vocabulary import AREAS, TYPES

PAGE = 50
ON_HOME = 8
CHIPS = {RECOMMEND: "pass", REMEDY: "fail", "": "active"}
RUN_CHIPS = {"reckoning": "running", "reckoned": "waiting", "decided": "done", "dropped": "closed"}
ASKED = ("q", "grade", "area", "type", "institution", "look")


def run_or_404(request: HttpRequest, pk: int) -> EvaluationRun:
    run = get_object_or_404(EvaluationRun.objects.select_related("decided_by", "created_by"), pk=pk)
    if not policy.can_see_run(request.user, run):  # type: ignore[arg-type]
        raise Http404
    return run


def chips(scheme: Scheme) -> dict[str, tuple[str, str]]:
    """Of each grade its chip and its word."""
    return {band.id: (CHIPS[band.effect], band.title) for band in scheme.bands}


@require_http_methods(["GET", "HEAD", "POST"])
@right("monitoring.read")
def index(request: HttpRequest) -> HttpResponse:
    """The runs, and a new one."""
    versions = [(one.version, f"{one.title}（{one.version}）") for one in evaluation_schemes.lines()]
    form = RunForm(request.POST or None, first_year=actions.FIRST_YEAR, versions=versions)
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.start_run(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已开始计算，可以离开这一页。"))
            return redirect("evaluation_run", run.pk)
    runs = [(run, RUN_CHIPS[run.state]) for run in queries.runs_seen_by(request.user)[:100]]  # type: ignore[arg-type]
    context = {"runs": runs, "form": form, "may_manage": policy.can_manage_evaluation(request.user)}  # type: ignore[arg-type]
    return render(request, "monitoring/evaluation_index.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@right("monitoring.read")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    run = run_or_404(request, pk)
    if run.state == RunState.RECKONING:
        return render(request, "monitoring/evaluation_reckoning.html", {"run": run, **abilities(request, run)})
    return render(request, "monitoring/evaluation_run.html", shown_run(request, run))


def shown_run(request: HttpRequest, run: EvaluationRun) -> dict[str, Any]:
    scheme, asked = read(run.scheme), {name: request.GET.get(name, "").strip()[:100] for name in ASKED}
    seen = queries.evaluations_seen_by(request.user, run)  # type: ignore[arg-type]
    found = queries.narrowed(seen, asked)
    page = Paginator(queries.ordered(found), PAGE).get_page(request.GET.get("page"))
    distribution = queries.distribution(seen, scheme)
    return {
        "run": run, "scheme": scheme, "asked": asked, "page": page, "chips": chips(scheme), "chip": RUN_CHIPS[run.state],
        "distribution": distribution, "bars": bars_of(distribution, scheme), "hues": hues_of(scheme),
        "regions": queries.regions_of(seen, scheme),
        "areas": AREAS.items(), "types": TYPES.items(), "opinions": evaluation_opinions.numbers(run),
        "ask": AskForm(), **abilities(request, run),
    }  # fmt: skip


def abilities(request: HttpRequest, run: EvaluationRun) -> dict[str, bool]:
    user: Any = request.user
    manages, open_now = policy.can_manage_evaluation(user), run.state in {RunState.RECKONED, RunState.RECKONING}
    return {
        "may_reckon": manages and open_now, "may_ask": manages and run.state == RunState.RECKONED,
        "may_decide": policy.can_decide_evaluation(user) and run.state == RunState.RECKONED,
        "may_show": user.has_right("home.compose") and run.state == RunState.DECIDED,
        "sees_all": queries.sees_every_run(user),
    }  # fmt: skip


def hues_of(scheme: Scheme) -> list[tuple[Band, str]]:
    """Each band with the class of its bars: green and red for what follows, two quiet ones in turn for the rest."""
    plain = [band.id for band in scheme.bands if not band.effect]
    return [(band, band.effect or ("plain", "quiet")[plain.index(band.id) % 2]) for band in scheme.bands]


def bars_of(found: queries.Distribution, scheme: Scheme) -> list[tuple[str, str, str, str, Band, int, int]]:
    """x, y, height of each bar in an SVG of 200 × 100, its class, its band, where it begins, how many."""
    hue = {band.id: name for band, name in hues_of(scheme)}
    return [
        (f"{10 * n + 1}", f"{100 - bar.height:.1f}", f"{bar.height:.1f}", hue[bar.band.id], bar.band, bar.start, bar.n)
        for n, bar in enumerate(found.bars)
    ]


@require_POST
@right("monitoring.read")
def step(request: HttpRequest, pk: int) -> HttpResponse:
    run, now, reason = run_or_404(request, pk), timezone.now(), request.POST.get("reason", "")
    by: Any = request.user
    if request.POST.get("do") == "ask":
        return ask(request, run)
    known: dict[str, tuple[Callable[[], Any], str]] = {
        "again": (lambda: actions.reckon_again(run, by=by, at=now), _("已开始重新计算。")),
        "drop": (lambda: actions.drop(run, reason=reason, by=by, at=now), _("已作废。")),
        "decide": (lambda: deciding.decide(run, by=by, at=now), _("评价已生效，正在告诉各单位。")),
        "home": (lambda: on_home(run, by), _("已放上首页，可以在“首页栏目”里调整。")),
    }
    if request.POST.get("do", "") not in known:
        raise Http404
    act, done = known[request.POST["do"]]
    return attempt(request, act, done=done, back=reverse("evaluation_run", args=[pk]))


def on_home(run: EvaluationRun, by: User) -> None:
    """The best of it as an ordinary section, which the operator may change like any other; pressed again, the same one."""
    identifiers = queries.commended_in(run, ON_HOME)
    if not identifiers:
        raise actions.NothingToEvaluate(_("这次评价没有可以推荐的资源。"))
    values = {
        "title": _("%(year)s 年度优秀资源") % {"year": run.year}, "note": _("年度评价中表现突出的资源"), "identifiers": identifiers
    }  # fmt: skip
    there = HomeSection.objects.filter(title=values["title"]).first()
    home.save_section(there, values, by=by, at=timezone.now())


def ask(request: HttpRequest, run: EvaluationRun) -> HttpResponse:
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            made = opinions.ask(run, **form.values(), by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已请专家提出 %(n)s 份意见。") % {"n": len(made)})
            return redirect("evaluation_run", run.pk)
    return render(request, "monitoring/evaluation_run.html", {**shown_run(request, run), "ask": form}, status=422)


@require_safe
@right("desk")
def export(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """What the person may see of a run, as a workbook or a printed report: given if it was made, else made by a job."""
    run, code = get_object_or_404(EvaluationRun, pk=pk), request.GET.get("institution", "")
    user: Any = request.user
    seen = queries.narrowed(queries.evaluations_seen_by(user, run), {"institution": code})
    if form not in files.FORMS or run.state == RunState.RECKONING or not seen.exists():
        raise Http404
    path = files.path_of(run, user, form, code)
    if not files.whole(path).is_file():
        job = jobs.enqueue("lifelong.monitoring.tasks.write_evaluation", run.pk, user.pk, form, code, owner=user)
        return redirect("job", job.id)
    name = _("%(year)s 年度资源评价") % {"year": run.year} + (f"-{code}" if code else "")
    return redirect(signed_url(path, request=request, download_name=f"{name}.{form}"))

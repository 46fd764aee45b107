"""One resource in a run with its working; an institution's standing; statements and remedies."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lifelong.monitoring import policy
from lifelong.monitoring.actions import evaluation_deciding as deciding
from lifelong.monitoring.actions import evaluation_runs as runs
from lifelong.monitoring.evaluating.indicators import INDICATORS
from lifelong.monitoring.evaluating.scheme import read
from lifelong.monitoring.lifecycle import REMEDY_NEXT, RemedyState, RunState
from lifelong.monitoring.models import Evaluation, EvaluationRun
from lifelong.monitoring.queries import evaluation as queries
from lifelong.monitoring.views.evaluation import ASKED, PAGE, bars_of, chips, hues_of
from lifelong.monitoring.words import lines_of
from lifelong.web.attempts import attempt
from lifelong.web.rights import right


def evaluation_or_404(request: HttpRequest, pk: int, identifier: str) -> Evaluation:
    found = get_object_or_404(
        Evaluation.objects.select_related("run", "institution", "remedy", "statement__answered_by"),
        run=pk,
        identifier=identifier,
    )
    if found.run.state == RunState.RECKONING or not policy.can_see_evaluation(request.user, found):  # type: ignore[arg-type]
        raise Http404
    return found


@never_cache
@require_safe
@right("desk")
def show(request: HttpRequest, pk: int, identifier: str) -> HttpResponse:
    found, user = evaluation_or_404(request, pk, identifier), request.user
    scheme, now = read(found.run.scheme), timezone.now()
    remedy, statement = getattr(found, "remedy", None), getattr(found, "statement", None)
    until = found.run.statements_until
    sees_all = queries.sees_every_run(user)  # type: ignore[arg-type]
    context = {
        "one": found, "run": found.run, "scheme": scheme, "chips": chips(scheme), "lines": lines_of(found, INDICATORS),
        "moves": list(queries.moves_of(found)), "opinions": list(queries.opinions_on(found)), "names": sees_all,
        "remedy": remedy, "statement": statement, "sees_all": sees_all,
        "may_move": found.run.state == RunState.RECKONED and bool(found.grade) and policy.can_move_grade(user, found),  # type: ignore[arg-type]
        "may_state": statement is None and until is not None and now < until and policy.can_file_statement(user, found),  # type: ignore[arg-type]
        "may_answer": statement is not None and policy.can_answer_statement(user, statement),  # type: ignore[arg-type]
        "choices": [to for to in (RemedyState.IMPROVING, RemedyState.WITHDRAWING) if to in REMEDY_NEXT[RemedyState(remedy.state)]]
        if remedy and policy.can_choose_remedy(user, remedy) else [],  # type: ignore[arg-type]
    }  # fmt: skip
    return render(request, "monitoring/evaluation.html", context)


@require_POST
@right("desk")
def do(request: HttpRequest, pk: int, identifier: str) -> HttpResponse:
    found, now, typed = evaluation_or_404(request, pk, identifier), timezone.now(), request.POST
    grade, words = typed.get("grade", ""), typed.get("words", "")
    by: Any = request.user
    known: dict[str, tuple[Callable[[], Any], str]] = {
        "move": (
            lambda: runs.move_grade(found, grade=grade, reason=words, by=by, at=now), _("等级已调整。")
        ),
        "statement": (
            lambda: deciding.file_statement(found, text=words, by=by, at=now), _("申述已提交，答复后会告诉您。")
        ),
    }  # fmt: skip
    if hasattr(found, "statement"):
        known["answer"] = (
            lambda: deciding.answer_statement(found.statement, grade=grade, answer=words, by=by, at=now),
            _("已答复，单位会收到。"),
        )
    if hasattr(found, "remedy"):
        known["remedy"] = (
            lambda: deciding.choose_remedy(found.remedy, to=typed.get("to", ""), words=words, by=by, at=now),
            _("已记下您的选择。"),
        )
    if typed.get("do", "") not in known:
        raise Http404
    act, done = known[typed["do"]]
    return attempt(request, act, done=done, back=reverse("evaluation", args=[pk, identifier]))


@require_safe
@right("resources.sign")
def standings(request: HttpRequest) -> HttpResponse:
    """The newest of one's own; a page that says what will stand here where there is none."""
    newest = queries.standings_of(request.user).first()  # type: ignore[arg-type]
    if newest:
        return redirect("evaluation_standing", newest.run_id)
    return render(request, "monitoring/evaluation_standing.html", {})


@never_cache
@require_safe
@right("resources.sign")
def standing(request: HttpRequest, pk: int) -> HttpResponse:
    mine = [one for one in queries.standings_of(request.user) if one.run_id == pk]  # type: ignore[arg-type]
    if not mine:
        raise Http404
    run: EvaluationRun = mine[0].run
    scheme, asked = read(run.scheme), {name: request.GET.get(name, "").strip()[:100] for name in ASKED}
    seen = run.evaluations.filter(institution__in=[one.institution_id for one in mine])
    distribution = queries.distribution(seen, scheme)
    context: dict[str, Any] = {
        "run": run, "scheme": scheme, "mine": mine, "asked": asked, "chips": chips(scheme), "distribution": distribution,
        "bars": bars_of(distribution, scheme), "hues": hues_of(scheme), "now": timezone.now(),
        "page": Paginator(queries.ordered(queries.narrowed(seen, asked)), PAGE).get_page(request.GET.get("page")),
        "years": sorted({(one.run.year, one.run_id) for one in queries.standings_of(request.user)}, reverse=True),  # type: ignore[arg-type]
    }  # fmt: skip
    return render(request, "monitoring/evaluation_standing.html", context)

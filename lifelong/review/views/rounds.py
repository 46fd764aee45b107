"""One page for one resource under review: player, metadata, findings, hits, history, decision."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lifelong.media.queries import signed_url
from lifelong.resources.models import Finding, Language, Round, ScreeningHit
from lifelong.resources.queries.history import against_online
from lifelong.resources.queries.timeline import timeline
from lifelong.resources.views.comparing import shown as compared
from lifelong.resources.views.loading import licence
from lifelong.review import policy
from lifelong.review.actions import decisions, holding, waivers
from lifelong.review.actions import doubles as judging
from lifelong.review.forms import DecisionForm
from lifelong.review.lifecycle import Stage
from lifelong.review.models import Decision, DoubleVerdict, Waiver
from lifelong.review.queries import desk, doubles, obstacles, panels, rounds
from lifelong.review.queries.phrases import phrases_for
from lifelong.review.views.desk import stage_of
from lifelong.standards.metadata.standard import standard
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


def round_or_404(request: HttpRequest, stage: Stage, pk: int) -> Round:
    """What the person may not see does not exist for them."""
    whole = Round.objects.select_related(
        "version__resource__institution", "version__resource__online_version", "version__cover", "call", "signature"
    )
    round = get_object_or_404(whole, pk=pk)
    if not policy.can_review(request.user, round.version, stage):
        raise Http404
    return round


@right("review.open")
def show(request: HttpRequest, stage: str, pk: int) -> HttpResponse:
    wanted = stage_of(request, stage)
    round = round_or_404(request, wanted, pk)
    if request.headers.get("X-Prefetch") != "1":  # fetched ahead: nobody has seen it yet (holding.opened)
        open_up(request, wanted, round)
    return page(request, wanted, round, DecisionForm(stage=wanted, initial={"request_key": uuid4()}))


def open_up(request: HttpRequest, stage: Stage, round: Round) -> None:
    """Somebody has it before their eyes: remembered, and theirs for a while if nobody else is on it."""
    now = timezone.now()
    decisions.note_opening(round, stage=stage, by=request.user, at=now)
    if policy.can_decide(request.user, round, stage):  # who only prepares blocks nobody by looking
        with suppress(holding.HeldByOther):
            holding.take(round, stage=stage, by=request.user, at=now, kept=False)


def page(request: HttpRequest, stage: Stage, round: Round, form: DecisionForm, status: int = 200) -> HttpResponse:
    filters, findings = desk.Filters.of(request.GET), rounds.findings_of(round)
    labels = {field.name: field.heading for field in standard() if field.name != "resource_id"}
    hit_labels = {**labels, "captions": _("字幕"), "files": _("文件标题")}
    hold = holding.standing(round, stage, timezone.now())
    context = {
        "hold": hold, "held_by_other": hold is not None and hold.user_id != request.user.pk,
        "colleagues": desk.colleagues(request.user, stage) if policy.can_hand_over(request.user, round, stage, hold) else [],
        "may_hold": policy.can_hold(request.user, round, stage),
        "stage": stage, "round": round, "version": round.version, "form": form, "phrases": phrases_for(request.user),
        "abilities": policy.abilities(request.user, round, stage), "filters": filters,
        "neighbours": desk.neighbours(request.user, stage, filters, round), "query": request.GET.urlencode(),
        "values": rounds.values_of(round, labels), "files_changed": rounds.changed_files(round),
        "findings": findings, "grave": [row for row in findings if row.finding.verdict != "pass"],
        "passed": [row for row in findings if row.finding.verdict == "pass"], "hits": rounds.hits_of(round), "labels": hit_labels,
        "doubles": beside(request, round), "double_verdicts": DoubleVerdict.Verdict.choices,
        "obstacles": obstacles.obstacles_of(round, stage), "media": playing(request, round), "cover": cover(request, round),
        "decisions": [(d, can_still_take_back(request, d, round)) for d in desk.decisions_of(round)],
        "typed": typed(form), "panels": panels.opinions_on(round),
        "timeline": timeline(round.version.resource, request.user), "at_stage": policy.waits_at(round.version) == stage,
        **against_what_is_online(request, round), **licence(request, round.version, round),
    }  # fmt: skip
    return render(request, "review/round.html", context, status=status)


def against_what_is_online(request: HttpRequest, round: Round) -> dict[str, Any]:
    """A version that would take the place of another opens with the differences."""
    pair = against_online(round.version, round)
    if pair is None:
        return {}
    return {"before": pair[0], "after": pair[1], "comparison": compared(request, *pair)}


def can_still_take_back(request: HttpRequest, decision: Decision, round: Round) -> bool:
    """The button stands only while pressing it would do something; the action looks again."""
    return policy.can_take_back(request.user, decision) and not decisions.moved_on(decision, round.version)


def typed(form: DecisionForm) -> list[str]:
    """What was written and not kept, for whoever came second: it can still be copied."""
    names = [name for name in form.fields if name == "note" or name.startswith("text_")]
    return [text for name in names if form.is_bound and (text := form.data.get(name, "").strip())]


def playing(request: HttpRequest, round: Round) -> list[dict[str, Any]]:
    """The round's media with addresses that are good for this session alone."""
    shown, tracks = [], rounds.tracks(round)
    for item in rounds.playable(round):
        source = item["rendition"] or item["file"]
        shown.append({
            **item, "src": signed_url(source, request=request), "sound": item["file"].facts.get("type") == "A02",
            "tracks": [
                {"src": signed_url(text, request=request), "lang": language, "label": Language(language).label}
                for language, text in tracks.get(item["file"].pk, [])
            ],
            "poster_src": signed_url(item["poster"], request=request) if item["poster"] else "",
        })  # fmt: skip
    return shown


def beside(request: HttpRequest, round: Round) -> list[dict[str, Any]]:
    """What may be the same resource once more, with both pictures."""
    return [
        {
            "double": one,
            "mine": signed_url(one.mine, request=request) if one.mine else "",
            "theirs": signed_url(one.theirs, request=request) if one.theirs else "",
        }
        for one in doubles.doubles_of(round, request.user)
    ]


def cover(request: HttpRequest, round: Round) -> str:
    return signed_url(round.version.cover, request=request) if round.version.cover else ""


@right("review.open")
@require_POST
def decide(request: HttpRequest, stage: str, pk: int) -> HttpResponse:
    wanted = stage_of(request, stage)
    round = round_or_404(request, wanted, pk)
    form, machine = DecisionForm(request.POST, stage=wanted), request.headers.get("X-Desk") == "1"
    if not form.is_valid():
        if machine:
            return JsonResponse({"title": first_error(form)}, status=422)
        return page(request, wanted, round, form, status=422)
    try:
        decision = decisions.decide(round, stage=wanted, by=request.user, at=timezone.now(), **form.values())
    except Refusal as refusal:
        if machine:
            return JsonResponse({"title": str(refusal), "code": refusal.code}, status=refusal.status)
        form.add_error(None, str(refusal))
        return page(request, wanted, round_or_404(request, wanted, pk), form, status=refusal.status)
    done = _("《%(title)s》：%(outcome)s") % {"title": round.version.title, "outcome": decision.get_outcome_display()}
    if machine:
        return JsonResponse({"done": done})
    messages.success(request, done)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    following = desk.neighbours(request.user, wanted, desk.Filters.of(request.GET), round)["next"]
    if following:
        return redirect(f"/work/review/{wanted}/{following.pk}/{query}")
    return redirect(f"/work/review/{wanted}/{query}")


def first_error(form: DecisionForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def back(request: HttpRequest, round: Round, stage: Stage | None) -> HttpResponse:
    stage = stage or policy.stages_of(request.user)[0]
    query = f"?{request.GET.urlencode()}" if request.GET else ""  # the filters of the queue stay
    return redirect(f"/work/review/{stage}/{round.pk}/{query}")


@right("review.open")
@require_POST
def judge_double(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Only of what stands beside the round; whatever else is asked for does not exist."""
    found = get_object_or_404(Round.objects.select_related("version"), pk=pk)
    stage = policy.waits_at(found.version) or policy.stages_of(request.user)[0]
    round = round_or_404(request, stage_of(request, stage), pk)
    beside = {one.version.resource_id: one.version.resource for one in doubles.doubles_of(round, request.user)}
    if other not in beside:
        raise Http404
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "")
    judging.judge(round, beside[other], verdict=verdict, note=note, by=request.user, at=timezone.now())
    messages.success(request, _("查重意见已记下。"))
    return back(request, round, stage)


def with_reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


@right("review.open")
@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    finding = get_object_or_404(Finding, pk=pk)
    round = round_or_404(request, stage_of(request, Stage.PROVINCIAL), finding.round_id or 0)
    waivers.waive(finding, reason=with_reason(request), by=request.user, at=timezone.now())
    messages.success(request, _("已豁免，理由会一直保留。"))
    return back(request, round, Stage.PROVINCIAL)


@right("review.open")
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    waiver = get_object_or_404(Waiver, pk=pk)
    round = round_or_404(request, stage_of(request, Stage.FINAL), waiver.finding.round_id or 0)
    waivers.lift(waiver, reason=with_reason(request), by=request.user, at=timezone.now())
    messages.success(request, _("已撤销豁免，资源已退回省级。"))
    return back(request, round, Stage.FINAL)


@right("review.open")
@require_POST
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    hit = get_object_or_404(ScreeningHit, pk=pk)
    stage = policy.waits_at(hit.round.version) or policy.stages_of(request.user)[0]
    round = round_or_404(request, stage_of(request, stage), hit.round_id)
    waivers.clear(hit, reason=with_reason(request), by=request.user, at=timezone.now())
    messages.success(request, _("已排除这处命中。"))
    return back(request, round, stage)


@right("review.open")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    round = round_or_404(request, stage_of(request, Stage.FINAL), pk)
    decisions.release(round, reason=with_reason(request), by=request.user, at=timezone.now())
    messages.success(request, _("《%(title)s》已退回省级。") % {"title": round.version.title})
    return back(request, round, Stage.FINAL)


@right("review.open")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    decision = get_object_or_404(Decision, pk=pk)
    round = round_or_404(request, stage_of(request, decision.stage), decision.round_id)
    decisions.take_back(decision, by=request.user, at=timezone.now(), note=with_reason(request))
    messages.success(request, _("决定已收回，资源回到您这一环节。"))
    return back(request, round, Stage(decision.stage))

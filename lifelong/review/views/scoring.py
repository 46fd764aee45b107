"""The expert's desk: what is to be scored, one page to watch and score it, conflicts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.institutions.models import Institution
from lifelong.institutions.queries import institutions_seen_by
from lifelong.resources.queries.reading import text_of
from lifelong.resources.views.loading import licence
from lifelong.review import criteria as standard
from lifelong.review import policy, reckoning
from lifelong.review.actions import scoring as actions
from lifelong.review.lifecycle import AssignmentState
from lifelong.review.models import Assignment, ConflictDeclaration, ScoreSheet
from lifelong.review.queries import panels as queries
from lifelong.review.queries import rounds
from lifelong.review.views.rounds import cover, playing
from lifelong.standards.metadata.standard import standard as metadata
from lifelong.web import workbooks
from lifelong.web.attempts import attempt
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

DONE_SHOWN = 100
TO_SCORE = [
    Column("资源ID", 14), Column("资源名称", 36), Column("资源类型", 12), Column("所属领域", 16), Column("报送单位", 28),
    Column("评审", 36), Column("截止", 18),
]  # fmt: skip


@require_safe
@right("review.score")
def index(request: HttpRequest) -> HttpResponse:
    mine = queries.desk_of(request.user)
    if workbooks.is_wanted(request):
        return workbooks.listed(_("专家评分"), TO_SCORE, map(_row, queries.in_hand(request.user)))
    context = {
        "to_score": queries.in_hand(request.user), "now": timezone.now(),
        "done": mine.filter(state=AssignmentState.SUBMITTED).order_by("-pk")[:DONE_SHOWN],
        "conflicts": ConflictDeclaration.objects.filter(expert=request.user, ended_at__isnull=True).select_related("institution"),
        "institutions": institutions_seen_by(request.user).order_by("name").only("name"),
    }  # fmt: skip
    return render(request, "review/scoring.html", context)


def _row(one: Assignment) -> list[Any]:
    version = one.item.round.version
    return [
        version.resource.resource_id, version.title, text_of("type", version.type), text_of("area", version.area),
        version.resource.institution.name, one.item.panel.title, one.due_at,
    ]  # fmt: skip


def assignment_or_404(request: HttpRequest, pk: int) -> Assignment:
    """What was not given to this person does not exist for them."""
    whole = Assignment.objects.select_related(
        "item__panel", "item__round__version__resource__institution", "item__round__version__cover", "item__round__call"
    )
    found = get_object_or_404(whole, pk=pk)
    if not policy.can_read_assignment(request.user, found):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@right("review.score")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Watch and score. Autosave asks for JSON; the buttons for a page. What was typed comes back in every case."""
    assignment = assignment_or_404(request, pk)
    if request.method != "POST":
        actions.note_first_opening(assignment, by=request.user, at=timezone.now())
        return page(request, assignment)
    machine = request.headers.get("X-Autosave") == "1"
    try:
        saved = actions.save_sheet(
            assignment, typed=request.POST.dict(), revision=numeral(request.POST.get("revision", "")) or 0,
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        if machine:
            return JsonResponse(
                {"revision": saved.revision, "saved_at": timezone.localtime(saved.saved_at).isoformat()}
            )
        if request.POST.get("do") != "hand_in":
            messages.success(request, _("已保存，还没有提交。"))
            return redirect("scoring_sheet", pk)
        actions.hand_in(assignment, by=request.user, at=timezone.now())
    except actions.EditConflict as conflict:
        return both(request, assignment, conflict, machine)
    except Refusal as refusal:
        if machine:
            return JsonResponse({"title": str(refusal)}, status=refusal.status)
        return page(request, assignment, refusal=refusal)
    messages.success(request, _("《%(title)s》的评分已提交。") % {"title": assignment.item.round.version.title})
    following = queries.in_hand(request.user).first()
    return redirect("scoring_sheet", following.pk) if following else redirect("scoring")


def both(request: HttpRequest, assignment: Assignment, conflict: actions.EditConflict, machine: bool) -> HttpResponse:
    """Saved elsewhere meanwhile: both are shown; saving again from here keeps mine knowingly."""
    theirs: ScoreSheet = conflict.facts["theirs"]
    if machine:
        rows = lines(assignment, theirs.scores)
        html = render_to_string(
            "review/_sheet_elsewhere.html", {"rows": rows, "theirs": theirs, "message": conflict}, request
        )
        return HttpResponse(html, status=conflict.status, headers={"X-Revision": str(theirs.revision)})
    return page(request, assignment, refusal=conflict, theirs=theirs)


def lines(
    assignment: Assignment, scores: dict[str, Any], typed: Any = None, errors: Any = None
) -> list[dict[str, Any]]:
    """The criteria in order, each with what was given; what was just typed wins over what is kept."""
    asked = standard.criteria(assignment.item.panel.criteria).of_type(assignment.item.round.version.type)
    found = []
    for one in asked:
        row = scores.get(one.id, {})
        kept = {True: "yes", False: "no"}.get(row.get("passes"), "") if one.veto else row.get("points", "")
        found.append({
            "criterion": one, "error": (errors or {}).get(one.id, ""),
            "given": typed.get(one.id, "") if typed else kept,
            "word": typed.get(f"word_{one.id}", "") if typed else row.get("word", ""),
        })  # fmt: skip
    return found


def page(
    request: HttpRequest, assignment: Assignment, *, refusal: Refusal | None = None, theirs: ScoreSheet | None = None
) -> HttpResponse:
    assignment.refresh_from_db(fields=["state"])
    round, kept = assignment.item.round, assignment.sheets.filter(released_at__isnull=True).first()
    typed = request.POST if refusal else None
    labels = {field.name: field.heading for field in metadata() if field.name != "resource_id"}
    seen = policy.can_see_others(request.user, assignment)
    context = {
        "assignment": assignment, "panel": assignment.item.panel, "round": round, "version": round.version, "sheet": kept,
        "rows": lines(assignment, kept.scores if kept else {}, typed, refusal.fields if refusal else None),
        "opinion": typed.get("opinion", "") if typed else (kept.opinion if kept else ""), "refusal": refusal, "theirs": theirs,
        "revision": kept.revision if kept else 0, "media": playing(request, round), "cover": cover(request, round),
        "values": rounds.values_of(round, labels), "may_score": policy.can_score(request.user, assignment),
        "released": assignment.sheets.filter(released_at__isnull=False).last(),
        "told": queries.told_of(assignment.item, anonymous_to=request.user) if seen else [],
        "result": result_for(assignment) if seen else None, "left": queries.in_hand(request.user).count(),
        "others": queries.in_hand(request.user).exclude(pk=assignment.pk).first(),
        **licence(request, round.version, round),
    }  # fmt: skip
    return render(request, "review/sheet.html", context, status=refusal.status if refusal else 200)


def result_for(assignment: Assignment) -> reckoning.Result:
    return queries.opinions_of(assignment.item).result


@require_POST
@right("review.score")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = assignment_or_404(request, pk)
    conflict = request.POST.get("conflict") == "yes"
    try:
        actions.decline(
            assignment, conflict=conflict, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("scoring_sheet", pk)
    messages.success(request, _("已退回这项任务，组织评审的人员会另请专家。"))
    return redirect("scoring")


@require_POST
@right("review.score")
def conflicts(request: HttpRequest) -> HttpResponse:
    """Declare ties to an institution, or that they are gone."""
    back, now = reverse("scoring"), timezone.now()
    if number := numeral(request.POST.get("end", "")):
        declaration = get_object_or_404(ConflictDeclaration, pk=number, expert=request.user)
        return attempt(
            request,
            lambda: actions.end_conflict(declaration, by=request.user, at=now),
            done=_("已撤销这项回避声明。"),
            back=back,
        )
    institution = Institution.objects.filter(name=request.POST.get("institution", "").strip()).first()
    if institution is None:
        messages.error(request, _("名册里没有这个名称的单位，请从列表中选择。"))
        return redirect(back)
    reason = request.POST.get("reason", "")
    return attempt(
        request, lambda: actions.declare_conflict(institution, reason=reason, by=request.user, at=now),
        done=_("已记下，这个单位的资源不会再分给您。"), back=back,
    )  # fmt: skip

"""What everyone may see of calls: the list, one call with its windows and papers, the blank form."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifelong.calls import form, policy, queries, windows
from lifelong.calls.lifecycle import CallState, Stage
from lifelong.calls.models import Attachment, Call
from lifelong.calls.storage import read_attachment
from lifelong.calls.views.files import WORD, download
from lifelong.institutions.queries import belongs_to
from lifelong.web.rights import PUBLIC, right

TYPES = {
    "pdf": "application/pdf",
    "docx": WORD,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@right(PUBLIC)
def calls(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = list(queries.public_calls()[:200])
    context = {
        "open_calls": [call for call in found if call.state == CallState.OPEN],
        "past_calls": [call for call in found if call.state != CallState.OPEN],
        "now": now,
    }
    return render(request, "calls/calls.html", context)


def public_call(number: str) -> Call:
    """The published call of this number with all that its page shows."""
    found = Call.objects.public().with_windows().prefetch_related("attachments", "contacts", "amendments")
    return get_object_or_404(found.select_related("parent"), number=number)


@require_safe
@right(PUBLIC)
def call(request: HttpRequest, number: str) -> HttpResponse:
    """The notice, its windows with what is left of them, and the door to registering."""
    found = public_call(number)
    now = timezone.now()
    context = {
        "call": found,
        "doors": [_door_of(found, stage, now) for stage in Stage if windows.window_of(found, stage)],
        "registration": windows.door(found, Stage.REGISTRATION, None, now),
        "now": now,
        "published": queries.published_questions(found),
        "children": found.children.public(),
        "may_manage": request.user.is_authenticated and policy.can_see_board(request.user, found),
    }
    if request.user.is_authenticated:
        own = [one for one in belongs_to(request.user) if queries.reaches(found, one)]
        _note_reading(found, own, now)
        context["may_ask"] = any(policy.can_ask(request.user, found, one) for one in own)
        context["own"] = [
            {"institution": one, "joined": queries.joined(found, one), "deputies": queries.deputies(found, one, now)}
            for one in own
        ]
    return render(request, "calls/call.html", context)


def _door_of(found: Call, stage: Stage, now: object) -> dict[str, object]:
    door = windows.door(found, stage, None, now)  # type: ignore[arg-type]
    window = windows.window_of(found, stage)
    extensions = [one for one in window.extensions.all() if one.institution_id is None] if window else []
    state = "late" if door.late else "open" if door.open else "waiting"
    return {"stage": stage, "door": door, "extended": extensions[-1] if extensions else None, "state": state}


def _note_reading(found: Call, own: list, now: object) -> None:
    from lifelong.calls.actions import note_reading

    if own and found.amendments.all():
        note_reading(found, own, at=now)  # type: ignore[arg-type]


@require_safe
@right(PUBLIC)
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Attachment.objects.select_related("call__issued_by"), pk=pk, call__number=number)
    visible = found.call.state != CallState.DRAFT or (
        request.user.is_authenticated and policy.can_see(request.user, found.call)
    )
    if not visible:
        raise Http404
    return download(read_attachment(found), found.name, TYPES[found.path.rsplit(".", 1)[1]])


@require_safe
@right(PUBLIC)
def blank_form(request: HttpRequest, number: str) -> HttpResponse:
    """The form as Word, to be filled in on the clerk's own machine."""
    public_call(number)
    return download(form.write(), f"{form.TITLE}.docx", WORD)

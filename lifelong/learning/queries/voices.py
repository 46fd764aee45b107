"""Ratings and comments, as the resource page and the moderator's desk read them."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Prefetch, Q, QuerySet

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.learning.lifecycle import CommentState, FlagState
from lifelong.learning.models import Comment, CommentFlag, Rating

ENOUGH_RATINGS = 3  # fewer say more about the people than about the work


@dataclass
class Standing:
    """``average`` is None until enough people have rated; ``mine`` is this person's, 0 where there is none."""

    average: float | None = None
    number: int = 0
    mine: int = 0


def standing(entry: Entry, user: Any) -> Standing:
    found = Rating.objects.filter(resource=entry.resource_id)
    of_all = found.aggregate(average=Avg("stars"), number=Count("pk"))
    mine = found.filter(user=user).values_list("stars", flat=True).first() if user.is_authenticated else None
    enough = of_all["number"] >= ENOUGH_RATINGS
    return Standing(round(of_all["average"], 1) if enough else None, of_all["number"], mine or 0)


def visible_to(user: Any) -> Q:
    """What was approved, and to its author whatever they wrote and did not delete."""
    shown = Q(state=CommentState.SHOWN)
    return shown | (Q(user=user) & ~Q(state=CommentState.WITHDRAWN)) if user.is_authenticated else shown


def threads(entry: Entry, user: Any) -> QuerySet[Comment]:
    """Comments without a parent, newest first, each with ``answers`` oldest first; two queries for a page."""
    seen = visible_to(user)
    answers = Prefetch("replies", Comment.objects.filter(seen).order_by("created_at", "pk"), to_attr="answers")
    found = Comment.objects.filter(seen, resource=entry.resource_id, parent=None)
    return found.prefetch_related(answers).order_by("-created_at", "-pk")


def comments_of(user: User) -> QuerySet[Comment]:
    """What a person said everywhere, newest first."""
    return Comment.objects.filter(user=user).exclude(state=CommentState.WITHDRAWN).order_by("-created_at", "-pk")


def comment_at(pk: int) -> Comment | None:
    return Comment.objects.select_related("user", "parent").filter(pk=pk).first()


# The moderator's desk

OPEN_FLAGS = CommentFlag.objects.filter(comment=OuterRef("pk"), state=FlagState.OPEN)
APPEALED = Q(appealed_at__isnull=False, appeal_answered_at__isnull=True, state__in=["refused", "removed"])
SHOWS = ("waiting", "flagged", "appealed", "shown", "refused", "removed", "all")


def desk(show: str, text: str = "") -> QuerySet[Comment]:
    """Oldest first where something waits, else newest first; flags, parent and person come along."""
    found = Comment.objects.select_related("user", "parent", "decided_by").prefetch_related(
        Prefetch("flags", CommentFlag.objects.order_by("at"), to_attr="held_against")
    )
    if text:
        found = found.filter(text__icontains=text)
    if show == "flagged":
        return found.filter(Exists(OPEN_FLAGS), state=CommentState.SHOWN).order_by("created_at", "pk")
    if show == "appealed":
        return found.filter(APPEALED).order_by("appealed_at", "pk")
    if show == "all":
        return found.order_by("-created_at", "-pk")
    newest = show != "waiting"
    return found.filter(state=show).order_by("-created_at" if newest else "created_at", "pk")


def numbers() -> dict[str, int]:
    """How much waits under each head of the desk; two queries."""
    states = Comment.objects.aggregate(
        waiting=Count("pk", filter=Q(state=CommentState.WAITING)), appealed=Count("pk", filter=APPEALED)
    )
    flagged = Comment.objects.filter(Exists(OPEN_FLAGS), state=CommentState.SHOWN).count()
    return {"waiting": states["waiting"], "flagged": flagged, "appealed": states["appealed"]}


@dataclass
class About:
    """What a comment is about; ``url`` is empty while it is not public."""

    title: str = ""
    url: str = ""


def about(comments: list[Comment]) -> dict[int, About]:
    """By resource; one query."""
    entries = Entry.objects.shown_or_not().filter(resource_id__in={one.resource_id for one in comments})
    return {
        one["resource_id"]: About(
            one["title"], f"/resources/{one['identifier']}#comments" if one["visibility"] == "online" else ""
        )
        for one in entries.values("resource_id", "identifier", "title", "visibility")
    }


@dataclass
class Line:
    """A comment as a page draws it: what may be done with it, what it is about, its text cut at the hits."""

    comment: Comment
    can: dict[str, bool] = field(default_factory=dict)
    about: About = field(default_factory=About)
    answers: list["Line"] = field(default_factory=list)
    pieces: list[tuple[str, dict[str, Any] | None]] = field(default_factory=list)


def pieces(comment: Comment) -> list[tuple[str, dict[str, Any] | None]]:
    """The text cut at what the word lists found, to be marked where it stands."""
    cut: list[tuple[str, dict[str, Any] | None]] = []
    at = 0
    for hit in sorted(comment.hits, key=lambda one: one["start"]):
        if hit["start"] >= at:
            cut += [(comment.text[at : hit["start"]], None), (comment.text[hit["start"] : hit["end"]], hit)]
            at = hit["end"]
    return [piece for piece in [*cut, (comment.text[at:], None)] if piece[0]]

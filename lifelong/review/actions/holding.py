"""Take a round, let it go, hand it over: two officers are never on the same one unknowingly. And phrases of one's own."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.notices import send
from lifelong.resources.models import Round, Version
from lifelong.review import policy
from lifelong.review.lifecycle import Stage
from lifelong.review.models import Hold, Phrase
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

OPEN = timedelta(minutes=15)  # by opening the page; every visit prolongs it
KEPT = timedelta(hours=8)  # taken by hand: a day's work
PHRASES_MOST = 30


class MayNotHold(NotAllowed):
    code = "may_not_hold"


class HeldByOther(Conflict):
    """Somebody else is on it; ``who`` and ``until`` are in the facts."""

    code = "held_by_other"


class TooManyPhrases(Refusal):
    code = "too_many_phrases"
    status = 422


def held_by_other(hold: Hold) -> HeldByOther:
    return HeldByOther(
        _("%(who)s 正在办理这一项。如已商量好由您来办，请先“接过来”。") % {"who": hold.user},
        who=hold.user,
        until=hold.until,
    )


def standing(round: Round, stage: Stage, at: datetime) -> Hold | None:
    return Hold.objects.standing(at).filter(round=round, stage=stage).select_related("user").first()


@transaction.atomic
def take(round: Round, *, stage: Stage, by: User, at: datetime, kept: bool = True, over: bool = False) -> Hold:
    """``kept``: by hand, for a day's work; else by opening the page, which lets go of the page opened before.

    Raises ``HeldByOther`` where somebody is on it, unless ``over``: then the other is told.
    """
    Version.objects.select_for_update().filter(pk=round.version_id).first()
    if not policy.can_hold(by, round, stage):
        raise MayNotHold(_("这项资源现在不在您的环节，不用领取。"))
    before = Hold.objects.filter(round=round, stage=stage).select_related("user").first()
    live = before is not None and before.until > at
    if before and live and before.user_id != by.pk:
        if not over:
            raise held_by_other(before)
        record("review.taken_over", by=by, of=round, at=at, detail={"from": before.user_id})
        _tell_taken_over(before, by=by, at=at)
    mine = before if before and live and before.user_id == by.pk else None
    kept = kept or bool(mine and mine.kept)
    if not kept:
        Hold.objects.filter(user=by, kept=False).exclude(round=round, stage=stage).delete()
    until = max(at + (KEPT if kept else OPEN), mine.until if mine else at)
    hold, _made = Hold.objects.update_or_create(
        round=round, stage=stage,
        defaults={"user": by, "taken_at": mine.taken_at if mine else at, "until": until, "kept": kept},
    )  # fmt: skip
    return hold


def _tell_taken_over(hold: Hold, *, by: User, at: datetime) -> None:
    title = hold.round.version.title
    send(
        hold.user, subject=_("《%(title)s》已由 %(who)s 接过去办理") % {"title": title, "who": by}, text="", email=False,
        url=reverse("review_round", args=[hold.stage, hold.round_id]), kind="review.hold", at=at,
    )  # fmt: skip


def take_many(rounds: Iterable[Round], *, stage: Stage, by: User, at: datetime) -> tuple[int, int]:
    """How many were taken, how many somebody else has or are no longer here."""
    taken = left = 0
    for round in rounds:
        try:
            take(round, stage=stage, by=by, at=at)
            taken += 1
        except Refusal:
            left += 1
    return taken, left


@transaction.atomic
def let_go(round: Round, *, stage: Stage, by: User) -> None:
    Hold.objects.filter(round=round, stage=stage, user=by).delete()


@transaction.atomic
def hand_over(round: Round, *, stage: Stage, to: User, by: User, at: datetime) -> Hold:
    """To a colleague of the same desk, who is told. From whoever has it, or by who decides at the stage."""
    Version.objects.select_for_update().filter(pk=round.version_id).first()
    hold = standing(round, stage, at)
    if not policy.can_hand_over(by, round, stage, hold):
        raise MayNotHold(_("只有在办人或审定人员可以移交。"))
    if not policy.can_hold(to, round, stage):
        raise MayNotHold(_("%(who)s 不能办理这一项。") % {"who": to})
    made, _fresh = Hold.objects.update_or_create(
        round=round, stage=stage, defaults={"user": to, "taken_at": at, "until": at + KEPT, "kept": True}
    )
    record("review.handed_over", by=by, of=round, at=at, detail={"to": to.pk})
    send(
        to, subject=_("%(who)s 把《%(title)s》移交给您办理") % {"who": by, "title": round.version.title}, text="",
        url=reverse("review_round", args=[stage, round.pk]), kind="review.hold", at=at, email=False,
    )  # fmt: skip
    return made


@transaction.atomic
def keep_phrase(text: str, *, by: User) -> Phrase | None:
    """A phrase of one's own; the same words twice are one."""
    text = text.strip()[:200]
    if not text:
        return None
    if Phrase.objects.filter(user=by).count() >= PHRASES_MOST:
        raise TooManyPhrases(_("自己的常用语最多 %(most)s 条，请先删去不用的。") % {"most": PHRASES_MOST})
    return Phrase.objects.get_or_create(user=by, text=text)[0]


@transaction.atomic
def drop_phrase(pk: int, *, by: User) -> None:
    Phrase.objects.filter(pk=pk, user=by).delete()

"""Ratings, and comments from their first word to the answer to an appeal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.audit.masks import mask_name
from lifelong.catalogue.models import Entry
from lifelong.learning import events, policy
from lifelong.learning.actions import statements
from lifelong.learning.actions.shelf import check_may_keep
from lifelong.learning.lifecycle import CommentState, FlagState
from lifelong.learning.models import Comment, CommentFlag, Rating
from lifelong.notices import send
from lifelong.screening import screen
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

LONGEST_COMMENT = 1000


class WordsNotAllowed(Refusal):
    """A word of a blocking list stands in the text; it goes no further, and the text stays with its author."""

    code = "comment_words"
    status = 422


class MayNotModerate(NotAllowed):
    code = "may_not_moderate"


class StateChanged(Conflict):
    """Somebody else was quicker, or the step does not exist from here."""

    code = "comment_state"


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


@transaction.atomic
def rate(entry: Entry, *, stars: int, by: User, at: datetime) -> Rating:
    """One of each learner; again changes it."""
    check_may_keep(by, entry)
    rating, _new = Rating.objects.update_or_create(
        user=by, resource_id=entry.resource_id, defaults={"stars": stars, "at": at}
    )
    statements.note_rated(rating, entry, at=at)
    events.resource_rated.send(Rating, entry=entry, by=by, at=at)
    return rating


@transaction.atomic
def take_rating_back(entry: Entry, *, by: User) -> None:
    Rating.objects.filter(user=by, resource=entry.resource_id).delete()


@transaction.atomic
def say(entry: Entry, *, text: str, parent: Comment | None = None, by: User, at: datetime) -> Comment:
    """Held for review; sent twice, it waits once. Raises ``WordsNotAllowed``; words of a looking list go to the moderator with the text."""
    User.objects.select_for_update().get(pk=by.pk)  # two presses at once wait for each other
    check_may_keep(by, entry)
    text = text.strip()
    waiting = Comment.objects.filter(user=by, resource=entry.resource_id, state=CommentState.WAITING)
    if again := waiting.filter(parent=parent, text=text).first():
        return again
    if parent is not None:
        parent = _locked(parent)
        if not policy.can_reply(by, parent) or parent.resource_id != entry.resource_id:
            raise StateChanged(_("这条评论现在不能回复。"))
    hits = [hit.to_json() for hit in screen({"text": text})]
    blocking = list(dict.fromkeys(hit["found"] for hit in hits if hit["severity"] == "block"))
    if blocking:
        message = _("评论里的“%(words)s”不能发布，请改写后再提交。") % {"words": "”“".join(blocking[:5])}
        raise WordsNotAllowed(message, fields={"text": message})
    made = Comment.objects.create(
        user=by, author=mask_name(by.name) or _("学习者"), resource_id=entry.resource_id, parent=parent, text=text,
        hits=hits, created_at=at,
    )  # fmt: skip
    audit.record("learning.commented", by=by, of=made, at=at, detail={"resource": entry.identifier})
    return made


@transaction.atomic
def withdraw(comment: Comment, *, by: User, at: datetime) -> Comment:
    """The author's own deletion: shown to nobody any more."""
    found = _locked(comment)
    if not policy.can_withdraw(by, found):
        raise NotAllowed(_("评论只能由本人删除，且只能删除一次。"))
    found.state = CommentState.WITHDRAWN
    found.save(update_fields=["state"])
    statements.note_taken_back(found, at=at)
    audit.record("learning.comment_withdrawn", by=by, of=found, at=at)
    return found


@transaction.atomic
def flag(comment: Comment, *, reason: str, by: User, at: datetime) -> CommentFlag:
    """One of each person; again changes the reason while nobody has judged it."""
    found = _locked(comment)
    if not policy.can_flag(by, found):
        raise StateChanged(_("这条评论现在不能举报。"))
    made, new = CommentFlag.objects.get_or_create(comment=found, user=by, defaults={"reason": reason, "at": at})
    if not new and made.state != FlagState.OPEN:
        raise StateChanged(_("您举报过这条评论，已经处理。"))
    made.reason = reason
    made.save(update_fields=["reason"])
    audit.record("learning.comment_flagged", by=by, of=found, at=at)
    return made


@transaction.atomic
def appeal(comment: Comment, *, text: str, by: User, at: datetime) -> Comment:
    """The author's word against a refusal or removal, once for each."""
    found = _locked(comment)
    if not policy.can_appeal(by, found):
        raise StateChanged(_("这条评论现在不能申诉。"))
    found.appeal, found.appealed_at, found.appeal_answer, found.appeal_answered_at = text.strip(), at, "", None
    found.save(update_fields=["appeal", "appealed_at", "appeal_answer", "appeal_answered_at"])
    audit.record("learning.comment_appealed", by=by, of=found, at=at)
    return found


# What the moderator does


@transaction.atomic
def decide(comment: Comment, *, to: CommentState, reason: str = "", by: User, at: datetime) -> Comment:
    """Approve, refuse or remove. The last two need a reason, which the author reads; a removal upholds open flags."""
    found = _locked(comment)
    _check_moderator(by, found)
    if not policy.can_decide(by, found, to):
        raise StateChanged(_("这条评论现在是“%(state)s”，不能再这样处理。") % {"state": found.get_state_display()})
    reason = reason.strip()
    if to != CommentState.SHOWN and not reason:
        raise ReasonMissing(_("请写明理由，作者会看到。"), fields={"reason": _("请写明理由。")})
    found.state, found.reason, found.decided_by, found.decided_at = to, reason, by, at
    found.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    if to == CommentState.SHOWN:
        statements.note_shown(found, at=at)
    if to == CommentState.REMOVED:
        statements.note_taken_back(found, at=at)
        found.flags.filter(state=FlagState.OPEN).update(state=FlagState.UPHELD, decided_at=at)
    audit.record(f"learning.comment_{to.value}", by=by, of=found, at=at, detail={"reason": reason})
    _tell_author(found, at=at)
    return found


def decide_many(
    comments: Iterable[Comment], *, to: CommentState, reason: str, by: User, at: datetime
) -> list[tuple[Comment, Refusal]]:
    """Each by itself; what could not be done comes back with its reason."""
    left: list[tuple[Comment, Refusal]] = []
    for comment in comments:
        try:
            decide(comment, to=to, reason=reason, by=by, at=at)
        except Refusal as refusal:
            left.append((comment, refusal))
    return left


@transaction.atomic
def dismiss_flags(comment: Comment, *, by: User, at: datetime) -> int:
    """What was held against it does not hold: it stays."""
    found = _locked(comment)
    _check_moderator(by, found)
    number = found.flags.filter(state=FlagState.OPEN).update(state=FlagState.DISMISSED, decided_at=at)
    if number:
        audit.record("learning.flags_dismissed", by=by, of=found, at=at, detail={"count": number})
    return number


@transaction.atomic
def answer_appeal(comment: Comment, *, grant: bool, answer: str, by: User, at: datetime) -> Comment:
    """Granted, the comment is shown; either way the author reads the answer."""
    found = _locked(comment)
    _check_moderator(by, found)
    if not policy.can_answer_appeal(by, found):
        raise StateChanged(_("这条申诉已有答复。"))
    if not answer.strip():
        raise ReasonMissing(_("请写明答复，作者会看到。"), fields={"answer": _("请写明答复。")})
    found.appeal_answer, found.appeal_answered_at = answer.strip(), at
    if grant:
        found.state, found.decided_by, found.decided_at = CommentState.SHOWN, by, at
        statements.note_shown(found, at=at)
    found.save(update_fields=["appeal_answer", "appeal_answered_at", "state", "decided_by", "decided_at"])
    verb = "granted" if grant else "rejected"
    audit.record(f"learning.appeal_{verb}", by=by, of=found, at=at, detail={"answer": found.appeal_answer})
    subject = _("您的申诉已采纳，评论已显示") if grant else _("您的申诉未采纳")
    _tell(found.user, subject, found.appeal_answer, kind=f"learning.appeal_{verb}", at=at)
    return found


def _locked(comment: Comment) -> Comment:
    return Comment.objects.select_for_update().get(pk=comment.pk)


def _check_moderator(by: User, comment: Comment) -> None:
    if comment.user_id == by.pk:
        raise MayNotModerate(_("自己的评论须由其他人审核。"))
    if not policy.can_moderate(by, comment):
        raise MayNotModerate(_("评论由平台运营人员审核。"))


def _tell_author(comment: Comment, *, at: datetime) -> None:
    subjects: dict[Any, str] = {
        CommentState.SHOWN: _("您的评论已显示"),
        CommentState.REFUSED: _("您的评论未通过审核"),
        CommentState.REMOVED: _("您的评论已被移除"),
    }
    text = "“" + comment.text[:60] + "”"
    if comment.reason:
        text += "\n" + _("理由：%(reason)s。不同意的，可以在“我的评论”里申诉。") % {
            "reason": comment.reason.rstrip("。")
        }
    _tell(comment.user, subjects[comment.state], text, kind=f"learning.comment_{comment.state}", at=at)


def _tell(person: User | None, subject: str, text: str, *, kind: str, at: datetime) -> None:
    if person is not None:
        send(person, subject=subject, text=text, url=reverse("my_comments"), kind=kind, at=at, email=False)

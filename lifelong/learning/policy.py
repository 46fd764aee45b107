"""Who may have study time counted, keep, say and moderate what. Everything hangs on a resource that is online; nobody judges their own words."""

from typing import Any

from lifelong.accounts.models import User
from lifelong.accounts.queries import consent_is_withdrawn
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.learning.lifecycle import CommentState, may_step
from lifelong.learning.models import Certificate, Comment, Note, StudyList

JUDGED = {CommentState.REFUSED, CommentState.REMOVED}


def can_keep(user: Any, entry: Entry) -> bool:
    """Favourite, note, list, rating, comment: a person with an account who has not withdrawn the consent to it."""
    online = entry.visibility == Visibility.ONLINE
    return online and bool(user.is_authenticated and user.is_active) and not consent_is_withdrawn(user)


def can_study(user: Any, entry: Entry) -> bool:
    """With evidence kept."""
    return can_keep(user, entry)


def can_read_certificate(user: User, certificate: Certificate) -> bool:
    """The paper itself with the whole name; anybody may ask whether a number is genuine."""
    return certificate.user_id == user.pk


def can_revoke(user: User, certificate: Certificate) -> bool:
    return certificate.revoked_at is None and user.has_right("certificates.revoke")


def can_change_note(user: User, note: Note) -> bool:
    return note.user_id == user.pk


def can_change_list(user: User, study_list: StudyList) -> bool:
    return study_list.user_id == user.pk


def can_reply(user: Any, comment: Comment) -> bool:
    """One level: a reply takes no reply."""
    return bool(user.is_authenticated) and comment.state == CommentState.SHOWN and comment.parent_id is None


def can_flag(user: Any, comment: Comment) -> bool:
    return bool(user.is_authenticated) and comment.state == CommentState.SHOWN and comment.user_id != user.pk


def can_withdraw(user: Any, comment: Comment) -> bool:
    return _is_author(user, comment) and may_step(comment.state, CommentState.WITHDRAWN)


def can_appeal(user: Any, comment: Comment) -> bool:
    """Once against each refusal or removal."""
    if not _is_author(user, comment) or comment.state not in JUDGED or comment.decided_at is None:
        return False
    return comment.appealed_at is None or comment.appealed_at < comment.decided_at


def can_moderate(user: User, comment: Comment) -> bool:
    return user.has_right("comments.moderate") and comment.user_id != user.pk


def can_decide(user: User, comment: Comment, to: str) -> bool:
    """Approve or refuse what waits, remove what is shown; what was judged comes back by an appeal alone."""
    if to not in {CommentState.SHOWN, CommentState.REFUSED, CommentState.REMOVED} or comment.state in JUDGED:
        return False
    return can_moderate(user, comment) and may_step(comment.state, to)


def can_answer_appeal(user: User, comment: Comment) -> bool:
    return can_moderate(user, comment) and comment.state in JUDGED and appeal_is_open(comment)


def appeal_is_open(comment: Comment) -> bool:
    return comment.appealed_at is not None and comment.appeal_answered_at is None


def can_manage_statements(user: User) -> bool:
    """Where xAPI statements go."""
    return user.has_right("statements.manage")


def abilities(user: Any, comment: Comment) -> dict[str, bool]:
    """For the row of a comment on the resource page; asks the database nothing."""
    return {
        "reply": can_reply(user, comment),
        "flag": can_flag(user, comment),
        "withdraw": can_withdraw(user, comment),
        "appeal": can_appeal(user, comment),
    }


def _is_author(user: Any, comment: Comment) -> bool:
    return bool(user.is_authenticated) and comment.user_id == user.pk

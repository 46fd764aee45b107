"""The end of what is kept of a person, by their own wish (个人信息保护法 47 条)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts import actions as accounts
from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.learning.actions import statements, study
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import (
    Comment,
    CommentFlag,
    Favourite,
    Note,
    Progress,
    Rating,
    StatementConsent,
    StatementDelivery,
    StudyDay,
    StudyList,
    StudySession,
)
from lifelong.web.refusals import NotAllowed


@transaction.atomic
def delete_account(person: User, *, by: User, at: datetime) -> bool:
    """Comments that were shown stay without their author and certificates stay checkable; the rest of what was learned, kept and noted is
    gone. Returns whether the account itself is gone, or locked because legal records stand on it."""
    if by.pk != person.pk:
        raise NotAllowed(_("账号只能由本人删除。"))
    for model in (
        Favourite,
        Note,
        StudyList,
        Rating,
        Progress,
        StudySession,
        StudyDay,
        StatementDelivery,
        StatementConsent,
    ):
        model.objects.filter(user=person).delete()  # type: ignore[attr-defined]
    unseen = Comment.objects.filter(user=person).exclude(state=CommentState.SHOWN)
    unseen.filter(replies__isnull=True).delete()
    unseen.update(text="", hits=[], appeal="", reason="", state=CommentState.WITHDRAWN)  # others' replies hang on these
    Comment.objects.filter(user=person).update(user=None, author=_("已注销"), appeal="")
    CommentFlag.objects.filter(user=person).update(user=None)
    return accounts.erase_account(person, by=by, at=at)


@transaction.atomic
def withdraw_consent(person: User, *, by: User, at: datetime) -> None:
    """Nothing is kept or passed on from here, study time of a film that plays at this moment included."""
    accounts.withdraw_consent(person, by=by, at=at)
    study.stop_of(person, at=at)
    statements.withdraw(person, at=at)


def note_export(person: User, *, at: datetime) -> None:
    """Who took a copy of everything, and when, is worth a line in the trail."""
    record("learning.data_exported", by=person, of=person, at=at)

"""Favourites and notes. They are nobody else's business: no audit entry tells what somebody keeps or writes for themselves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.learning import events, policy
from lifelong.learning.models import Favourite, Note
from lifelong.web.refusals import NotAllowed, Refusal

MOST_FAVOURITES = 5000
MOST_NOTES = 10_000


class MayNotKeep(NotAllowed):
    """The resource is not online, or the person has withdrawn the consent."""

    code = "may_not_keep"


class TooMany(Refusal):
    code = "too_many"


def check_may_keep(by: User, entry: Entry) -> None:
    if not policy.can_keep(by, entry):
        raise MayNotKeep(_("这项资源已下架，或您已撤回同意，现在不能保存。撤回的同意可以在“隐私与数据”里重新给出。"))


@transaction.atomic
def keep(entry: Entry, *, by: User, at: datetime) -> Favourite:
    """Safe to repeat."""
    check_may_keep(by, entry)
    if Favourite.objects.filter(user=by).count() >= MOST_FAVOURITES:
        raise TooMany(_("收藏已满 %(most)s 项，请先取消一些。") % {"most": MOST_FAVOURITES})
    favourite, new = Favourite.objects.get_or_create(user=by, resource_id=entry.resource_id, defaults={"at": at})
    if new:
        events.resource_kept.send(Favourite, entry=entry, by=by, at=at)
    return favourite


@transaction.atomic
def let_go(entry: Entry, *, by: User) -> None:
    Favourite.objects.filter(user=by, resource=entry.resource_id).delete()


@transaction.atomic
def write_note(entry: Entry, *, text: str, file: int = 1, second: int | None, by: User, at: datetime) -> Note:
    """``second`` None: about the whole. Sent twice, it stands once."""
    User.objects.select_for_update().get(pk=by.pk)  # two presses at once wait for each other
    check_may_keep(by, entry)
    here = Note.objects.filter(user=by, resource=entry.resource_id, file=file, second=second)
    if again := here.filter(text=text.strip()).first():
        return again
    if Note.objects.filter(user=by).count() >= MOST_NOTES:
        raise TooMany(_("笔记已满 %(most)s 条，请先导出并删除一些。") % {"most": MOST_NOTES})
    return Note.objects.create(
        user=by,
        resource_id=entry.resource_id,
        file=file,
        second=second,
        text=text.strip(),
        created_at=at,
        changed_at=at,
    )


@transaction.atomic
def change_note(note: Note, *, text: str, by: User, at: datetime) -> Note:
    found = Note.objects.select_for_update().get(pk=note.pk)
    if not policy.can_change_note(by, found):
        raise NotAllowed(_("笔记只能由本人修改。"))
    found.text, found.changed_at = text.strip(), at
    found.save(update_fields=["text", "changed_at"])
    return found


@transaction.atomic
def delete_note(note: Note, *, by: User) -> None:
    found = Note.objects.select_for_update().get(pk=note.pk)
    if not policy.can_change_note(by, found):
        raise NotAllowed(_("笔记只能由本人删除。"))
    found.delete()

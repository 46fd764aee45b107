"""Lists and plans of one's own: named, ordered, with or without a day by which they are to be done."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.accounts.queries import consent_is_withdrawn
from lifelong.catalogue.models import Entry
from lifelong.learning import policy
from lifelong.learning.actions.shelf import MayNotKeep, TooMany, check_may_keep
from lifelong.learning.models import StudyList, StudyListItem
from lifelong.web.refusals import NotAllowed, Refusal

MOST_LISTS = 100
MOST_ITEMS = 500


class NameTaken(Refusal):
    code = "list_name_taken"
    status = 422


@transaction.atomic
def make_list(*, title: str, due_date: date | None = None, by: User, at: datetime) -> StudyList:
    if consent_is_withdrawn(by):
        raise MayNotKeep(_("您已撤回同意，现在不能保存。可以在“隐私与数据”里重新同意。"))
    if StudyList.objects.filter(user=by).count() >= MOST_LISTS:
        raise TooMany(_("清单已满 %(most)s 个，请先删除一些。") % {"most": MOST_LISTS})
    title = _free_title(title, by)
    return StudyList.objects.create(user=by, title=title, due_date=due_date, created_at=at)


@transaction.atomic
def change_list(study_list: StudyList, *, title: str, due_date: date | None, by: User) -> StudyList:
    """Name and day; with a day it is a plan."""
    found = _locked(study_list, by)
    found.title, found.due_date = _free_title(title, by, but=found), due_date
    found.save(update_fields=["title", "due_date"])
    return found


@transaction.atomic
def delete_list(study_list: StudyList, *, by: User) -> None:
    _locked(study_list, by).delete()


@transaction.atomic
def add_to_list(study_list: StudyList, entry: Entry, *, by: User, at: datetime) -> StudyListItem:
    """At its end; what stands there already stays where it is."""
    check_may_keep(by, entry)
    found = _locked(study_list, by)
    items = list(found.items.all())
    known = next((item for item in items if item.resource_id == entry.resource_id), None)
    if known:
        return known
    if len(items) >= MOST_ITEMS:
        raise TooMany(_("一个清单最多 %(most)s 项，请另建一个。") % {"most": MOST_ITEMS})
    last = items[-1].position if items else 0
    return StudyListItem.objects.create(study_list=found, resource_id=entry.resource_id, position=last + 1, added_at=at)


@transaction.atomic
def remove_item(item: StudyListItem, *, by: User) -> None:
    _locked(item.study_list, by)
    StudyListItem.objects.filter(pk=item.pk).delete()


@transaction.atomic
def move_item(item: StudyListItem, *, down: bool, shown: set[int], by: User) -> None:
    """Past its neighbour among those ``shown`` (by key): one that is not online is passed over with it."""
    found = _locked(item.study_list, by)
    items = list(found.items.all())
    place = next((index for index, one in enumerate(items) if one.pk == item.pk), None)
    if place is None:  # taken out meanwhile, in another window
        return
    there = range(place + 1, len(items)) if down else range(place - 1, -1, -1)
    target = next((index for index in there if items[index].pk in shown), None)
    if target is None:
        return
    items.insert(target, items.pop(place))
    for position, one in enumerate(items, 1):
        one.position = position
    StudyListItem.objects.bulk_update(items, ["position"])


def _locked(study_list: StudyList, by: User) -> StudyList:
    found = StudyList.objects.select_for_update().get(pk=study_list.pk)
    if not policy.can_change_list(by, found):
        raise NotAllowed(_("清单只能由本人修改。"))
    return found


def _free_title(title: str, by: User, *, but: StudyList | None = None) -> str:
    title = " ".join(title.split())
    others = StudyList.objects.filter(user=by, title=title)
    if (others.exclude(pk=but.pk) if but else others).exists():
        message = _("您已有名为「%(title)s」的清单，请换一个名称。") % {"title": title}
        raise NameTaken(message, fields={"title": message})
    return title

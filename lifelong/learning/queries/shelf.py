"""What a learner keeps, as pages read it; a constant number of queries however much it is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from lifelong.accounts.models import User
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.listing import CARD, Card, card
from lifelong.learning.models import Favourite, Note, Progress, StudyList, StudyListItem


def entry_online(identifier: str) -> Entry | None:
    """What is kept hangs on the resource; whichever version is online stands for it. None while it is not public."""
    return Entry.objects.online().select_related("resource").filter(identifier=identifier).first()


def is_favourite(user: Any, entry: Entry) -> bool:
    return user.is_authenticated and Favourite.objects.filter(user=user, resource=entry.resource_id).exists()


def favourites(user: User) -> QuerySet[Favourite]:
    """Those that are online now, newest first."""
    online = Favourite.objects.filter(user=user, resource__entries__visibility=Visibility.ONLINE)
    return online.order_by("-at", "-pk")


def cards_by_resource(keys: Iterable[int]) -> dict[int, Card]:
    """Cards of the resources that are online; one query."""
    rows = Entry.objects.online().filter(resource_id__in=list(keys)).values(*CARD)
    return {row["resource_id"]: card(row) for row in rows}


# Notes


def notes_on(user: User, entry: Entry) -> QuerySet[Note]:
    """In the order of the work: by file and second, notes about the whole first."""
    return Note.objects.filter(user=user, resource=entry.resource_id).order_by("file", "second", "pk")


def notes(user: User, text: str = "") -> QuerySet[Note]:
    """All of a person's, last changed first; ``text`` stands in the note or in the title of what it is about."""
    found = Note.objects.filter(user=user)
    if text:
        about = Entry.objects.shown_or_not().filter(title__icontains=text).values("resource_id")
        found = found.filter(Q(text__icontains=text) | Q(resource__in=about))
    return found.select_related("resource").order_by("-changed_at", "-pk")


@dataclass(frozen=True)
class NoteRow:
    """A note with what it is about; ``url`` leads to its second and is empty while the resource is not public."""

    note: Note
    title: str
    url: str


def with_titles(some: Iterable[Note]) -> list[NoteRow]:
    """One query more, however many notes."""
    listed = list(some)
    entries = Entry.objects.shown_or_not().filter(resource_id__in={note.resource_id for note in listed})
    about = {one["resource_id"]: one for one in entries.values("resource_id", "identifier", "title", "visibility")}
    return [_row(note, about.get(note.resource_id)) for note in listed]


def _row(note: Note, about: Any) -> NoteRow:
    if about is None:
        return NoteRow(note, note.resource.resource_id, "")
    url = address_of(about["identifier"], note) if about["visibility"] == Visibility.ONLINE else ""
    return NoteRow(note, about["title"], url)


def address_of(identifier: str, note: Note) -> str:
    asked = [f"file={note.file}"] if note.file != 1 else []
    asked += [f"t={note.second}"] if note.second is not None else []
    return f"/resources/{identifier}{'?' if asked else ''}{'&'.join(asked)}"


# Lists


@dataclass
class Item:
    """A line of a list: ``percent`` of it is studied, ``done`` when every file was studied to its end."""

    item: StudyListItem
    card: Card
    percent: int = 0
    done: bool = False


@dataclass
class ListRow:
    study_list: StudyList
    items: list[Item] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(one.done for one in self.items)

    @property
    def percent(self) -> int:
        return round(sum(one.percent for one in self.items) / len(self.items)) if self.items else 0

    def is_late(self, today: date) -> bool:
        due = self.study_list.due_date
        return due is not None and due < today and self.done < len(self.items)


def lists(user: User) -> list[ListRow]:
    """All of a person's with their items; plans by their day first. Items that are not online are left out."""
    found = list(StudyList.objects.filter(user=user))
    found.sort(key=lambda one: (one.due_date is None, one.due_date or date.min, -one.pk))
    return filled(user, found)


def filled(user: User, found: list[StudyList]) -> list[ListRow]:
    """Four queries for any number of lists."""
    items = list(StudyListItem.objects.filter(study_list__in=found).order_by("position", "pk"))
    keys = {item.resource_id for item in items}
    rows = {
        row["resource_id"]: row for row in Entry.objects.online().filter(resource_id__in=keys).values(*CARD, "files")
    }
    progress: dict[int, list[Progress]] = defaultdict(list)
    for one in Progress.objects.filter(user=user, resource__in=keys).defer("seen"):
        progress[one.resource_id].append(one)
    by_list: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if row := rows.get(item.resource_id):
            by_list[item.study_list_id].append(_item(item, row, progress[item.resource_id]))
    return [ListRow(one, by_list[one.pk]) for one in found]


def _item(item: StudyListItem, row: dict[str, Any], studied: list[Progress]) -> Item:
    done = sum(one.completed_at is not None for one in studied) >= max(1, len(row["files"]))
    length = row["duration_s"] or sum(one.length_s for one in studied)
    percent = 100 if done else min(99, round(100 * sum(one.seen_s for one in studied) / length)) if length else 0
    return Item(item, card(row), percent, done)


def list_of(user: User, pk: int) -> StudyList | None:
    return StudyList.objects.filter(user=user, pk=pk).first()


def lists_to_choose(user: User, entry: Entry) -> list[StudyList]:
    """For the resource page; ``holds`` says whether the resource stands in the list already."""
    inside = Count("items", filter=Q(items__resource=entry.resource_id))
    return list(StudyList.objects.filter(user=user).annotate(holds=inside).order_by("title"))

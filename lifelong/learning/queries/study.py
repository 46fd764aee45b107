"""What a learner has studied, for the player and for their own pages; a constant number of queries each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from lifelong.accounts.models import User
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.learning.models import Progress, StudyDay, StudySession

NEAR_THE_END = 0.97  # of the length: nobody needs to be led back to the last words
FACE = ("version", "resource_id", "identifier", "visibility", "title", "institution_name", "area", "type", "duration_s",
        "small_cover", "cover", "poster", "files")  # fmt: skip


def length_of(entry: Entry, file: int) -> float:
    """Seconds of the file that plays at this place; 0 where there is none or nobody knows."""
    found = next((one for one in entry.files if one["position"] == file), None)
    if found is None:
        return 0.0
    alone = entry.duration_s if len(entry.files) == 1 else None
    return float(found.get("duration_s") or alone or 0)


def ended_since(moment: datetime) -> list[str]:
    """Sessions in hexadecimal."""
    return [key.hex for key in StudySession.objects.filter(ended_at__gte=moment).values_list("pk", flat=True)]


def place_in(user: User, identifier: str, file: int | None) -> Progress | None:
    """In this file; None: in whichever was last."""
    mine = Progress.objects.filter(user=user, resource__resource_id=identifier, place_s__gt=0)
    mine = mine if file is None else mine.filter(file=file)
    return mine.only("place_s", "changed_at", "length_s", "file").order_by("-changed_at", "-pk").first()


def is_near_the_end(progress: Progress) -> bool:
    return progress.place_s >= progress.length_s * NEAR_THE_END


@dataclass
class Studied:
    """A resource as its learner knows it; ``entry`` is None where the library has forgotten it."""

    progress: Progress
    entry: Entry | None

    @property
    def title(self) -> str:
        return self.entry.title if self.entry else ""

    @property
    def share(self) -> int:
        """Percent seen."""
        length = self.progress.length_s
        return min(100, round(100 * self.progress.seen_s / length)) if length else 0

    @property
    def is_online(self) -> bool:
        return self.entry is not None and self.entry.visibility == Visibility.ONLINE

    @property
    def url(self) -> str:
        """Where one goes on."""
        if self.entry is None or not self.is_online:
            return ""
        place = 0 if is_near_the_end(self.progress) else int(self.progress.place_s)
        asked = [f"file={self.progress.file}"] if self.progress.file != 1 else []
        asked += [f"t={place}"] if place else []
        return self.entry.get_absolute_url() + ("?" + "&".join(asked) if asked else "")

    @property
    def part(self) -> str:
        """The title of the file where there are several."""
        files = self.entry.files if self.entry else []
        if len(files) < 2:
            return ""
        return next((str(one["title"]) for one in files if one["position"] == self.progress.file), "")


def entries_of(resources: Iterable[int]) -> dict[int, Entry]:
    shown = Entry.objects.shown_or_not().filter(resource_id__in=set(resources)).only(*FACE)
    return {entry.resource_id: entry for entry in shown}


def with_entries(rows: Iterable[Progress]) -> list[Studied]:
    found = list(rows)
    entries = entries_of(row.resource_id for row in found)
    return [Studied(row, entries.get(row.resource_id)) for row in found]


def history(user: User) -> QuerySet[Progress]:
    """Newest first, without what was taken out of sight; what was opened and never played is not history."""
    mine = Progress.objects.filter(user=user, hidden_at__isnull=True, wall_s__gt=0)
    return mine.defer("seen").order_by("-changed_at", "-pk")


def going_on(user: User, most: int = 3) -> list[Studied]:
    found = with_entries(history(user).filter(completed_at__isnull=True)[: most * 3])
    return [one for one in found if one.is_online][:most]


def finished(user: User, most: int = 6) -> list[Studied]:
    return with_entries(history(user).filter(completed_at__isnull=False).order_by("-completed_at")[:most])


@dataclass
class DayLine:
    day: date
    content_s: float = 0.0
    wall_s: float = 0.0


def week(user: User, today: date) -> list[DayLine]:
    """Monday to Sunday of the week that holds ``today``."""
    monday = today - timedelta(days=today.weekday())
    known = {line.day: line for line in days(user, monday, monday + timedelta(days=6))}
    return [known.get(day, DayLine(day)) for day in (monday + timedelta(days=n) for n in range(7))]


def days(user: User, from_date: date, to_date: date) -> list[DayLine]:
    """The days of a period on which something was studied."""
    rows = StudyDay.objects.filter(user=user, day__range=(from_date, to_date))
    sums = rows.values("day").annotate(content=Sum("content_s"), wall=Sum("wall_s")).order_by("day")
    return [DayLine(row["day"], row["content"], row["wall"]) for row in sums]


@dataclass
class RecordLine:
    """A resource in a record: seconds gained and spent in the period; how many of its files were finished by its end."""

    resource_id: int
    title: str
    institution: str
    url: str
    content_s: float
    wall_s: float
    files: int
    files_done: int
    done_at: datetime | None

    @property
    def is_done(self) -> bool:
        return self.files_done >= max(self.files, 1)


@dataclass
class Record:
    lines: list[RecordLine]
    days: list[DayLine]

    @property
    def content_s(self) -> float:
        return sum(line.content_s for line in self.lines)

    @property
    def wall_s(self) -> float:
        return sum(line.wall_s for line in self.lines)


def record(user: User, from_date: date, to_date: date) -> Record:
    """Four queries. ``done_at`` is when the last file was finished, if within the period or before."""
    rows = StudyDay.objects.filter(user=user, day__range=(from_date, to_date))
    sums = list(rows.values("resource_id").annotate(content=Sum("content_s"), wall=Sum("wall_s")))
    keys = [row["resource_id"] for row in sums]
    done: dict[int, list[datetime]] = {}
    finished_files = Progress.objects.filter(user=user, resource_id__in=keys, completed_at__isnull=False)
    for key, at in finished_files.values_list("resource_id", "completed_at"):
        if at is not None:
            done.setdefault(key, []).append(at)
    entries = entries_of(keys)
    lines = [_line(row, entries.get(row["resource_id"]), done.get(row["resource_id"], [])) for row in sums]
    return Record(sorted(lines, key=lambda line: -line.content_s), days(user, from_date, to_date))


def _line(row: Any, entry: Entry | None, done: list[datetime]) -> RecordLine:
    online = entry is not None and entry.visibility == Visibility.ONLINE
    return RecordLine(
        row["resource_id"], entry.title if entry else "", entry.institution_name if entry else "",
        entry.get_absolute_url() if entry and online else "", row["content"], row["wall"],
        len(entry.files) if entry else 1, len(done), max(done, default=None),
    )  # fmt: skip

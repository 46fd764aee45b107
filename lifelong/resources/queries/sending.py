"""Sending many files: what a look at them says, which draft each belongs to, and what is still on its way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.institutions.models import Institution
from lifelong.media.lifecycle import RESERVING, FileKind, ProbeState, UploadState
from lifelong.media.models import Upload
from lifelong.media.queries import received_bytes
from lifelong.resources.bundles import fold
from lifelong.resources.lifecycle import EDITABLE
from lifelong.resources.models import Finding, ImportRun, Verdict, Version, VersionFile
from lifelong.resources.queries.missing import version_of
from lifelong.screening.titles import near_title
from lifelong.standards.metadata import split

MOST_DRAFTS = 5000
WORST = [Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS]


@dataclass(frozen=True)
class Chosen:
    """A file that somebody chose: its name with the folders above it, its size, and the mark of its content."""

    path: str
    size: int
    mark: str = ""

    @property
    def name(self) -> str:
        return PurePosixPath(self.path.replace("\\", "/")).name or self.path


@dataclass
class Draft:
    """A draft that takes files: ``wanted`` are the names its row gives and that are not there yet."""

    version: Version
    wanted: list[str] = field(default_factory=list)
    there: dict[str, int] = field(default_factory=dict)  # folded name → size

    @property
    def address(self) -> tuple[str, int]:
        return self.version.resource.resource_id, self.version.number

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.version.pk, "number": self.version.resource.resource_id, "title": self.version.title,
            "wanted": self.wanted, "open": reverse("resources:files-open", args=self.address),
            "page": reverse("resources:files", args=self.address),
        }  # fmt: skip


@dataclass
class Match:
    """``state``: matched · resume · there · several · double · none. ``why`` is said beside the file."""

    state: str
    why: str = ""
    draft: int | None = None
    wanted: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"state": self.state, "why": self.why, "draft": self.draft}


def drafts_of(institution: Institution) -> list[Draft]:
    """Every draft that takes files; three queries for any number."""
    versions = (
        Version.objects.filter(resource__institution=institution, state__in=EDITABLE, deleted_at__isnull=True)
        .select_related("resource")
        .only("pk", "number", "title", "own_files", "state", "resource__resource_id")
        .order_by("-saved_at")[:MOST_DRAFTS]
    )
    drafts = {version.pk: Draft(version) for version in versions}
    sent = Coalesce("media_file__repair__original__size", "media_file__size")  # what somebody has at home
    held = VersionFile.objects.filter(version__in=drafts).annotate(sent=sent)
    for pk, name, size in held.values_list("version_id", "media_file__original_name", "sent"):
        drafts[pk].there[fold(name)] = size
    for draft in drafts.values():
        names = split(draft.version.own_files)
        draft.wanted = [name for name in names if _last(fold(name)) not in draft.there]
    return list(drafts.values())


def match(institution: Institution, chosen: Sequence[Chosen], drafts: Sequence[Draft]) -> list[Match]:
    """One answer for each chosen file, in their order. What is not clear is left to the person."""
    shelf = _Shelf(institution, drafts)
    found = [shelf.place(one) for one in chosen]
    first: dict[tuple[int, str], int] = {}
    for place, (one, answer) in enumerate(zip(chosen, found, strict=True)):
        if answer.state not in {"matched", "resume"} or answer.draft is None:
            continue
        key = (answer.draft, fold(one.name))
        before = first.setdefault(key, place)
        if before != place:
            text = _("与所选的“%(path)s”同名，都对到了《%(title)s》，请选定要传哪一个")
            title = shelf.known[answer.draft].version.title
            found[place] = Match("double", text % {"path": chosen[before].path, "title": title}, answer.draft)
    return found


class _Shelf:
    """Drafts by the names they wait for, the names they have, their titles, and what is on its way to them."""

    def __init__(self, institution: Institution, drafts: Sequence[Draft]) -> None:
        self.known = {draft.version.pk: draft for draft in drafts}
        self.full: dict[str, list[Draft]] = {}
        self.short: dict[str, list[Draft]] = {}
        self.titles: dict[str, list[Draft]] = {}
        self.there: dict[tuple[str, int], Draft] = {}
        for draft in drafts:
            for name in draft.wanted:
                self.full.setdefault(fold(name), []).append(draft)
                self.short.setdefault(_last(fold(name)), []).append(draft)
            for name, size in draft.there.items():
                self.there.setdefault((name, size), draft)
            if not draft.wanted and not draft.there and draft.version.title:
                self.titles.setdefault(near_title(draft.version.title), []).append(draft)
        running = Upload.objects.of(institution).running().filter(purpose__startswith="version:")
        self.running = [up for up in running if version_of(up.purpose) in self.known]

    def place(self, one: Chosen) -> Match:
        name = fold(one.name)
        for up in self.running:
            same = up.mark == one.mark if up.mark and one.mark else up.name == one.name
            if same and up.size == one.size:
                return self._to(version_of(up.purpose), "resume", _("传过一部分，接着传"))
        for candidates in (self._by_path(one), self.short.get(name, [])):
            if len(candidates) == 1:
                return self._to(candidates[0].version.pk, "matched", _("表格里写了这个文件名"))
            if candidates:
                titles = "、".join(f"《{draft.version.title}》" for draft in candidates[:3])
                return Match("several", _("%(titles)s 都写了这个文件名，请选定一个") % {"titles": titles})
        if held := self.there.get((name, one.size)):
            return self._to(held.version.pk, "there", _("已经在资源里，不用再传"))
        alike = self.titles.get(near_title(PurePosixPath(one.name).stem), [])
        if len(alike) == 1:
            return self._to(alike[0].version.pk, "matched", _("文件名与资源名称相同"))
        return Match("none", _("没有资源写了这个文件名，请选定一个"))

    def _by_path(self, one: Chosen) -> list[Draft]:
        """The longest end of the path that a row names."""
        steps = fold(one.path).split("/")
        for start in range(len(steps) - 1):
            if found := self.full.get("/".join(steps[start:])):
                return found
        return self.full.get(steps[-1], [])

    def _to(self, pk: int | None, state: str, why: str) -> Match:
        return Match(state, why, pk)


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Unfinished:
    """An upload that is on its way, for whoever goes on with it; ``version`` None for the ZIP of a sheet."""

    upload: Upload
    received: int
    version: Version | None

    @property
    def percent(self) -> int:
        return self.received * 100 // self.upload.size


def unfinished(institutions: Iterable[Institution]) -> list[Unfinished]:
    uploads = list(
        Upload.objects.filter(institution__in=institutions, state__in=RESERVING)
        .select_related("by").order_by("-began_at")[:500]
    )  # fmt: skip
    ids = [pk for up in uploads if (pk := version_of(up.purpose)) is not None]
    versions = Version.objects.select_related("resource").in_bulk(ids)
    return [Unfinished(up, received_bytes(up), versions.get(version_of(up.purpose) or 0)) for up in uploads]


def how_they_fare(uploads: QuerySet[Upload]) -> list[dict[str, Any]]:
    """For the page that sends many: where each upload stands, and the worst that was found of its file. Two queries."""
    listed = list(uploads.select_related("media_file"))
    worst: dict[int, str] = {}
    files = [up.media_file_id for up in listed if up.media_file_id]
    for file, verdict in Finding.objects.filter(round__isnull=True, media_file__in=files).values_list(
        "media_file", "verdict"
    ):
        known = worst.get(file or 0)
        if known is None or WORST.index(Verdict(verdict)) < WORST.index(Verdict(known)):
            worst[file or 0] = verdict
    return [_faring(up, worst.get(up.media_file_id or 0, "")) for up in listed]


def _faring(up: Upload, verdict: str) -> dict[str, Any]:
    state = {UploadState.OPEN: "uploading", UploadState.FINISHING: "checking", UploadState.COMPLETE: "done"}
    now = state.get(UploadState(up.state), "failed")
    if up.media_file and up.media_file.probe_state == ProbeState.WAITING:
        now = "checking"
    return {"id": str(up.pk), "state": now, "verdict": verdict or None, "message": up.failure}


def uploads_named(institutions: Iterable[Institution], ids: Iterable[Any]) -> QuerySet[Upload]:
    good = []
    for each in ids:
        try:
            good.append(UUID(str(each)))
        except ValueError:
            continue
    return Upload.objects.filter(institution__in=institutions, pk__in=good)


def archives_of(institution: Institution, *, at: datetime) -> list[dict[str, Any]]:
    """For the island that sends ZIPs: those on their way, and where to go for those that arrived in the last hour."""
    uploads = Upload.objects.of(institution).filter(kind=FileKind.ARCHIVE)
    listed = [
        {**_faring(up, ""), "name": up.name, "size": up.size, "offset": received_bytes(up)}
        for up in uploads.filter(state__in=RESERVING).order_by("began_at")
    ]
    came = uploads.filter(state=UploadState.COMPLETE, finished_at__gt=at - timedelta(hours=1))
    runs = dict(ImportRun.objects.filter(archive__uploads__in=came).values_list("archive__uploads", "pk"))
    listed += [
        {**_faring(up, ""), "name": up.name, "size": up.size, "page": reverse("resources:import", args=[runs[up.pk]])}
        for up in came
        if up.pk in runs
    ]
    return listed

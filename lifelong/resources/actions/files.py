"""Media of a draft: uploads opened for it, files attached as they arrive, put in order, named, taken out."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.media import actions as media
from lifelong.media import storage
from lifelong.media.actions.uploads import plain_name
from lifelong.media.models import MediaFile, Upload
from lifelong.media.queries import running_upload, sampled
from lifelong.resources import policy
from lifelong.resources.actions import findings
from lifelong.resources.actions.drafts import NotEditable, lock
from lifelong.resources.actions.releasing import release
from lifelong.resources.lifecycle import EDITABLE, UNDER_REVIEW, State
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.judging import measured, media_files_of
from lifelong.resources.queries.missing import purpose_of, uploads_of, version_of
from lifelong.screening.titles import near_title
from lifelong.web.refusals import NotAllowed, Refusal

TITLE_LENGTH = 200


class NotOfThisVersion(Refusal):
    """A file or an upload that belongs elsewhere, or was taken out meanwhile."""

    code = "not_of_this_version"
    status = 404


@transaction.atomic
def open_upload(
    version: Version, *, name: str, size: int, by: User, at: datetime, sha256: str = "", mark: str = ""
) -> Upload:
    """Room for a file of this draft; the same file begun before, perhaps on another computer, goes on where it stopped.

    Raises ``NotEditable``, ``NotAllowed`` and what ``media.actions.open_upload`` raises (quota, disk, size).
    """
    locked = editable(version, by)
    institution, purpose = locked.resource.institution, purpose_of(locked)
    begun = running_upload(institution=institution, purpose=purpose, name=plain_name(name), size=size, mark=mark)
    return begun or media.open_upload(
        institution=institution, name=name, size=size, purpose=purpose, by=by, at=at, sha256=sha256, mark=mark
    )


@transaction.atomic
def cancel_upload(version: Version, *, upload_id: str, by: User, at: datetime) -> Upload:
    locked = editable(version, by)
    upload = uploads_of(locked).filter(pk=upload_id).first()
    if upload is None:
        raise NotOfThisVersion(_("这个上传不属于本资源。"))
    return media.cancel_upload(upload, by=by, at=at)


@transaction.atomic
def receive(media_file: MediaFile, upload: Upload, *, at: datetime) -> VersionFile | None:
    """A file has arrived: put it at the end of the draft it was sent for. None where that draft no longer takes files.

    The place follows the names that the sheet gave, where it gave any.
    """
    pk = version_of(upload.purpose)
    version = Version.objects.filter(pk=pk).first() if pk is not None else None
    if version is None:
        return None
    version = lock(version)
    if (
        version.state not in EDITABLE
        or version.deleted_at
        or version.resource.institution_id != media_file.institution_id
    ):
        audit.record("resources.file_left_over", by=upload.by, of=media_file, at=at, detail={"version": version.pk})
        return None
    return attach(version, media_file, by=upload.by, at=at)


def attach(version: Version, media_file: MediaFile, *, by: User | None, at: datetime) -> VersionFile:
    before = list(version.files.select_related("media_file"))
    title = PurePath(media_file.original_name).stem[:TITLE_LENGTH]
    entry = VersionFile.objects.create(version=version, media_file=media_file, position=len(before) + 1, title=title)
    wanted = [name.casefold() for name in version.own_files.split(";") if name]
    if wanted:
        _place(version, sorted([*before, entry], key=lambda e: _rank(wanted, e)))
    elif before == sorted(
        before, key=_by_name
    ):  # nobody ordered them otherwise: lessons that arrive together stay in order
        _place(version, sorted([*before, entry], key=_by_name))
    audit.record("resources.file_added", by=by, of=version, at=at, detail={"name": media_file.original_name})
    return entry


@transaction.atomic
def remove_file(version: Version, *, entry_id: int, by: User, at: datetime) -> None:
    """Out of the draft; what earlier rounds froze keeps it, what nothing needs any more gives its room back."""
    locked = editable(version, by)
    entry = entry_of(locked, entry_id)
    media_file = entry.media_file
    locked.findings.filter(round__isnull=True, media_file=entry.media_file_id).delete()
    name = media_file.original_name
    entry.delete()
    release(media_file, by=by, at=at)
    audit.record("resources.file_removed", by=by, of=locked, at=at, detail={"name": name})
    refresh(locked, at=at)


@transaction.atomic
def order_files(version: Version, *, entry_ids: Sequence[int], by: User, at: datetime) -> None:
    """In this order; files that are not named keep theirs, after those that are."""
    locked = editable(version, by)
    wanted = {pk: place for place, pk in enumerate(entry_ids)}
    _place(locked, sorted(locked.files.all(), key=lambda e: (wanted.get(e.pk, len(wanted)), e.position)))
    audit.record("resources.files_ordered", by=by, of=locked, at=at)


@transaction.atomic
def name_files(version: Version, *, titles: Mapping[int, str], by: User, at: datetime) -> None:
    """Titles by entry; an empty one goes back to the file's name."""
    locked = editable(version, by)
    for entry in locked.files.select_related("media_file").filter(pk__in=titles):
        entry.title = " ".join(titles[entry.pk].split())[:TITLE_LENGTH] or PurePath(entry.media_file.original_name).stem
        entry.save(update_fields=["title"])
    audit.record("resources.files_named", by=by, of=locked, at=at)


@transaction.atomic
def measured_anew(media_file: MediaFile, *, at: datetime) -> None:
    """A file was measured: its length and its verdicts into every draft and every open round that holds it."""
    holding = Version.objects.filter(files__media_file=media_file, deleted_at__isnull=True).order_by("pk").distinct()
    for version in holding:
        locked = lock(version)
        if locked.state in EDITABLE | {State.UNIT_REVIEW}:
            refresh(locked, at=at)
        elif locked.state in UNDER_REVIEW:  # should it be returned, the next round is frozen from these verdicts
            findings.judge_version(locked, at=at)
            media.decode_fully([media_file])
            hurry(locked)
        findings.judge_open_round(locked, media_file, at=at)


def hurry(version: Version) -> None:
    """What its reviewers wait for goes before all other work on films; the final review needs every frame decoded."""
    if version.state in UNDER_REVIEW:
        media.hurry(media_files_of(version), decoded=version.state != State.SUBMITTED)


@transaction.atomic
def decode_under_review() -> int:
    """Every file under review that was decoded only in part; how many."""
    entries = VersionFile.objects.filter(version__state__in=UNDER_REVIEW, version__deleted_at__isnull=True)
    found = list(sampled().filter(pk__in=entries.values("media_file")).order_by("pk"))
    media.decode_fully(found)
    return len(found)


@transaction.atomic
def take_small(version: Version, *, name: str, content: bytes, by: User, at: datetime) -> VersionFile | None:
    """A file of up to 20 MB that came through a form: an upload like any other, all at once."""
    upload = open_upload(version, name=name, size=len(content), by=by, at=at)
    part = storage.part_of(upload.pk)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(content)
    done = media.conclude_upload(upload.pk, at=at)
    return version.files.filter(media_file=done.media_file_id).first() if done else None


def refresh(version: Version, *, at: datetime) -> None:
    """After files came, went or were measured: the length that follows them, and every verdict."""
    found = measured(media_files_of(version))
    if version.duration is None or version.duration_from_file:
        length = found.duration_s if found else None
        version.duration = max(1, int(length + 0.5)) if length else None
        version.duration_from_file = version.duration is not None
        version.save(update_fields=["duration", "duration_from_file"])
    findings.judge_version(version, at=at)


def _place(version: Version, entries: Sequence[VersionFile]) -> None:
    for position, entry in enumerate(entries, 1):
        if entry.position != position:
            entry.position = position
            entry.save(update_fields=["position"])


def _by_name(entry: VersionFile) -> list[tuple[int, str]]:
    """第二讲 before 第10讲: numbers by their value, however they are written."""
    parts = re.split(r"(\d+)", near_title(PurePath(entry.media_file.original_name).stem))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts if part]


def _rank(wanted: Sequence[str], entry: VersionFile) -> tuple[int, int]:
    name = entry.media_file.original_name.casefold()
    return (wanted.index(name) if name in wanted else len(wanted), entry.position)


def entry_of(version: Version, pk: int) -> VersionFile:
    entry = version.files.select_related("media_file").filter(pk=pk).first()
    if entry is None:
        raise NotOfThisVersion(_("这个文件已不在资源中，请刷新页面查看。"))
    return entry


def editable(version: Version, by: User) -> Version:
    locked = lock(version)
    if not policy.reports_for(by, locked.resource.institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以修改。"))
    if not policy.can_upload(by, locked):
        text = _("《%(title)s》目前为“%(state)s”，不能增减文件。")
        raise NotEditable(text % {"title": locked.title, "state": State(locked.state).label})
    return locked

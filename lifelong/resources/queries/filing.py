"""The upload page: files of a version with what was found of each, and what is still on its way."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.media.lifecycle import RESERVING, ProbeState, UploadState
from lifelong.media.models import Upload
from lifelong.media.queries import upload_state
from lifelong.resources.models import Finding, LinkCheck, Verdict, Version, VersionFile
from lifelong.resources.queries.missing import living_findings, uploads_of
from lifelong.resources.queries.reading import titled
from lifelong.resources.queries.repairing import Mending, mendings

JUST_NOW = timedelta(minutes=1)  # long enough for a page that asks every few seconds to see the end once
BAD = {Verdict.FAIL, Verdict.WARN}
WORST = [Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS]


@dataclass
class FileState:
    """One file: ``state`` is checking or done; ``verdict`` the worst of its findings, empty while there is none."""

    entry: VersionFile
    state: str
    verdict: str = ""
    findings: list[Finding] = field(default_factory=list)
    upload_id: str = ""
    mending: Mending = field(default_factory=Mending)

    @property
    def worst(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.verdict in BAD]

    @property
    def rest(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.verdict not in BAD]

    @property
    def note(self) -> str:
        """What is still going on."""
        probe = self.entry.media_file.probe_state
        if probe == ProbeState.WAITING:
            return _("正在检测参数，通常一分钟内完成")
        return _("参数已检测，正在通读全片，不影响报送") if probe == ProbeState.FACTS else ""


def running_uploads(version: Version) -> QuerySet[Upload]:
    return uploads_of(version).filter(state__in=RESERVING).select_related("by").order_by("began_at")


def file_states(version: Version) -> list[FileState]:
    found: dict[int | None, list[Finding]] = {}
    for finding in living_findings(version):
        found.setdefault(finding.media_file_id, []).append(finding)
    uploads = uploads_of(version).filter(state=UploadState.COMPLETE)
    came_by = {media: str(pk) for media, pk in uploads.values_list("media_file_id", "pk") if media}
    files = list(version.files.select_related("media_file__repair__original").prefetch_related("captions__media_file"))
    mending = mendings(files)
    return [_state(entry, found.get(entry.media_file_id, []), came_by, mending[entry.media_file_id]) for entry in files]


def _state(entry: VersionFile, findings: list[Finding], came_by: dict[int, str], mending: Mending) -> FileState:
    file = entry.media_file
    findings = sorted(findings, key=lambda finding: (WORST.index(Verdict(finding.verdict)), finding.pk))
    findings = titled(findings)
    checking = file.probe_state in {ProbeState.WAITING, ProbeState.FACTS}
    return FileState(
        entry, "checking" if checking else "done", findings[0].verdict if findings else "", findings,
        came_by.get(file.pk, f"file-{file.pk}"), mending,
    )  # fmt: skip


@dataclass
class LinkState:
    """What was found of the link, as far as it was asked."""

    worst: list[Finding]
    rest: list[Finding]
    checking: bool


def link_state(version: Version) -> LinkState:
    found = titled(finding for finding in living_findings(version) if finding.media_file_id is None)
    checking = LinkCheck.objects.filter(version=version, checked_at__isnull=True).exists()
    return LinkState([f for f in found if f.verdict in BAD], [f for f in found if f.verdict not in BAD], checking)


def moving(version: Version) -> list[dict[str, Any]]:
    """For the upload island: what is on its way, what is being checked, and what has just come to its end.

    What is ``listed`` stands with its verdicts in the list of files, which brings itself up to date: no second line for it.
    """
    listed = [_moving_upload(upload) for upload in running_uploads(version)]
    now = timezone.now()
    for state in file_states(version):
        file = state.entry.media_file
        if state.state == "done" and (file.probed_at is None or now - file.probed_at > JUST_NOW):
            continue
        listed.append(
            {
                "id": state.upload_id, "name": file.original_name, "size": file.size, "offset": file.size,
                "state": state.state, "verdict": state.verdict or None, "message": state.note, "findings": [],
                "listed": True,
            }
        )  # fmt: skip
    return listed


def _moving_upload(upload: Upload) -> dict[str, Any]:
    now = upload_state(upload)
    finishing = upload.state == UploadState.FINISHING
    return {
        "id": now.id, "name": now.name, "size": now.size, "offset": now.received,
        "state": "checking" if finishing else "uploading", "message": now.failure, "findings": [],
    }  # fmt: skip

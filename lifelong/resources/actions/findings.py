"""Verdicts of the technical standard on a draft and on an open round: judged anew, never thrown away with their sentences."""

from collections.abc import Iterable
from datetime import datetime

from lifelong.media import actions as media
from lifelong.media.models import MediaFile
from lifelong.resources.actions import links
from lifelong.resources.models import Finding, Round, Version, VersionFile
from lifelong.resources.queries.judging import facts_of, whole_of
from lifelong.standards import technical

FACTS = ("verdict", "required", "measured", "message", "remedy")


def judge_version(version: Version, *, at: datetime) -> None:
    """Every file of the draft and its link, by the standard of today; findings of what is gone go with it."""
    entries = list(version.files.select_related("media_file"))
    version.findings.filter(round__isnull=True, media_file__isnull=False).exclude(
        media_file__in=[entry.media_file_id for entry in entries]
    ).delete()
    for entry in entries:
        judge_file(version, entry, alone=len(entries) == 1, at=at)
    links.judge_protection(version, at=at)


def judge_file(version: Version, entry: VersionFile, *, alone: bool, at: datetime) -> None:
    file = entry.media_file
    verdicts = verdicts_of(file, declared=declared(version) if alone else None)
    if verdicts:
        put(version, verdicts, media_file=file, standard=technical.packaged().version, at=at)


def judge_open_round(version: Version, media_file: MediaFile, *, at: datetime) -> None:
    """What the second pass found goes to the round under review too, by the standard that the round was judged by.

    A round stays open until it is answered or published: an accepted one hears of a late fail.
    """
    round = open_round(version)
    if round is not None and media_file.pk in media_of(round):
        judge_in_round(round, media_file, at=at)


def judge_reopened(version: Version, *, at: datetime) -> None:
    """A decision was taken back: what was measured while its round was closed goes into it now."""
    round = open_round(version)
    if round is not None:
        for media_file in MediaFile.objects.filter(pk__in=media_of(round)).order_by("pk"):
            judge_in_round(round, media_file, at=at)
            media.decode_fully([media_file])


def open_round(version: Version) -> Round | None:
    return version.rounds.filter(closed_at__isnull=True).order_by("-number").first()


def media_of(round: Round) -> list[int]:
    return [file["id"] for file in round.files if file["kind"] == "media"]


def judge_in_round(round: Round, media_file: MediaFile, *, at: datetime) -> None:
    version = round.version
    said = declared(version) if len(media_of(round)) == 1 else None
    verdicts = verdicts_of(media_file, declared=said, standard=round.standard)
    put(version, verdicts, media_file=media_file, round=round, standard=round.standard, at=at)


def verdicts_of(file: MediaFile, *, declared: int | None, standard: str = "") -> list[technical.Finding]:
    """What the standard says of a measured file; nothing while it is not measured."""
    facts = facts_of(file)
    if facts is None:
        return []
    judged_by = technical.packaged(standard) if standard else technical.packaged()
    return technical.judge(facts, judged_by, whole=whole_of(file), declared=declared)


def declared(version: Version) -> int | None:
    """The length that the institution declared; what was filled from the file is no declaration."""
    return None if version.duration_from_file else version.duration


def put(
    version: Version,
    verdicts: Iterable[technical.Finding],
    *,
    media_file: MediaFile | None,
    standard: str,
    at: datetime,
    round: Round | None = None,
) -> None:
    """One row per rule: a rule judged before keeps its row, its explanation and what reviewers hung on it."""
    known = {f.rule: f for f in version.findings.filter(round=round, media_file=media_file)}
    for verdict in verdicts:
        finding = known.pop(verdict.id, None) or Finding(
            version=version, round=round, media_file=media_file, rule=verdict.id
        )
        for name in FACTS:
            setattr(finding, name, getattr(verdict, name))
        finding.required, finding.measured = finding.required[:300], finding.measured[:300]
        finding.standard, finding.judged_at = standard, at
        finding.save()
    if round is None and media_file is not None:
        Finding.objects.filter(pk__in=[finding.pk for finding in known.values()]).delete()


def freeze(version: Version, round: Round) -> None:
    """The round's own copies, with the sentences that go along."""
    for finding in version.findings.filter(round__isnull=True).order_by("pk"):
        finding.pk, finding.round = None, round
        finding._state.adding = True
        finding.save()

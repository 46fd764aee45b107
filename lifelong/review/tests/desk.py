"""Rounds that wait on a desk, made the short way."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.accounts.tests.cast import HENAN, person
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.media.lifecycle import ProbeState
from lifelong.media.models import MediaFile, Rendition
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Finding, Resource, Round, ScreeningHit, Verdict, Version, VersionFile

AN_HOUR = timedelta(hours=1)


def institution(code: str = "410100-01", region: str = "410100") -> Institution:
    made, _new = Institution.objects.get_or_create(
        code=code, defaults={"name": f"学习中心 {code}", "region_id": region}
    )  # fmt: skip
    return made


def reporter(of: Institution) -> User:
    held = Mandate.objects.filter(institution=of, role=MandateRole.REPORTER, ends_at__isnull=True).first()
    if held:
        return held.user
    user = person(f"reporter-{of.code}@example.org", "林若溪")
    Mandate.objects.create(
        user=user, institution=of, role=MandateRole.REPORTER, begins_at=timezone.now() - timedelta(days=9)
    )
    return user


def media_file(of: Institution, probe_state: str = ProbeState.WHOLE) -> MediaFile:
    """A file with a rendition that can be made public; the bytes are no film, but they are there."""
    number = MediaFile.objects.count()
    path = Path(settings.FILES) / f"renditions/{number}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    file = MediaFile.objects.create(
        institution=of, original_name=f"{number}.mp4", size=9, sha256=f"{number:064}", path=f"originals/{number}",
        probe_state=probe_state,
    )  # fmt: skip
    Rendition.objects.create(
        media_file=file, kind="mp4", path=f"renditions/{number}.mp4", size=4, sha256=f"{number:064}"
    )
    return file


def handed_in(
    title: str = "太极拳起势",
    *,
    of: Institution | None = None,
    state: str = State.SUBMITTED,
    probe_state: str = ProbeState.WHOLE,
    call: Call | None = None,
    at: datetime | None = None,
    area: str = "older",
    type: str = "A01",
) -> Round:
    """A round with one file that was read whole; nothing against it."""
    of = of or institution()
    now = at or timezone.now() - AN_HOUR
    resource = Resource.objects.create(resource_id=new_id(), institution=of)
    version = Version.objects.create(
        resource=resource, title=title, type=type, area=area, call=call, state=state, state_at=now, saved_at=now,
        first_submitted_at=now, summary="十个字以上的简介内容在这里。", rights_holder=of.name, speakers="张建华", duration=6,
    )  # fmt: skip
    file = media_file(of, probe_state)
    VersionFile.objects.create(version=version, media_file=file)
    return next_round(version, file, now)


def next_round(version: Version, file: MediaFile, at: datetime) -> Round:
    number = version.rounds.count() + 1
    return newest(Round.objects.create(
        version=version, number=number, call=version.call, submitted_by=reporter(version.resource.institution), submitted_at=at,
        receipt_number=f"{version.pk}-{number}", standard="2022", values={"title": version.title, "type": "A01"},
        files=[{"id": file.pk, "name": file.original_name, "size": 9, "sha256": file.sha256, "kind": "media", "title": ""}],
    ))  # fmt: skip


def newest(round: Round) -> Round:
    round.version.last_round, round.version.handed_in_at = round, round.submitted_at
    round.version.save(update_fields=["last_round", "handed_in_at"])
    return round


def failing(round: Round, rule: str = "video.bit_rate") -> Finding:
    return Finding.objects.create(
        version=round.version, round=round, rule=rule, verdict=Verdict.FAIL, required="≥ 2 Mbps", measured="0.1 Mbps"
    )


def hit(round: Round, severity: str = "block") -> ScreeningHit:
    return ScreeningHit.objects.create(
        round=round, field="summary", start=0, end=4, word="包治百病", severity=severity, context="此方法包治百病"
    )


def henan() -> str:
    return HENAN

"""Who and what the tests are about: two institutions, a call, drafts that lack nothing, files that were measured."""

import hashlib
import io
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from lifelong.accounts.models import AuthorityKind, User
from lifelong.accounts.tests.cast import HENAN, authority, person
from lifelong.calls.lifecycle import CallState, RegistrationState, Stage
from lifelong.calls.models import Call, Registration, Window
from lifelong.calls.scope import NOTICE_SCOPE
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.media import actions as media
from lifelong.media.models import MediaFile
from lifelong.media.probe.facts import AudioTrack, Boxes, Facts, VideoTrack, WholeFacts
from lifelong.resources.actions import attachments, drafts, files, signing
from lifelong.resources.checklist import checklist
from lifelong.resources.models import Signature, Version

WHOLE = {
    "title": "智能手机使用入门", "type": "A01", "area": "older", "summary": "面向老年学习者，从开机、拨号到看病挂号，一步一步演示。",
    "speakers": "张建华;(藏族)班班多杰", "category": "老年教育-技能提升-数字生活技能", "keywords": "手机;生活",
}  # fmt: skip


def institution(
    code: str = "4110001", name: str = "洛河开放大学", region: str = "410100", **fields: Any
) -> Institution:
    return Institution.objects.create(code=code, name=name, region_id=region, kind="open_university", **fields)


def member(of: Institution, role: str = MandateRole.REPORTER, name: str = "苗秀兰", email: str = "") -> User:
    user = person(email or f"{role}-{of.code}@example.org", name)
    Mandate.objects.create(user=user, institution=of, role=role, begins_at=timezone.now() - timedelta(days=100))
    return user


def call(number: str = "henan-2026", *, ends_at: datetime | None = None, **fields: Any) -> Call:
    made = Call.objects.create(
        number=number, title=fields.pop("title", "2026 年数字化学习资源征集"), issued_by=authority(AuthorityKind.PROVINCE, HENAN, "河南省教育厅"),
        state=fields.pop("state", CallState.OPEN), published_at=timezone.now() - timedelta(days=20),
        scope=fields.pop("scope", NOTICE_SCOPE), **fields,
    )  # fmt: skip
    Window.objects.create(call=made, stage=Stage.SUBMISSION, ends_at=ends_at or timezone.now() + timedelta(days=5))
    Window.objects.create(call=made, stage=Stage.PROVINCIAL_REVIEW, ends_at=timezone.now() + timedelta(days=9))
    return made


def join(of: Call, institution: Institution) -> Call:
    """The institution takes part in the call."""
    Registration.objects.create(
        number=f"{of.number}-{institution.code}", call=of, institution=institution, institution_name=institution.name,
        name="苗秀兰", email="", state=RegistrationState.APPROVED,
    )  # fmt: skip
    return of


def good_facts(**changes: Any) -> Facts:
    """What a probe measures of a film that keeps the standard."""
    picture = VideoTrack(
        codec="h264", tag="avc1", profile="High", pix_fmt="yuv420p", width=1280, height=720, frame_rate=25,
        nominal_rate=25, frames=1500, duration_s=60.0, bit_rate=2_800_000,
    )  # fmt: skip
    sound = AudioTrack(codec="aac", tag="mp4a", profile="LC", sample_rate=44100, channels=2, default=True)
    boxes = Boxes(brands=("isom", "mp42"), index_first=True, movie_duration_s=60.0)
    kept: dict[str, Any] = {
        "readable": True, "size_bytes": 22_500_000, "container": "mp4", "duration_s": 60.0, "bit_rate": 3_000_000,
        "video": picture, "video_tracks": 1, "audio": (sound,), "boxes": boxes,
    }  # fmt: skip
    return Facts(**(kept | changes))


def sound_facts() -> Facts:
    return good_facts(container="mp3", video=None, video_tracks=0, boxes=None, audio=(
        AudioTrack(codec="mp3", sample_rate=44100, channels=2, default=True),
    ))  # fmt: skip


def content(seed: str = "1") -> bytes:
    return hashlib.sha256(seed.encode()).digest() * 40


def sent(version: Version, by: User, name: str = "第一讲.mp4", seed: str = "1") -> MediaFile:
    """A file that came by upload and waits to be measured."""
    entry = files.take_small(version, name=name, content=content(seed), by=by, at=timezone.now())
    assert entry is not None
    return entry.media_file


def measure(file: MediaFile, facts: Facts | None = None) -> MediaFile:
    found = facts or good_facts()
    return media.record_facts(file, facts=found.to_json(), readable=found.readable, at=timezone.now())


def jpeg(size: tuple[int, int] = (1280, 720)) -> bytes:
    kept = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def draft(of: Institution, by: User, **values: Any) -> Version:
    return drafts.create_draft(institution=of, by=by, at=timezone.now(), values=WHOLE | values)


def ready(of: Institution, by: User, *, seed: str = "1", facts: Facts | None = None, **values: Any) -> Version:
    """A draft that lacks nothing but the signature."""
    version = draft(of, by, **values)
    measure(sent(version, by, seed=seed), facts)
    attachments.set_cover(version, name="封面.jpg", content=jpeg(), by=by, at=timezone.now())
    version.refresh_from_db()
    return version


def all_yes() -> dict[str, dict[str, Any]]:
    return {item.id: {"answer": True, "remark": ""} for item in checklist().items}


def signed(version: Version, by: User, answers: dict[str, dict[str, Any]] | None = None) -> Signature:
    return signing.sign(
        version.resource.institution, versions=[version], answers=answers or all_yes(), name=by.name, by=by,
        at=timezone.now(),
    )  # fmt: skip


def measure_whole(file: MediaFile) -> MediaFile:
    file.refresh_from_db()
    passed = WholeFacts(duration_s=60.0, frames=1500, packets=4000, decoded_s=60.0)
    return media.record_whole(file, whole=passed.to_json(), at=timezone.now())

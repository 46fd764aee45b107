"""What the reporters of the world do: write, film, explain, sign, hand in."""

from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.demo.covers import make_cover
from lifelong.demo.world import Wish
from lifelong.institutions.models import Institution
from lifelong.media import actions as media
from lifelong.media import storage
from lifelong.media.captions import Cue, webvtt
from lifelong.resources.actions import attachments, captions, drafts, explanations, files, signing, submission
from lifelong.resources.checklist import checklist
from lifelong.resources.models import Language, Round, Verdict, Version

EXPLANATION = "我单位已知悉这一条，内容本身不受影响，恳请按参考标准酌情考虑。"


def begin(
    wish: Wish, seed: int, film: Future[str] | None, *, institution: Institution, by: User, at: datetime
) -> Version:
    """A draft with its texts, its cover and its film sent through the same upload as anyone's."""
    version = drafts.create_draft(institution=institution, by=by, at=at, values=wish.values())
    if wish.fate == "gap":
        return version
    cover = make_cover(wish.title, area=wish.area, seed=seed, subtitle=institution.name)
    attachments.set_cover(version, name=f"{wish.title}.jpg", content=cover, by=by, at=at)
    if film is not None:
        send(version, Path(film.result()), name=wish.title, by=by, at=at)
    return version


def send(version: Version, film: Path, *, name: str, by: User, at: datetime) -> None:
    upload = files.open_upload(version, name=f"{name}{film.suffix}", size=film.stat().st_size, by=by, at=at)
    part = storage.part_of(upload.pk)
    part.write_bytes(film.read_bytes())
    media.conclude_upload(upload.pk, at=at)


def explain(version: Version, *, by: User, at: datetime) -> None:
    """One sentence beside every fail, which then goes along."""
    fails = version.findings.filter(round__isnull=True, verdict=Verdict.FAIL).values_list("pk", flat=True)
    if fails:
        explanations.explain(version, sentences=dict.fromkeys(fails, EXPLANATION), by=by, at=at)


def caption(version: Version, *, by: User, at: datetime, always: bool = False) -> None:
    """Every other film brings captions: what is shown, said in two lines."""
    for entry in version.files.select_related("media_file"):
        length = entry.media_file.facts.get("duration_s") or 0.0
        if (version.pk % 2 and not always) or not entry.media_file.facts.get("video") or length < 2:
            continue
        texts = [version.title, version.summary.split("。")[0][:30] or version.title]
        half = length / 2
        cues = [Cue(half * place, half * (place + 1), text) for place, text in enumerate(texts)]
        content = webvtt(cues).encode()
        name = f"{version.title}.vtt"
        captions.set_caption(
            version, entry_id=entry.pk, language=Language.CHINESE, name=name, content=content, by=by, at=at
        )


def hand_in(version: Version, *, call: Call, by: User, at: datetime) -> Round:
    """Sign for the institution's own review and submit."""
    version.refresh_from_db()
    explain(version, by=by, at=at)
    caption(version, by=by, at=at)
    answers = {item.id: {"answer": True} for item in checklist().items}
    signature = signing.sign(
        version.resource.institution, versions=[version], answers=answers, name=by.name, by=by, at=at
    )
    return submission.submit(version, call=call, signature=signature, by=by, at=at)

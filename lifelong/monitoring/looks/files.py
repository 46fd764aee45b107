"""What is stored, held against its hash; pictures opened, captions read, stretches really played."""

import hashlib
import random
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _
from PIL import Image, UnidentifiedImageError

from lifelong.media import bucket, captions, storage
from lifelong.media.adaptive import playlists
from lifelong.media.covers import CoverRefused, check_cover
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import MediaFile, Rendition
from lifelong.media.probe import Unopenable
from lifelong.media.probe.cage import Broken, Interrupted, Limits, run
from lifelong.media.probe.probing import opened
from lifelong.monitoring.looks import Seen, bad, fine, unknown
from lifelong.web.said import said, together

SPOT_S = 3.0
ENOUGH = 0.6  # of a stretch must come out; the last picture of a film may stand a while


def original(media_file: MediaFile) -> Seen:
    """On this disk and in the bucket, wherever it is kept. A bucket that does not answer says nothing of its content."""
    evidence: dict[str, Any] = {"file": media_file.original_name, "wanted": media_file.sha256, "size": media_file.size}
    places = 0
    if media_file.location.exists():
        places += 1
        evidence["disk"] = storage.hash_of(media_file.location)
    if media_file.object_key and bucket.is_used():
        try:
            evidence["bucket"] = sum_in_bucket(media_file.object_key)
            places += 1
        except bucket.Missing:
            evidence["bucket"] = "missing"
        except (bucket.Away, bucket.Denied) as away:
            return unknown(_("对象存储没有应答，没有结论。"), evidence=evidence | {"bucket": str(away)[:200]})
    found = [evidence[place] for place in ("disk", "bucket") if place in evidence]
    read = media_file.size * places
    if any(one not in {media_file.sha256, "missing"} for one in found):
        note = said(_("%(name)s 的校验值与入库时不同。"), name=media_file.original_name)
        return bad("file_changed", note, evidence=evidence, telling=str(found), read_bytes=read)
    if not places or "missing" in found:
        note = said(_("%(name)s 不在存储里。"), name=media_file.original_name)
        return bad("file_missing", note, evidence=evidence, telling=media_file.sha256, read_bytes=read)
    return fine(_("校验值与入库时相同。"), evidence=evidence, read_bytes=read)


def sum_in_bucket(key: str) -> str:
    """SHA-256 of an object, read through once and kept nowhere. Raises ``bucket.Missing``, ``Away``, ``Denied``."""
    digest, done, size = hashlib.sha256(), 0, 0
    for told, block in bucket.bucket().blocks(key):
        digest.update(block)
        done, size = done + len(block), told
    if done != size:
        raise bucket.Away(f"{key}: the line was cut at {done} of {size} bytes")
    return digest.hexdigest()


def rendition(made: Rendition, known: dict[str, Any]) -> Seen:
    """The hash it was made with. Of an adaptive folder the streams, which never change, are held against their first sums."""
    name = made.media_file.original_name
    evidence: dict[str, Any] = {"file": made.path, "wanted": made.sha256}
    if not made.location.exists():
        return bad("made_missing", said(_("%(name)s 不在存储里。"), name=name), evidence=evidence, telling=made.sha256)
    evidence["disk"] = storage.hash_of(made.location)
    read = made.location.stat().st_size
    streams: dict[str, str] = dict(known.get("streams", {}))
    changed = [] if evidence["disk"] == made.sha256 else [made.location.name]
    if made.kind == RenditionKind.HLS:
        for stream in sorted(made.location.parent.glob("[!.]*.m4s")):
            found = storage.hash_of(stream)
            read += stream.stat().st_size
            if streams.setdefault(stream.name, found) != found:
                changed.append(stream.name)
                evidence[stream.name] = {"wanted": streams[stream.name], "disk": found}
        missing = [stream for stream in streams if not (made.location.parent / stream).exists()]
        if missing:
            note = said(_("%(name)s 缺少 %(files)s。"), name=name, files="、".join(missing))
            return bad("made_missing", note, evidence=evidence, telling=str(missing), read_bytes=read)
    if changed:
        note = said(_("%(name)s 的内容变了：%(files)s。"), name=name, files="、".join(changed))
        return bad("made_changed", note, evidence=evidence, telling=str(evidence), read_bytes=read)
    return fine(_("校验值与生成时相同。"), evidence=evidence, read_bytes=read, known={"streams": streams})


def playback(media_file: MediaFile, *, turn: int) -> Seen:
    """Begin, middle and end of what the public plays, and two places that are others at each turn; every rung too."""
    made = {one.kind: one for one in media_file.renditions.filter(kind__in=["mp4", "mp3", "hls"])}
    played = made.get(RenditionKind.MP4) or made.get(RenditionKind.MP3)
    if played is None:
        return unknown(_("还没有播放版本。"))
    drawn = random.Random(f"{media_file.pk}-{turn}")  # noqa: S311 - which places, not a secret
    places = [0.0, 0.5, 1.0, drawn.random(), drawn.random()]
    tried = {played.location.name: played.location}
    broken: list[str] = []
    if RenditionKind.HLS in made:
        folder = made[RenditionKind.HLS].location.parent
        broken += ladder_faults(folder)
        tried |= {path.name: path for path in sorted(folder.glob("[!.]*.m4s"))}
    evidence: dict[str, Any] = {"places": [round(place, 3) for place in places]}
    for name, path in tried.items():
        evidence[name] = answer = spots(path, places)
        if "interrupted" in answer:
            return unknown(_("检查程序被中断，没有结论。"), evidence=evidence)
        broken += faults(name, answer)
    if broken:
        return bad("play_broken", together(*broken), evidence=evidence, telling=str(broken))
    return fine(said(_("抽查 %(n)s 处，都能播放。"), n=len(places) * len(tried)), evidence=evidence)


def spots(path: Path, places: list[float]) -> dict[str, Any]:
    limits = Limits(wall_s=120.0, cpu_s=120)
    try:
        with opened(path) as (fd, size):
            values = {"size": size, "places": places, "seconds": SPOT_S}
            return run("lifelong.media.probe.spots:measure", [fd], limits=limits, values=values)
    except Unopenable as unopenable:
        return {"failure": unopenable.reason, "spots": []}
    except Broken as broken:
        return {"failure": broken.reason, "spots": []}
    except Interrupted:
        return {"interrupted": True}


def faults(name: str, answer: dict[str, Any]) -> list[str]:
    if answer.get("failure"):
        return [said(_("%(name)s 打不开（%(why)s）"), name=name, why=answer["failure"])]
    wanted = min(SPOT_S, answer["length_s"])
    return [
        said(
            _("%(name)s 第 %(at)s 秒起只播出 %(got)s 秒，%(n)s 帧损坏"),
            name=name,
            at=spot["at_s"],
            got=spot["decoded_s"],
            n=spot["damaged"],
        )
        for spot in answer["spots"]
        if spot["decoded_s"] < ENOUGH * wanted or spot["damaged"]
    ]


def ladder_faults(folder: Path) -> list[str]:
    """Playlists that name what is not there, or stretches beyond a stream's end."""
    master = folder / "master.m3u8"
    try:
        rungs = [line for line in master.read_text().splitlines() if line and not line.startswith("#")]
        found = [fault for rung in rungs for fault in rung_faults(folder, rung)]
    except (OSError, ValueError) as error:
        return [said(_("播放列表读不出：%(why)s"), why=type(error).__name__)]
    return found if rungs else [_("播放列表是空的")]


def rung_faults(folder: Path, rung: str) -> list[str]:
    text = (folder / rung).read_text()
    playlists.attributes(text)
    size = (folder / rung).with_suffix(".m4s").stat().st_size
    for line in text.splitlines():
        if line.startswith("#EXT-X-BYTERANGE:"):
            length, _at, start = line.partition(":")[2].partition("@")
            if int(start) + int(length) > size:
                return [said(_("%(name)s 超出文件末尾"), name=rung)]
    return []


def cover(media_file: MediaFile) -> Seen:
    evidence: dict[str, Any] = {"file": media_file.original_name}
    if not media_file.location.exists():
        return unknown(_("原文件不在本机，由原文件检查处理。"), evidence=evidence)
    try:
        found = check_cover(media_file.location.read_bytes())
        evidence |= {"width": found.width, "height": found.height}
        for made in media_file.renditions.filter(kind=RenditionKind.COVER):
            with Image.open(made.location) as opened_picture:
                opened_picture.load()
                if opened_picture.width != made.width:
                    raise CoverRefused(_("页面上的封面宽度不对。"))
    except CoverRefused as refused:
        return bad("cover_broken", str(refused), evidence=evidence, telling=str(refused))
    except (OSError, UnidentifiedImageError, ValueError) as error:
        note = _("页面上的封面打不开。")
        return bad("cover_broken", note, evidence=evidence | {"error": str(error)[:200]}, telling=type(error).__name__)
    return fine(_("封面可以打开。"), evidence=evidence)


def caption(media_file: MediaFile, length_s: float | None) -> Seen:
    """As the player gets it: what is read once more, with its times held against the film's length."""
    made = media_file.renditions.filter(kind=RenditionKind.CAPTION).first()
    if made is None:
        return unknown(_("还没有播放用的字幕。"))
    evidence: dict[str, Any] = {"file": media_file.original_name, "length_s": length_s}
    try:
        cues = captions.read(made.location.read_bytes(), length_s=length_s)
    except captions.CaptionRefused as refused:
        return bad("caption_broken", str(refused), evidence=evidence, telling=str(refused))
    except OSError as error:
        return bad("caption_broken", _("字幕文件读不出。"), evidence=evidence, telling=type(error).__name__)
    return fine(said(_("字幕 %(n)s 条，都可用。"), n=len(cues)), evidence=evidence | {"cues": len(cues)})

"""What the platform itself can repair in a file, and what would still fail. Pure: facts and a standard in, a plan out.

Nothing is invented: no larger picture, no more frames, no more channels, no higher bit rate than there is. What is coded anew
is offered only where the result keeps the whole standard.
"""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from lifelong.media.probe.facts import AudioTrack, Boxes, Facts, MpegFrames, VideoTrack, WholeFacts
from lifelong.media.repair import Picture, Recipe, Tone
from lifelong.standards.findings import Finding
from lifelong.standards.technical.judging import judge
from lifelong.standards.technical.standard import Standard

AAC_RATES = (48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
MP3_RATES = (48000, 44100)
MP3_BIT_RATES = (320_000, 256_000, 224_000, 192_000, 160_000, 128_000, 112_000, 96_000)
LOSSLESS_SOUND = ("pcm_", "flac", "alac", "wavpack", "ape", "tta", "mlp", "truehd")
BEST_SOUND, FROM_LOSSLESS, BEST_MP3 = 320_000, 256_000, 192_000  # bit/s
UNKNOWN_SOUND = 160_000  # where the file does not say
BITS_PER_PIXEL = 0.15
BELOW_SOURCE = 0.97  # of the source's bit rate at most: a coder does not hit its mark exactly
ABOVE_LEAST = 1.03


@dataclass(frozen=True)
class Repair:
    """``recipe`` None: there is something to repair, and ``why_not`` says why the platform does not.

    ``remaining``: fails that stay, as the judge will find them.
    """

    recipe: Recipe | None = None
    remaining: tuple[Finding, ...] = ()
    why_not: str = ""


class _Not(Exception):
    """Why it is not offered, in words."""


def repair_of(facts: Facts, standard: Standard, *, whole: WholeFacts | None = None) -> Repair | None:
    """None where nothing is wrong that a repair could mend. ``whole``: the second pass, where it was made."""
    findings = {finding.id: finding for finding in judge(facts, standard, whole=whole)}
    bad = {id for id, finding in findings.items() if finding.verdict == "fail"}
    if not facts.readable or "file.readable" in bad or _encrypted(facts):
        return None
    try:
        recipe = _film(facts, standard, bad) if facts.video else _sound(facts, bad)
        if recipe is None:
            return None
        if "file.complete" in bad:
            raise _Not(_("文件内容不完整或有损坏，修复补不回缺失的部分，请重新导出或重新上传。"))
        remaining = tuple(f for f in judge(predicted(facts, recipe), standard) if f.verdict == "fail")
        if recipe.picture and remaining:
            raise _Not(_("转码之后仍达不到标准：%(first)s请从原始工程重新导出。") % {"first": remaining[0].message})
        return Repair(recipe, remaining)
    except _Not as reason:
        return Repair(why_not=str(reason))


def predicted(facts: Facts, recipe: Recipe) -> Facts:
    """What a probe will measure after ``recipe``."""
    if recipe.kind == "mp3":
        tone = recipe.tones[0]
        assert tone is not None
        assert facts.main_audio is not None
        track = replace(facts.main_audio, codec="mp3", bit_rate=tone.bit_rate, sample_rate=tone.sample_rate)
        return replace(
            facts, container="mp3", bit_rate=tone.bit_rate, audio=(track,), boxes=None, mpeg=MpegFrames(mode="stereo")
        )
    audio = tuple(
        replace(track, codec="aac", bit_rate=tone.bit_rate, sample_rate=tone.sample_rate) if tone else track
        for track, tone in zip(facts.audio, recipe.tones or (None,) * len(facts.audio), strict=True)
    )
    video, rate = facts.video, facts.bit_rate
    if rate is not None:
        rate += _sum(audio) - _sum(facts.audio)
    if recipe.picture and video:
        video = replace(video, codec="h264", profile="High", pix_fmt="yuv420p", bit_rate=recipe.picture.bit_rate)
        rate = recipe.picture.bit_rate + _sum(audio)
    return replace(
        facts, container="mp4", bit_rate=rate, video=video, audio=audio,
        boxes=replace(facts.boxes or Boxes(), index_first=True, fragmented=False),
    )  # fmt: skip


def _film(facts: Facts, standard: Standard, bad: set[str]) -> Recipe | None:
    assert facts.video is not None
    late = bool(facts.boxes and facts.boxes.index_first is False)
    code = bool(bad & {"video.codec", "video.playable"})
    if not (code or late or bad & {"video.container", "video.audio_codec"}):
        return None
    if facts.container == "mp4" and not code and "video.audio_codec" not in bad:
        return Recipe("faststart")
    tones = tuple(None if track.codec == "aac" else _aac(track) for track in facts.audio)
    if code:
        return Recipe("code", _picture(facts, facts.video, tones, standard), tones)
    return Recipe("code", None, tones) if any(tones) else Recipe("rewrap")


def _picture(facts: Facts, video: VideoTrack, tones: tuple[Tone | None, ...], standard: Standard) -> Picture:
    if not video.codec:
        raise _Not(_("画面的编码无法识别，平台不能转码。"))
    if video.hdr:
        raise _Not(
            _("画面是 HDR，直接转为普通画面会发灰，平台不代为转换。请在手机或剪辑软件里关闭 HDR（选 SDR）后重新导出。")
        )
    if video.interlaced:
        raise _Not(_("画面是隔行扫描，平台不代为转换。请在剪辑软件里选“逐行”重新导出。"))
    width, height = video.display_size
    rule = standard.requirement("video.bit_rate")
    least = int(rule.limits["least"]) if rule else 0
    if not facts.bit_rate or not width or not height:
        raise _Not(_("读不出画面大小或码率，平台不能确定转码后是否符合标准。"))
    sound = sum(tone.bit_rate if tone else (track.bit_rate or UNKNOWN_SOUND)
                for track, tone in zip(facts.audio, tones, strict=True))  # fmt: skip
    most = int(facts.bit_rate * BELOW_SOURCE) - sound
    if video.bit_rate:
        most = min(most, int(video.bit_rate * BELOW_SOURCE))
    enough = max(int(width * height * float(video.frame_rate or 25) * BITS_PER_PIXEL), int(least * 1.25))
    if most + sound < least * ABOVE_LEAST:
        raise _Not(
            _("原文件的码率只有 %(found).2f Mbps，转码只会更低，达不到标准。请从原始工程重新导出。")
            % {"found": facts.bit_rate / 1_000_000}
        )
    return Picture(min(enough, most))


def _aac(track: AudioTrack) -> Tone:
    if not track.codec or not track.sample_rate or not track.channels:
        raise _Not(_("声音的编码无法识别，平台不能转码。"))
    fitting = [rate for rate in AAC_RATES if rate <= track.sample_rate]
    if not fitting:
        raise _Not(_("声音的采样率太低，平台不能转码。"))
    return Tone(min(_source_rate(track), BEST_SOUND), fitting[0])


def _sound(facts: Facts, bad: set[str]) -> Recipe | None:
    """MP3 from something at least as good."""
    track = facts.main_audio
    if "audio.container" not in bad or track is None:
        return None
    if not track.codec:
        raise _Not(_("声音的编码无法识别，平台不能转码。"))
    if bad & {"audio.channels", "audio.sample_rate"}:
        raise _Not(_("原文件的声道或采样率达不到标准，转成 MP3 也不会变好。请从原始录音重新导出。"))
    source = _source_rate(track)
    fitting = [rate for rate in MP3_BIT_RATES if rate <= min(source, BEST_MP3)]
    if not fitting:
        raise _Not(
            _("原文件的码率太低（%(found)d kbps），再转一次会明显变差。请从原始录音导出为 MP3。")
            % {"found": source // 1000}
        )
    return Recipe("mp3", None, (Tone(fitting[0], next(rate for rate in MP3_RATES if rate <= track.sample_rate)),))


def _source_rate(track: AudioTrack) -> int:
    """Bit/s that a coded track may have at most: what it has; a lossless one has more than enough."""
    if track.codec.startswith(LOSSLESS_SOUND):
        return FROM_LOSSLESS
    return track.bit_rate or UNKNOWN_SOUND


def _sum(tracks: tuple[AudioTrack, ...]) -> int:
    return sum(track.bit_rate or 0 for track in tracks)


def _encrypted(facts: Facts) -> bool:
    return bool(facts.video and facts.video.encrypted) or any(track.encrypted for track in facts.audio)

"""Requirements on audio (A02): MP3, sample rate, stereo. An MP3 has no bit depth, and none is made up."""

from django.utils.translation import gettext as _

from lifelong.media.probe.facts import AudioTrack, Sound
from lifelong.standards.findings import Finding
from lifelong.standards.technical.case import (
    Case,
    Rule,
    any_of,
    codec_name,
    container_name,
    finding,
    grouped,
)  # fmt: skip
from lifelong.standards.technical.standard import Requirement


def container(case: Case, rule: Requirement) -> Finding:
    required = any_of(rule.limits["containers"], container_name)
    facts, track = case.facts, _track(case)
    measured = container_name(facts.container)
    if facts.container in rule.limits["containers"]:
        return finding(rule, "pass", required, measured, _("格式符合要求。"))
    if codec_name(track.codec, track.tag) not in measured:
        measured += f" / {codec_name(track.codec, track.tag)}"
    message = _("文件的实际格式是 %(found)s，标准要求 %(wanted)s。") % {"found": measured, "wanted": required}
    remedy = _("改扩展名不会改变格式。请从原始录音导出为 MP3：44.1 kHz、立体声、128 kbps 以上。")
    return finding(rule, "fail", required, measured, message, remedy)


def sample_rate(case: Case, rule: Requirement) -> Finding:
    least = rule.limits["least"]
    required = f"≥ {grouped(least)} Hz"
    found = _track(case).sample_rate
    if not found:
        return finding(rule, "unknown", required, _("读不出"), _("读不出采样率。"))
    measured = f"{grouped(found)} Hz"
    if found >= least:
        return finding(rule, "pass", required, measured, _("采样率符合要求。"))
    message = _("采样率是 %(found)s Hz，标准要求不低于 44 kHz（MP3 里就是 44,100 或 48,000 Hz）。") % {
        "found": grouped(found)
    }
    remedy = _("请从原始录音导出，采样率选 44100 Hz 或 48000 Hz；由低采样率转高不会改善音质。")
    return finding(rule, "fail", required, measured, message, remedy)


def bit_depth(case: Case, rule: Requirement) -> Finding:
    required = _("≥ %(n)d 位") % {"n": rule.limits["least"]}
    message = _("MP3 是压缩格式，没有采样精度这一项，不作判定。")
    if case.facts.container != "mp3":
        message = _("改为 MP3 之后没有采样精度这一项，不作判定。")
    return finding(rule, "unknown", required, _("不适用于 MP3"), message)


def channels(case: Case, rule: Requirement) -> Finding:
    wanted = rule.limits["channels"]
    required = _("双声道") if wanted == 2 else _("%(n)d 声道") % {"n": wanted}
    found = _track(case).channels
    measured = {1: _("单声道"), 2: _("双声道")}.get(found, _("%(n)d 声道") % {"n": found})
    if case.facts.mpeg and case.facts.mpeg.mode == "joint stereo":
        measured += _("（联合立体声）")
    if not found:
        return finding(rule, "unknown", required, _("读不出"), _("读不出声道数。"))
    if found != wanted:
        message = _("声音是%(found)s，标准要求%(wanted)s。") % {"found": measured, "wanted": required}
        return finding(rule, "fail", required, measured, message, _("请从原始录音导出，声道选“立体声”。"))
    if odd := _odd(case.whole.sound if case.whole and case.whole.sound else case.facts.sound):
        remedy = _("如果原始录音是立体声，请从原始录音重新导出；原本就是单声道的，可写一句说明。")
        return finding(rule, "warn", required, measured, odd, remedy)
    return finding(rule, "pass", required, measured, _("声道符合要求。"))


def playable(case: Case, rule: Requirement) -> Finding:
    required = _("主流浏览器都能播放")
    facts, track = case.facts, _track(case)
    measured = codec_name(track.codec, track.tag)
    export = _("请用音频软件打开后重新导出为 MP3（44.1 kHz、立体声、固定 128 kbps 以上）。")
    if case.encrypted:
        return finding(
            rule,
            "fail",
            required,
            _("已加密"),
            _("内容加了密（DRM），浏览器不能播放。"),
            _("请导出没有加密保护的文件。"),
        )
    frames = facts.mpeg
    if facts.container != "mp3" or frames is None:
        return finding(rule, "unknown", required, measured, _("改为 MP3 之后才能判断是否各浏览器都能播放。"))
    if frames.free_format:
        return finding(
            rule, "fail", required, measured, _("MP3 用了不标明码率的“自由格式”，多数浏览器放不出。"), export
        )
    if frames.mixed:
        return finding(
            rule, "warn", required, measured, _("采样率或声道中途改变，部分浏览器播放到那里会变调或停住。"), export
        )
    if frames.leading_bytes:
        message = _("声音开始之前有 %(n)s 字节不是声音的数据，个别浏览器可能打不开。") % {
            "n": grouped(frames.leading_bytes)
        }
        return finding(rule, "warn", required, measured, message, export)
    return finding(rule, "pass", required, measured, _("各主流浏览器都能播放。"))


RULES: dict[str, Rule] = {
    "audio.container": container,
    "audio.sample_rate": sample_rate,
    "audio.bit_depth": bit_depth,
    "audio.channels": channels,
    "audio.playable": playable,
}


def _track(case: Case) -> AudioTrack:
    track = case.facts.main_audio
    assert track is not None
    return track


def _odd(sound: Sound | None) -> str:
    """What is wrong with two channels that are there."""
    if sound is None:
        return ""
    if len(sound.silent) > 1:
        return _("两个声道都没有声音。")
    if sound.silent:
        side = _("左") if sound.silent[0] == 1 else _("右")
        return _("文件是双声道，但%(side)s声道没有声音，听者只有一边听得到。") % {"side": side}
    if sound.identical:
        return _("文件是双声道，但两个声道完全相同，实际是单声道。")
    return ""

"""Requirements on the file itself: it opens, it is whole, it is as long as was declared."""

from django.utils.translation import gettext as _

from lifelong.standards.findings import Finding
from lifelong.standards.technical.case import (
    Case,
    Rule,
    clock,
    codec_name,
    container_name,
    decimal,
    finding,
    grouped,
    track_words,
)  # fmt: skip
from lifelong.standards.technical.standard import Requirement


def readable(case: Case, rule: Requirement) -> Finding:
    required = _("能作为音频或视频打开")
    facts = case.facts
    if case.readable:
        kind = _("视频") if facts.video else _("音频")
        parts = [container_name(facts.container), kind]
        if facts.video:
            parts.append(codec_name(facts.video.codec, facts.video.tag))
        parts += [track_words(track) for track in facts.audio]
        return finding(rule, "pass", required, "，".join(parts)[:300], _("文件可以打开。"))
    reason = facts.reason if not facts.readable else case.whole.reason if case.whole else ""
    measured, message, remedy = _unreadable(reason, facts.looks_like)
    return finding(rule, "fail", required, measured, message, remedy)


def complete(case: Case, rule: Requirement) -> Finding:
    required = _("内容完整")
    facts, whole = case.facts, case.whole
    again = _("请从原工程重新导出，或重新复制、上传；上传前在自己的电脑上从头到尾播放一遍。")
    if facts.boxes and facts.boxes.missing_bytes:
        measured = _("缺少 %(n)s 字节") % {"n": grouped(facts.boxes.missing_bytes)}
        return finding(
            rule, "fail", required, measured, _("文件被截断：按它自己的记录，后面还有内容没有传完或没有导出。"), again
        )
    if broken := _cut_sound(case):
        return finding(rule, "fail", required, broken, _("音频没有到头就断了，后面的内容缺失。"), again)
    if whole is None:
        return finding(rule, "unknown", required, _("尚未检查"), _("通读整个文件的检查还没有做，完成后给出结论。"))
    if whole.reason:
        return finding(rule, "unknown", required, _("没有查完"), _("通读没有完成，无法判断是否完整。"), again)
    if case.encrypted:
        return finding(rule, "unknown", required, _("内容已加密"), _("内容加了密，无法通读，不能判断是否完整。"))
    if facts.video and not whole.frames:
        return _no_pictures(case, rule, required, again)
    if whole.read_error:
        measured = _("读到 %(at)s 处中断") % {"at": clock(whole.duration_s or 0)}
        return finding(rule, "fail", required, measured, _("文件读到一半就出错，后面的内容播放不出来。"), again)
    if short := _short_by(case, rule):
        return finding(rule, "fail", required, short, _("能播放的内容比文件标明的短，后面的部分缺失。"), again)
    joints = 2 * facts.mpeg.gaps if facts.mpeg else 0  # where recordings were joined a frame or two may stumble
    if whole.damaged > rule.limits["damaged_frames"] + joints:
        measured = _("%(n)d 处损坏") % {"n": whole.damaged}
        if whole.first_damage_s is not None:
            measured += _("，第一处在 %(at)s") % {"at": clock(max(whole.first_damage_s, 0))}
        return finding(rule, "fail", required, measured, _("文件里有损坏的内容，播放到那里会花屏、停顿或无声。"), again)
    return _whole(case, rule, required)


def duration(case: Case, rule: Requirement) -> Finding | None:
    if case.declared is None:
        return None
    required = _("与填写的 %(length)s 一致") % {"length": clock(case.declared)}
    whole = case.whole
    if whole is None or whole.reason or whole.duration_s is None or case.encrypted:
        return finding(rule, "unknown", required, _("尚未检查"), _("通读整个文件之后才能核对时长。"))
    measured = clock(whole.duration_s)
    allowed = max(rule.limits["tolerance_s"], rule.limits["tolerance_share"] * whole.duration_s)
    if abs(int(whole.duration_s + 0.5) - case.declared) <= allowed:
        return finding(rule, "pass", required, measured, _("填写的时长与实测一致。"))
    message = _("填写的时长是 %(declared)s，实测是 %(measured)s，相差超过允许的 %(allowed)s 秒。") % {
        "declared": clock(case.declared),
        "measured": measured,
        "allowed": decimal(allowed, 0),
    }
    remedy = _("请核对上传的是不是这个文件；文件无误时，把“资源时长”改为 %(length)s。") % {"length": measured}
    return finding(rule, "fail", required, measured, message, remedy)


RULES: dict[str, Rule] = {"file.readable": readable, "file.complete": complete, "duration.matches": duration}


def _whole(case: Case, rule: Requirement, required: str) -> Finding:
    """Nothing is missing: what was done, and what is odd all the same."""
    facts, whole = case.facts, case.whole
    assert whole is not None
    if whole.method == "full":
        measured = _("已完整解码 %(length)s") % {"length": clock(whole.duration_s or 0)}
        done = _("整个文件已逐帧解码，没有发现缺损。")
    else:
        measured = _("已通读 %(n)s 个数据包，抽查解码 %(length)s") % {
            "n": grouped(whole.packets),
            "length": clock(whole.decoded_s),
        }
        done = _("全部数据已通读，关键帧和每分钟 2 秒已解码，没有发现缺损；发布前还会完整解码一次。")
    if facts.mpeg and facts.mpeg.gaps:
        odd = _("音频中间有 %(n)d 处夹着不是声音的数据，个别播放器会停顿。") % {"n": facts.mpeg.gaps}
        return finding(rule, "warn", required, measured, odd, _("请用音频软件打开后重新导出为 MP3。"))
    stated = facts.boxes.movie_duration_s if facts.boxes else None
    if stated and whole.duration_s and abs(stated - whole.duration_s) > max(2.0, 0.01 * stated):
        odd = _("文件头写的时长是 %(stated)s，实际内容是 %(real)s，播放器的进度条会不准。") % {
            "stated": clock(stated),
            "real": clock(whole.duration_s),
        }
        return finding(rule, "warn", required, measured, odd, _("请从原工程重新导出。"))
    return finding(rule, "pass", required, measured, done)


def _no_pictures(case: Case, rule: Requirement, required: str, remedy: str) -> Finding:
    video = case.facts.video
    if video and not video.codec:
        return finding(rule, "unknown", required, _("编码无法识别"), _("画面的编码无法识别，不能判断是否完整。"))
    return finding(rule, "fail", required, _("0 帧"), _("一帧画面也解不出来，内容已损坏。"), remedy)


def _short_by(case: Case, rule: Requirement) -> str:
    stated, real = case.facts.duration_s, case.whole.duration_s if case.whole else None
    if not stated or real is None or case.facts.mpeg:
        return ""
    lacking = stated - real
    if lacking <= max(rule.limits["shortfall_s"], rule.limits["shortfall_share"] * stated):
        return ""
    return _("标明 %(stated)s，实际只有 %(real)s") % {"stated": clock(stated), "real": clock(real)}


def _cut_sound(case: Case) -> str:
    """An MP3 that stops before the length it notes, or, where it notes none, in the middle of a frame."""
    frames = case.facts.mpeg
    if frames is None:
        return ""
    if frames.declared_frames is not None:
        if frames.frames < frames.declared_frames - max(2, frames.declared_frames // 100):
            return _("应有 %(declared)s 帧，只有 %(found)s 帧") % {
                "declared": grouped(frames.declared_frames),
                "found": grouped(frames.frames),
            }
        return ""
    return _("最后一帧不完整") if frames.cut_off else ""


def _unreadable(reason: str, looks_like: str) -> tuple[str, str, str]:
    """What was found, in a few signs and in a sentence, and how to mend it."""
    export = _("请从原工程重新导出为 MP4（视频）或 MP3（音频）。")
    choose = _("请选择音视频文件本身；改扩展名不会改变文件内容。")
    kind = looks_like.upper()
    words = {
        "missing": (_("没有这个文件"), _("没有找到这个文件。"), _("请检查文件路径。")),
        "folder": (_("文件夹"), _("这是一个文件夹，不是文件。"), _("请选择里面的音视频文件。")),
        "not_a_file": (_("不是普通文件"), _("这不是普通文件，不能检测。"), choose),
        "no_permission": (_("没有读取权限"), _("没有权限读取这个文件。"), _("请检查文件的访问权限。")),
        "folder_barred": (
            _("没有读取权限的文件夹"),
            _("没有权限读取这个文件夹，里面的文件都没有检测。"),
            _("请检查文件夹的访问权限后重新检测。"),
        ),
        "empty": (_("0 字节"), _("文件是空的，里面没有任何内容。"), _("多半是复制或导出时中断，请重新导出后再上传。")),
        "playlist": (
            _("播放列表文本"),
            _("这是一份播放列表（文本），里面只有别的文件的名字，没有音视频内容。"),
            _("请上传列表所指的音视频文件本身。"),
        ),
        "text": (_("文本"), _("这是一个文本文件，不是音视频。"), choose),
        "picture": (_("图片 %(kind)s") % {"kind": kind}, _("这是一张图片，不是音视频。"), choose),
        "document": (_("文档 %(kind)s") % {"kind": kind}, _("这是一份文档，不是音视频。"), choose),
        "archive": (
            _("压缩包 %(kind)s") % {"kind": kind},
            _("这是一个压缩包，不是音视频。"),
            _("请解压后上传里面的音视频文件。"),
        ),
        "unknown_format": (_("无法识别"), _("认不出这是什么文件，它不是可以播放的音视频，或者开头已经损坏。"), export),
        "no_index": (
            _("缺少索引（moov）"),
            _("MP4 文件缺少索引，任何播放器都打不开；通常是录制、导出或上传没有正常结束。"),
            _("请重新导出或重新上传；录制中断的文件可先用录制软件自带的修复功能恢复。"),
        ),
        "damaged": (_("%(kind)s，已损坏") % {"kind": kind}, _("文件的开头像音视频，但打不开，内容已损坏。"), export),
        "no_tracks": (_("没有画面和声音"), _("文件可以打开，但里面既没有画面也没有声音。"), export),
        "crashed": (_("检测中断"), _("读取这个文件时检测程序中断，文件内容多半已损坏。"), export),
        "timed_out": (_("检测超时"), _("在规定时间内读不完这个文件，文件内容多半已损坏。"), export),
        "out_of_memory": (_("内存超限"), _("打开这个文件需要的内存超出限度，文件内容多半已损坏或不正常。"), export),
    }
    return words.get(reason, words["unknown_format"])

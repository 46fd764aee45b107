"""Requirements on video (A01): MP4, H.264, AAC, size, frame rate, bit rate, playable in every current browser."""

from django.utils.translation import gettext as _

from lifelong.media.probe.facts import VideoTrack
from lifelong.standards.findings import Finding
from lifelong.standards.technical.case import (
    Case,
    Rule,
    any_of,
    codec_name,
    container_name,
    decimal,
    finding,
    fps,
    grouped,
    mbps,
    track_words,
)  # fmt: skip
from lifelong.standards.technical.standard import Requirement


def container(case: Case, rule: Requirement) -> Finding:
    required = any_of(rule.limits["containers"], container_name)
    facts = case.facts
    measured = container_name(facts.container)
    if facts.container not in rule.limits["containers"]:
        message = _("文件的实际格式是 %(found)s，标准要求 %(wanted)s。") % {"found": measured, "wanted": required}
        remedy = _("改扩展名不会改变格式。请在剪辑软件的“导出”里把格式选为 MP4（H.264 + AAC）后重新导出；"
                   "如果里面已经是 H.264 和 AAC，用格式转换软件“只换封装、不重新编码”即可，画质不变。")  # fmt: skip
        return finding(rule, "fail", required, measured, message, remedy)
    if facts.boxes and facts.boxes.fragmented:
        return finding(rule, "pass", required, _("MP4（分段）"), _("格式符合要求。文件是分段式 MP4，可以使用。"))
    return finding(rule, "pass", required, measured, _("格式符合要求。"))


def codec(case: Case, rule: Requirement) -> Finding:
    video = _video(case)
    required = any_of(rule.limits["codecs"], codec_name)
    measured = codec_name(video.codec, video.tag)
    if video.codec in rule.limits["codecs"]:
        return finding(rule, "pass", required, " ".join((measured, video.profile)).strip(), _("画面编码符合要求。"))
    message = _("画面的编码是 %(found)s，标准要求 %(wanted)s。") % {"found": measured, "wanted": required}
    if video.codec not in _SHOWN_BY_BROWSERS:
        message += _("许多浏览器放不出这种画面。")
    remedy = _("请在“导出”里把视频编码选为 H.264（也写作 AVC），不要选 H.265/HEVC，重新导出。")
    return finding(rule, "fail", required, measured, message, remedy)


def audio_codec(case: Case, rule: Requirement) -> Finding:
    required = any_of(rule.limits["codecs"], codec_name)
    tracks, main = case.facts.audio, case.facts.main_audio
    if main is None:
        message = _("视频里没有声音。")
        return finding(
            rule, "warn", required, _("没有音轨"), message, _("如果本该有声音，请在导出时勾选“导出音频”，编码选 AAC。")
        )
    measured = "；".join(track_words(track) for track in tracks)[:300]
    if main.codec not in rule.limits["codecs"]:
        message = _("默认音轨的编码是 %(found)s，标准要求 %(wanted)s。") % {
            "found": codec_name(main.codec, main.tag),
            "wanted": required,
        }
        return finding(rule, "fail", required, measured, message, _("请在“导出”里把音频编码选为 AAC，重新导出。"))
    others = [track for track in tracks if track.codec not in rule.limits["codecs"]]
    if others:
        message = _("默认音轨符合要求；另有音轨的编码是 %(found)s，部分浏览器放不出那条音轨。") % {
            "found": codec_name(others[0].codec, others[0].tag)
        }
        return finding(rule, "pass", required, measured, message)
    return finding(rule, "pass", required, measured, _("声音编码符合要求。"))


def resolution(case: Case, rule: Requirement) -> Finding:
    long_least, short_least = rule.limits["long_side"], rule.limits["short_side"]
    required = f"≥ {long_least}×{short_least}"
    video = _video(case)
    width, height = video.display_size
    if not width or not height:
        return finding(rule, "unknown", required, _("读不出"), _("读不出画面的大小。"))
    measured = f"{width}×{height}"
    if (video.width, video.height) != (width, height):
        measured += _("（存储为 %(width)d×%(height)d）") % {"width": video.width, "height": video.height}
    if max(width, height) >= long_least and min(width, height) >= short_least:
        if height > width:
            return finding(rule, "pass", required, measured + _("，竖屏"), _("分辨率符合要求。画面是竖屏。"))
        return finding(rule, "pass", required, measured, _("分辨率符合要求。"))
    message = _("画面显示大小是 %(measured)s，标准要求不低于 %(long)d×%(short)d。") % {
        "measured": f"{width}×{height}",
        "long": long_least,
        "short": short_least,
    }
    remedy = _("请回到原始工程或原始录像，在“导出”里把分辨率选为 720P（1280×720）或 1080P 重新导出；"
               "原始画面本身不够大时，放大不会变清晰，请写一句说明，由审核人员决定。")  # fmt: skip
    return finding(rule, "fail", required, measured, message, remedy)


def frame_rate(case: Case, rule: Requirement) -> Finding:
    least = rule.limits["least"]
    required = f"≥ {fps(least)} fps"
    video = _video(case)
    if video.frame_rate is None:
        return finding(rule, "unknown", required, _("读不出"), _("读不出每秒有多少帧。"))
    measured = f"{fps(video.frame_rate)} fps"
    if video.variable:
        nominal = f"{decimal(video.nominal_rate)} fps" if video.nominal_rate else "—"
        measured = _("平均 %(average)s，可变帧率（名义 %(nominal)s）") % {"average": measured, "nominal": nominal}
    if video.frame_rate >= least * (1 - rule.limits["tolerance"]):
        return finding(rule, "pass", required, measured, _("帧率符合要求。"))
    message = _("平均每秒 %(found)s 帧，标准要求不低于 %(least)s 帧。") % {
        "found": decimal(video.frame_rate),
        "least": decimal(least),
    }
    if video.variable:
        message += _("文件是可变帧率，名义上的帧率不算数。")
    remedy = _(
        "请在“导出”里把帧率固定为 25 或 30 帧/秒重新导出；录屏软件请先把录制帧率调到 25 以上，并关闭“可变帧率”。"
    )
    return finding(rule, "fail", required, measured, message, remedy)


def bit_rate(case: Case, rule: Requirement) -> Finding:
    least = rule.limits["least"]
    required = f"≥ {decimal(least / 1_000_000)} Mbps"
    facts, video = case.facts, _video(case)
    if facts.bit_rate is None:
        return finding(rule, "unknown", required, _("读不出"), _("读不出时长，算不出平均码率。"))
    measured = _("%(rate)s（%(bits)s bit/s）") % {"rate": mbps(facts.bit_rate), "bits": grouped(facts.bit_rate)}
    if video.bit_rate:
        measured += _("，其中画面 %(rate)s") % {"rate": mbps(video.bit_rate)}
    if facts.boxes and facts.boxes.missing_bytes:
        return finding(rule, "unknown", required, measured, _("文件不完整，补全后才能算出平均码率。"))
    if facts.bit_rate >= least:
        return finding(rule, "pass", required, measured, _("平均码率符合要求。"))
    message = _("整个文件的平均码率是 %(found)s，标准要求不低于 %(least)s Mbps。") % {
        "found": mbps(facts.bit_rate),
        "least": decimal(least / 1_000_000),
    }
    export = _("请从原始工程重新导出，码率选“自定义”，填 2500 kbps 以上（1080P 建议 4000 kbps 以上）。")
    if (video.bit_rate or facts.bit_rate) < rule.limits["still_below"]:
        message += _("画面几乎不动（例如静态课件）时，很低的码率就够清晰，所以达不到这个数；这不说明画质差。")
        waive = _("如果画面清晰，不必为凑码率而重新压制：写一句说明（例如“静态课件，画面清晰”），由审核人员豁免。")
        unclear = _("如果画面模糊，请从原始工程重新导出，码率选“自定义”，填 2500 kbps 以上。")
        return finding(rule, "fail", required, measured, message, waive + unclear)
    return finding(rule, "fail", required, measured, message, export)


def playable(case: Case, rule: Requirement) -> Finding:
    required = _("主流浏览器都能播放")
    facts, video = case.facts, _video(case)
    measured = " ".join(filter(None, (codec_name(video.codec, video.tag), video.profile, video.pix_fmt)))
    export = _("请在“导出”里选 H.264、8 位（不要选 10 位、HDR 或 4:2:2），重新导出。")
    if case.encrypted:
        message = _("内容加了密（DRM），浏览器不能播放。")
        return finding(rule, "fail", required, _("已加密"), message, _("请导出没有加密保护的文件。"))
    if video.pix_fmt and video.pix_fmt not in rule.limits["pix_fmts"]:
        message = _("画面是 %(found)s，浏览器只保证能播放 8 位 4:2:0 的画面。") % {"found": _pixels(video.pix_fmt)}
        return finding(rule, "fail", required, measured, message, export)
    if video.codec != "h264" or not video.pix_fmt:
        return finding(rule, "unknown", required, measured, _("画面编码改为 H.264 之后才能判断是否各浏览器都能播放。"))
    if video.profile not in rule.limits["profiles"]:
        message = _("H.264 的档次是 %(found)s，浏览器只保证能播放到 High。") % {"found": video.profile or "—"}
        return finding(rule, "fail", required, measured, message, export)
    if facts.boxes and facts.boxes.index_first is False:
        message = _("索引（moov）在文件末尾，网络慢时要等很久才开始播放。")
        remedy = _("不用重新导出：平台会生成一份索引在前、内容完全相同的副本用于播放。"
                   "也可以在导出时勾选“网络优化”或“快速启动”。")  # fmt: skip
        return finding(rule, "warn", required, _("%(found)s，索引在末尾") % {"found": measured}, message, remedy)
    message = _("各主流浏览器都能播放。")
    if video.interlaced:
        message += _("画面是隔行扫描，快速运动时可能有锯齿。")
    return finding(rule, "pass", required, measured, message)


_SHOWN_BY_BROWSERS = ("vp8", "vp9", "av1")

RULES: dict[str, Rule] = {
    "video.container": container,
    "video.codec": codec,
    "video.audio_codec": audio_codec,
    "video.resolution": resolution,
    "video.frame_rate": frame_rate,
    "video.bit_rate": bit_rate,
    "video.playable": playable,
}


def _video(case: Case) -> VideoTrack:
    assert case.facts.video is not None
    return case.facts.video


def _pixels(pix_fmt: str) -> str:
    """FFmpeg's name with what it means: yuv420p10le is ten bits."""
    meanings = (("422", "4:2:2"), ("444", "4:4:4"), ("gray", _("黑白")))
    parts = [meaning for sign, meaning in meanings if sign in pix_fmt]
    parts += [_("%(n)s 位") % {"n": bits} for bits in ("9", "10", "12", "14", "16") if f"p{bits}" in pix_fmt]
    return " ".join([*parts, pix_fmt])

"""A recipe in plain words: what is done, what is kept, what is left behind. For the page before the click and for the record."""

from django.utils.translation import gettext as _

from lifelong.media.probe.facts import Facts
from lifelong.media.repair import Recipe, Tone
from lifelong.standards.technical.case import codec_name, container_name, decimal


def done(recipe: Recipe, facts: Facts) -> list[str]:
    """``facts`` are those of the original. What is coded is named with its settings."""
    if recipe.kind == "faststart":
        return [_("把索引（moov）移到文件开头；画面和声音一个字节也不改。")]
    found = container_name(facts.container)
    if recipe.kind == "rewrap":
        return [_("由 %(found)s 换成 MP4 封装，索引放在开头；画面和声音原样搬过去，不重新编码。") % {"found": found}]
    if recipe.kind == "mp3":
        return [_("由 %(found)s 转为 MP3：%(tone)s，双声道。") % {"found": found, "tone": _tone(recipe.tones[0])}]
    said = []
    if recipe.picture and facts.video:
        video = facts.video
        said.append(
            _("画面由 %(found)s 转为 H.264（High，8 位 4:2:0）：平均码率 %(rate)s Mbps，原文件 %(source)s Mbps；大小、帧率和每一帧的时间不变。")
            % {
                "found": " ".join(filter(None, (codec_name(video.codec, video.tag), video.profile, video.pix_fmt))),
                "rate": decimal(recipe.picture.bit_rate / 1_000_000, 2),
                "source": decimal((facts.bit_rate or 0) / 1_000_000, 2),
            }
        )  # fmt: skip
    for number, (track, tone) in enumerate(zip(facts.audio, recipe.tones, strict=False), 1):
        if tone:
            words = {"n": number, "found": codec_name(track.codec, track.tag), "tone": _tone(tone)}
            said.append(_("第 %(n)d 条音轨由 %(found)s 转为 AAC：%(tone)s，声道不变。") % words)
    if facts.container != "mp4":
        said.append(_("由 %(found)s 换成 MP4 封装，索引放在开头。") % {"found": found})
    return said


def kept(recipe: Recipe) -> list[str]:
    said = [_("原文件原样保留，随时可以改回。")]
    if recipe.kind == "code" and recipe.picture is None:
        said.append(_("画面原样搬过去，不重新编码。"))
    if recipe.kind == "code" and recipe.picture and None in recipe.tones:
        said.append(_("已经是 AAC 的音轨原样搬过去。"))
    return said


def left_behind(recipe: Recipe) -> str:
    if recipe.kind == "mp3":
        return _("内嵌的封面图片和标签不带过去。")
    return "" if recipe.kind == "faststart" else _("内嵌的字幕、章节和附件不带过去；字幕请另外上传。")


def _tone(tone: Tone | None) -> str:
    return _("%(bits)d kbps，%(rate)d Hz") % {"bits": tone.bit_rate // 1000, "rate": tone.sample_rate} if tone else ""


def failure(reason: str) -> str:
    """Why a recipe came to nothing."""
    words = {
        "damaged": _("文件中间有损坏，修复会掩盖缺失的内容，所以没有做。请重新导出或重新上传。"),
        "incomplete": _("文件不完整，修复补不回缺失的部分。请重新上传。"),
        "codec": _("里面有 MP4 装不下的编码，不能只换封装。请重新导出。"),
        "interlaced": _("画面是隔行扫描，平台不代为转换。请在剪辑软件里选“逐行”重新导出。"),
        "hdr": _(
            "画面是 HDR，直接转为普通画面会发灰，平台不代为转换。请在手机或剪辑软件里关闭 HDR（选 SDR）后重新导出。"
        ),
        "timed_out": _("处理的时间超过了限度，已停下来。请重新导出后上传。"),
        "out_of_memory": _("处理需要的内存超过了限度，已停下来。请重新导出后上传。"),
    }
    return words.get(reason, _("文件的结构读不通，平台修不了。请重新导出后上传。"))

"""字幕: WebVTT or SRT in, checked line by line; WebVTT out, in UTF-8, with nothing in it but words and their times. Pure."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lifelong.web.refusals import Refusal

MOST_BYTES = 2 << 20
MOST_CUES = 20_000
MOST_LETTERS = 1_000  # of one cue: more cannot be read while it stands
BEYOND_S = 2.0  # a last line may stand a moment longer than the film
_ARROW = "-->"
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(\s.*)?", re.ASCII)
_SETTINGS = re.compile(r"(?:vertical|line|position|size|align|region):[\w.,%-]+", re.ASCII)
_TAG = re.compile(r"</?([A-Za-z][\w-]*)?((?:[.\s][^<>]*)?)>")
_MOMENT = re.compile(r"<(?:\d{2,3}:)?[0-5]\d:[0-5]\d\.\d{3}>", re.ASCII)
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|lrm|rlm);")
_KEPT = {"c", "i", "b", "u", "ruby", "rt", "v", "lang"}
_LEFT_OUT = {"font", "s", "strong", "em", "br"}  # SRT files are full of them; only the look is lost
_PLACES = re.compile(r"\{\\[^{}]*\}")  # {\an8}, of another subtitle format
_HIDDEN = {"STYLE", "REGION", "NOTE"}


class CaptionRefused(Refusal):
    """``line`` is the number of the line at fault, 0 where it is the whole file."""

    code = "caption.refused"
    status = 422

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(_("字幕第 %(line)s 行：%(text)s") % {"line": line, "text": text} if line else text)
        self.line = line


@dataclass(frozen=True, slots=True)
class Cue:
    """``start_s`` and ``end_s`` from the beginning of the film; ``text`` is WebVTT cue text; ``line`` where it stood."""

    start_s: float
    end_s: float
    text: str
    settings: str = ""
    line: int = 0

    @property
    def words(self) -> str:
        """Without marks, on one line."""
        return " ".join(html.unescape(_TAG.sub("", _MOMENT.sub("", self.text))).split())


def read(content: bytes, *, length_s: float | None = None) -> list[Cue]:
    """The cues of a WebVTT or SRT file in any of the usual encodings. Raises ``CaptionRefused`` at the first fault."""
    if not content.strip():
        raise CaptionRefused(_("字幕文件是空的，请检查后重新选择。"))
    if len(content) > MOST_BYTES:
        raise CaptionRefused(_("字幕文件超过 2 MB，不像是字幕，请检查后重新选择。"))
    lines = decoded(content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_vtt = bool(re.match(r"WEBVTT(?:[ \t]|$)", lines[0]))
    cues = list(_cues(lines, is_vtt))
    if not cues:
        raise CaptionRefused(_("没有找到一条字幕。请上传 WebVTT（.vtt）或 SRT（.srt）文件。"))
    if len(cues) > MOST_CUES:
        raise CaptionRefused(_("字幕超过 20 000 条，请检查文件是否有误。"))
    _check_order(cues, length_s)
    return cues


def decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with or without its mark, or GB18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    elif content[:64].count(0) * 3 >= len(content[:64]):
        tried = ["utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"]
    else:
        tried = ["utf-8-sig", "gb18030"]
    for encoding in tried:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(letter < " " and letter not in "\t\r\n\f" for letter in text):
            return text
    raise CaptionRefused(_("认不出字幕文件的文字编码，请另存为 UTF-8 后重新上传。"))


def _cues(lines: list[str], is_vtt: bool) -> Iterator[Cue]:
    """Blocks between empty lines. What stands before the first block of a WebVTT file is its head."""
    for number, block in _blocks(lines):
        first = block[0]
        if is_vtt and (number == 1 or first.split(" ")[0].rstrip() in _HIDDEN):
            if number == 1 and any(_ARROW in line for line in block):
                raise CaptionRefused(_("WEBVTT 之后要空一行。"), 2)
            continue
        at = 0 if _ARROW in first else 1
        if at >= len(block) or _ARROW not in block[at]:
            raise CaptionRefused(
                _("这里应是时间，例如 00:00:01.000 --> 00:00:04.000，却是“%(found)s”。") % {"found": first[:40]}, number
            )
        yield _cue(block[at], block[at + 1 :], number + at)


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cue(times: str, texts: list[str], number: int) -> Cue:
    match = _TIMES.fullmatch(times)
    if match is None:
        raise CaptionRefused(
            _("时间“%(found)s”写得不对，应如 00:00:01.000 --> 00:00:04.000。") % {"found": times.strip()[:60]}, number
        )
    start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:8])
    if end <= start:
        raise CaptionRefused(_("结束时间应晚于开始时间。"), number)
    kept = [line for place, text in enumerate(texts, 1) if (line := _clean(text, number + place)).strip()]
    text = "\n".join(kept)
    if len(text) > MOST_LETTERS:
        raise CaptionRefused(_("一条字幕超过 1000 字，可能少了空行。"), number)
    settings = " ".join(_SETTINGS.findall(match[9] or ""))
    return Cue(start, end, text, settings, number)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, rest = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + int((rest or "0").ljust(3, "0")) / 1000


def _clean(text: str, number: int) -> str:
    """One line of a cue: marks that WebVTT knows stay, marks of the look are dropped, others are refused."""
    if _ARROW in text:
        raise CaptionRefused(_("两条字幕之间要空一行。"), number)
    text = _PLACES.sub("", text.replace("\x00", ""))
    done, at = [], 0
    while (place := text.find("<", at)) >= 0:
        done.append(_plain(text[at:place]))
        tag = _MOMENT.match(text, place) or _TAG.match(text, place)
        if tag is None:
            if re.match(r"<[/!?A-Za-z]", text[place:]):
                raise CaptionRefused(_("“%(found)s”不是字幕可用的标记。") % {"found": text[place : place + 30]}, number)
            done.append("&lt;")
            at = place + 1
            continue
        done.append(_mark(tag, number))
        at = tag.end()
    return "".join([*done, _plain(text[at:])])


def _mark(tag: "re.Match[str]", number: int) -> str:
    if tag.re is _MOMENT:
        return tag[0]
    name = tag[1] or ""
    if name in _KEPT and "&" not in tag[2] and "-->" not in tag[0]:
        return tag[0]
    if name.lower() in _LEFT_OUT or not (name or tag[2]):
        return ""
    raise CaptionRefused(_("“%(found)s”不是字幕可用的标记。") % {"found": tag[0][:30]}, number)


def _plain(text: str) -> str:
    """Every sign as itself: ampersands that begin no entity, and closing brackets, are written out."""
    parts, at = [], 0
    for entity in _ENTITY.finditer(text):
        parts += [_escaped(text[at : entity.start()]), entity[0]]
        at = entity.end()
    return "".join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace(">", "&gt;")


def _check_order(cues: list[Cue], length_s: float | None) -> None:
    before = 0.0
    for cue in cues:
        if cue.start_s < before:
            raise CaptionRefused(_("开始时间早于上一条字幕，请按时间先后排列。"), cue.line)
        if length_s is not None and cue.end_s > length_s + BEYOND_S:
            raise CaptionRefused(
                _("时间 %(at)s 超出了视频的长度 %(length)s，可能不是这个视频的字幕。")
                % {"at": clock(cue.end_s)[:-4], "length": clock(length_s)[:-4]},
                cue.line,
            )
        before = cue.start_s


def webvtt(cues: list[Cue]) -> str:
    """What players read."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        times = f"{clock(cue.start_s)} {_ARROW} {clock(cue.end_s)}"
        parts.append(f"{times} {cue.settings}".rstrip() + "\n" + (f"{cue.text}\n" if cue.text else ""))
    return "\n".join(parts)


def clock(seconds: float) -> str:
    """``hh:mm:ss.mmm``"""
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"

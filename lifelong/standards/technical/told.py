"""What a browser read of a file before sending it, judged by the one judge: the same rules, the same words.

It only advises the person who chose the file; nothing of it is kept, and the server measures for itself what arrives.
"""

import re
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from lifelong.media.probe.facts import UNREADABLE, AudioTrack, Facts, VideoTrack
from lifelong.standards.findings import Finding
from lifelong.standards.technical.case import container_name
from lifelong.standards.technical.judging import judge
from lifelong.standards.technical.repair_words import done
from lifelong.standards.technical.repairing import repair_of
from lifelong.standards.technical.standard import Standard

READ_BY_BROWSERS = {"mp4", "mov", "3gp", "mp3", "mp2", "mp1"}  # of others it knows what they are and no more
SOUNDS = {"flac", "ogg", "amr", "caf", "ape", "wv", "ac3", "wav", "aiff", "aac"}
LATER = {"file.complete", "duration.matches"}  # takes reading the whole
HOPELESS = {
    "empty",
    "text",
    "picture",
    "document",
    "archive",
    "playlist",
}  # no film or sound, whatever the server finds
_FRACTIONS = {"sample_aspect_ratio", "frame_rate", "nominal_rate"}
_FRACTION = re.compile(r"\d{1,15}/0*[1-9]\d{0,14}", re.ASCII)
_LONGEST, _MOST, _LARGEST, _DEEPEST = 200, 64, 1 << 53, 4


class NotFacts(ValueError):
    """What came is not what a browser of ours sends."""


def read(values: Any) -> Facts:
    """Raises ``NotFacts``. Numbers and texts are bounded before anything is made of them."""
    _check(values)
    try:
        facts = Facts.from_json(values)
    except (TypeError, ValueError, KeyError, ArithmeticError, AttributeError) as error:
        raise NotFacts(str(error)) from error
    if not facts.readable and facts.reason not in UNREADABLE:
        raise NotFacts(facts.reason)
    return facts


def judge_told(facts: Facts, standard: Standard, *, declared: float | None = None) -> list[Finding]:
    """``judge``, with what a browser cannot know left to the server."""
    if not facts.readable or _is_read(facts):
        found = judge(facts, standard, declared=declared)
        return [_later(f) if f.id in LATER and f.verdict == "unknown" else f for f in found]
    return [f if f.id.endswith(".container") else _later(f) for f in judge(_as_named(facts), standard)]


def mendable(facts: Facts, standard: Standard) -> str:
    """One sentence where the platform can mend the file after upload, so that nobody exports it again in vain."""
    if not facts.readable:
        return ""
    known = _is_read(facts)
    if not known and facts.container in SOUNDS:
        return _(
            "不必急着重新导出：里面的声道、采样率和码率合格的话，传上来后按一次“修复”，平台就能转成 MP3；原文件原样保留。"
        )
    found = repair_of(facts if known else replace(facts, video=VideoTrack(codec="h264"), audio=()), standard)
    if found is None or found.recipe is None:
        return ""
    if not known:  # of the film inside nothing was read: it may be one that needs no coding
        return _("不必急着重新导出：里面的编码合格的话，传上来后按一次“修复”，平台就能换成 MP4 封装；原文件原样保留。")
    words = {"done": "".join(done(found.recipe, facts))}
    if not found.remaining:
        return _("不必重新导出：传上来后按一次“修复”，平台就能改好；原文件原样保留。会做：%(done)s") % words
    words["left"] = "、".join(_clause(one, standard) for one in found.remaining)
    return _("“%(left)s”平台改不了，须重新导出；其余的传上来后按一次“修复”就能改好，原文件原样保留。") % words


def _is_read(facts: Facts) -> bool:
    """Whether the browser read what is inside; of WAV and FLAC it does where it knows the sound."""
    return facts.container in READ_BY_BROWSERS or bool(facts.audio)


def _clause(finding: Finding, standard: Standard) -> str:
    rule = standard.requirement(finding.id)
    return _(rule.clause) if rule else finding.id


def _as_named(facts: Facts) -> Facts:
    """A film or a sound by its container alone, with everything else unknown."""
    if facts.container in SOUNDS:
        return replace(facts, video=None, audio=(AudioTrack(tag=container_name(facts.container)),))
    return replace(facts, video=VideoTrack(), audio=())


def is_hopeless(facts: Facts) -> bool:
    return not facts.readable and facts.reason in HOPELESS


def _later(finding: Finding) -> Finding:
    text = _("这一项在浏览器里看不出来，文件传到后由服务器检查。")
    return replace(finding, verdict="unknown", measured=_("服务器将检查"), message=text, remedy="")


def _check(values: Any, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise NotFacts("too deep")
    if isinstance(values, str):
        fits = len(values) <= _LONGEST
    elif isinstance(values, bool) or values is None:
        fits = True
    elif isinstance(values, int | float):
        fits = 0 <= values <= _LARGEST  # also false for what is not a number
    elif isinstance(values, list):
        fits = len(values) <= _MOST
        for one in values[:_MOST]:
            _check(one, depth + 1)
    elif isinstance(values, dict):
        fits = len(values) <= _MOST
        for name, one in values.items():
            if name in _FRACTIONS and one is not None and not (isinstance(one, str) and _FRACTION.fullmatch(one)):
                raise NotFacts(name)
            _check(one, depth + 1)
    else:
        fits = False
    if not fits:
        raise NotFacts("out of bounds")

"""Titles that are nearly the same: one resource handed in twice under two spellings."""

import re

from lifelong.screening.folding import key

NEAR = 0.85  # from here on two titles are shown side by side

_numerals = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_counted = re.compile(r"(?<=第)([零〇一二两三四五六七八九十百]+)(?=[讲课章集节期回部篇单册季])")
_digits = re.compile(r"\d+")
_filling = re.compile(r"^(?:视频|音频|微课|课程|专题)|(?:视频|音频|微课|完整版|高清版?|最终版|修订版|新版)$")
_parts = {"上": "1", "中": "2", "下": "3", "上篇": "1", "中篇": "2", "下篇": "3", "上集": "1", "中集": "2", "下集": "3"}
_part = re.compile(r"[（(]\s*(上|中|下|上篇|中篇|下篇|上集|中集|下集|[一二三四五六七八九十]{1,3})\s*[)）]\s*$")


def near_title(title: str) -> str:
    """A title as it is compared for sameness: width, case, script, signs, spaces and the writing of numbers do not
    matter; 「第一讲」 and 「第1讲」 are one, 「第一讲」 and 「第二讲」 are two."""
    text = _part.sub(lambda found: f" {_parts.get(found.group(1)) or _number(found.group(1))}", title.strip())
    folded = _counted.sub(lambda found: str(_number(found.group(1))), key(text))
    folded = _digits.sub(lambda found: str(int(found.group()[:30])), folded)
    return _filling.sub("", folded) or folded


def _number(text: str) -> int:
    """Chinese numerals up to hundreds."""
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _numerals[character]
    return total + digit


def similar_titles(a: str, b: str) -> float:
    """From 0 to 1: 1 is the same but for its spelling. Titles that count differently (第 1 讲, 第 2 讲) are 0: parts of
    one series are not doubles. Above ``NEAR`` a person should look."""
    one, two = near_title(a), near_title(b)
    if one == two:
        return 1.0 if one else 0.0
    if [int(n[:30]) for n in _digits.findall(one)] != [int(n[:30]) for n in _digits.findall(two)]:
        return 0.0
    pairs, others = _pairs(one), _pairs(two)
    if not pairs or not others:
        return 0.0
    return 2 * len(pairs & others) / (len(pairs) + len(others))


def _pairs(text: str) -> set[str]:
    return {text[index : index + 2] for index in range(len(text) - 1)}

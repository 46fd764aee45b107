"""Each indicator: what it reads, in which unit, from where. Missing input is a reading without a value, never a nought."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lifelong.monitoring.evaluating.effect import wilson

MONTH_DAYS = 30


@dataclass(frozen=True)
class Facts:
    """What is known of one resource over the period. ``None``: nobody measured it."""

    days: int  # it was in the library
    visitors: int | None = None
    seconds: int | None = None
    began: int = 0  # learners
    completed: int = 0
    ratings: int = 0
    positive: int = 0  # of four stars and more
    told: int = 0  # of what a good entry tells
    tellable: int = 0
    sound_days: int | None = None  # days without a confirmed fault
    opinions: tuple[int, ...] = ()  # of 100


@dataclass(frozen=True)
class Reading:
    """``of``: how many people, days or opinions it rests on."""

    value: float | None
    of: int = 0


@dataclass(frozen=True)
class Indicator:
    id: str
    title: Any
    unit: Any
    source: Any
    read: Callable[[Facts], Reading]
    missing: Any  # why there is no value
    of_people: bool = False  # a share of people: never reckoned of fewer than effect.SMALL
    is_share: bool = False  # shown as per cent


def _monthly(amount: float | None, days: int) -> Reading:
    return Reading(None) if amount is None or days <= 0 else Reading(amount * MONTH_DAYS / days, days)


def _visitors(facts: Facts) -> Reading:
    return _monthly(facts.visitors, facts.days)


def _hours(facts: Facts) -> Reading:
    return _monthly(None if facts.seconds is None else facts.seconds / 3600, facts.days)


def _completion(facts: Facts) -> Reading:
    return Reading(facts.completed / facts.began if facts.began else None, facts.began)


def _rating(facts: Facts) -> Reading:
    return Reading(wilson(facts.positive, facts.ratings) if facts.ratings else None, facts.ratings)


def _running(facts: Facts) -> Reading:
    if facts.sound_days is None or facts.days <= 0:
        return Reading(None)
    return Reading(max(0, min(facts.sound_days, facts.days)) / facts.days, facts.days)


def _information(facts: Facts) -> Reading:
    return Reading(facts.told / facts.tellable if facts.tellable else None, facts.tellable)


def _opinions(facts: Facts) -> Reading:
    given = facts.opinions
    return Reading(sum(given) / len(given) if given else None, len(given))


INDICATORS: dict[str, Indicator] = {
    one.id: one
    for one in (
        Indicator("visitors", _("月均访客"), _("人次/月"), _("使用统计：每天的访客数相加，除以在库天数，乘 30"), _visitors, _("这段时间没有使用统计")),
        Indicator("hours", _("月均有效时长"), _("小时/月"), _("使用统计：真正播放过的时长，重复的不计，除以在库天数，乘 30"), _hours, _("这段时间没有使用统计")),
        Indicator("completion", _("学完率"), "%", _("学习记录：这段时间开始学的人里，学完全部文件的比例"), _completion, _("没有登录学习的人"), of_people=True, is_share=True),
        Indicator("rating", _("好评率下限"), "%", _("评分：四星及以上算好评，取 95% 置信区间的下限（Wilson），人少时自然偏低"), _rating, _("没有评分"), of_people=True, is_share=True),
        Indicator("running", _("运行状况"), "%", _("定期检查：没有确认故障的天数占在库天数的比例"), _running, _("这段时间没有检查记录"), is_share=True),
        Indicator("information", _("信息完整"), "%", _("资源信息：简介、封面、关键词、目录、分类，视频还看字幕，填了几项"), _information, _("没有可看的信息"), is_share=True),
        Indicator("opinions", _("专家意见"), _("分"), _("专家：各人三项评分的平均，折合满分 100"), _opinions, _("没有请专家，或还没有交回")),
    )
}  # fmt: skip

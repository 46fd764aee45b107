"""Template words of study time."""

from datetime import date

from django import template
from django.utils import formats

from lifelong.learning.words import in_words

register = template.Library()
COLUMN, BAR, GROUND = 40, 28, 104  # of the small picture of a week, in its own units


@register.filter
def hours(seconds: float | None) -> str:
    """Seconds as 「2 小时 5 分」."""
    return in_words(seconds or 0)


@register.filter
def weekday(day: date) -> str:
    """The shortest name of a weekday: 「一」, or Mon."""
    return formats.date_format(day, "D").removeprefix("星期").removeprefix("周")


@register.simple_tag
def bar_x(place: int) -> int:
    return place * COLUMN + (COLUMN - BAR) // 2


@register.simple_tag
def bar_middle(place: int) -> int:
    return place * COLUMN + COLUMN // 2


@register.simple_tag
def bar_y(share: int) -> int:
    """Where a bar of this height begins, so that it stands on the ground."""
    return GROUND - share

"""Words of the evaluation's pages."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lifelong.monitoring.models import Evaluation
from lifelong.monitoring.words import why_ungraded
from lifelong.web.templatetags.web import state

register = template.Library()


@register.simple_tag
def grade_chip(chips: dict[str, tuple[str, str]], one: Evaluation) -> SafeString:
    """The grade as chip with its word; what has none says why."""
    return state(*chips[one.grade]) if one.grade in chips else state("closed", why_ungraded(one))


@register.simple_tag
def grade_word(chips: dict[str, tuple[str, str]], grade: str) -> str:
    return chips[grade][1] if grade in chips else "—"


@register.simple_tag
def quartile_word(quartile: Any) -> str:
    words = {1: _("前四分之一"), 2: _("中上四分之一"), 3: _("中下四分之一"), 4: _("后四分之一")}
    return words.get(quartile, "—")

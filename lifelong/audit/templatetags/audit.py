"""Words of the trail for templates."""

from datetime import datetime

from django import template
from django.utils import timezone

from lifelong.audit import words

register = template.Library()
register.filter("verb_in_words", words.verb_in_words)
register.filter("kind_in_words", words.kind_in_words)


@register.filter
def exact(value: datetime | None) -> str:
    """An instant to the second: an auditor compares."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if value else ""

"""Words of the portal's templates."""

from fractions import Fraction
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lifelong.catalogue.lifecycle import Visibility
from lifelong.resources.lifecycle import Verb
from lifelong.web.templatetags.web import state

register = template.Library()


@register.filter
def of(mapping: dict[str, Any], key: str) -> Any:
    """A value of a dictionary, nothing where it has none."""
    return mapping.get(key)


@register.simple_tag
def visibility(value: str) -> SafeString:
    """The chip of an entry's visibility."""
    chip = {"online": "online", "hidden": "suspended", "gone": "retired"}.get(value, "waiting")
    return state(chip, str(Visibility(value).label))


@register.simple_tag
def frame_rate(value: Any) -> str:
    """``25/1`` → 25 帧/秒."""
    try:
        number = float(Fraction(str(value)))
    except (ValueError, ZeroDivisionError):
        return ""
    return _("%(n)s 帧/秒") % {"n": f"{number:.2f}".rstrip("0").rstrip(".")}


@register.simple_tag
def kilobits(bits: int) -> str:
    return f"{bits / 1_000_000:.1f} Mbps" if bits >= 1_000_000 else f"{bits / 1_000:.0f} kbps"


@register.simple_tag
def step_word(verb: str) -> str:
    return str(Verb(verb).label) if verb in Verb.values else verb

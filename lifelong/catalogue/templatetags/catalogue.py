"""Words of the portal's templates."""

from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
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
def facet_choices(box: Any, shown: int = 6) -> SafeString:
    """The choices of a facet, all but the first few folded. Written here: a hundred of them are half a page's time."""
    lines = []
    for number, one in enumerate(box.values, 1):
        if number == shown + 1:
            lines.append(f'<details class="fold"><summary>{escape(_("更多"))}</summary>')
        name = f"f-{box.name}-{number}"
        lines.append(
            f'<div class="form-check facet-depth-{one.depth}"><input class="form-check-input" type="checkbox" '
            f'name="{box.name}" value="{escape(one.value)}" id="{name}"{" checked" if one.chosen else ""}>'
            f'<label for="{name}">{escape(one.label)} <span class="facet-count">{one.count:,}</span></label></div>'
        )
    if len(box.values) > shown:
        lines.append("</details>")
    return mark_safe("\n".join(lines))


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

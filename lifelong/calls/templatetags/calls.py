"""``{% load calls %}``: ends of windows in words, scopes, what a registration's state looks like."""

from datetime import datetime

from django import template

from lifelong.calls import windows
from lifelong.calls.models import Call, Window
from lifelong.calls.scope import Area, ResourceType

register = template.Library()
register.filter("deadline", windows.deadline)
register.filter("beginning", lambda value: windows.deadline_start(value) if value else "")


@register.filter
def ends(window: Window) -> datetime:
    """The end that counts for everyone, extensions for all included."""
    return windows.ends_for(window)


@register.simple_tag
def window_end(call: Call, stage: str) -> datetime | None:
    return windows.effective_end(call, stage)


@register.simple_tag
def scope_rows(call: Call) -> list[tuple[str, list[str]]]:
    """What a call asks for: (area, types) in words; everything where it names nothing."""
    asked = call.scope or dict.fromkeys(Area.values, ResourceType.values)
    return [(str(Area(area).label), [str(ResourceType(one).label) for one in types]) for area, types in asked.items()]


@register.filter
def item(mapping: dict, key: object) -> object:
    return mapping.get(key)

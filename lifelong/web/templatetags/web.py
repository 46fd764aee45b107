"""Template words of the look: built files, icons, chips, Chinese dates, durations, sizes, the address' query."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import template
from django.forms import BoundField, widgets
from django.forms.utils import flatatt
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifelong.web import assets, helping, use, vocabulary

register = template.Library()


# Files and marks


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file: ``{% asset "site.css" %}``, ``"site.js"``, ``"logo.svg"``, ``"islands/player.js"``."""
    return assets.address_of(name)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; with a label it speaks for itself, without one it is only an ornament."""
    sprite = assets.address_of("icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.simple_tag
def state(name: str, word: str = "") -> SafeString:
    """A state as chip: colour, mark and word. ``word`` replaces the word that the vocabulary has."""
    return format_html('<span class="state state-{}">{}</span>', name, word or vocabulary.STATES.get(name, name))


@register.simple_tag
def area(name: str) -> SafeString:
    """An area of learning as chip, in its hue, with its mark and name."""
    return format_html('<span class="area area-{}">{}</span>', name, vocabulary.AREAS.get(name, name))


@register.simple_tag
def kind(code: str) -> SafeString:
    """A resource type (A01–A03) as icon and word."""
    mark = icon(vocabulary.TYPE_ICONS.get(code, "file"))
    return format_html('<span class="kind">{} {}</span>', mark, vocabulary.TYPES.get(code, code))


@register.filter
def as_json(value: Any) -> str:
    """For a ``data-`` attribute that an island reads; escaped like any other text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@register.filter
def area_name(name: str) -> str:
    return str(vocabulary.AREAS.get(name, name))


@register.filter
def type_name(code: str) -> str:
    return str(vocabulary.TYPES.get(code, code))


@register.filter
def state_name(name: str) -> str:
    return str(vocabulary.STATES.get(name, name))


@register.simple_tag
def areas() -> list[dict[str, str]]:
    """The four areas in their order: ``code``, ``name``, ``sentence``."""
    sentences = vocabulary.AREA_SENTENCES
    return [
        {"code": code, "name": str(name), "sentence": str(sentences[code])} for code, name in vocabulary.AREAS.items()
    ]


@register.simple_tag(takes_context=True)
def use_ticket(context: Context, entry: Any, file: int | None) -> str:
    """By which a page may tell that this file of a resource is used; nothing where nobody counts that."""
    return use.ticket_for(entry, file or 1, user=context["request"].user, launch=context.get("launch") or "")


# Addresses


@register.simple_tag
def address(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a view, or nothing where no chapter serves it: pages link upwards without importing."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The present address' query with some parameters changed; an empty value removes one; page is reset unless named."""
    values = context["request"].GET.copy()
    if "page" not in changes:
        values.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    encoded = values.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag(takes_context=True)
def query_without(context: Context, name: str, value: object) -> str:
    """The query with one value of a repeated parameter taken out: what removing a chosen filter leads to."""
    values = context["request"].GET.copy()
    values.pop("page", None)
    values.setlist(name, [kept for kept in values.getlist(name) if kept != str(value)])
    return f"?{values.urlencode()}"


@register.simple_tag(takes_context=True)
def query_with(context: Context, name: str, value: object) -> str:
    """The query with one more value of a repeated parameter."""
    values = context["request"].GET.copy()
    values.pop("page", None)
    if str(value) not in values.getlist(name):
        values.appendlist(name, str(value))
    return f"?{values.urlencode()}"


@register.simple_tag(takes_context=True)
def menu_groups(context: Context) -> list[dict[str, Any]]:
    """The menu in blocks; the entry whose address is the longest beginning of this page's is ``current``."""
    entries = context.get("menu") or []
    entries = entries() if callable(entries) else entries
    path = context["request"].path
    here = max((entry.url for entry in entries if path.startswith(entry.url)), key=len, default=None)
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault(str(entry.group), []).append(
            {"title": entry.title, "url": entry.url, "current": entry.url == here}
        )
    return [{"title": title, "entries": found} for title, found in groups.items()]


@register.simple_tag(takes_context=True)
def page_help(context: Context) -> helping.Help | None:
    """The help for the page that is asked for, or for the button that was pressed."""
    match = context["request"].resolver_match
    return helping.help_for(match.view_name) if match else None


@register.simple_tag
def page_numbers(page: Any) -> list[int | None]:
    """Numbers to offer below a list: first, last and the neighbours; ``None`` stands for a gap."""
    last, here = page.paginator.num_pages, page.number
    wanted = sorted({1, last, *range(max(1, here - 1), min(last, here + 1) + 1)})
    shown: list[int | None] = []
    for number in wanted:
        if shown and shown[-1] is not None and number > shown[-1] + 1:
            shown.append(None)
        shown.append(number)
    return shown


# Dates, durations, sizes


@register.filter
def moment(value: datetime | None) -> str:
    """An instant as 「5 月 20 日 17:00」; another year is named."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return f"{day(local.date())} {local:%H:%M}"


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as 「5 月 20 日」; another year is named."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    parts = {"year": value.year, "month": value.month, "day": value.day}
    if value.year == timezone.localdate().year:
        return _("%(month)s 月 %(day)s 日") % parts
    return _("%(year)s 年 %(month)s 月 %(day)s 日") % parts


@register.filter
def left(value: datetime | None) -> str:
    """How long until then, as 「还有 3 天」, or that it is past."""
    if not value:
        return ""
    rest = value - timezone.now()
    if rest < timedelta(0):
        return _("已过期")
    if rest.days >= 1:
        return _("还有 %(days)s 天") % {"days": rest.days}
    hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
    return _("还有 %(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": minutes}


@register.filter
def ago(value: datetime | None) -> str:
    """How long since, as 「3 小时前」; after a month the day itself."""
    if not value:
        return ""
    past = timezone.now() - value
    minutes = int(past.total_seconds()) // 60
    if minutes < 1:
        return _("刚刚")
    if minutes < 60:
        return ngettext("%(n)s 分钟前", "%(n)s 分钟前", minutes) % {"n": minutes}
    if minutes < 24 * 60:
        return ngettext("%(n)s 小时前", "%(n)s 小时前", minutes // 60) % {"n": minutes // 60}
    if past.days < 30:
        return ngettext("%(n)s 天前", "%(n)s 天前", past.days) % {"n": past.days}
    return day(value)


@register.filter
def deadline(value: datetime | None) -> str:
    """An end as 「5 月 20 日 17:00」, and as 「5 月 20 日 24:00」 for the midnight that closes that day."""
    if not value:
        return ""
    local = timezone.localtime(value)
    if local.time() == time.min:
        return f"{day((local - timedelta(days=1)).date())} 24:00"
    return moment(value)


@register.simple_tag
def due(value: datetime | None) -> SafeString | str:
    """A deadline as 「5 月 20 日 17:00（还有 3 天）」 in a ``<time>``."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}">{}（{}）</time>', timezone.localtime(value).isoformat(), deadline(value), left(value)
    )


@register.simple_tag
def when(value: datetime | None) -> SafeString | str:
    """An instant in a ``<time>``: how long ago to read, the instant itself on hover."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', timezone.localtime(value).isoformat(), moment(value), ago(value)
    )


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as ``h:mm:ss`` or ``m:ss``."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


@register.filter
def bytesize(size: int | None) -> str:
    """Bytes in the unit a person would use."""
    if size is None:
        return ""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            return f"{value:.0f} {unit}" if unit in {"B", "KB"} else f"{value:.1f} {unit}"
        value /= 1024
    return ""


@register.filter
def count(number: int | None) -> str:
    """A whole number with its thousands apart."""
    return "" if number is None else f"{number:,}"


# Fields


@register.simple_tag
def field_kind(field: BoundField) -> str:
    """How a field is drawn: ``check`` (one tick box), ``choices`` (a group of them) or ``control``."""
    widget = field.field.widget
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    return "choices" if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple) else "control"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control itself with the look's class; Django ties it to ``<id>_helptext`` and ``<id>_error``."""
    widget = field.field.widget
    own = widget.attrs.get("class", "")
    if isinstance(widget, widgets.CheckboxInput):
        look = "form-check-input"
    elif isinstance(widget, widgets.Select):
        look = "form-select"
    else:
        look = "form-control"
    return field.as_widget(attrs={"class": f"{look} {own}".strip()})


@register.simple_tag
def options(pairs: Iterable[tuple[str, Any]], chosen: str = "") -> SafeString:
    """Of a select, from (value, word): hundreds cost a template's loop more than the rest of the page."""
    return _options((value, {"selected": value == chosen}, word) for value, word in pairs)


@register.simple_tag
def select_options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The same for the widget of a form (``django/forms/widgets/select.html``)."""
    made = [
        (name, _options((one["value"], one["attrs"], one["label"]) for one in found)) for name, found, _place in groups
    ]
    return format_html_join(
        "",
        "{}",
        ((format_html('<optgroup label="{}">{}</optgroup>', name, rows) if name else rows,) for name, rows in made),
    )


def _options(rows: Iterable[tuple[Any, dict[str, Any], Any]]) -> SafeString:
    return format_html_join(
        "", '<option value="{}"{}>{}</option>', ((value, flatatt(attrs), word) for value, attrs, word in rows)
    )


@register.simple_tag
def option_control(option: Any) -> SafeString:
    """One radio button or tick box of a group, in the look's class."""
    option.data["attrs"]["class"] = "form-check-input"
    return option.tag()


@register.simple_tag
def cover_tag(code: str, seconds: float | None = None) -> SafeString:
    """What stands on a cover: the type's icon, and its length where it has one, else the type's word."""
    mark = icon(vocabulary.TYPE_ICONS.get(code, "file"), str(vocabulary.TYPES.get(code, code)))
    return format_html("{} {}", mark, clock(seconds) if seconds else vocabulary.TYPES.get(code, code))

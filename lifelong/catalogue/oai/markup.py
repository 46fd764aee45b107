"""XML that is always well-formed: every value is escaped, and what XML cannot hold is left out."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def held(value: object) -> str:
    """The value without control characters, half surrogates and other things no XML document may hold."""
    return _NOT_XML.sub("", str(value))


def tag(name: str, value: object = "", **attributes: str) -> str:
    """One element with a text. ``xml_lang="zh"`` is written ``xml:lang``."""
    return f"<{name}{_told(attributes)}>{escape(held(value))}</{name}>"


def around(name: str, inside: Iterable[str] | str, **attributes: str) -> str:
    """One element around others; nothing at all where there are none."""
    content = inside if isinstance(inside, str) else "".join(inside)
    return f"<{name}{_told(attributes)}>{content}</{name}>" if content else ""


def each(name: str, values: Iterable[object], **attributes: str) -> str:
    """An element for every value that says something."""
    return "".join(tag(name, value, **attributes) for value in values if value not in {None, ""})


def stamp(value: datetime) -> str:
    """UTC to the second, as the protocol writes it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(attributes: dict[str, str]) -> str:
    return "".join(f" {name.replace('_', ':', 1)}={quoteattr(held(value))}" for name, value in attributes.items())

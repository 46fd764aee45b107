"""Words that are kept: stored as what they are made of, read by each person in their own language."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext

Part = tuple[str, dict[str, Any]]


class Said(str):
    """Sentences in the language of this moment, and the texts and facts they were made from."""

    parts: tuple[Part, ...]

    def __new__(cls, *parts: Part) -> "Said":
        made = super().__new__(cls, gettext("；").join(_worded(*part) for part in parts if part[0]))
        made.parts = parts
        return made

    def __getnewargs__(self) -> Any:
        return self.parts


def said(text: str, **facts: Any) -> Said:
    """``text`` is Chinese, as in the translations (mark it with ``gettext_noop``), with a hole for each fact."""
    return Said((text, facts))


def together(*texts: str) -> Said:
    """One after the other."""
    return Said(*(part for text in texts for part in (text.parts if isinstance(text, Said) else ((text, {}),))))


def _worded(text: str, facts: dict[str, Any]) -> str:
    return gettext(text) % facts if facts else gettext(text)


class _Kept:
    """Parts are stored as JSON, one text without facts as itself; what a person typed that could be taken for parts, as a part."""

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return super().get_prep_value(value)  # type: ignore[misc]
        parts: tuple[Part, ...] = getattr(value, "parts", ((str(value), {}),))
        if len(parts) == 1 and not parts[0][1] and not _like_parts(parts[0][0]):
            return parts[0][0]
        return json.dumps(parts, ensure_ascii=False)

    def from_db_value(self, value: Any, *_rest: Any) -> Any:
        if not value:
            return value
        if _like_parts(value):
            try:
                return Said(*((text, dict(facts)) for text, facts in json.loads(value)))
            except (ValueError, TypeError, KeyError, AttributeError):
                pass  # typed before parts were stored
        return said(value)


def _like_parts(text: str) -> bool:
    return text.lstrip().startswith("[")


class SaidField(_Kept, models.TextField):
    """A text column of ``Said``. A plain text stays one, unless it is itself among the translations."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class ShortSaidField(_Kept, models.CharField):
    """The same for words that are few."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

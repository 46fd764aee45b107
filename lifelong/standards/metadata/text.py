"""Texts as people and spreadsheets give them, and as they are kept."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

# Letters by their category, yet nothing is to be seen of them.
_blank_letters = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]")
_noncharacters = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_forbidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_separators = re.compile("[;；]")
_spaces = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A cell that holds a formula without a result, or the error that stands for one (``#N/A``)."""

    written: str

    def __str__(self) -> str:
        return self.written


def is_blank(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, list | tuple) and not value)
    )


def as_text(value: Any) -> str | None:
    """A cell, a form's text or a JSON value as trimmed text in Unicode form C; ``None`` for what is no text at all.

    A spreadsheet keeps 1001 as 1001.0; lists are joined by the standard's separator.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return unicodedata.normalize("NFC", ";".join(value)).strip()
    return None


def unseen(text: str) -> str | None:
    """The first control, format or otherwise invisible character, if there is one."""
    if not text.isprintable():
        for character in text:
            if unicodedata.category(character) in _forbidden or _noncharacters.match(character):
                return character
    found = _blank_letters.search(text)
    return found.group() if found else None


def without_unseen(text: str) -> str:
    """The text without invisible characters; a line break or a tab becomes a space."""
    kept = "".join(
        " " if character in "\r\n\t\v\f\x85\u2028\u2029" else character
        for character in text
        if character in "\r\n\t\v\f\x85\u2028\u2029" or unseen(character) is None
    )
    return unicodedata.normalize("NFC", kept).strip()


def folded(text: str) -> str:
    """For comparing words: width, case, spaces and punctuation do not matter."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def fold_file_name(name: str) -> str:
    """For finding a file by the name that a sheet gives it."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").strip().casefold()


def one_space(text: str) -> str:
    return _spaces.sub(" ", text).strip()


def split(text: str) -> list[str]:
    """The parts between ``;`` or ``；``, trimmed, empty ones dropped."""
    return [part for part in (part.strip() for part in _separators.split(text)) if part]


def once(parts: list[str]) -> tuple[list[str], list[str]]:
    """The parts each once in their order, and those that came again."""
    seen: dict[str, None] = {}
    again = []
    for part in parts:
        if part in seen:
            again.append(part)
        seen[part] = None
    return list(seen), again

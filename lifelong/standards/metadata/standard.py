"""The metadata standard as packaged: fields in column order, what a sheet may carry beside them, vocabularies."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from lifelong.standards.metadata.text import folded

Requirement = Literal["R", "C", "O", "S"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``number`` is 0 for what stands outside the 18; texts are Chinese and pass through gettext when shown."""

    name: str
    heading: str
    requirement: Requirement
    format: str
    example: str
    help: str
    number: int = 0
    words: tuple[str, ...] = ()
    min_length: int = 0
    max_length: int = 0
    max_items: int = 0


@dataclass(frozen=True, slots=True)
class ResourceType:
    code: str
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Standard:
    version: str
    name: str
    fields: tuple[Field, ...]
    extras: tuple[Field, ...]
    types: tuple[ResourceType, ...]
    ethnic_groups: frozenset[str]

    def __post_init__(self) -> None:
        if [field.number for field in self.fields] != list(range(1, len(self.fields) + 1)):
            raise ValueError("the fields are not numbered 1, 2, 3, …")
        if len(self.by_name) != len(self.fields) + len(self.extras):
            raise ValueError("two fields share a name")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self}

    @cached_property
    def type_codes(self) -> dict[str, str]:
        """Every way to write a type, folded: the code, its words, or both."""
        found: dict[str, str] = {}
        for kind in self.types:
            code = folded(kind.code)
            for word in ("", *map(folded, kind.words)):
                found |= {written: kind.code for written in (code + word, word + code, word) if written}
        return found

    def __iter__(self) -> Iterator[Field]:
        """All fields in the order of a sheet's columns."""
        yield from self.fields
        yield from self.extras

    def field(self, name: str) -> Field:
        return self.by_name[name]


@cache
def standard() -> Standard:
    """The version that the platform judges by."""
    return from_toml(files("lifelong.standards.metadata").joinpath("2022.toml").read_text("utf-8"))


def from_toml(text: str) -> Standard:
    """Read a version of the standard; ``ValueError`` or ``KeyError`` where the file is not one."""
    content = tomllib.loads(text)
    return Standard(
        version=content["version"],
        name=content["name"],
        fields=tuple(_field(row) for row in content["fields"]),
        extras=tuple(_field(row) for row in content["extras"]),
        types=tuple(ResourceType(row["code"], row["label"], tuple(row["words"])) for row in content["types"]),
        ethnic_groups=frozenset(content["ethnic_groups"]),
    )


def _field(row: dict[str, Any]) -> Field:
    if row["requirement"] not in ("R", "C", "O", "S"):
        raise ValueError(f"{row['name']}: requirement is R, C, O or S")
    return Field(**{**row, "words": tuple(row.get("words", ()))})

"""Frozen dataclasses to plain JSON values and back, so that facts can lie in a database and cross a pipe."""

import dataclasses
import types
import typing
from fractions import Fraction
from functools import cache
from typing import Any, Self


class Record:
    """Mixed into a frozen dataclass: fractions travel as "30000/1001", tuples as lists, unknown keys are dropped."""

    def to_json(self) -> dict[str, Any]:
        kind: Any = type(self)
        return {name: _plain(getattr(self, name)) for name in _shape(kind)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Raises TypeError, KeyError or ValueError where ``values`` are not what ``to_json`` made."""
        kind: Any = cls
        shape = _shape(kind)
        return cls(**{name: _typed(value, shape[name]) for name, value in values.items() if name in shape})


@cache
def _shape(cls: Any) -> dict[str, Any]:
    """Type of each field of a dataclass."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")  # a database's JSON cannot hold it
    return value


def _typed(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _typed(value, next(kind for kind in inner if kind is not type(None)))
    if origin is tuple:
        return tuple(_typed(item, inner[0]) for item in value)
    if hint is Fraction:
        return Fraction(value)
    if hint is float:
        return float(value)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.from_json(value)
    if not isinstance(value, hint):
        raise TypeError(f"{value!r} is not {hint}")
    return value

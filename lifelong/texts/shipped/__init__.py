"""The texts that come with the software: in force where the operator has put none of their own in force.

A new version is two more files and a line here; the old files stay, since people agreed to them. ``{operator}`` is who runs
the platform.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Shipped:
    version: str
    since: date
    material: bool = True


_FIRST = Shipped("2026-11", date(2026, 11, 1))
VERSIONS: dict[str, tuple[Shipped, ...]] = {  # oldest first
    "terms": (_FIRST,), "privacy": (_FIRST, Shipped("2026-11-27", date(2026, 11, 27), material=False)), "help": (_FIRST,), "about": (_FIRST,),
}  # fmt: skip


@cache
def words(name: str, version: str, language: str) -> str:
    """``language``: zh or en."""
    return (Path(__file__).parent / f"{name}.{version}.{language}.txt").read_text(encoding="utf-8")

"""单位自审清单 as data: which items an institution answers before it signs, each with the clause it rests on."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "checklists"


@dataclass(frozen=True)
class Item:
    id: str
    text: str
    clause: str


@dataclass(frozen=True)
class Checklist:
    version: str
    title: str
    promise: str
    items: tuple[Item, ...]


def versions() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@lru_cache(maxsize=8)
def checklist(version: str = "") -> Checklist:
    """The list of this version, the newest where none is named; raises ``FileNotFoundError`` for an unknown one."""
    path = FOLDER / f"{version or versions()[-1]}.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return Checklist(
        version=content["version"],
        title=content["title"],
        promise="".join(content["promise"].split("\n")),
        items=tuple(Item(**item) for item in content["items"]),
    )

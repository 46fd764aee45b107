"""The world to be made, read from ``world.toml``: invented institutions, people and resources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FILE = Path(__file__).parent / "world.toml"


@dataclass(frozen=True)
class Place:
    """An institution and the person who reports for it."""

    code: str
    name: str
    kind: str
    region: str
    reporter: str
    position: str

    @property
    def email(self) -> str:
        return f"reporter-{self.code.lower()}@example.org"


@dataclass(frozen=True)
class Wish:
    """A resource, what film is made for it, and what has become of it when the world begins."""

    area: str
    type: str
    category: str
    title: str
    speakers: str
    keywords: str
    institution: str
    fate: str
    summary: str = ""
    series: str = ""
    order: str = ""
    film: str = ""
    rights_holder: str = ""

    @property
    def link(self) -> str:
        return self.film.removeprefix("link:") if self.film.startswith("link:") else ""

    @property
    def needs_film(self) -> bool:
        return not self.link and self.film != "none"

    def values(self) -> dict[str, Any]:
        """The fields as a reporter would type them."""
        typed = {
            "title": self.title, "type": self.type, "link": self.link, "series": self.series, "series_order": self.order,
            "summary": self.summary, "speakers": self.speakers, "keywords": self.keywords, "category": self.category,
            "area": self.area,
        }  # fmt: skip
        if self.fate.startswith("published"):  # gathered elsewhere before it came here
            typed["declared_views"] = str(300 + sum(map(ord, self.title)) * 37 % 24_000)
            typed["declared_learners"] = str(40 + sum(map(ord, self.title)) * 11 % 3_000)
        return {name: value for name, value in typed.items() if value}


@dataclass(frozen=True)
class World:
    institutions: tuple[Place, ...]
    platforms: tuple[dict[str, Any], ...]
    words: dict[str, list[str]]
    resources: tuple[Wish, ...]

    def seed(self, wish: Wish) -> int:
        """A number of its own for every resource: what its film, tune and cover are drawn from."""
        return self.resources.index(wish) + 1


@cache
def world() -> World:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return World(
        institutions=tuple(Place(**row) for row in content["institutions"]),
        platforms=tuple(content["platforms"]),
        words=content["words"],
        resources=tuple(Wish(**row) for row in content["resources"]),
    )


def finished() -> Path:
    """The mark that the whole world has been made."""
    return Path(settings.DATA) / "demo-world.done"

"""The rows of the home page that the operator composed, filled from the library as it is now."""

from dataclasses import dataclass
from datetime import date

from lifelong.catalogue.models import HomeSection
from lifelong.catalogue.queries.listing import Card, card, online_keys, rows_of
from lifelong.catalogue.search.asking import Question, ask
from lifelong.catalogue.search.shelf import View

SHOWN = 8  # cards of a row


@dataclass
class FilledSection:
    key: int
    title: str
    note: str
    cards: list[Card]
    url: str  # to all of it; empty where the row is all there is


def sections_on(day: date, view: View | None) -> list[FilledSection]:
    """Those of this day that have something to show; two queries, however many."""
    sections = [section for section in HomeSection.objects.all() if section.is_shown_on(day)]
    named = {name for section in sections for name in section.identifiers}
    keys = online_keys(named)
    wishes = {section.pk: _keys(section, keys, view) for section in sections}
    found = {row["resource_id"]: card(row) for row in rows_of([key for some in wishes.values() for key in some])}
    filled = [
        FilledSection(
            section.pk, section.title, section.note, [found[key] for key in wishes[section.pk] if key in found],
            f"/search?{section.query}" if section.query else "",
        )
        for section in sections
    ]  # fmt: skip
    return [section for section in filled if section.cards]


def _keys(section: HomeSection, keys: dict[str, int], view: View | None) -> list[int]:
    if section.identifiers:
        return [keys[name] for name in section.identifiers if name in keys][:SHOWN]
    if view is None:
        return []
    search = section.search
    where = search.get("where", "about")  # not there in sections from before captions were searched
    asked = Question.of(search["text"], search["filters"], sort=search["sort"], limit=SHOWN, where=where)
    return list(ask(view, asked).ids)

"""How a resource is used comes to be known: of who plays, of who reloads, of who has no scripts, and of a program."""

from typing import Any

import pytest

from journeys.pages import Film
from journeys.people import Person, Troupe
from journeys.stage import Stage
from journeys.test_learner import plays_until

TITLE = "导数与边际成本"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
TOLD = """
from lifelong.monitoring.models import UsageEvent
rows = UsageEvent.objects.filter(resource__resource_id=WHAT, pk__gt=SINCE).order_by("at", "pk")
result = list(rows.values_list("kind", "standing", "visitor", "person", "session", "spans", "length_s"))
"""
LAST = "from lifelong.monitoring.models import UsageEvent\nresult = UsageEvent.objects.order_by('pk').values_list('pk', flat=True).last() or 0"


@pytest.fixture
def resource(stage: Stage) -> str:
    return stage.library()[TITLE]


class Book:
    """What has come into the database of a resource since it was opened."""

    def __init__(self, stage: Stage, resource: str) -> None:
        self.stage, self.resource, self.since = stage, resource, stage.ask(LAST)

    def shows(self, person: Person, *kinds: str) -> list[list[Any]]:
        """Waits until these kinds, and no others, are there."""
        found: list[list[Any]] = []
        for _turn in range(120):
            found = self.stage.ask(TOLD, WHAT=self.resource, SINCE=self.since)
            if sorted(row[0] for row in found) == sorted(kinds):
                return found
            person.page.wait_for_timeout(250)
        raise AssertionError(f"{found} for {kinds}")


def test_what_is_played_arrives_as_it_ran_and_who_reloads_is_one(troupe: Troupe, stage: Stage, resource: str) -> None:
    somebody, book = troupe.stranger(user_agent=BROWSER), Book(stage, resource)
    page = somebody.visit(f"/resources/{resource}")
    film = Film(page)
    film.play()
    place = plays_until(film, 2)
    rows = book.shows(somebody, "view", "play", "watch")
    (watched,) = [row for row in rows if row[0] == "watch"]
    assert watched[5] == [[0, pytest.approx(place, abs=0.6)]]
    assert watched[6] > 5
    page.reload()
    rows = book.shows(somebody, "view", "play", "watch", "view")
    assert {row[1] for row in rows} == {"public"}
    assert (len({row[2] for row in rows}), len({row[4] for row in rows})) == (1, 2)
    (cookie,) = [one for one in somebody.context.cookies() if one["name"] == "visitor"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/events")
    assert cookie["value"].partition(":")[0] not in {row[2] for row in rows}


def test_who_has_no_scripts_is_seen_and_a_program_is_known_as_one(troupe: Troupe, stage: Stage, resource: str) -> None:
    book = Book(stage, resource)
    plain = troupe.stranger(user_agent=BROWSER, java_script_enabled=False)
    plain.visit(f"/resources/{resource}")
    program = troupe.stranger()  # a browser that says that it has no head
    program.visit(f"/resources/{resource}")
    rows = book.shows(program, "view", "view")
    assert sorted(row[1] for row in rows) == ["public", "robot"]

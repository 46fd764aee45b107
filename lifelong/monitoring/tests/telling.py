"""A door for what pages tell, and browsers that stand before it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifelong.catalogue import pagecache
from lifelong.catalogue.queries.categories import forget_tree
from lifelong.catalogue.queries.labels import forget_names
from lifelong.config.testing import live_front  # noqa: F401 - a fixture
from lifelong.media.ranges import Answer
from lifelong.monitoring.intake.door import Events
from lifelong.monitoring.intake.drain import drain
from lifelong.monitoring.intake.tickets import Ticket
from lifelong.monitoring.models import UsageEvent

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
TICKET = Ticket(resource=7, file=2, length_s=100.0)
KEY = "k" * 24


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.DATA, settings.FILES, settings.INDEX = tmp_path, tmp_path / "files", tmp_path / "index"
    pagecache.pages.clear()
    pagecache.clock = pagecache.Clock(every_s=0)
    forget_tree()
    forget_names()
    return tmp_path / "events"


class Site:
    """A door, and who stands before it. ``room`` is for how many newcomers of one address there is."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.room, self.outcomes, self.count = folder, 10**6, [], 0
        self.loop = asyncio.new_event_loop()
        self.door = Events(self.loop, self.may_be_new, self.outcomes.append)
        self.door.keeper.wake = lambda: None

    def may_be_new(self, _address: str) -> bool:
        self.room -= 1
        return self.room >= 0

    def key(self) -> str:
        self.count += 1
        return f"key-of-a-page-{self.count:06}"

    def ask(
        self, method: str, path: str = "/events", query: str = "", *, body: bytes = b"", address: str, **headers: str
    ) -> Answer:
        async def pieces():
            yield body

        told = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
        asked = self.door.answer(method, path, query, told.get, address, pieces())
        return self.loop.run_until_complete(asked)

    def rows(self) -> list[UsageEvent]:
        """Everything that was acknowledged, brought into the database."""
        self.door.journal.close()
        drain(self.folder)
        return list(UsageEvent.objects.order_by("pk"))


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    yield site
    site.door.journal.close()
    site.loop.close()


class Browser:
    """Keeps its cookie, unless it drops them."""

    def __init__(self, site: Site, *, address: str = "203.0.113.7", drops: bool = False, **headers: str) -> None:
        self.site, self.address, self.drops, self.cookie = site, address, drops, ""
        self.headers = {"user_agent": AGENT, "host": "site.example", "origin": "https://site.example", **headers}

    def tells(self, *kinds: str, ticket: Ticket = TICKET, **more: object) -> Answer:
        events = [
            {"key": self.site.key(), "kind": kind, **({"spans": [[0, 20]]} if kind == "watch" else {})}
            for kind in kinds
        ]
        said = {
            "use": ticket.written(),
            "session": self.site.key(),
            "events": events or [{"key": KEY, "kind": "view"}],
            **more,
        }
        return self.sends(json.dumps(said).encode())

    def sends(self, body: bytes) -> Answer:
        cookie = {"cookie": f"elder=1; {self.cookie}"} if self.cookie else {}
        answer = self.site.ask("POST", body=body, address=self.address, **self.headers, **cookie)
        given = dict(answer.headers).get("set-cookie", "")
        if given and not self.drops:
            self.cookie = given.partition(";")[0]
        return answer

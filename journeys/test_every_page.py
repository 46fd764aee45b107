"""Every page with a careful eye: axe, size of letters and targets in 长辈版, nothing sideways, the focus seen, a quiet console."""

from urllib.parse import quote, urlsplit

import pytest

from journeys import eyes
from journeys.every_page import DESK, FIND, FURNISH, PORTAL
from journeys.pages import fits
from journeys.people import Person, Troupe
from journeys.stage import OPEN_CALL, Stage

REFUSED = ("/nothing-here", "/resources/{retired}", "/accounts/3rdparty/login/error/", "/accounts/reauthenticate/")
PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def ids(stage: Stage) -> dict[str, str]:
    """One of each thing that has a page; what the stage lacks is made."""
    stage.library()
    stage.submitted("人人看得清的一页", seed=57)
    stage.ask(FURNISH, FOLDER=str(stage.folder), CALL=OPEN_CALL)
    return dict(stage.ask(FIND))


def test_every_page_of_the_portal_can_be_used_by_everyone(troupe: Troupe, ids: dict[str, str]) -> None:
    """Each page plain and in 长辈版, the one on a phone by day, the other on a screen by night, by turns."""
    said: list[str] = []
    for email, paths in PORTAL.items():
        person = arrive(troupe, email)
        for number, path in enumerate(paths):
            for elder in (False, True):
                switch(person, elder)
                by_day = bool(number % 2) is elder
                said += look(person, path, ids, (PHONE, "light") if by_day else (SCREEN, "dark"), focus=not elder)
    assert not said, "\n".join(said)


def test_every_page_of_work_can_be_used_by_everyone(troupe: Troupe, ids: dict[str, str]) -> None:
    """Each page once: by turns plain and 长辈版, on a phone and on a screen, by day and by night."""
    said: list[str] = []
    turns = [(False, PHONE, "dark"), (True, PHONE, "light"), (False, SCREEN, "light")]
    for email, paths in DESK.items():
        person = arrive(troupe, email)
        for number, path in enumerate(paths):
            elder, size, scheme = turns[number % 3]
            switch(person, elder)
            said += look(person, path, ids, (size, scheme), focus=number % 3 == 2)
    assert not said, "\n".join(said)


def arrive(troupe: Troupe, email: str) -> Person:
    wishes = {"viewport": PHONE, "reduced_motion": "reduce"}  # colours that glide would be judged half way
    person = troupe.stranger(**wishes) if email == "stranger" else troupe.played_by(email, **wishes)
    person.context.add_init_script(path=eyes.AXE)
    person.forgive("Failed to load resource")  # the pages that refuse say so by their status
    person.forgive("Applying inline style")  # axe tries a style of its own; the other stories watch without it
    return person


def switch(person: Person, elder: bool) -> None:
    person.context.clear_cookies(name="elder")
    if elder:
        person.context.add_cookies([{"name": "elder", "value": "1", "url": person.stage.url}])


def look(person: Person, path: str, ids: dict[str, str], *modes: tuple[dict[str, int], str], focus: bool) -> list[str]:
    address, page, said = path.format_map(ids), person.page, []
    answer = page.goto(address)
    if answer is None or (answer.status >= 400) is not (path in REFUSED):
        return [f"{path}: {answer and answer.status}"]
    if "{reset_key}" not in path and urlsplit(page.url).path != quote(address.split("?")[0], safe="/:"):
        said.append(f"{path}: leads to {page.url}")
    for size, scheme in modes:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = eyes.findings(page, focus=focus and size is SCREEN)
        said += [f"{path} {size['width']} {scheme}: {one}" for one in found]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    if not fits(page):
        said.append(f"{path} scrolls sideways on a phone")
    return said

"""The visitor: finds, looks, plays, comes back; with large letters, in English."""

import re

import pytest
from playwright.sync_api import Route, expect

from journeys.pages import Film, fits
from journeys.people import Person
from journeys.stage import Stage

FIRST, SECOND, _THIRD = "极限与连续：从一杯凉茶说起", "导数与边际成本", "积分怎样算出总收益"


@pytest.fixture
def library(stage: Stage) -> dict[str, str]:
    return stage.library()


def test_from_home_to_an_area_to_a_resource_and_back(visitor: Person, library: dict[str, str]) -> None:
    visitor.visit("/")
    visitor.page.locator(".door.area-degree").click()
    expect(visitor.page).to_have_url(re.compile("/areas/degree"))
    visitor.follow(FIRST)
    expect(visitor.page.locator("h1")).to_have_text(FIRST)
    visitor.sees("中州开放大学")
    film = Film(visitor.page)
    film.see_still()
    film.play()
    film.seek(8)
    visitor.page.go_back()
    expect(visitor.page).to_have_url(re.compile("/areas/degree"))
    visitor.page.go_back()
    expect(visitor.page.locator("h1")).to_have_text("今天想学点什么")


def test_a_click_on_the_film_hands_the_keys_to_its_player_and_paper_shows_the_code(
    visitor: Person, library: dict[str, str]
) -> None:
    visitor.visit(f"/resources/{library[FIRST]}")
    video = visitor.page.locator("video")
    visitor.page.locator(".player-big").click()
    expect(video).to_have_js_property("paused", False)
    visitor.page.keyboard.press("k")
    expect(video).to_have_js_property("paused", True)
    code = visitor.page.locator(".share img")
    expect(code).to_be_hidden()  # in another tab of the page
    visitor.page.emulate_media(media="print")
    expect(code).to_be_visible()
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("image => image.naturalWidth") > 0


def test_back_from_filtered_hits_ticks_what_the_address_says(visitor: Person, library: dict[str, str]) -> None:
    page = visitor.page

    def ticked() -> list[str]:
        return page.locator("form[data-island=filters] input:checked").evaluate_all("all => all.map(one => one.id)")  # type: ignore[no-any-return]

    visitor.visit("/search")
    page.locator("label[for=sort-newest]").click()
    expect(page).to_have_url(re.compile("sort=newest"))
    page.wait_for_load_state("networkidle")  # a form sent before that takes its place in the history
    page.locator("label[for=sort-views]").click()
    expect(page).to_have_url(re.compile("sort=views"))
    page.wait_for_load_state("networkidle")
    page.go_back()
    expect(page).to_have_url(re.compile("sort=newest"))
    expect(page.locator("#sort-newest")).to_be_checked()
    page.go_back()
    expect(page).to_have_url(re.compile("/search$"))
    expect(page.locator("#sort-relevance")).to_be_checked()
    assert ticked() == ["sort-relevance"]


def test_suggestions_are_chosen_by_keyboard(visitor: Person, library: dict[str, str]) -> None:
    late: list[Route] = []
    visitor.page.route("**/search-suggest-*.js", lambda route: late.append(route))  # noqa: PLW0108 - the library marks its handler, which a method of list forbids
    visitor.visit("/")
    field = visitor.page.locator("#hero-search")
    field.press_sequentially("边际", delay=30)
    assert late, "the module came before it was waited for"
    late[0].continue_()  # who types before the module has come is not forgotten
    options = visitor.page.get_by_role("option")
    options.last.click(trial=True)  # nothing lies over them
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(options.first).to_be_hidden()
    expect(field).to_have_value("边际")
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(visitor.page).to_have_url(re.compile("/search|/resources/"))
    visitor.sees(SECOND)


def test_the_elder_version_stays_on_and_its_zoom_works(visitor: Person, library: dict[str, str]) -> None:
    page = visitor.visit("/")
    plain = letters(visitor)
    visitor.press("长辈版")
    expect(page.locator("html[data-elder]")).to_be_attached()
    visitor.visit(f"/resources/{library[FIRST]}")
    expect(page.locator("html[data-elder]")).to_be_attached()
    large = letters(visitor)
    assert large > plain
    page.locator("[data-zoom-by='1']").click()
    assert letters(visitor) > large
    zoomed = letters(visitor)
    page.reload()
    assert letters(visitor) == zoomed
    assert fits(page)
    visitor.press("退出长辈版")
    expect(page.locator("html[data-elder]")).to_have_count(0)


def letters(person: Person) -> float:
    return float(person.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))


def test_the_language_changes_to_english_and_back(visitor: Person, library: dict[str, str]) -> None:
    page = visitor.visit("/")
    visitor.press("English", exact=False)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    visitor.visit(f"/resources/{library[FIRST]}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".areas-nav")).to_contain_text("Degree education")
    visitor.press("中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")

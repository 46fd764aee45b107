"""Five tasks of a stranger of 70 on a telephone, in 长辈版 and without an account; and the portal by keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from journeys import eyes
from journeys.pages import PHONE, Film, fits
from journeys.people import Person, Troupe
from journeys.stage import Stage
from journeys.test_learner import plays_until
from journeys.test_visitor import letters

TAIJI = "太极拳云手与单鞭"
HAS_FOCUS = "e => e === document.activeElement"
AT_HAND = """e => {
  if (e.closest(".elder-bar")) return true;
  const box = e.getBoundingClientRect(), bar = document.querySelector('.elder-bar').getBoundingClientRect();
  const x = box.x + box.width / 2, y = Math.min(box.y + box.height / 2, bar.top - 8);
  const there = document.elementFromPoint(x, y);
  return box.top >= 0 && box.top + 44 <= bar.top && Boolean(there && (e.contains(there) || there.closest('li, .player')?.contains(e)));
}"""


class Finger:
    """Taps, and counts the taps of a task."""

    def __init__(self, person: Person) -> None:
        self.person, self.page, self.taps = person, person.page, 0

    def tap(self, place: Locator, *, at_hand: bool = True, through: bool = False) -> None:
        """``at_hand``: on the first screen, not under the bar, without scrolling. ``through``: a link lies over it."""
        expect(place).to_be_visible()
        if at_hand:
            assert place.evaluate(AT_HAND), f"not at hand on {self.page.url}: {place}"
        place.tap(force=through)
        self.taps += 1

    def took(self, most: int) -> None:
        assert self.taps <= most, self.taps
        self.taps = 0


@pytest.fixture
def stranger(troupe: Troupe, stage: Stage) -> Person:
    stage.library()
    person = troupe.stranger(**PHONE)
    person.context.add_init_script(path=eyes.AXE)
    person.forgive("Applying inline style")  # axe tries a style of its own
    person.visit("/")
    person.press("长辈版")
    expect(person.page.locator(".elder-bar[data-attached]")).to_be_visible()
    return person


def test_someone_of_70_finds_plays_enlarges_resumes_and_reports(stranger: Person) -> None:
    finger, page, film = Finger(stranger), stranger.page, Film(stranger.page)

    field = page.locator("#hero-search")  # find
    finger.tap(field)
    field.fill("我想学太极拳")
    finger.tap(page.locator(".hero button[type=submit]"))
    expect(page).to_have_url(re.compile("/search"))
    finger.tap(page.locator(".resource-row .cover").first, through=True)
    expect(page.locator("h1")).to_have_text(TAIJI)
    finger.took(3)

    film.see_still()  # play
    head = page.locator("header").bounding_box()
    assert head
    assert head["height"] < 844 / 5
    film.video.evaluate("video => { video.muted = true }")
    finger.tap(page.locator(".player-big"))
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    assert film.video.evaluate("video => video.textTracks[0].mode") == "showing"
    finger.took(1)
    stopped = plays_until(film, 5.5)  # past the middle of ten seconds: still something to come back to

    finger.tap(page.get_by_role("button", name="全屏"))  # enlarge
    page.wait_for_function("() => document.fullscreenElement?.matches('.player')")
    page.get_by_role("button", name="退出全屏").tap()
    page.wait_for_function("() => !document.fullscreenElement")
    small = letters(stranger)
    for _turn in range(6):
        page.get_by_role("button", name="放大").tap()
    assert letters(stranger) > 1.3 * small
    assert fits(page)
    assert not page.locator(".player-controls .player-word:visible").evaluate_all(
        "words => words.filter((word) => word.scrollWidth > word.parentElement.clientWidth)"
    )
    for _turn in range(5):
        page.get_by_role("button", name="缩小").tap()
    large = letters(stranger)
    finger.took(1)

    finger.tap(page.get_by_role("link", name="首页").last)  # come back
    expect(page.locator("html[data-zoom='1'] a.continue")).to_be_visible()
    assert letters(stranger) == large > small
    assert not eyes.findings(page)
    finger.tap(page.locator("a.continue"))
    finger.tap(page.get_by_role("button", name="接着看"))
    page.wait_for_function("from => document.querySelector('video').currentTime > from", arg=stopped)
    assert film.video.evaluate("video => video.currentTime") < stopped + 3
    finger.took(3)

    finger.tap(page.get_by_role("link", name="报告问题"), at_hand=False)  # report
    page.locator("textarea").fill("声音太小，听不清。")
    finger.tap(page.get_by_role("button", name="提交"), at_hand=False)
    expect(page).to_have_url(re.compile("/reports/"))
    said = re.search(r"受理编号 (\w+)", page.locator("main").inner_text())
    assert said is not None
    finger.tap(page.get_by_role("link", name="首页").last)
    expect(page.locator("#hero-search")).to_be_visible()
    finger.tap(page.get_by_role("link", name="投诉与建议"), at_hand=False)
    finger.tap(page.get_by_role("link", name="凭受理编号查询"), at_hand=False)
    page.get_by_label("受理编号").fill(f"{said[1][:7].lower()} {said[1][7:]}")
    finger.tap(page.get_by_role("button", name="查询"))
    expect(page.locator("h1")).to_contain_text(said[1])
    stranger.sees("声音太小，听不清。")
    finger.took(6)


class Keys:
    """The keyboard and nothing else. Every press leaves the focus somewhere that can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def go_to(self, place: Locator, *, most: int) -> None:
        for _press in range(most):
            self.press("Tab")
            lost = self.page.evaluate(
                "() => { const e = document.activeElement, box = e.getBoundingClientRect(); return e === document.body || (box.width > 1 && !e.checkVisibility()) }"
            )
            assert not lost, self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            if place.evaluate(HAS_FOCUS):
                return
        raise AssertionError(
            f"{most} presses do not lead to {place}: {self.page.evaluate('document.activeElement.outerHTML.slice(0, 200)')}"
        )


def test_by_keyboard_alone_one_finds_filters_plays_and_comes_back(visitor: Person, stage: Stage) -> None:
    stage.library()
    page = visitor.visit("/")
    keys = Keys(page)
    keys.go_to(page.locator("a.skip"), most=1)
    keys.press("Enter")
    assert page.locator("#main").evaluate(HAS_FOCUS)
    keys.go_to(page.locator("#hero-search"), most=1)
    page.keyboard.type("太极")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/search"))
    keys.go_to(page.locator("a.skip"), most=1)
    keys.press("Enter")
    box = page.locator(".filters input[type=checkbox]").first
    name, value = str(box.get_attribute("name")), str(box.get_attribute("value"))
    chosen = page.locator(f".filters [name='{name}'][value='{value}']")
    keys.go_to(chosen, most=20)
    keys.press("Space")
    expect(page).to_have_url(re.compile(f"{name}={value}"))
    expect(chosen).to_be_checked()
    expect(chosen).to_be_focused()  # the page sent itself; the focus is where it was
    there = page.url
    row = page.locator(".resource-row a").first
    keys.go_to(row, most=40)
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text(TAIJI)

    film = Film(page)
    expect(page.locator(".player[data-attached]")).to_be_visible()
    film.video.evaluate("video => { video.muted = true }")
    keys.go_to(page.locator("a.skip"), most=1)
    keys.press("Enter")
    keys.go_to(page.locator(".player"), most=8)
    keys.press("k")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    keys.press("k")
    assert film.video.evaluate("video => video.paused")
    keys.press("ArrowRight")
    assert film.video.evaluate("video => video.currentTime") > 5
    keys.press(">")
    assert film.video.evaluate("video => video.playbackRate") == 1.25
    keys.press("c")
    assert film.video.evaluate("video => video.textTracks[0].mode") == "showing"
    assert page.locator(".player").evaluate(HAS_FOCUS)

    page.go_back()
    expect(page).to_have_url(there)
    expect(row).to_be_focused()

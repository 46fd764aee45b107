"""What the pages are made of, so that the stories need not know."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from journeys.people import Person

CHECKS_MS = 60_000


class Draft:
    """The pages on which a reporter prepares one resource."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    @property
    def address(self) -> str:
        found = re.search(r"/work/resources/[^/]+/v\d+/", self.page.url)
        assert found, self.page.url
        return found.group()

    @property
    def resource_id(self) -> str:
        return self.address.split("/")[3]

    def begin(self, title: str, *, kind: str = "A01", area: str = "community") -> "Draft":
        self.person.visit("/work/resources/new")
        self.page.get_by_label("资源名称").fill(title)
        self.page.locator(f"input[name=type][value={kind}]").check()
        self.page.locator(f"input[name=area][value={area}]").check()
        self.person.press("建立草稿")
        expect(self.page.locator("#id_title")).to_have_value(title)
        return self

    def fill(self, **fields: str) -> None:
        """Types into fields by their names; a choice of a list by its words."""
        for name, value in fields.items():
            field = self.page.locator(f"#id_{name}")
            if field.evaluate("field => field.tagName") == "SELECT":
                label = field.evaluate("(field, words) => [...field.options].find(o => o.text.includes(words))?.text", value)
                field.select_option(label=label)
            else:
                field.fill(value)

    def wait_until_saved(self) -> None:
        expect(self.page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d+:\d\d"))

    def keep_cover(self, cover: dict[str, Any]) -> None:
        self.page.locator("#id_cover").set_input_files(cover)
        self.person.press("保存，去上传文件")
        expect(self.page).to_have_url(re.compile("/files$"))

    def send(self, film: Path) -> Locator:
        """Chooses a file for the upload island; its line in the list."""
        self.page.locator("#id_files").set_input_files(film)
        return self.page.locator(".uploads li", has_text=film.name)

    def wait_until_checked(self, films: int = 1) -> None:
        """Every file of the list has its verdict and nothing is under way."""
        verdicts = self.page.locator(".file-list .file-head .state-pass, .file-list .file-head .state-fail, .file-list .file-head .state-warn")
        expect(verdicts).to_have_count(films, timeout=CHECKS_MS)
        expect(self.page.locator("[data-done]")).to_be_attached(timeout=CHECKS_MS)

    def explain(self, sentence: str) -> None:
        """One sentence beside every fail."""
        for place in self.page.locator("input[name^=explanation-]").all():
            place.fill(sentence)
        self.page.get_by_role("button", name="保存说明").first.click()
        self.person.sees(sentence)

    def sign_and_submit(self, name: str) -> str:
        """Own review item by item, promise, submission; the number of the receipt."""
        self.person.visit(f"{self.address}submit")
        self.person.follow(re.compile("下一步：逐项自审"))
        for yes in self.page.locator("input[type=radio][value=yes]").all():
            yes.check()
        self.page.locator("#sign_name").fill(name)
        self.person.press("签署并报送")
        return self.page.locator(".receipt-number").inner_text()

    def submit_again(self) -> None:
        self.person.visit(f"{self.address}submit")


class Film:
    """A player on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.video = page.locator("video").first

    def see_still(self) -> None:
        """It has not begun by itself."""
        expect(self.video).to_be_visible()
        assert self.video.evaluate("video => video.paused && !video.autoplay && video.currentTime === 0")

    def play(self) -> None:
        self.video.evaluate("video => { video.muted = true }")
        self.page.locator(".player").first.focus()
        self.page.keyboard.press("k")
        self.page.wait_for_function("() => { const v = document.querySelector('video'); return v.videoWidth > 0 && v.currentTime > 0.3 }")

    def seek(self, to: float) -> None:
        self.video.evaluate("(video, to) => { video.currentTime = to }", to)
        self.page.wait_for_function("to => { const v = document.querySelector('video'); return !v.seeking && v.currentTime >= to }", arg=to)
        self.page.wait_for_function("to => { const v = document.querySelector('video'); return v.ended || v.currentTime > to + 0.3 }", arg=to)

    @property
    def source(self) -> str:
        return str(self.video.evaluate("video => video.currentSrc"))


def fits(page: Page) -> bool:
    """Nothing scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))

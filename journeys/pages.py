"""What the pages are made of, so that the stories need not know."""

import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Frame, Locator, Page, expect

from journeys.people import Person

CHECKS_MS = 60_000
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


class Draft:
    """The pages on which a reporter prepares one resource."""

    def __init__(self, person: Person, *, address: str = "") -> None:
        self.person, self.page, self.known = person, person.page, address

    @property
    def address(self) -> str:
        found = re.search(r"/work/resources/[^/]+/v\d+/", self.page.url)
        assert found or self.known, self.page.url
        return found.group() if found else self.known

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
                values = "(field, words) => [...field.options].filter(o => o.text.trim() === words).map(o => o.value)"
                field.select_option(field.evaluate(values, value)[:1] or value)
            else:
                field.fill(value)

    def wait_until_saved(self) -> None:
        expect(self.page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d+:\d\d"))

    def keep_cover(self, cover: FilePayload) -> None:
        self.page.locator("#id_cover").set_input_files(cover)
        self.person.press("保存，去上传文件")
        expect(self.page).to_have_url(re.compile("/files$"))

    def send(self, film: Path) -> Locator:
        """Chooses a file for the upload island, and says to send it all the same if it breaks the standard; its line in the list."""
        self.page.locator("#id_files").set_input_files(film)
        looking = "() => ![...document.querySelectorAll('.uploads .upload-line')].some(l => l.textContent.includes('正在查看文件'))"
        self.page.wait_for_function(looking)
        line = self.page.locator(".uploads > li", has_text=film.name)
        held = line.get_by_role("button", name="仍要上传")
        if held.is_visible():
            held.click()
        return line

    def wait_until_checked(self, films: int = 1) -> None:
        """Every file of the list has its verdict and nothing is under way."""
        verdicts = self.page.locator(
            ".file-list .file-head .state-pass, .file-list .file-head .state-fail, .file-list .file-head .state-warn"
        )
        expect(verdicts).to_have_count(films, timeout=CHECKS_MS)
        expect(self.page.locator("[data-done]")).to_be_attached(timeout=CHECKS_MS)

    def explain(self, sentence: str) -> None:
        """One sentence beside every fail."""
        for place in self.page.locator("input[name^=explanation-]").all():
            place.fill(sentence)
        self.page.get_by_role("button", name="保存说明").first.click()
        self.person.sees("说明已保存")

    def sign_and_submit(self, name: str, *, call: str = "") -> str:
        """Own review item by item, promise, submission; the number of the receipt. ``call`` where several are open."""
        self.person.visit(f"{self.address}submit")
        choice = self.page.locator("select#call")
        if call and choice.count():
            choice.select_option(call)
        self.person.follow(re.compile("下一步：逐项自审"))
        for yes in self.page.locator("input[type=radio][value=yes]").all():
            yes.check()
        self.page.locator("#sign_name").fill(name)
        self.person.press("签署并报送")
        return self.page.locator(".receipt-number").inner_text()


class Registration:
    """The public form of a call, and the registrant's own page after it."""

    def __init__(self, clerk: Person) -> None:
        self.clerk, self.page = clerk, clerk.page

    def read_word(self, **values: str) -> None:
        """The notice's form filled in as Word, read back by the page."""
        from lifelong.calls.form import FormValues, write

        content = write(FormValues(**values))
        word = FilePayload(name="登记表.docx", mimeType="application/octet-stream", buffer=content)
        self.page.locator("#id_word").set_input_files(word)
        self.clerk.press("读取登记表")
        self.clerk.sees("已读出登记表")

    def name_new_institution(self, region: str) -> None:
        kind = self.page.locator("#id_institution_kind")
        if not kind.is_visible():
            self.page.locator("summary", has_text="名册里没有我的单位").click()
        kind.select_option("other")
        self.page.locator("#id_region").select_option(region)

    def prove_email(self, code: str) -> None:
        self.page.locator("#id_code").fill(code)
        self.clerk.press("验证")
        self.clerk.sees("邮箱已验证")

    def print_pdf(self) -> bytes:
        link = self.page.get_by_role("link", name="登记表 PDF")
        return self.clerk.context.request.get(str(link.get_attribute("href"))).body()

    def hand_in(self, *, stamped: bytes) -> None:
        scan = FilePayload(name="登记表（盖章）.pdf", mimeType="application/pdf", buffer=stamped)
        self.page.locator("#id_stamped").set_input_files(scan)
        self.clerk.press("上传")
        self.clerk.sees("盖章的登记表已收到")
        self.clerk.press("提交")


class Round:
    """One submission on the reviewer's desk."""

    def __init__(self, officer: Person) -> None:
        self.officer, self.page = officer, officer.page

    def waive(self, reason: str) -> None:
        """Every fail, one after the other."""
        waivable = self.page.locator("summary", has_text="豁免这一条")
        while waivable.count():
            waivable.first.click()
            self.page.locator("input[id^=waive-]:visible").first.fill(reason)
            self.page.locator("form[action$='/waive'] button:visible").first.click()
            self.officer.sees("已豁免")

    def decide(self, outcome: str, *reasons: tuple[str, str]) -> None:
        """``reasons``: field and words."""
        self.page.locator(f"input[name=outcome][value={outcome}]").check()
        for number, (about, words) in enumerate(reasons):
            self.page.locator(f"#id_field_{number}").select_option(about)
            self.page.locator(f"#id_text_{number}").fill(words)
        self.officer.press("提交决定")


class Book:
    """The search of the portal."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    def find(self, words: str, title: str, *, within_s: float = 45) -> None:
        """Searches from the home page until the title is there, and opens it."""
        end = time.monotonic() + within_s
        self.person.visit("/")
        self.page.locator("#hero-search").fill(words)
        self.page.locator("#hero-search").press("Enter")
        row = self.page.get_by_role("link", name=title).first
        while not row.is_visible() and time.monotonic() < end:
            time.sleep(0.4)
            self.page.reload()
        row.click()


class Film:
    """A player on a page, or in a frame of one."""

    def __init__(self, page: Page | Frame) -> None:
        self.page = page
        self.video = page.locator("video").first

    def see_still(self) -> None:
        """It has not begun by itself."""
        expect(self.video).to_be_visible()
        assert self.video.evaluate("video => video.paused && !video.autoplay && video.currentTime === 0")

    def play(self) -> None:
        self.video.evaluate("video => { video.muted = true }")
        self.page.locator(".player").first.press("k")
        self.page.wait_for_function(
            "() => { const v = document.querySelector('video'); return v.videoWidth > 0 && v.currentTime > 0.3 }"
        )

    def seek(self, to: float) -> None:
        self.video.evaluate("(video, to) => { video.currentTime = to }", to)
        self.page.wait_for_function(
            "to => { const v = document.querySelector('video'); return !v.seeking && v.currentTime >= to }", arg=to
        )
        self.page.wait_for_function(
            "to => { const v = document.querySelector('video'); return v.ended || v.currentTime > to + 0.3 }", arg=to
        )

    def pause(self) -> None:
        self.page.locator(".player").first.press("k")
        self.page.wait_for_function("() => document.querySelector('video').paused")

    @property
    def place(self) -> float:
        return float(self.video.evaluate("video => video.currentTime"))

    @property
    def source(self) -> str:
        return str(self.video.evaluate("video => video.currentSrc"))


def fits(page: Page) -> bool:
    """Nothing scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))

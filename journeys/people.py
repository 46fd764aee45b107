"""Who acts in the stories: each has a browser context of their own, and a pair of eyes on its console."""

import base64
import hashlib
import hmac
import re
import struct
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, expect

from journeys.stage import Stage

PASSWORD = "竹杖芒鞋轻胜马1037"
SLOW_MS = 15_000


@dataclass
class Person:
    stage: Stage
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    password: str = PASSWORD
    line: CDPSession | None = None

    def visit(self, path: str) -> Page:
        """Opens an address and expects a page, not an error."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        return self.page

    def forgive(self, words: str) -> None:
        """A complaint of the console that belongs to the story, such as a page that is gone."""
        self.forgiven.append(words)

    def press(self, name: str, *, exact: bool = True, confirm: bool = False) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()
        if confirm:
            self.page.locator("dialog[open]").get_by_role("button").last.click()

    def follow(self, name: str | re.Pattern[str], *, exact: bool = True) -> None:
        self.page.get_by_role("link", name=name, exact=exact if isinstance(name, str) else None).first.click()

    def sees(self, words: str | re.Pattern[str], *, within_ms: int = SLOW_MS) -> None:
        expect(self.page.locator("body")).to_contain_text(words, timeout=within_ms, use_inner_text=True)

    def reloads_until(self, words: str, *, within_s: float = 60) -> None:
        """For what the platform does in the background."""
        end = time.monotonic() + within_s
        while words not in self.page.locator("main").inner_text():
            assert time.monotonic() < end, f"no {words} on {self.page.url}"
            time.sleep(0.4)
            self.page.reload()

    def sign_in(self, email: str, *, secret: str = "") -> None:
        """By the sign-in page, with the second factor where there is one."""
        page = self.visit("/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[type=password]").fill(self.password)
        self.press("登录")
        if secret:
            self.prove_second_factor(secret, "继续")
        expect(page).to_have_url(re.compile("/work/"))

    def prove_second_factor(self, secret: str, button: str) -> None:
        """A code works once: whoever just used one waits for the next, as with a real telephone."""
        self.forgive("422")
        end = time.monotonic() + 40
        while True:
            self.page.locator("input[name=code]").first.fill(totp(secret))
            self.press(button)
            wrong = self.page.locator(".field-error")
            if not wrong.is_visible():
                return
            assert time.monotonic() < end, wrong.inner_text()
            time.sleep(0.5)

    def sign_out(self) -> None:
        self.page.locator("summary", has_text="我的账号").click()
        self.press("退出登录", exact=False)
        expect(self.page).not_to_have_url(re.compile("/work/"))

    def slow_down(self, bytes_per_second: int | None) -> None:
        """A thin line for what this person sends; None makes it as fast as it is."""
        self.line = self.line or self.context.new_cdp_session(self.page)
        upload = -1 if bytes_per_second is None else bytes_per_second
        self.line.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload},
        )

    def go_on_in_a_new_window(self) -> None:
        """The same person at the same computer, after closing the page."""
        self.page, self.line = self.context.new_page(), None
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(f"{page.url}: {message.text}")

        page.on("console", said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    @property
    def unforgiven(self) -> list[str]:
        return [said for said in dict.fromkeys(self.complaints) if not any(words in said for words in self.forgiven)]


class Troupe:
    def __init__(self, browser: Browser, stage: Stage) -> None:
        self.browser, self.stage = browser, stage
        self.people: list[Person] = []

    def stranger(self, **wishes: Any) -> Person:
        """Somebody whom the platform does not know. ``wishes`` go to the browser context."""
        context = self.browser.new_context(
            base_url=self.stage.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **{"viewport": {"width": 1280, "height": 900}, **wishes},
        )
        context.set_default_timeout(SLOW_MS)
        person = Person(self.stage, context, context.new_page())
        person.watch(person.page)
        self.people.append(person)
        return person

    def played_by(self, email: str, **wishes: Any) -> Person:
        """Somebody of the cast, let in by their demonstration link."""
        person = self.stranger(**wishes)
        person.visit(self.stage.link_of(email))
        return person

    def reporter(self, code: str = "4141990101", **wishes: Any) -> Person:
        return self.played_by(f"reporter-{code}@example.org", **wishes)

    def deciding_officer(self, **wishes: Any) -> Person:
        return self.played_by("deciding@example.org", **wishes)

    def final_reviewer(self, **wishes: Any) -> Person:
        return self.played_by("final@example.org", **wishes)

    def operator(self, **wishes: Any) -> Person:
        return self.played_by("operator@example.org", **wishes)

    def describe(self, story: str) -> str:
        """For a story that broke: address, text and picture of every page, the end of the server's log."""
        told = []
        for number, person in enumerate(self.people):
            for page in person.context.pages:
                picture = self.stage.folder / f"{story}-{number}.png"
                page.screenshot(path=picture, full_page=True)
                told.append(f"{page.url}  {picture}\n{page.locator('body').inner_text()[:3000]}")
        return "\n----\n".join([*told, *self.complaints(), self.stage.front.log[-3000:]])

    def complaints(self) -> list[str]:
        return [said for person in self.people for said in person.unforgiven]

    def leave(self) -> None:
        complaints = self.complaints()
        for person in self.people:
            person.context.close()
        assert not complaints, complaints


def totp(secret: str, at: float | None = None) -> str:
    """RFC 6238: six digits for half a minute."""
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"

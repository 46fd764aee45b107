"""One stage for the whole run: a served platform with its people, a browser, and who acts in it."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from journeys.people import Person, Troupe
from journeys.stage import Stage, open_stage

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio", "--autoplay-policy=user-gesture-required",
    "--disable-features=LocalNetworkAccessChecks",  # a school's public page frames us, who stand on loopback here
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Where a story broke: what everybody had before their eyes, kept beside the platform's data."""
    report = yield
    troupe = getattr(item, "funcargs", {}).get("troupe")
    if report.when == "call" and report.failed and troupe:
        report.sections.append(("what they saw", troupe.describe(item.name)))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        pytest.skip("no Chromium on this machine; CHROMIUM may name one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("journeys")) as stage:
        yield stage


@pytest.fixture
def troupe(browser: Browser, stage: Stage) -> Iterator[Troupe]:
    """Makes people who act, each in a browser of their own; a complaint in anyone's console fails the story."""
    troupe = Troupe(browser, stage)
    yield troupe
    troupe.leave()


@pytest.fixture
def visitor(troupe: Troupe) -> Person:
    return troupe.stranger()

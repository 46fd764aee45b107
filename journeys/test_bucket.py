"""Where originals go to a bucket: the same page sends a film straight there, the line breaks, another computer goes on, it is judged."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from journeys.pages import Draft
from journeys.people import Troupe
from journeys.stage import Stage, open_stage
from lifelong.media.bucket import Place
from lifelong.media.bucket.rest import Bucket
from lifelong.media.tests import samples, swift
from lifelong.media.tests.strict_bucket import a_strict_bucket

LARGE = 17 << 20  # three parts
ORIGINAL = """
from lifelong.media.models import MediaFile
from lifelong.media.tasks import still_there
film = MediaFile.objects.get()
film.location.unlink()
result = [film.object_key, film.sha256, still_there(film.pk).location.stat().st_size]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A real server where the machine has one, else the strict one of the tests."""
    if not swift.is_installed():
        with a_strict_bucket() as (_, there):
            yield there
        return
    with swift.a_swift(tmp_path_factory.mktemp("swift")) as address:
        there = Place.read(f"s3://films/demo?endpoint={address}", key=swift.KEY, secret=swift.SECRET)
        bucket = Bucket(there)
        bucket.ask("PUT")
        bucket.lines.close()
        yield there


@pytest.fixture(scope="module")
def stage(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    url = f"s3://{place.name}/{place.prefix}?endpoint={place.endpoint}"
    own = {"STORAGE_URL": url, "STORAGE_KEY": place.key, "STORAGE_SECRET": place.secret}
    with open_stage(tmp_path_factory.mktemp("bucket"), **own) as stage:
        yield stage


@pytest.fixture
def troupe(browser: Browser, stage: Stage) -> Iterator[Troupe]:
    troupe = Troupe(browser, stage)
    yield troupe
    troupe.leave()


def test_a_film_goes_straight_into_the_bucket_and_goes_on_elsewhere(troupe: Troupe, stage: Stage, place: Place) -> None:
    film = stage.folder / "长的一课.mp4"
    small = samples.video().read_bytes()
    film.write_bytes(small + (LARGE - len(small)).to_bytes(4) + b"free" + bytes(LARGE - len(small) - 8))
    here = troupe.reporter("4141990101")
    draft = Draft(here).begin("长的一课")
    here.visit(f"{draft.address}files")
    here.forgive("ERR_FAILED")
    here.page.route(re.compile("partNumber=3"), lambda route: route.abort())
    line = draft.send(film)
    expect(line).to_contain_text("存储服务暂时连不上，已传的部分都保留着")
    expect(line).to_contain_text("自动再试")
    here.page.close(run_before_unload=False)

    there = troupe.reporter("4141990101")
    sent: list[str] = []

    def watch(request: Request) -> None:
        if request.method in {"PUT", "PATCH"}:
            sent.append(request.url)

    there.page.on("request", watch)
    draft = Draft(there, address=draft.address)
    there.visit(f"{draft.address}files")
    there.sees("没有传完，重新选择同一个文件即可接着传")
    draft.send(Path(film.rename(stage.folder / "改了名.mp4")))
    draft.wait_until_checked()
    expect(there.page.locator(".file-list .file-head")).to_contain_text("合格")
    (last,) = sent
    assert last.startswith(f"{place.endpoint}/{place.name}/")
    assert "partNumber=3" in last
    key, sha256, size = stage.ask(ORIGINAL)
    assert (key.startswith("originals/"), len(sha256), size) == (True, 64, LARGE)

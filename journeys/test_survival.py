"""What a closed lid, a killed server and a killed worker do: nothing is lost, nothing is double."""

import hashlib
import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from journeys.pages import Draft
from journeys.people import Troupe
from journeys.stage import Stage

SLOW = 1_200_000  # bytes a second
FILES = """
from lifelong.resources.models import Version
version = Version.objects.get(resource__resource_id=resource_id, number=1)
result = [[entry.media_file.sha256, entry.media_file.size, entry.media_file.probe_state] for entry in version.files.select_related("media_file")]
"""
RUNNERS = """
from lifelong.jobs.models import Job, Worker
names = Job.objects.running().filter(path=path).values("worker")
result = list(Worker.objects.filter(name__in=names).values_list("pid", flat=True))
"""
ATTEMPTS = """
from lifelong.jobs.models import Job
result = Job.objects.filter(path=path).order_by("-pk")[0].attempts
"""
FINDINGS = """
from lifelong.resources.models import Finding
rules = list(Finding.objects.filter(version__resource__resource_id=resource_id).values_list("rule", flat=True))
result = [len(rules), len(set(rules))]
"""


@pytest.fixture
def large_film(stage: Stage) -> Path:
    """A film of some 24 MB: real, with room at its end, as editors leave it."""
    path = stage.film("长片", seed=41, rounds=1)
    room = os.urandom(22_000_000)
    with path.open("ab") as film:
        film.write((len(room) + 8).to_bytes(4, "big") + b"free" + room)
    return path


def test_an_upload_survives_a_closed_page_and_a_killed_server(troupe: Troupe, stage: Stage, large_film: Path) -> None:
    reporter = troupe.reporter()
    draft = Draft(reporter).begin("怎样保存老照片")
    reporter.visit(f"{draft.address}files")
    reporter.slow_down(SLOW)
    draft.send(large_film)
    wait_for_percent(reporter.page, 15)
    reporter.page.close()

    reporter.go_on_in_a_new_window()
    draft = Draft(reporter, address=draft.address)
    reporter.visit(f"{draft.address}files")
    reporter.sees("重新选择同一个文件")
    reporter.slow_down(SLOW)
    begins = offsets(reporter.page)
    draft.send(large_film)
    expect(reporter.page.locator(".uploads li", has_text=large_film.name)).to_have_count(1)
    wait_for_percent(reporter.page, 45)
    assert begins[0] > 0, "it went on where it stopped"

    for words in ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "Failed to load resource"):
        reporter.forgive(words)
    sent_before = len(begins)
    stage.front.kill()
    reporter.sees("秒后自动再试")
    stage.front.start()
    reporter.slow_down(None)
    draft.wait_until_checked()
    assert begins[sent_before] > begins[0], "and again"
    [[sha256, size, _state]] = stage.ask(FILES, resource_id=draft.resource_id)
    assert size == large_film.stat().st_size
    assert sha256 == hashlib.sha256(large_film.read_bytes()).hexdigest()


def wait_for_percent(page: Page, percent: int) -> None:
    page.wait_for_function(
        "least => parseInt(document.querySelector('.uploads .upload-line')?.textContent) >= least",
        arg=percent,
        timeout=40_000,
    )


def offsets(page: Page) -> list[int]:
    """Where each part that is sent from now on begins."""
    begins: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            begins.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return begins


def test_a_check_whose_worker_is_killed_is_finished_by_the_next_and_nothing_is_double(
    troupe: Troupe, stage: Stage
) -> None:
    reporter = troupe.reporter()
    draft = Draft(reporter).begin("菜场里的应用题")
    reporter.visit(f"{draft.address}files")
    draft.send(stage.film("菜场", seed=42, rounds=13))
    kill_worker_of(stage, "lifelong.media.tasks.probe_whole_of")
    draft.wait_until_checked()
    assert stage.ask(ATTEMPTS, path="lifelong.media.tasks.probe_whole_of") == 2, "it was begun, and begun again"
    found, different = stage.ask(FINDINGS, resource_id=draft.resource_id)
    assert found == different > 0
    assert len(stage.ask(FILES, resource_id=draft.resource_id)) == 1


def kill_worker_of(stage: Stage, path: str, *, within_s: float = 90) -> None:
    """As soon as a job of this kind runs, its worker is killed with -9."""
    end = time.monotonic() + within_s
    while not (pids := stage.ask(RUNNERS, path=path)):
        assert time.monotonic() < end, "no such job came"
    os.kill(pids[0], signal.SIGKILL)


BATCH = """
from django.utils import timezone, translation
from lifelong.accounts.models import User
from lifelong.resources.models import Version
from lifelong.review.actions import batches
from lifelong.demo.actions import reviews
officer, final = (User.objects.get(email=f"{name}@example.org") for name in ("deciding", "final"))
now = timezone.now()
with translation.override("zh-hans"):
    versions = list(Version.objects.filter(resource__resource_id__in=resource_ids))
    for version in versions:
        reviews.forward(version, by=officer, at=now)
        version.refresh_from_db()
        reviews.accept(version, by=final, at=now)
    batch = batches.create_batch(number=number, title="演练批次", announcement="", by=final, at=now)
    batches.add_versions(batch, versions, by=final, at=now)
result = batch.pk
"""
STANDING = """
from lifelong.catalogue.models import Entry
from lifelong.resources.models import Version
from lifelong.review.models import Batch
batch = Batch.objects.get(number=number)
result = {
    "batch": batch.state,
    "versions": sorted(set(Version.objects.filter(resource__resource_id__in=resource_ids).values_list("state", flat=True))),
    "entries": sorted(set(Entry.objects.filter(resource__resource_id__in=resource_ids).values_list("visibility", flat=True))),
    "lines": batch.items.count(),
}
"""


def test_a_batch_is_wholly_published_or_wholly_not_whenever_the_power_goes(troupe: Troupe, stage: Stage) -> None:
    number = "2026-79"
    titles = ("窗台上的气象站", "一把二胡的声音")
    resource_ids = [stage.submitted(title, seed=51 + place) for place, title in enumerate(titles)]
    stage.ask(BATCH, resource_ids=resource_ids, number=number)
    reviewer = troupe.final_reviewer()
    reviewer.visit(f"/work/batches/{number}/")
    reviewer.press("立即发布", confirm=True)
    reviewer.sees("正在发布")
    wait_for_job(stage, "lifelong.review.tasks.publish_batch")
    stage.front.kill()
    after = stage.ask(STANDING, resource_ids=resource_ids, number=number)
    assert after["versions"] == (["published"] if after["batch"] == "published" else ["accepted"]), after
    stage.front.start()
    reviewer.visit(f"/work/batches/{number}/")
    reviewer.reloads_until("已发布", within_s=60)
    done = stage.ask(STANDING, resource_ids=resource_ids, number=number)
    assert (done["batch"], done["versions"], done["lines"]) == ("published", ["published"], 2)
    assert len(done["entries"]) == 1
    visitor = troupe.stranger()
    visitor.visit(f"/batches/{number}")
    for title in titles:
        expect(visitor.page.get_by_role("link", name=title)).to_have_count(1)
        visitor.visit(f"/resources/{resource_ids[titles.index(title)]}")
        visitor.page.go_back()


def wait_for_job(stage: Stage, path: str, *, within_s: float = 60) -> None:
    """Until it has been begun."""
    code = "from lifelong.jobs.models import Job\nresult = Job.objects.filter(path=path, attempts__gt=0).exists()"
    end = time.monotonic() + within_s
    while not stage.ask(code, path=path):
        assert time.monotonic() < end, "no such job came"

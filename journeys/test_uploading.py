"""Uploading in earnest: what the browser says before a byte is sent is what the server says after; many files go to their drafts by name."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Request, Response, expect

from journeys.pages import Draft, fits
from journeys.people import Troupe
from journeys.stage import Stage
from lifelong.media.probe import probe_facts
from lifelong.media.tests import samples
from lifelong.standards.technical import judge, packaged

LATER = {"file.complete", "duration.matches"}
UNIT = "4141990101"
DRAFTS = """
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.actions import drafts
reporter, unit = User.objects.get(email="reporter-4141990101@example.org"), Institution.objects.get(code="4141990101")
for title, names in WANTED.items():
    version = drafts.create_draft(institution=unit, by=reporter, at=timezone.now(), values={"title": title, "type": "A01", "area": "community"})
    version.own_files = names
    version.save(update_fields=["own_files"])
result = len(WANTED)
"""


def files_of_every_kind() -> list[Path]:
    """What an institution may bring: films and sounds that keep the standard, that break it, and that are none."""
    return [
        samples.video(), samples.video(size=(960, 540), rate=Fraction(24000, 1001), movflags=""),
        samples.video(size=(960, 720), sample_aspect_ratio=Fraction(4, 3)), samples.video(size=(720, 1280)),
        samples.video(codec="libx265"), samples.video(pix_fmt="yuv420p10le"), samples.video(audio=("libmp3lame",)),
        samples.video(movflags="+frag_keyframe+empty_moov"), samples.video(frame_ticks=(3000, 3000, 3000, 9000)),
        samples.video(container="mov"), samples.video(container="mkv", suffix="mp4"), samples.video(still=True),
        samples.video(audio=()), samples.cut(samples.video(), 0.6), samples.cut(samples.video(movflags=""), 0.9),
        samples.sound(), samples.sound(layout="mono"), samples.sound(sample_rate=22050), samples.sound(quality=4, xing=False),
        samples.cut(samples.sound(), 0.5), samples.with_id3(samples.sound(), picture_bytes=50_000),
        samples.sound(codec="pcm_s16le", container="wav"), samples.sound(codec="flac", container="flac", layout="mono"),
        samples.sound(codec="aac", container="aac", suffix="mp3"),
        samples.written("讲义.mp4", b"%PDF-1.7 not a film"), samples.written("一行字.mp4", "不是影片".encode("gb18030") * 40),
    ]  # fmt: skip


def said_by_server(path: Path) -> dict[str, tuple[str, str]]:
    facts = probe_facts(path)
    return {finding.id: (finding.verdict, finding.message) for finding in judge(facts, packaged())}


def test_the_browser_says_before_sending_what_the_server_says_after(troupe: Troupe, stage: Stage) -> None:
    reporter = troupe.reporter(UNIT)
    said: dict[str, dict[str, tuple[str, str]]] = {}
    sent: list[str] = []

    def hear(answer: Response) -> None:
        if "/precheck" not in answer.url:
            return
        asked, told = answer.request.post_data_json["files"], answer.json()["files"]
        for one, findings in zip(asked, told, strict=True):
            said[one["name"]] = {f["id"]: (f["verdict"], f["message"]) for f in findings["findings"]}

    def watch(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(request.url)

    reporter.page.on("response", hear)
    reporter.page.on("request", watch)
    Draft(reporter).begin("先看后传")
    reporter.visit(f"{Draft(reporter).address}files")
    files = files_of_every_kind()
    refused = [path for path in files if any(v == "fail" for v, _ in said_by_server(path).values())]
    reporter.page.locator("#id_files").set_input_files(refused)
    expect(reporter.page.locator(".uploads li button", has_text="仍要上传")).to_have_count(len(refused) - 2)
    reporter.sees("这是一份文档，不是音视频")
    assert not sent, "what breaks the standard waits for its person's word"
    reporter.page.locator("#id_files").set_input_files([path for path in files if path not in refused])
    for _ in range(100):
        if len(said) == len(files):
            break
        reporter.page.wait_for_timeout(200)
    differing: dict[tuple[str, str], Any] = {}
    for path in files:
        server, browser = said_by_server(path), said[path.name]
        for rule, (verdict, sentence) in browser.items():
            if verdict == "unknown" or rule in LATER:
                continue
            theirs = server.get(rule, ("", ""))
            if (verdict, sentence) != theirs:
                differing[path.name, rule] = ((verdict, sentence), theirs)
        unsaid = {rule for rule, (verdict, _) in server.items() if verdict == "fail"} - set(browser)
        assert not unsaid, (path.name, unsaid)
    assert not differing


def test_a_film_of_four_gigabytes_is_looked_at_in_a_moment(troupe: Troupe, stage: Stage) -> None:
    path = stage.folder / "长片.mp4"
    film = samples.video(size=(960, 540), movflags="").read_bytes()
    where = film.index(b"mdat") - 4
    with path.open("wb") as file:  # the same film with four gigabytes of nothing before it
        file.write(film[:where] + b"\0\0\0\1free" + (4 << 30).to_bytes(8, "big"))
        file.seek(where + (4 << 30))
        file.write(film[where:])
    make_drafts(stage, {"长片": "长片.mp4"})
    reporter = troupe.reporter(UNIT)
    reporter.visit("/work/resources/upload/")
    looked = reporter.page.evaluate_handle("""() => {
        const seen = []; const original = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (...given) { this.addEventListener("message", (e) => seen.push(e.data)); return original.apply(this, given); };
        return seen; }""")
    reporter.page.locator("#id_many").set_input_files(path)
    expect(reporter.page.locator(".uploads li button", has_text="仍要上传")).to_be_visible()
    (look,) = looked.json_value()
    assert (look["facts"]["size_bytes"] >> 32, look["facts"]["video"]["width"]) == (1, 960), look
    assert look["facts"]["boxes"]["index_first"] is False
    assert look["read"] < 1 << 20, look
    assert look["took"] < 5000, look


def make_drafts(stage: Stage, wanted: dict[str, str]) -> None:
    assert stage.ask(DRAFTS, WANTED=wanted)


@pytest.fixture
def folder(stage: Stage) -> Path:
    folder = stage.folder / "要传的"
    folder.mkdir(exist_ok=True)
    return folder


def put(folder: Path, name: str, **wishes: Any) -> Path:
    path = folder / name
    path.write_bytes(samples.video(**wishes).read_bytes())
    return path


def test_many_files_go_to_their_drafts_whatever_happens_to_one(troupe: Troupe, stage: Stage, folder: Path) -> None:
    make_drafts(stage, {"看云识天气": "云.mp4", "听风辨方向": "风.mp4", "观雨知季节": "雨.mp4"})
    cloud, wind, rain, snow = (put(folder, f"{name}.mp4", seed=seed) for seed, name in enumerate("云风雨雪", 21))
    reporter = troupe.reporter(UNIT)
    page = reporter.visit("/work/resources/upload/")
    broken: list[str] = []

    def break_one(route: Any) -> None:
        if not broken:
            broken.append(route.request.url)
            return route.fulfill(status=507, headers={"Tus-Resumable": "1.0.0"})
        return route.continue_() if route.request.url != broken[0] or len(broken) > 1 else route.abort()

    page.route(re.compile(r"/uploads/[0-9a-f-]+\?"), break_one)
    reporter.forgive("507")
    page.locator("#id_many").set_input_files([cloud, wind, rain, snow])
    line = page.locator(".uploads > li")
    expect(line.filter(has_text="平台存储空间不足，已传的部分都保留着")).to_have_count(1)
    expect(line.filter(has_text="没有资源写了这个文件名")).to_have_count(1)
    reporter.sees(re.compile("已传完 2"))
    broken.append("mended")
    waiting = line.filter(has_text="平台存储空间不足")
    waiting.get_by_role("button", name="暂停").click()
    line.filter(has_text="已暂停").get_by_role("button", name="继续").click()
    reporter.sees(re.compile("已传完 3"))
    field = line.filter(has_text="雪.mp4").locator("input[list]")
    field.fill(page.locator("#sending_drafts option", has_text="").first.get_attribute("value") or "")
    field.press("Tab")
    reporter.sees(re.compile("已传完 4"))
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)
    again = page.reload()
    assert again
    assert again.ok
    page.locator("#id_many").set_input_files([cloud, wind, rain])
    expect(line.filter(has_text="已经在资源里，不用再传")).to_have_count(3)


def test_an_upload_goes_on_at_another_computer_under_another_name(troupe: Troupe, stage: Stage, folder: Path) -> None:
    make_drafts(stage, {"长的一课": "长的一课.mp4"})
    long = put(folder, "长的一课.mp4", seconds=8.0, bit_rate=12_000_000)
    here = troupe.reporter(UNIT)
    here.visit("/work/resources/upload/")
    here.slow_down(400_000)
    here.page.locator("#id_many").set_input_files(long)
    here.sees(re.compile(r"[1-9]\d*% ·"))
    here.page.close(run_before_unload=False)
    there = troupe.reporter(UNIT)
    there.visit("/work/resources/upload/")
    expect(there.page.locator("#unfinished tbody tr", has_text="长的一课.mp4")).to_contain_text(
        re.compile(r"[1-9]\d*%")
    )
    offsets: list[int] = []
    there.page.on(
        "request",
        lambda request: offsets.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None,
    )
    renamed = long.rename(folder / "改了名.mp4")
    there.page.locator("#id_many").set_input_files(renamed)
    there.sees("传过一部分，接着传")
    there.sees(re.compile("已传完 1"))
    assert offsets[0] > 0

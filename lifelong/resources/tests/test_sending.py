"""Sending many files: what is said before a byte is sent, which draft each file belongs to, what it all weighs."""

import json
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.media.models import MediaFile, Upload
from lifelong.media.queries import room_of
from lifelong.resources.actions import drafts, files, releasing
from lifelong.resources.models import Round
from lifelong.resources.queries.sending import Chosen, drafts_of, match
from lifelong.resources.tests import cast

GIGABYTE = 1 << 30
FILM = {
    "readable": True, "size_bytes": 4 * GIGABYTE, "container": "mp4", "duration_s": 3600.0, "bit_rate": 9_000_000, "video_tracks": 1,
    "video": {"codec": "h264", "tag": "avc1", "profile": "High", "pix_fmt": "yuv420p", "width": 960, "height": 540,
              "sample_aspect_ratio": "1/1", "frame_rate": "24000/1001", "nominal_rate": "24000/1001"},
    "audio": [{"codec": "aac", "sample_rate": 44100, "channels": 2, "default": True}], "boxes": {"index_first": False},
}  # fmt: skip


def ask(client, name: str, *given: dict[str, Any]):
    return client.post(reverse(f"resources:{name}"), json.dumps({"files": given}), content_type="application/json")


def draft(institution, reporter, title: str, own_files: str = ""):
    version = drafts.create_draft(institution=institution, by=reporter, at=timezone.now(), values={"title": title})
    version.own_files = own_files
    version.save(update_fields=["own_files"])
    return version


def placed(institution, *paths: str, size: int = 10) -> list[tuple[str, int | None]]:
    chosen = [Chosen(path, size + number, "") for number, path in enumerate(paths)]
    return [(found.state, found.draft) for found in match(institution, chosen, drafts_of(institution))]


@pytest.fixture
def client(reporter):
    return signed_in(reporter)


def test_what_breaks_the_standard_is_said_before_sending_in_the_words_of_the_server(client):
    said = ask(client, "precheck", {"name": "a.mp4", "size": 4 * GIGABYTE, "facts": FILM}).json()["files"][0]
    verdicts = {finding["id"]: finding["verdict"] for finding in said["findings"]}
    assert said["stop"] == ""
    assert (verdicts["video.resolution"], verdicts["video.frame_rate"]) == ("fail", "fail")
    assert (verdicts["video.playable"], verdicts["file.complete"]) == ("warn", "unknown")
    assert next(f for f in said["findings"] if f["id"] == "file.complete")["measured"] == "服务器将检查"


def test_what_can_never_be_taken_is_said_at_once(client, college, settings):
    settings.LARGEST_UPLOAD_BYTES = 20 * GIGABYTE
    college.quota_bytes = 10 * GIGABYTE
    college.save(update_fields=["quota_bytes"])
    pdf = {"readable": False, "size_bytes": 9, "reason": "document", "looks_like": "pdf"}
    said = ask(client, "precheck", {"name": "a.mp4", "size": 9, "facts": pdf}, {"name": "b.mp4", "size": 30 * GIGABYTE},
               {"name": "c.mp4", "size": 11 * GIGABYTE, "facts": None}).json()["files"]  # fmt: skip
    assert [one["stop"][:6] for one in said] == ["这是一份文档", "文件 30.", "单位的存储空"]


def told_to_mend(client, **changes: Any) -> str:
    good = {
        **FILM, "size_bytes": 22_500_000, "duration_s": 60.0, "bit_rate": 3_000_000, "boxes": {"index_first": True},
        "video": {**FILM["video"], "width": 1280, "height": 720, "frame_rate": "25/1", "nominal_rate": "25/1"},
    }  # fmt: skip
    said = ask(client, "precheck", {"name": "a.mp4", "size": 22_500_000, "facts": {**good, **changes}})
    return said.json()["files"][0]["repair"]


def test_what_one_press_will_mend_after_sending_is_said_before_it(client):
    small = {**FILM["video"], "frame_rate": "25/1", "nominal_rate": "25/1"}
    assert told_to_mend(client) == ""
    moved = told_to_mend(client, container="mov")
    assert moved.startswith("不必重新导出")
    assert "由 QuickTime MOV 换成 MP4 封装" in moved
    assert "原文件原样保留" in moved
    assert "平台改不了，须重新导出" in told_to_mend(client, container="mov", video=small)  # 960 × 540 stays too small
    assert (
        told_to_mend(client, video={**small, "codec": "hevc", "tag": "hvc1"}) == ""
    )  # coded anew, and still too small
    assert told_to_mend(client, container="mkv", video=None, audio=[]).startswith("不必急着重新导出")
    assert told_to_mend(client, container="wav", video=None, audio=[]).startswith("不必急着重新导出")
    wav = {"codec": "pcm_s16le", "sample_rate": 48000, "channels": 2, "default": True}
    assert "MP3" in told_to_mend(client, container="wav", video=None, audio=[wav])
    assert (
        told_to_mend(client, container="wav", video=None, audio=[{**wav, "channels": 1}]) == ""
    )  # one channel stays one
    assert told_to_mend(client, readable=False, reason="document", looks_like="pdf") == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"readable": True, "video": {"frame_rate": "1e999999999/1"}}, {"readable": True, "video": {"frame_rate": "25/0"}},
        {"readable": True, "size_bytes": -1}, {"readable": True, "size_bytes": 10**30}, {"readable": False, "reason": "x"},
        {"readable": True, "audio": [{}] * 100}, {"readable": True, "video": "film"}, {"readable": 1}, {"video": {}},
        {"readable": True, "container": "x" * 500},
    ],
)  # fmt: skip
def test_facts_that_no_browser_of_ours_sends_are_refused(client, wrong):
    assert ask(client, "precheck", {"name": "a.mp4", "size": 9, "facts": wrong}).status_code == 400


def test_only_who_reports_may_ask(college, rival):
    nobody = signed_in(cast.person("learner@example.org", "过路人"))
    assert ask(nobody, "precheck", {"name": "a", "size": 1}).status_code == 403
    address = f"{reverse('resources:sending-place')}?institution=4110001"
    answer = signed_in(rival).post(address, json.dumps({"files": []}), content_type="application/json")
    assert answer.status_code == 403


def test_files_find_their_drafts_by_the_names_of_the_sheet(college, reporter):
    first = draft(college, reporter, "甲课", "第一讲.mp4")
    second = draft(college, reporter, "乙课", "二/讲.MP4;三/讲.mp4")
    third = draft(college, reporter, "怎样看懂体检报告")
    assert placed(college, "盘/第一讲.MP4", "我/二/讲.mp4", "怎样看懂体检报告.mp4", "别的.mp4") == [
        ("matched", first.pk), ("matched", second.pk), ("matched", third.pk), ("none", None),
    ]  # fmt: skip


def test_what_is_not_clear_is_left_to_the_person(college, reporter):
    one = draft(college, reporter, "甲课", "讲.mp4")
    assert placed(college, "甲/讲.mp4", "乙/讲.mp4") == [("matched", one.pk), ("double", one.pk)]
    draft(college, reporter, "乙课", "讲.mp4")
    assert placed(college, "讲.mp4") == [("several", None)]


def test_a_file_that_was_begun_elsewhere_goes_on_under_another_name(college, reporter, client):
    version = draft(college, reporter, "甲课", "讲.mp4")
    at = reverse("resources:files-open", args=[version.resource.resource_id, version.number])
    told = {"name": "讲.mp4", "size": 900, "mark": "a" * 64}
    begun = client.post(at, json.dumps(told), content_type="application/json").json()["id"]
    renamed = client.post(at, json.dumps(told | {"name": "终稿.mp4"}), content_type="application/json").json()["id"]
    other = client.post(at, json.dumps(told | {"mark": "b" * 64}), content_type="application/json").json()["id"]
    assert renamed == begun
    assert other != begun
    assert match(college, [Chosen("终稿.mp4", 900, "a" * 64)], drafts_of(college))[0].state == "resume"
    page = client.get(reverse("resources:sending")).content.decode()
    assert "讲.mp4" in page
    client.post(reverse("resources:sending-cancel", args=[begun]))
    assert Upload.objects.get(pk=begun).state == "cancelled"


def test_the_page_asks_the_database_a_constant_number_of_times(
    college, reporter, client, django_assert_max_num_queries
):
    for number in range(12):
        files.open_upload(
            draft(college, reporter, f"课 {number}", f"{number}.mp4"),
            name=f"{number}.mp4", size=10, by=reporter, at=timezone.now(),
        )  # fmt: skip
    with django_assert_max_num_queries(26):
        client.get(reverse("resources:sending"))
    with django_assert_max_num_queries(16):
        ask(client, "sending-place", *({"path": f"{n}.mp4", "size": 10} for n in range(50)))


def test_room_is_given_back_when_a_file_is_taken_out(college, reporter, client):
    version = draft(college, reporter, "甲课")
    entry = files.take_small(version, name="讲.mp4", content=cast.content(), by=reporter, at=timezone.now())
    assert entry
    size = entry.media_file.size
    assert room_of(college).stored == size
    assert "讲" in client.get(reverse("resources:storage")).content.decode() or size
    files.remove_file(version, entry_id=entry.pk, by=reporter, at=timezone.now())
    assert room_of(college).used == 0
    assert not MediaFile.objects.exists()
    drain()
    assert not Job.objects.exclude(state="done").exists(), "what was to be measured is gone, and no job fails for it"


def test_what_a_round_froze_is_never_let_go(college, reporter, ready):
    entry = ready.files.get()
    Round.objects.create(
        version=ready, submitted_by=reporter, submitted_at=timezone.now(), receipt_number="1", standard="2022",
        files=[{"id": entry.media_file_id, "sha256": entry.media_file.sha256}],
    )  # fmt: skip
    ready.findings.all().delete()
    ready.files.all().delete()
    assert not releasing.release(entry.media_file, by=None, at=timezone.now())
    assert MediaFile.objects.filter(pk=entry.media_file.pk).exists()

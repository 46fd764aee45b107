"""An upload from its ticket to a file."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.jobs.models import Job
from lifelong.media import actions, events, queries, storage
from lifelong.media.lifecycle import UPLOAD_STEPS, UploadState
from lifelong.media.models import MediaFile, Upload
from lifelong.media.tests import cast

DATA = b"\x00\x00\x00\x18ftypisom" + cast.content(988)


@pytest.fixture
def upload(college, reporter) -> Upload:
    return cast.open_upload(college, reporter, len(DATA))


def jobs() -> list[str]:
    return list(Job.objects.order_by("pk").values_list("path", flat=True))


def test_an_upload_begins_with_room_held_and_an_empty_part(upload: Upload):
    assert upload.state == UploadState.OPEN
    assert queries.received_bytes(upload) == 0
    assert storage.part_of(upload.pk).exists()
    assert upload.expires_at - upload.began_at == timedelta(days=14)
    now = queries.upload_state(upload)
    assert now.address.startswith(f"/uploads/{upload.pk}?ticket=")
    assert AuditEntry.objects.filter(verb="media.upload_opened").count() == 1


def test_what_arrived_becomes_a_file_and_its_listeners_hear_of_it(upload: Upload):
    heard = []

    def hear(sender, media_file, upload, **_rest):
        heard.append((media_file.sha256, upload.purpose))

    events.file_arrived.connect(hear)
    try:
        done = cast.arrive(upload, DATA)
    finally:
        events.file_arrived.disconnect(hear)
    assert done.state == UploadState.COMPLETE
    assert done.media_file
    assert done.media_file.location.read_bytes() == DATA
    assert done.media_file.sha256 == cast.sha256(DATA)
    assert done.media_file.content_type == "video/mp4"
    assert heard == [(cast.sha256(DATA), "version:1:1")]
    assert jobs() == ["lifelong.media.tasks.probe_facts_of"]


@pytest.mark.django_db(transaction=True)
def test_the_part_goes_when_the_file_is_there_and_leaves_a_marker():
    upload = cast.open_upload(cast.institution(), cast.person("a@example.org"), len(DATA))
    cast.arrive(upload, DATA)
    assert not storage.part_of(upload.pk).exists()
    assert storage.marker_of(upload.pk).exists()


def test_concluding_again_changes_nothing(upload: Upload):
    first = cast.arrive(upload, DATA)
    again = actions.conclude_upload(upload.pk, at=timezone.now())
    assert again
    assert again.media_file == first.media_file
    assert MediaFile.objects.count() == 1
    assert len(jobs()) == 1


def test_a_listener_that_fails_leaves_nothing_half_done(upload: Upload):
    def fail(sender, **_rest):
        raise RuntimeError

    events.file_arrived.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            cast.arrive(upload, DATA)
    finally:
        events.file_arrived.disconnect(fail)
    upload.refresh_from_db()
    assert upload.state == UploadState.OPEN
    assert MediaFile.objects.count() == 0
    assert queries.received_bytes(upload) == len(DATA)
    assert actions.conclude_upload(upload.pk, at=timezone.now()).state == UploadState.COMPLETE


def test_content_other_than_announced_fails_and_is_kept_away(college, reporter, django_capture_on_commit_callbacks):
    upload = cast.open_upload(college, reporter, len(DATA), sha256="0" * 64)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(actions.ContentDiffers) as refusal:
        cast.arrive(upload, DATA)
    assert "不一致" in str(refusal.value)
    upload.refresh_from_db()
    assert upload.state == UploadState.FAILED
    assert upload.failure == str(refusal.value)
    assert MediaFile.objects.count() == 0
    assert not storage.part_of(upload.pk).exists()
    assert not list(storage.files().rglob("*")) or not list((storage.files() / "originals").rglob("*"))


def test_what_the_sender_says_at_the_end_is_checked_too(upload: Upload, django_capture_on_commit_callbacks):
    storage.part_of(upload.pk).write_bytes(DATA)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(actions.ContentDiffers):
        actions.conclude_upload(upload.pk, at=timezone.now(), measured=cast.sha256(DATA), told="1" * 64)


def test_a_part_that_is_not_whole_stays_a_part(upload: Upload):
    storage.part_of(upload.pk).write_bytes(DATA[:-1])
    assert actions.conclude_upload(upload.pk, at=timezone.now()).state == UploadState.OPEN


def test_a_long_part_is_read_back_by_a_job(upload: Upload, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lifelong.media.actions.uploads.HASHED_AT_ONCE", 10)
    assert cast.arrive(upload, DATA).state == UploadState.FINISHING
    assert jobs() == ["lifelong.media.tasks.check_upload"]
    from lifelong.media.tasks import check_upload

    check_upload.func(str(upload.pk))
    check_upload.func(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.COMPLETE
    assert MediaFile.objects.count() == 1


def test_the_same_content_lies_on_disk_once(college, reporter):
    first = cast.arrive(cast.open_upload(college, reporter, len(DATA)), DATA).media_file
    rival = cast.institution("9990002")
    second = cast.arrive(cast.open_upload(rival, reporter, len(DATA)), DATA).media_file
    assert first
    assert second
    assert first != second
    assert first.path == second.path
    assert queries.same_content(first.sha256) == [first, second]
    assert queries.used_bytes(college) == queries.used_bytes(rival) == len(DATA)


def test_content_sent_twice_counts_once_against_the_quota(college, reporter):
    for _ in range(2):
        cast.arrive(cast.open_upload(college, reporter, len(DATA)), DATA)
    assert queries.used_bytes(college) == len(DATA)


def test_the_quota_counts_what_is_under_way(college, reporter):
    college.quota_bytes = 2500
    college.save()
    cast.open_upload(college, reporter, 1000)
    cast.open_upload(college, reporter, 1000)
    with pytest.raises(actions.QuotaUsedUp, match="配额"):
        cast.open_upload(college, reporter, 1000)
    assert Upload.objects.count() == 2


def test_giving_up_gives_the_room_back(college, reporter, upload: Upload):
    college.quota_bytes = len(DATA)
    college.save()
    actions.cancel_upload(upload, by=reporter, at=timezone.now())
    assert not storage.part_of(upload.pk).exists()
    assert cast.open_upload(college, reporter, len(DATA))
    with pytest.raises(actions.UploadEnded):
        actions.cancel_upload(upload, by=reporter, at=timezone.now())


def test_no_upload_begins_on_a_full_disk(college, reporter, monkeypatch: pytest.MonkeyPatch, settings):
    settings.DISK_KEPT_FREE_BYTES = 1000
    monkeypatch.setattr(storage, "free_bytes", lambda _folder: 2500)
    cast.open_upload(college, reporter, 1000)
    with pytest.raises(actions.DiskFull, match="存储空间不足"):
        cast.open_upload(college, reporter, 1000)


@pytest.mark.parametrize(
    ("size", "refusal"), [(0, actions.EmptyFile), (-1, actions.EmptyFile), (10**15, actions.TooLarge)]
)
def test_impossible_sizes_are_refused(college, reporter, size: int, refusal: type[Exception]):
    with pytest.raises(refusal):
        cast.open_upload(college, reporter, size)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\films\\第一讲.mp4", "第一讲.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\0.mp4", "ab.mp4"),
        ("  ", "未命名"),
        ("长" * 300 + ".mp4", "长" * 251 + ".mp4"),
    ],
)
def test_a_name_is_the_last_part_in_plain_characters(college, reporter, given: str, kept: str):
    upload = actions.open_upload(
        institution=college, name=given, size=1, purpose="x", by=reporter, at=timezone.now()
    )  # fmt: skip
    assert upload.name == kept


def test_the_same_file_goes_on_where_it_stopped_on_another_computer(college, reporter, upload: Upload):
    found = {"institution": college, "purpose": "version:1:1", "name": upload.name, "size": upload.size}
    assert queries.running_upload(**found) == upload
    assert queries.running_upload(**{**found, "size": 5}) is None
    actions.cancel_upload(upload, by=reporter, at=timezone.now())
    assert queries.running_upload(**found) is None


def test_every_end_is_an_end():
    ends = {UploadState.COMPLETE, UploadState.FAILED, UploadState.CANCELLED, UploadState.EXPIRED}
    assert not any(UPLOAD_STEPS[end] for end in ends)
    assert set(UPLOAD_STEPS) == set(UploadState)


def test_a_paper_is_kept_by_its_content(college, reporter):
    paper = actions.store_small(
        institution=college, kind="paper", name="授权书.pdf", content=b"%PDF-1.7 ...", by=reporter, at=timezone.now()
    )
    assert paper.location.read_bytes() == b"%PDF-1.7 ..."
    assert paper.content_type == "application/pdf"
    assert paper.probe_state == "unneeded"
    assert jobs() == []


def test_a_sheet_is_told_from_a_zip_by_its_name(college, reporter):
    sheet = actions.store_small(
        institution=college, kind="paper", name="表.xlsx", content=b"PK\x03\x04x", by=reporter, at=timezone.now()
    )
    assert sheet.content_type.endswith("spreadsheetml.sheet")


def test_a_page_named_as_a_paper_is_never_shown_as_one(college, reporter):
    page = actions.store_small(
        institution=college, kind="paper", name="x.pdf", content=b"<script>", by=reporter, at=timezone.now()
    )
    assert page.content_type == "application/octet-stream"


@pytest.mark.parametrize(("content", "words"), [(b"", "空的"), (b"x" * (20 * 1024 * 1024 + 1), "20 MB")])
def test_a_paper_that_is_empty_or_too_big_is_refused(college, reporter, content: bytes, words: str):
    with pytest.raises(actions.NotAccepted, match=words):
        actions.store_small(
            institution=college, kind="paper", name="x.pdf", content=content, by=reporter, at=timezone.now()
        )
    assert MediaFile.objects.count() == 0


def test_a_file_that_nobody_uses_can_be_let_go(college, reporter):
    done = cast.arrive(cast.open_upload(college, reporter, len(DATA)), DATA)
    assert done.media_file
    actions.forget_file(done.media_file, by=reporter, at=timezone.now())
    assert MediaFile.objects.count() == Upload.objects.count() == 0
    assert queries.used_bytes(college) == 0


def test_a_file_in_public_use_stays(college, reporter):
    film = cast.arrive(cast.open_upload(college, reporter, len(DATA)), DATA).media_file
    assert film
    made = actions.Made("mp4", film.path, film.size, film.sha256)
    [rendition] = actions.record_renditions(film, made=[made], at=timezone.now())
    actions.make_public([rendition], at=timezone.now())
    with pytest.raises(actions.FileInUse, match="公开"):
        actions.forget_file(film, by=reporter, at=timezone.now())
    assert MediaFile.objects.count() == 1

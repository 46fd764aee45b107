"""What time and interruptions leave behind."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from lifelong.media import actions, queries, storage, tasks
from lifelong.media.actions import sweeping
from lifelong.media.lifecycle import UploadState
from lifelong.media.models import Rendition
from lifelong.media.tests import cast

DATA = cast.content(1000)


@pytest.fixture
def everything_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of change cannot be set back, so the clock is set forward."""
    monkeypatch.setattr(sweeping.time, "time", lambda: time.monotonic() + 10**10)


def test_an_upload_nobody_ends_expires_after_fourteen_days(college, reporter):
    at = timezone.now()
    old, young = cast.open_upload(college, reporter), cast.open_upload(college, reporter, at=at + timedelta(days=1))
    assert actions.expire_uploads(at=at + timedelta(days=14, minutes=1)) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, young.state) == (UploadState.EXPIRED, UploadState.OPEN)
    assert not storage.part_of(old.pk).exists()
    assert storage.part_of(young.pk).exists()
    assert queries.used_bytes(college) == young.size


def test_an_upload_whose_end_was_lost_is_taken_up(college, reporter):
    lost, running = cast.open_upload(college, reporter), cast.open_upload(college, reporter)
    storage.part_of(lost.pk).write_bytes(DATA)
    storage.part_of(running.pk).write_bytes(DATA[:-1])
    assert tasks.take_up_uploads.func() == 1
    lost.refresh_from_db()
    running.refresh_from_db()
    assert (lost.state, running.state) == (UploadState.COMPLETE, UploadState.OPEN)
    assert lost.media_file
    assert lost.media_file.sha256 == cast.sha256(DATA)


@pytest.mark.usefixtures("everything_is_old")
def test_only_what_no_row_knows_is_removed(college, reporter):
    open_one, done = cast.open_upload(college, reporter), cast.open_upload(college, reporter)
    kept = cast.arrive(done, DATA).media_file
    assert kept
    strangers = [
        storage.part_of("11111111-1111-4111-8111-111111111111"),
        storage.lock_of("11111111-1111-4111-8111-111111111111"),
        Path(storage.part_of(open_one.pk).parent) / "rubbish",
        storage.files() / storage.original_path("ab" * 32),
        storage.files() / storage.rendition_path("ab" * 32, "movie.mp4"),
    ]
    for path in strangers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    actions.forget_orphans(at=timezone.now())
    assert not [path for path in strangers if path.exists()]
    assert storage.part_of(open_one.pk).exists()
    assert kept.location.exists()


def test_what_is_young_is_left_alone(college, folders):
    path = storage.files() / storage.original_path("ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"about to be written down")
    actions.forget_orphans(at=timezone.now())
    assert path.exists()


@pytest.mark.usefixtures("everything_is_old")
def test_the_part_of_a_complete_upload_becomes_its_marker(college, reporter):
    upload = cast.arrive(cast.open_upload(college, reporter), DATA)
    storage.part_of(upload.pk).write_bytes(DATA)  # killed after the commit
    actions.forget_orphans(at=timezone.now())
    assert not storage.part_of(upload.pk).exists()
    assert storage.marker_of(upload.pk).exists()
    actions.forget_orphans(at=timezone.now() + timedelta(days=15))
    assert not storage.marker_of(upload.pk).exists()


@pytest.fixture
def rendition(college, reporter) -> Rendition:
    media_file = cast.arrive(cast.open_upload(college, reporter), DATA).media_file
    assert media_file
    path = storage.rendition_path(media_file.sha256, "movie.mp4")
    storage.place(media_file.location, storage.files() / path)
    made = actions.Made("mp4", path, media_file.size, media_file.sha256)
    return actions.record_renditions(media_file, made=[made], at=timezone.now())[0]


def public_file(rendition: Rendition) -> Path:
    return storage.public_path(str(rendition.public_name), ".mp4")


def test_a_public_name_is_another_name_of_the_same_bytes(rendition: Rendition):
    [rendition] = actions.make_public([rendition], at=timezone.now())
    assert os.path.samefile(public_file(rendition), rendition.location)
    name = rendition.public_name
    assert actions.make_public([rendition], at=timezone.now())[0].public_name == name


def test_names_and_database_agree_again_after_a_kill(rendition: Rendition, monkeypatch: pytest.MonkeyPatch):
    [rendition] = actions.make_public([rendition], at=timezone.now())
    public_file(rendition).unlink()
    nobodys = storage.public_path("f" * 32, ".mp4")
    nobodys.parent.mkdir(parents=True, exist_ok=True)
    nobodys.write_bytes(b"x")
    assert actions.match_public_names() == (1, 0)  # young: perhaps of a transaction that is running
    monkeypatch.setattr(sweeping.time, "time", lambda: time.monotonic() + 10**10)
    assert actions.match_public_names() == (0, 1)
    assert public_file(rendition).exists()
    assert not nobodys.exists()


def test_making_a_rendition_again_keeps_its_public_name(rendition: Rendition):
    [rendition] = actions.make_public([rendition], at=timezone.now())
    made = actions.Made("mp4", rendition.path, rendition.size, rendition.sha256)
    [again] = actions.record_renditions(rendition.media_file, made=[made], at=timezone.now())
    assert (again.pk, again.public_name) == (rendition.pk, rendition.public_name)


def test_a_file_on_another_device_is_copied_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_link(*_names: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", no_link)
    source = tmp_path / "source"
    source.write_bytes(DATA)
    storage.place(source, tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").read_bytes() == DATA
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_nothing_is_left_of_a_copy_that_broke_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(storage.shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        storage.place(tmp_path / "source", tmp_path / "a" / "b")
    assert not list((tmp_path / "a").iterdir())

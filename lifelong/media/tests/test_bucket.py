"""Originals in a bucket: sent there by browsers in parts, fetched and judged by the platform, let go by the rules of the disk."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.jobs.models import Job
from lifelong.media import actions, bucket, queries, storage, tasks
from lifelong.media.actions import direct
from lifelong.media.bucket import Place, WrongPlace
from lifelong.media.bucket.rest import Bucket
from lifelong.media.lifecycle import UploadState
from lifelong.media.models import MediaFile, Upload
from lifelong.media.tests import cast, swift
from lifelong.media.tests.strict_bucket import StrictBucket, a_strict_bucket
from lifelong.media.tests.test_tus import ID, Body, run, ticket
from lifelong.media.tus import endings

PART = direct.PART
DATA = cast.content(2 * PART + 5)


@pytest.fixture(autouse=True)
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: dict[Place, Bucket] = {}
    monkeypatch.setattr(bucket, "at", lambda place: opened.setdefault(place, Bucket(place)))
    yield
    for each in opened.values():
        each.lines.close()


@pytest.fixture
def there(settings: Any) -> Iterator[type[StrictBucket]]:
    with a_strict_bucket() as (server, place):
        settings.BUCKET = place
        yield server


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if not swift.is_installed():
        pytest.skip("no S3 server on this machine: apt-get install python3-swift")
    with swift.a_swift(tmp_path_factory.mktemp("swift")) as address:
        place = Place.read(f"s3://films/demo?endpoint={address}", key=swift.KEY, secret=swift.SECRET)
        making = Bucket(place)
        making.ask("PUT")
        making.lines.close()
        yield place


@pytest.fixture(params=["strict", "swift"])
def either(request: pytest.FixtureRequest, settings: Any) -> Bucket:
    """The strict server, and the real one where it is installed."""
    if request.param == "strict":
        request.getfixturevalue("there")
    else:
        settings.BUCKET = request.getfixturevalue("real")
    return bucket.bucket()


@pytest.fixture
def upload(college: Institution, reporter: User) -> Upload:
    return cast.open_upload(college, reporter, len(DATA))


def asked(upload: Upload) -> actions.Next:
    found = actions.next_parts(upload.pk, at=timezone.now())
    assert found
    return found


def put(address: str, data: bytes) -> None:
    urlopen(Request(address, data=data, method="PUT", headers={"Content-Type": ""})).read()


def send(upload: Upload, data: bytes, *, parts: int = 99) -> None:
    """As a browser does, at most so many parts."""
    while not (now := asked(upload)).done:
        for start, end, address in now.parts:
            if not parts:
                return
            put(address, data[start:end])
            parts -= 1


def waiting(path: str) -> list[list[Any]]:
    return list(Job.objects.filter(path=f"lifelong.media.tasks.{path}").order_by("pk").values_list("args", flat=True))


def test_an_address_is_signed_as_amazon_says() -> None:
    """The worked example of the Signature Version 4 documentation, query parameters."""
    place = Place.read(
        "s3://examplebucket?endpoint=https://s3.amazonaws.com&address=host", key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )  # fmt: skip
    address = place.address("GET", "test.txt", seconds=86400, at=datetime(2013, 5, 24, tzinfo=UTC))
    assert address.startswith("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert address.endswith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    assert place.origin == "https://examplebucket.s3.amazonaws.com"
    assert "EXAMPLEKEY" not in repr(place)


@pytest.mark.parametrize(
    ("url", "key", "why"),
    [
        ("s3://b", "k", "endpoint must be an address"),
        ("s3://b?endpoint=s3.example.cn", "k", "endpoint must be an address"),
        ("s3://k:s@b?endpoint=https://x", "k", "STORAGE_KEY and STORAGE_SECRET"),
        ("s3://b?endpoint=https://x", "", "set STORAGE_KEY and STORAGE_SECRET"),
        ("s3://b?endpoint=https://x&zone=cn", "k", "unknown zone"),
        ("s3:///b?endpoint=https://x", "k", "s3://BUCKET"),
        ("s3://b?endpoint=https://x&address=both", "k", "path"),
    ],
)
def test_wrong_settings_are_told_by_name(url: str, key: str, why: str) -> None:
    with pytest.raises(WrongPlace, match=why):
        Place.read(url, key=key, secret=key)


def test_the_server_may_have_its_own_way_to_the_bucket() -> None:
    url = "s3://b/a/b/?endpoint=https://OSS.example.cn:443/&internal=http://oss-internal:80"
    place = Place.read(url, key="k", secret="s")
    assert place.address("GET", "k").startswith("http://oss-internal/b/k?")
    assert place.address("GET", "k", outside=True).startswith("https://oss.example.cn/b/k?")
    assert place.prefix == "a/b/"


@pytest.mark.django_db
def test_a_file_goes_in_parts_stops_goes_on_and_becomes_a_file(either: Bucket, upload: Upload) -> None:
    send(upload, DATA, parts=1)
    assert asked(upload).received == PART
    upload.refresh_from_db()
    assert (queries.received_bytes(upload), queries.upload_state(upload).address.count("/parts?")) == (PART, 1)
    assert [start for start, _, _ in asked(upload).parts] == [PART, 2 * PART], "what came is not sent again"
    send(upload, DATA)
    upload.refresh_from_db()
    assert upload.state == UploadState.FINISHING
    tasks.check_upload.func(str(upload.pk))
    upload.refresh_from_db()
    film = upload.media_file
    assert upload.state == UploadState.COMPLETE
    assert film
    assert (film.sha256, film.location.read_bytes() == DATA) == (cast.sha256(DATA), True)
    assert waiting("probe_facts_of") == [[film.pk]]
    film.location.unlink()
    assert tasks.still_there(film.pk) == film
    assert film.location.read_bytes() == DATA, "the disk may be lost"
    actions.forget_file(film, by=None, at=timezone.now())
    (job,) = Job.objects.filter(path="lifelong.media.tasks.drop_from_bucket")
    assert job.run_after > timezone.now() + timedelta(hours=23)
    tasks.drop_from_bucket.func(*job.args)
    with pytest.raises(bucket.Missing):
        either.fetch(film.object_key, film.location.with_suffix(".gone"), lambda _share: None)


@pytest.mark.django_db
def test_an_address_takes_no_other_size_and_only_parts_of_this_file(either: Bucket, upload: Upload) -> None:
    (_, _, address), *_ = asked(upload).parts
    with pytest.raises((HTTPError, OSError)):
        put(address, b"x" * 100)
    with pytest.raises((HTTPError, OSError)):
        put(address.replace("partNumber=1", "partNumber=9"), DATA[:PART])
    assert asked(upload).received == 0


@pytest.mark.django_db
def test_a_hash_that_was_declared_is_counted_by_the_platform(
    there: type[StrictBucket], college: Institution, reporter: User
) -> None:
    lying = cast.open_upload(college, reporter, len(DATA), sha256="0" * 64)
    send(lying, DATA)
    with pytest.raises(actions.ContentDiffers):
        tasks.check_upload.func(str(lying.pk))
    lying.refresh_from_db()
    assert (lying.state, lying.media_file) == (UploadState.FAILED, None)
    for words in waiting("drop_from_bucket"):
        tasks.drop_from_bucket.func(*words)
    assert not there.objects


@pytest.mark.django_db
def test_what_is_given_up_leaves_the_bucket(there: type[StrictBucket], upload: Upload, college, reporter) -> None:
    old = cast.open_upload(college, reporter, len(DATA), at=timezone.now() - timedelta(days=15))
    for each in (upload, old):
        send(each, DATA, parts=1)
    assert len(there.running) == 2
    actions.cancel_upload(Upload.objects.get(pk=upload.pk), by=None, at=timezone.now())
    assert actions.expire_uploads(at=timezone.now()) == 1
    for words in waiting("drop_from_bucket"):
        tasks.drop_from_bucket.func(*words)
    assert not there.running
    assert actions.next_parts(upload.pk, at=timezone.now()) is None


@pytest.mark.django_db
def test_a_bucket_that_is_away_loses_nothing(
    there: type[StrictBucket], upload: Upload, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "close_old_connections", lambda: None)
    send(upload, DATA, parts=1)
    there.away = True
    assert endings.next_parts(str(upload.pk)) == (502, endings.AWAY)
    assert (bucket.trouble(), bucket.is_away()) == ("", 1.0)
    there.away = False
    send(upload, DATA)
    there.away = True
    tasks.check_upload.func(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.FINISHING
    soon = Job.objects.filter(run_after__gt=timezone.now(), path="lifelong.media.tasks.check_upload")
    assert list(soon.values_list("args", flat=True)) == [[str(upload.pk)]], "asked again soon"
    there.away = False
    settings.DISK_KEPT_FREE_BYTES = 1 << 60
    tasks.check_upload.func(str(upload.pk))
    settings.DISK_KEPT_FREE_BYTES, place, settings.BUCKET = 0, settings.BUCKET, None
    tasks.check_upload.func(str(upload.pk))
    assert not MediaFile.objects.exists(), "neither a full disk nor settings that forgot the bucket make half a file"
    settings.BUCKET = place
    tasks.check_upload.func(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.COMPLETE
    assert bucket.is_away() == 0.0


@pytest.mark.django_db
def test_what_the_bucket_lost_is_said_and_what_it_dropped_begins_anew(
    there: type[StrictBucket], upload: Upload
) -> None:
    send(upload, DATA, parts=2)
    there.running.clear()  # a rule of the bucket
    assert asked(upload).received == 0
    send(upload, DATA)
    there.running.clear()
    tasks.check_upload.func(str(upload.pk))
    upload.refresh_from_db()
    assert (upload.state, "请重新上传" in upload.failure) == (UploadState.FAILED, True)


@pytest.mark.django_db
def test_a_browser_that_left_after_its_last_part_is_not_waited_for(there: type[StrictBucket], upload: Upload) -> None:
    for start, end, address in asked(upload).parts:
        put(address, DATA[start:end])
    tasks.take_up_uploads.func()
    upload.refresh_from_db()
    assert upload.state == UploadState.FINISHING


@pytest.mark.django_db
def test_what_comes_by_form_or_was_there_before_is_carried_over(
    there: type[StrictBucket], college: Institution, reporter: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifelong.media.bucket.rest.PIECE", 6 << 20)
    long = cast.arrive(cast.open_upload(college, reporter, len(DATA)), DATA).media_file
    twin = cast.arrive(cast.open_upload(college, reporter, len(DATA)), DATA).media_file
    paper = actions.store_small(
        institution=college, kind="paper", name="盖章.pdf", content=b"%PDF-1.7", by=reporter, at=timezone.now()
    )
    lost = actions.store_small(
        institution=college, kind="paper", name="丢失.pdf", content=b"%PDF-1.8", by=reporter, at=timezone.now()
    )
    lost.location.unlink()
    assert tasks.carry_to_bucket.func() == 3
    assert {key: len(content) for key, content in there.objects.items()} == {
        f"originals/{long.sha256}": len(DATA), f"originals/{paper.sha256}": 8,
    }  # fmt: skip
    assert there.objects[f"originals/{long.sha256}"] == DATA
    actions.forget_file(twin, by=None, at=timezone.now())
    tasks.drop_from_bucket.func(f"originals/{long.sha256}", "")
    assert MediaFile.objects.get(pk=long.pk).object_key in there.objects, "another file has the same content"


@pytest.mark.django_db
def test_tus_goes_on_where_it_has_begun(there: type[StrictBucket], upload: Upload) -> None:
    assert "/parts?" in queries.upload_address(upload)
    storage.part_of(upload.pk).write_bytes(DATA[:100])
    assert "/parts?" not in queries.upload_address(upload)


@pytest.mark.django_db
def test_without_the_bucket_a_running_upload_begins_anew_by_tus(
    there: type[StrictBucket], upload: Upload, settings: Any
) -> None:
    send(upload, DATA, parts=1)
    asked(upload)
    settings.BUCKET = None
    upload.refresh_from_db()
    assert actions.next_parts(upload.pk, at=timezone.now()) is None
    assert (queries.received_bytes(upload), "/parts?" in queries.upload_address(upload)) == (0, False)
    assert cast.arrive(upload, DATA).state == UploadState.COMPLETE


def test_the_door_asks_for_a_ticket(there: type[StrictBucket], monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in or not; for this upload alone; nothing but the list of parts passes here."""
    monkeypatch.setattr(endings, "next_parts", lambda upload_id: (200, json.dumps({"for": upload_id})))

    async def ask(door: Any, method: str, query: str) -> tuple[int, bytes]:
        answer = await door.answer(method, f"/uploads/{ID}/parts", query, lambda _name: None, Body())
        return answer.status, answer.body

    asks: Callable[..., Any] = lambda method, query: run(lambda door: ask(door, method, query))  # noqa: E731
    assert asks("POST", f"ticket={ticket()}") == (200, json.dumps({"for": ID}).encode())
    assert asks("POST", "")[0] == 403
    other = ticket(upload_id="11111111-1111-4111-8111-111111111111")
    assert asks("POST", f"ticket={other}")[0] == 403
    assert asks("POST", f"ticket={ticket(days=-1)}")[0] == 410
    assert asks("PATCH", f"ticket={ticket()}")[0] == 405


def test_parts_are_few_enough_and_cover_every_byte() -> None:
    for size in (1, PART, PART + 1, 20 << 30, 200 << 30):
        spans = list(direct.spans_of(size).values())
        assert len(spans) <= direct.MOST_PARTS
        assert (spans[0][0], spans[-1][1]) == (0, size)
        assert all(end == start for (_, end), (start, _) in pairwise(spans))


def test_wrong_keys_are_told_and_never_the_secret(there: type[StrictBucket], settings: Any) -> None:
    assert bucket.trouble() == ""
    place = settings.BUCKET
    settings.BUCKET = Place.read(f"s3://originals?endpoint={place.endpoint}", key="who", secret="mistyped")
    assert "403 SignatureDoesNotMatch" in bucket.trouble()
    assert "mistyped" not in bucket.trouble()
    settings.BUCKET = Place.read(f"s3://nowhere?endpoint={place.endpoint}", key="who", secret="x")
    assert "404 NoSuchBucket" in bucket.trouble()


def test_only_where_there_is_a_bucket_pages_may_send_to_it(settings: Any, tmp_path: Path) -> None:
    from lifelong.config.server.gate import carried_by_all

    assert "connect-src" not in dict(carried_by_all())["content-security-policy"]
    settings.BUCKET = Place.read("s3://b?endpoint=https://oss.example.cn", key="k", secret="s")
    assert dict(carried_by_all())["content-security-policy"].endswith("; connect-src 'self' https://oss.example.cn")


def test_the_command_says_what_is_amiss_and_sets_the_rules(
    there: type[StrictBucket], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> tuple[Any, str]:
        with pytest.raises(SystemExit) as end:
            call_command("bucket", *words)
        return end.value.code, capsys.readouterr().out

    code, text = said("--set", "--origin", "https://xuexi.example.cn/")
    assert (code, text.count("✓"), there.objects, there.running) == (0, 5, {}, {})
    assert "<AllowedOrigin>https://xuexi.example.cn</AllowedOrigin>" in there.rules["cors"]
    assert "<DaysAfterInitiation>15</DaysAfterInitiation>" in there.rules["lifecycle"]
    place = settings.BUCKET
    settings.BUCKET = Place.read(f"s3://originals?endpoint={place.endpoint}", key="who", secret="mistyped")
    code, text = said()
    assert (code, "✗ 连接与密钥：originals: 403 SignatureDoesNotMatch" in text) == (1, True)
    settings.BUCKET = None
    assert said()[0] == 2

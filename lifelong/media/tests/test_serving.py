"""Public names and signed addresses."""

from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory
from django.utils import timezone

from lifelong.media import actions, queries, serving, storage, tickets
from lifelong.media.ranges import Answer
from lifelong.media.serving import disposition
from lifelong.media.tests import cast, samples

NAME = "0" * 31 + "a"


def get(path: str, **headers: str) -> Answer:
    return serving.answer("GET", path, {name.replace("_", "-"): value for name, value in headers.items()}.get)


def header(answer: Answer, name: str) -> str:
    return dict(answer.headers).get(name, "")


@pytest.fixture
def film(folders: Path) -> Path:
    path = storage.public_path(NAME, ".mp4")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"film")
    return path


@pytest.mark.usefixtures("film")
def test_a_public_film_is_served_under_any_nice_name():
    for path in (f"/media/p/{NAME}.mp4", f"/media/p/{NAME}/太极拳 第一讲.mp4"):
        answer = get(path)
        assert answer.status == 200
        assert header(answer, "content-type") == "video/mp4"
        assert header(answer, "cache-control") == "public, max-age=600"
        assert header(answer, "etag").startswith('"')


@pytest.mark.parametrize(
    "path",
    [
        f"/media/p/{NAME}.html", f"/media/p/{NAME}/x.html", f"/media/p/{NAME}", f"/media/p/{NAME}.MP4",
        f"/media/p/{NAME.upper()}.mp4", "/media/p/../secret.mp4", f"/media/p/{NAME}/../x.mp4", "/media/p/", "/media/",
        f"/media/p/{NAME}/a/b.mp4", f"/media/p/{NAME}/\0.mp4", f"/media/p/{NAME}.mp4\n", "/media/originals/00/00/x",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("film")
def test_no_other_name_leads_anywhere(path: str):
    assert get(path).status == 404


def test_what_was_made_private_is_gone_at_once(film: Path):
    film.unlink()
    assert get(f"/media/p/{NAME}.mp4").status == 404


class Visitor:
    """Somebody with a session."""

    def __init__(self) -> None:
        self.session = SessionStore()
        self.session.create()
        self.request = RequestFactory().get("/")
        self.request.session = self.session

    def signed(self, path: str = "exports/list.xlsx", **options) -> str:
        return queries.signed_url(path, request=self.request, **options)

    def get(self, address: str, **headers: str) -> Answer:
        return get(address, cookie=f"other=1; sessionid={self.session.session_key}", **headers)


@pytest.fixture
def visitor(db, folders: Path) -> Visitor:
    path = storage.files() / "exports" / "list.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"sheet")
    return Visitor()


def test_a_signed_address_works_for_the_session_it_was_signed_for(visitor: Visitor):
    answer = visitor.get(visitor.signed(download_name="报送汇总表.xlsx"))
    assert answer.status == 200
    assert header(answer, "content-disposition").startswith("attachment; ")
    assert "filename*=UTF-8''%E6%8A%A5" in header(answer, "content-disposition")
    assert header(answer, "cache-control") == "private, no-cache"


def test_a_signed_address_is_nothing_to_another_session_or_to_none(visitor: Visitor):
    address = visitor.signed()
    assert Visitor().get(address).status == 403
    assert get(address).status == 403


def test_a_signed_address_ends(visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    address = visitor.signed(seconds=60)
    later = tickets.time.time() + 61
    monkeypatch.setattr(tickets.time, "time", lambda: later)
    assert visitor.get(address).status == 410


def test_nothing_is_signed_for_more_than_an_hour(visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    address = visitor.signed(seconds=10**9)
    later = tickets.time.time() + 3601
    monkeypatch.setattr(tickets.time, "time", lambda: later)
    assert visitor.get(address).status == 410


def test_an_altered_address_is_refused(visitor: Visitor):
    address = visitor.signed()
    for place in range(len("/media/s/"), len(address), 7):
        other = "A" if address[place] != "A" else "B"
        assert visitor.get(address[:place] + other + address[place + 1 :]).status in {403, 404}


def test_the_paper_of_an_upload_opens_no_file(visitor: Visitor):
    ticket = tickets.issue_upload_ticket(upload_id="x", size=1, expires_at=timezone.now())
    assert visitor.get(f"/media/s/{ticket}").status == 403


@pytest.mark.parametrize("path", ["../keys/secret.key", "/etc/passwd", "a/../../keys/x", "", "a\0b"])
def test_even_a_signature_does_not_lead_outside(visitor: Visitor, path: str):
    assert visitor.get(visitor.signed(path)).status == 404


def test_what_might_run_in_a_page_is_only_handed_out(visitor: Visitor):
    evil = storage.files() / "evil.html"
    evil.write_text("<script>")
    answer = visitor.get(visitor.signed("evil.html"))
    assert header(answer, "content-type") == "application/octet-stream"
    assert header(answer, "content-disposition") == "attachment"


def test_a_visitor_without_a_session_gets_one(db):
    request = RequestFactory().get("/")
    request.session = SessionStore()
    queries.signed_url("a.pdf", request=request)
    assert request.session.session_key


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "attachment"),
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ('x"\r\nSet-Cookie: a/b\\', "attachment; filename=\"xSet-Cookie: ab\"; filename*=UTF-8''xSet-Cookie%3A%20ab"),
        ("表.xlsx", "attachment; filename=\"_.xlsx\"; filename*=UTF-8''%E8%A1%A8.xlsx"),
    ],
)
def test_a_download_name_cannot_break_its_header(name: str, expected: str):
    assert disposition(name, inline=False) == expected


def test_other_servers_give_the_same_answers(client: Client, college, reporter):
    media_file = cast.stored(college, reporter, samples.video())
    made = actions.Made("mp4", media_file.path, media_file.size, media_file.sha256, 1280, 720)
    [rendition] = actions.record_renditions(media_file, made=[made], at=timezone.now())
    assert queries.public_url(rendition) == ""
    location = storage.files() / "renditions" / "a.mp4"
    storage.place(media_file.location, location)
    rendition.path = "renditions/a.mp4"
    rendition.save()
    [rendition] = actions.make_public([rendition], at=timezone.now())
    address = queries.public_url(rendition, "太极拳/第一讲")
    answer = client.get(address, headers={"range": "bytes=4-7"})
    assert (answer.status_code, answer.getvalue()) == (206, b"ftyp")
    assert answer["content-type"] == "video/mp4"
    assert client.get("/media/p/none.mp4").status_code == 404
    [rendition] = actions.make_private([rendition], at=timezone.now())
    assert client.get(address).status_code == 404

"""The upload protocol, without a line: what comes in as chunks, what goes out as answers."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifelong.media import storage
from lifelong.media.ranges import Answer
from lifelong.media.tests import cast
from lifelong.media.tickets import issue_upload_ticket
from lifelong.media.tus import bodies, door, parts
from lifelong.media.tus.door import Door

ID = "0f6b1d6e-8a3c-4a5e-9d57-2f0f3a1c7b11"
DATA = cast.content(5000)


class Body:
    """Chunks as they come over a line: numbers are seconds of silence."""

    def __init__(self, *steps: bytes | float) -> None:
        self.steps = steps

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self.steps:
            if isinstance(step, bytes):
                yield step
            else:
                await asyncio.sleep(step)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What the database would be told at the end; the front itself never asks it before."""
    told: list[tuple[str, str, str]] = []

    def end(upload_id: str, measured: str, said: str) -> tuple[int, str]:
        told.append((upload_id, measured, said))
        return 204, ""

    monkeypatch.setattr(door.endings, "end", end)
    monkeypatch.setattr(door.endings, "cancel", lambda upload_id: told.append((upload_id, "cancelled", "")) or True)
    return told


@pytest.fixture
def part(folders: Any) -> Any:
    path = storage.part_of(ID)
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def ticket(size: int = len(DATA), *, days: float = 14, upload_id: str = ID) -> str:
    return issue_upload_ticket(upload_id=upload_id, size=size, expires_at=timezone.now() + timedelta(days=days))


def run(work: Callable[[Door], Any]) -> Any:
    async def main() -> Any:
        opened = Door(asyncio.get_running_loop())
        try:
            return await work(opened)
        finally:
            opened.close()

    return asyncio.run(main())


def request(
    at: Door, method: str, body: Body | None = None, *, query: str | None = None, path: str = "", **headers: str
):
    named = {"tus-resumable": "1.0.0", **{name.replace("_", "-"): value for name, value in headers.items()}}
    asked = f"ticket={ticket()}" if query is None else query
    return at.answer(method, path or f"/uploads/{ID}", asked, named.get, aiter(body or Body()))


def patch(
    at: Door, data: bytes, offset: int = 0, *, body: Body | None = None, length: int | None = None, **headers: str
):
    sent = {
        "content_type": "application/offset+octet-stream",
        "upload_offset": str(offset),
        "content_length": str(len(data) if length is None else length),
        **headers,
    }
    return request(at, "PATCH", body or Body(data), **sent)


def one(method: str, **options: Any) -> Answer:
    return run(lambda at: request(at, method, **options))


def header(answer: Answer, name: str) -> str:
    return dict(answer.headers).get(name, "")


def test_the_door_says_what_it_can(settings: Any):
    answer = one("OPTIONS", tus_resumable="")
    assert answer.status == 204
    assert header(answer, "tus-version") == "1.0.0"
    assert header(answer, "tus-extension") == "creation,checksum,expiration,termination"
    assert header(answer, "tus-checksum-algorithm") == "sha256,sha1,md5"
    assert header(answer, "tus-max-size") == str(settings.LARGEST_UPLOAD_BYTES)


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "POST", "DELETE"])
def test_another_version_is_refused(method: str):
    answer = one(method, tus_resumable="0.2.2")
    assert (answer.status, header(answer, "tus-version")) == (412, "1.0.0")


def metadata(text: str) -> str:
    return f"filename {base64.b64encode(b'a.mp4').decode()}, ticket {base64.b64encode(text.encode()).decode()}"


@pytest.mark.usefixtures("part")
def test_creation_leads_to_the_upload_that_the_page_opened():
    paper = ticket()
    answer = one("POST", path="/uploads/", query="", upload_length=str(len(DATA)), upload_metadata=metadata(paper))
    assert answer.status == 201
    assert header(answer, "location") == f"/uploads/{ID}?ticket={paper}"
    assert header(answer, "upload-expires").endswith("GMT")


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"upload_length": "5000"}),
        (403, {"upload_length": "5000", "upload_metadata": metadata("forged:paper")}),
        (400, {"upload_length": "5000", "upload_metadata": "ticket ***"}),
        (400, {"upload_length": "4999", "upload_metadata": "TICKET"}),
        (400, {"upload_length": "x", "upload_metadata": "TICKET"}),
        (400, {"upload_defer_length": "1", "upload_metadata": "TICKET"}),
    ],
)
def test_creation_without_a_good_ticket_is_refused(status: int, headers: dict[str, str]):
    if headers.get("upload_metadata") == "TICKET":
        headers = {**headers, "upload_metadata": metadata(ticket())}
    assert one("POST", path="/uploads/", query="", **headers).status == status


def test_what_was_cancelled_or_swept_is_gone(folders: Any):
    assert one("HEAD").status == 410
    assert run(lambda at: patch(at, DATA)).status == 410
    assert (
        one("POST", path="/uploads/", query="", upload_length="5000", upload_metadata=metadata(ticket())).status == 410
    )


@pytest.mark.usefixtures("part")
def test_a_ticket_is_good_for_its_own_upload_and_its_own_time():
    other = "11111111-1111-4111-8111-111111111111"
    assert one("HEAD", query="").status == 403
    assert one("HEAD", query="ticket=nonsense").status == 403
    assert one("HEAD", query=f"ticket={ticket(upload_id=other)}").status == 403
    assert one("HEAD", query=f"ticket={ticket(days=-1)}").status == 410
    assert one("HEAD", path="/uploads/../../etc/passwd").status == 404
    assert one("HEAD", query="", upload_ticket=ticket()).status == 200


def test_an_upload_in_pieces_is_hashed_on_the_way(part: Any, ended: list[Any]):
    async def send(at: Door) -> list[Answer]:
        return [await patch(at, DATA[start : start + 1700], start) for start in range(0, len(DATA), 1700)]

    answers = run(send)
    assert [each.status for each in answers] == [204, 204, 204]
    assert [header(each, "upload-offset") for each in answers] == ["1700", "3400", "5000"]
    assert part.read_bytes() == DATA
    assert ended == [(ID, hashlib.sha256(DATA).hexdigest(), "")]


def test_another_worker_goes_on_and_leaves_the_hash_to_the_end(part: Any, ended: list[Any]):
    run(lambda at: patch(at, DATA[:3000]))
    assert run(lambda at: patch(at, DATA[3000:], 3000)).status == 204
    assert ended == [(ID, "", "")]


def test_progress_is_the_size_of_the_part(part: Any, ended: list[Any]):
    part.write_bytes(DATA[:1234])
    answer = one("HEAD")
    assert (header(answer, "upload-offset"), header(answer, "upload-length")) == ("1234", "5000")
    assert header(answer, "cache-control") == "no-store"
    assert ended == []


def test_asking_for_progress_finishes_what_a_dead_server_left(part: Any, ended: list[Any]):
    part.write_bytes(DATA)
    assert header(one("HEAD"), "upload-offset") == "5000"
    assert ended == [(ID, "", "")]


def test_asking_for_progress_leaves_alone_who_is_just_ending(part: Any, ended: list[Any]):
    part.write_bytes(DATA)

    async def ask(at: Door) -> Answer:
        lock = parts.Lock(storage.lock_of(ID))
        await lock.take()
        try:
            return await request(at, "HEAD")
        finally:
            lock.release()

    assert header(run(ask), "upload-offset") == "5000"
    assert ended == []


def test_a_finished_upload_says_so(part: Any, ended: list[Any]):
    part.unlink()
    storage.marker_of(ID).touch()
    assert header(one("HEAD"), "upload-offset") == "5000"
    answer = run(lambda at: patch(at, DATA))
    assert (answer.status, header(answer, "upload-offset")) == (409, "5000")
    assert one("DELETE").status == 403
    assert ended == []


@pytest.mark.parametrize("offset", [0, 999, 1001])
def test_a_wrong_offset_writes_nothing(part: Any, offset: int):
    part.write_bytes(DATA[:1000])
    answer = run(lambda at: patch(at, b"x" * 10, offset))
    assert (answer.status, header(answer, "upload-offset")) == (409, "1000")
    assert part.read_bytes() == DATA[:1000]


def test_more_than_announced_is_refused_before_it_is_read(part: Any):
    assert run(lambda at: patch(at, DATA + b"x")).status == 413
    assert part.stat().st_size == 0


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (415, {"content_type": "application/octet-stream"}),
        (400, {"upload_offset": "-1"}),
        (400, {"upload_offset": "1e3"}),
        (400, {"content_length": "12x"}),
        (400, {"upload_checksum": "crc32 AAAA"}),
        (400, {"upload_checksum": "sha256 AAAA"}),
        (400, {"upload_checksum": "sha256"}),
    ],
)
def test_headers_that_make_no_sense_are_refused(status: int, headers: dict[str, str]):
    assert run(lambda at: patch(at, DATA, **headers)).status == status


@pytest.mark.usefixtures("part")
def test_a_body_without_a_length_is_refused():
    async def send(at: Door) -> Answer:
        return await request(at, "PATCH", Body(DATA), content_type="application/offset+octet-stream", upload_offset="0")

    assert run(send).status == 411


def checksum(algorithm: str, data: bytes) -> str:
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_chunk_with_the_right_checksum_counts(part: Any, ended: list[Any], algorithm: str):
    answer = run(lambda at: patch(at, DATA, upload_checksum=checksum(algorithm, DATA)))
    assert answer.status == 204
    assert ended == [(ID, hashlib.sha256(DATA).hexdigest(), "")]


def test_a_chunk_with_the_wrong_checksum_is_rolled_back_and_can_be_sent_again(part: Any, ended: list[Any]):
    async def send(at: Door) -> list[Answer]:
        return [
            await patch(at, DATA[:2000]),
            await patch(at, b"y" * 3000, 2000, upload_checksum=checksum("sha1", DATA[2000:])),
            await patch(at, DATA[2000:], 2000, upload_checksum=checksum("sha1", DATA[2000:])),
        ]

    answers = run(send)
    assert [each.status for each in answers] == [204, 460, 204]
    assert header(answers[1], "upload-offset") == "2000"
    assert part.read_bytes() == DATA
    assert ended == [(ID, hashlib.sha256(DATA).hexdigest(), "")]


def test_a_line_that_drops_keeps_what_came(part: Any, ended: list[Any]):
    async def send(at: Door) -> list[Answer]:
        return [await patch(at, DATA, body=Body(DATA[:777])), await patch(at, DATA[777:], 777)]

    answers = run(send)
    assert [each.status for each in answers] == [400, 204]
    assert header(answers[0], "upload-offset") == "777"
    assert ended == [(ID, hashlib.sha256(DATA).hexdigest(), "")]


def test_a_dropped_chunk_with_a_checksum_does_not_count(part: Any):
    answer = run(lambda at: patch(at, DATA, body=Body(DATA[:777]), upload_checksum=checksum("md5", DATA)))
    assert header(answer, "upload-offset") == "0"
    assert part.stat().st_size == 0


def test_who_falls_silent_is_let_go_and_keeps_what_came(part: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(door, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "TICK_SECONDS", 0.05)
    answer = run(lambda at: patch(at, DATA, body=Body(DATA[:777], 30.0)))
    assert (answer.status, header(answer, "upload-offset")) == (408, "777")
    assert part.read_bytes() == DATA[:777]


def test_two_who_write_at_once_are_kept_apart(part: Any, ended: list[Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "LOCK_SECONDS", 0.2)
    busy = Body(*(step for block in range(10) for step in (DATA[block * 500 : block * 500 + 500], 0.06)))

    async def send(at: Door) -> list[Answer]:
        first = asyncio.create_task(patch(at, DATA, body=busy))
        await asyncio.sleep(0.05)
        return [await patch(at, DATA), await first]

    second, first = run(send)
    assert (second.status, first.status) == (423, 204)
    assert part.read_bytes() == DATA


def test_a_dead_connection_gives_way_to_the_next(part: Any, ended: list[Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "TICK_SECONDS", 0.05)

    async def send(at: Door) -> list[Answer]:
        dead = asyncio.create_task(patch(at, DATA, body=Body(DATA[:777], 30.0)))
        await asyncio.sleep(0.1)
        refused = await patch(at, DATA)
        return [await dead, refused, await patch(at, DATA[777:], 777)]

    answers = run(send)
    assert [each.status for each in answers] == [408, 409, 204]
    assert part.read_bytes() == DATA


def test_a_full_disk_is_said_and_what_fitted_is_kept(part: Any, ended: list[Any], monkeypatch: pytest.MonkeyPatch):
    def full(handle: int, blocks: list[bytes]) -> int:
        if os.fstat(handle).st_size:
            raise OSError(28, "No space left on device")
        return os.write(handle, blocks[0][:600])

    monkeypatch.setattr(parts.os, "writev", full)
    answer = run(lambda at: patch(at, DATA))
    assert (answer.status, header(answer, "upload-offset")) == (507, "600")
    assert "存储空间不足" in answer.body.decode()
    monkeypatch.undo()
    assert ended == []


def test_when_there_is_room_again_the_file_comes_out_whole(
    part: Any, ended: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """The disk fills in the middle of a piece; what was announced arrives all the same, byte for byte."""
    real, room = os.writev, [1700]

    def until_full(handle: int, blocks: list[bytes]) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        taken = b"".join(blocks)[: room[0]]
        room[0] -= len(taken)
        return real(handle, [taken])

    async def story(at: Door) -> list[Answer]:
        monkeypatch.setattr(parts.os, "writev", until_full)
        full = await patch(at, DATA)
        still = await patch(at, DATA[1700:], 1700)
        room[0] = len(DATA)
        return [full, still, await patch(at, DATA[1700:], 1700)]

    answers = run(story)
    assert [answer.status for answer in answers] == [507, 507, 204]
    assert {header(answer, "upload-offset") for answer in answers[:2]} == {"1700"}
    assert part.read_bytes() == DATA
    assert ended[0][1] in {"", hashlib.sha256(DATA).hexdigest()}, "never the hash of something else"


def test_an_upload_waits_before_the_last_of_the_disk_is_gone(
    part: Any, ended: list[Any], monkeypatch: pytest.MonkeyPatch, settings: Any
):
    settings.DISK_KEPT_FREE_BYTES = 4000
    monkeypatch.setattr(storage, "free_bytes", lambda _folder: len(DATA) + 999)
    answer = run(lambda at: patch(at, DATA))
    assert (answer.status, header(answer, "upload-offset")) == (507, "0")
    assert part.read_bytes() == b""
    monkeypatch.setattr(storage, "free_bytes", lambda _folder: len(DATA) + 1000)
    assert run(lambda at: patch(at, DATA)).status == 204


def test_the_last_piece_may_tell_the_hash_of_the_whole(part: Any, ended: list[Any]):
    told = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    run(lambda at: patch(at, DATA, repr_digest=f"sha-256=:{told}:"))
    assert ended == [(ID, hashlib.sha256(DATA).hexdigest(), hashlib.sha256(DATA).hexdigest())]


@pytest.mark.usefixtures("part")
def test_other_content_than_announced_is_said(ended: list[Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(door.endings, "end", lambda *_told: (460, "收到的文件不一致"))
    answer = run(lambda at: patch(at, DATA))
    assert (answer.status, answer.body.decode()) == (460, "收到的文件不一致")


@pytest.mark.usefixtures("part")
def test_an_upload_can_be_given_up(ended: list[Any]):
    assert one("DELETE").status == 204
    assert ended == [(ID, "cancelled", "")]


@pytest.fixture
def big_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BLOCK", 700)


@pytest.mark.usefixtures("big_blocks")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 900), st.booleans()), max_size=20))
def test_whatever_breaks_where_the_bytes_come_out_right(
    folders: Any, ended: list[Any], tries: list[tuple[int, int, bool]]
):
    """Pieces of any length, cut anywhere, with another worker taking over at times; then the rest."""
    path = storage.part_of(ID)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    ended.clear()
    running = [parts.Hashes()]

    async def send(at: Door) -> None:
        for length, cut, other_worker in tries:
            at.hashes = parts.Hashes() if other_worker else running[0]
            start = path.stat().st_size
            piece = DATA[start : start + length]
            if piece:
                await patch(at, piece, start, body=Body(*(piece[:cut][i : i + 97] for i in range(0, cut, 97))))
        start = path.stat().st_size
        if start < len(DATA):
            at.hashes = running[0]
            await patch(at, DATA[start:], start)

    run(send)
    assert path.read_bytes() == DATA
    assert len(ended) == 1
    assert ended[0][1] in {"", hashlib.sha256(DATA).hexdigest()}

"""Which bytes, or why none (RFC 9110)."""

from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.media.ranges import Answer, plan, span_of

SIZE = 1000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(SIZE))
    return path


def ask(path: Path, method: str = "GET", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return plan(method, path, named.get, [("content-type", "video/mp4")])


def header(answer: Answer, name: str) -> str:
    return dict(answer.headers).get(name, "")


@pytest.mark.parametrize(
    ("asked", "status", "stretch"),
    [
        ("bytes=0-", 206, (0, 1000)),
        ("bytes=0-0", 206, (0, 1)),
        ("bytes=500-599", 206, (500, 600)),
        ("bytes=999-", 206, (999, 1000)),
        ("bytes=990-5000", 206, (990, 1000)),
        ("bytes=-1", 206, (999, 1000)),
        ("bytes=-5000", 206, (0, 1000)),
        ("bytes=1000-", 416, None),
        ("bytes=5000-6000", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-3", 200, (0, 1000)),
        ("bytes=-", 200, (0, 1000)),
        ("bytes=0-1,5-6", 200, (0, 1000)),
        ("bytes=a-b", 200, (0, 1000)),
        ("items=0-1", 200, (0, 1000)),
        ("bytes 0-1", 200, (0, 1000)),
        ("bytes=" + "9" * 200 + "-", 200, (0, 1000)),
    ],
)
def test_one_range_is_honoured_and_nonsense_ignored(file: Path, asked: str, status: int, stretch):
    answer = ask(file, range=asked)
    assert answer.status == status
    assert (answer.file[1:] if answer.file else None) == stretch
    if status == 206:
        assert header(answer, "content-range") == f"bytes {stretch[0]}-{stretch[1] - 1}/1000"
        assert header(answer, "content-length") == str(stretch[1] - stretch[0])
    if status == 416:
        assert header(answer, "content-range") == "bytes */1000"


def test_a_range_counts_only_for_the_copy_it_was_asked_of(file: Path):
    tag = header(ask(file), "etag")
    assert ask(file, range="bytes=0-9", if_range=tag).status == 206
    assert ask(file, range="bytes=0-9", if_range='"other"').status == 200
    assert ask(file, range="bytes=0-9", if_range=formatdate(file.stat().st_mtime, usegmt=True)).status == 200


def test_head_tells_and_sends_nothing(file: Path):
    answer = ask(file, "HEAD", range="bytes=0-9")
    assert (answer.status, answer.file, header(answer, "content-length")) == (200, None, "1000")


@pytest.mark.parametrize("known", ["{tag}", 'W/{tag}, "x"', '"x", {tag}', "*"])
def test_an_unchanged_copy_is_not_sent_again(file: Path, known: str):
    tag = header(ask(file), "etag")
    answer = ask(file, if_none_match=known.format(tag=tag), range="bytes=0-9")
    assert (answer.status, answer.file, header(answer, "etag")) == (304, None, tag)


def test_the_tag_wins_over_the_date(file: Path):
    now = formatdate(file.stat().st_mtime + 5, usegmt=True)
    assert ask(file, if_modified_since=now).status == 304
    assert ask(file, if_modified_since=now, if_none_match='"x"').status == 200
    assert ask(file, if_modified_since="no date").status == 200


def test_a_changed_file_has_another_tag(file: Path):
    before = header(ask(file), "etag")
    file.write_bytes(bytes(SIZE + 1))
    assert header(ask(file), "etag") != before


def test_an_empty_file_is_empty(tmp_path: Path):
    (tmp_path / "empty").touch()
    assert (ask(tmp_path / "empty").status, ask(tmp_path / "empty").file) == (200, None)
    assert ask(tmp_path / "empty", range="bytes=0-").status == 416


@pytest.mark.parametrize("name", ["missing", ".", "a\0b"])
def test_what_is_no_file_is_not_found(tmp_path: Path, name: str):
    assert plan("GET", f"{tmp_path}/{name}", {}.get, []).status == 404


def test_other_methods_are_told_what_goes(file: Path):
    answer = ask(file, "POST")
    assert (answer.status, header(answer, "allow")) == (405, "GET, HEAD")


@given(st.integers(0, 2000) | st.none(), st.integers(0, 2000) | st.none(), st.integers(1, 1500))
def test_a_span_never_leaves_the_file(first: int | None, last: int | None, size: int):
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    span = span_of(asked, size)
    if span is None or span == (-1, -1):
        return
    start, end = span
    assert 0 <= start < end <= size
    if first is not None:
        assert start == first
        assert last is None or end == min(last + 1, size)
    else:
        assert end == size
        assert end - start == min(last or 0, size)

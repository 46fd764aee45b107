"""Caption files: what is taken in, what is refused and on which line, and what comes out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.media.captions import MOST_BYTES, CaptionRefused, Cue, clock, read, webvtt

VTT = "WEBVTT - 太极拳\n\nNOTE 说明\n\nSTYLE\n::cue { color: red }\n\n1\n00:01.000 --> 00:04.000 align:start\n<v 张老师>起势，<b>两脚</b>分开\n\n00:00:05.000 --> 00:00:06.500\n收势\n"
SRT = "1\r\n00:00:01,000 --> 00:00:04,000\r\n<font color=red>起势</font>\r\n\r\n2\r\n00:00:05,000 --> 00:00:06,500\r\n{\\an8}1 < 2 & 3\r\n"


def refusal(text: str, length_s: float | None = None) -> CaptionRefused:
    with pytest.raises(CaptionRefused) as refused:
        read(text.encode(), length_s=length_s)
    return refused.value


def test_webvtt_keeps_its_words_times_and_marks() -> None:
    cues = read(VTT.encode(), length_s=7)
    assert [(cue.start_s, cue.end_s, cue.words) for cue in cues] == [(1, 4, "起势，两脚分开"), (5, 6.5, "收势")]
    assert "<v 张老师>" in webvtt(cues)
    assert "align:start" in webvtt(cues)
    assert "color" not in webvtt(cues)
    assert "说明" not in webvtt(cues)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_srt_becomes_webvtt_whatever_its_encoding(encoding: str) -> None:
    text = webvtt(read(SRT.encode(encoding)))
    assert text == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n起势\n\n00:00:05.000 --> 00:00:06.500\n1 &lt; 2 &amp; 3\n"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1\n00:00:01,000 --> 00:00:04,000\n好\n\n2\n00:00:03,000 -> 00:00:06,000\n坏\n", 5),
        ("1\n00:00:04,000 --> 00:00:01,000\n倒\n", 2),
        ("1\n00:00:04,000 --> 00:00:05,000\n后\n\n2\n00:00:01,000 --> 00:00:02,000\n先\n", 6),
        ("1\n00:61:04,000 --> 00:62:05,000\n好\n", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\n<script>alert(1)</script>\n", 3),
        ("1\n00:00:01,000 --> 00:00:02,000\n<img src=x onerror=alert(1)>\n", 3),
        ("1\n00:00:01,000 --> 00:00:02,000\n<b onclick\n", 3),
        ("1\n00:00:01,000 --> 00:00:02,000\n一\n00:00:02,000 --> 00:00:03,000\n二\n", 4),
        ("WEBVTT\n00:01.000 --> 00:02.000\n一\n", 2),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int) -> None:
    refused = refusal(text)
    assert refused.line == line
    assert f"第 {line} 行" in str(refused)


def test_captions_of_another_film_are_refused() -> None:
    assert "超出了视频的长度" in str(refusal(SRT, length_s=3))
    assert read(SRT.encode(), length_s=5)


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"WEBVTT\n\n", b"hello", b"\x00\x01\x02\x03", b"a" * (MOST_BYTES + 1)]
)
def test_what_is_no_caption_file_is_refused(content: bytes) -> None:
    with pytest.raises(CaptionRefused):
        read(content)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(content: bytes) -> None:
    with contextlib.suppress(CaptionRefused):
        read(content)


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30).filter(lambda t: "-->" not in t)


@given(st.lists(st.tuples(st.integers(1, 5_000_000), st.integers(1, 9_000), WORDS), min_size=1, max_size=20))
def test_whatever_is_accepted_is_read_again_the_same(told: list[tuple[int, int, str]]) -> None:
    lines = [
        f"{clock(start / 1000)} --> {clock((start + length) / 1000)}\n{words}" for start, length, words in sorted(told)
    ]
    try:
        first = read(("WEBVTT\n\n" + "\n\n".join(lines) + "\n").encode())
    except CaptionRefused:
        assert any("<" in words for *_, words in told)
        return
    again = read(webvtt(first).encode())
    assert [same(cue) for cue in first] == [same(cue) for cue in again]
    assert all("<script" not in cue.text.lower() for cue in again)


def same(cue: Cue) -> tuple[float, float, str]:
    return round(cue.start_s, 3), round(cue.end_s, 3), cue.text

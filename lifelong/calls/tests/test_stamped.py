"""The stamped PDF: what opens and lies still is taken, all else is refused in words."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from lifelong.calls import stamped
from lifelong.calls.stamped import StampedRefused


def pdf(
    pages: int = 1, password: str | None = None, owner: str | None = None, script: str = "", file: bool = False
) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if script:
        names = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(script)}
        action = DictionaryObject({NameObject(name): value for name, value in names.items()})
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
    if file:
        writer.add_attachment("x.exe", b"MZ")
    if password is not None:
        writer.encrypt(user_password=password, owner_password=owner)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_action(kind: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    action = DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("calc.exe")})
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(action)})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("pages", [1, 2, 20])
def test_one_to_twenty_pages_are_taken(pages: int) -> None:
    assert stamped.pages_of(pdf(pages)) == pages


def test_a_pdf_locked_only_against_changes_opens_and_is_taken() -> None:
    assert stamped.pages_of(pdf(password="", owner="secret")) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不是 PDF"),
        (b"\xff\xd8\xff\xe0 a photograph", "不是 PDF"),
        (b"%PDF-1.7\nnothing of the kind", "损坏"),
        (pdf()[:200], "损坏"),
        (pdf(0), r"没有页面|损坏"),
        (pdf(21), "超过 20 页"),
        (pdf(password="geheim"), "密码"),
        (pdf(script="app.alert(1)"), "脚本"),
        (pdf(file=True), "附件"),
        (with_action("/Launch"), "脚本"),
        (with_action("/JavaScript"), "脚本"),
        (b"%PDF-1.7" + b"\0" * stamped.LIMIT_BYTES, "20 MB"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(StampedRefused, match=words):
        stamped.pages_of(content)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_pdf_is_counted_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(pdf(2))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        pages = stamped.pages_of(bytes(content))
    except StampedRefused:
        return
    assert 1 <= pages <= 20

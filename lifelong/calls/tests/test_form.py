"""The Word form: what we give out comes back, and so does what clerks make of it."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.calls import form
from lifelong.calls.form import FormIncomplete, FormUnreadable, FormValues, SecondPerson
from lifelong.web.zips import ArchiveRefused

VALUES = FormValues(
    "洛河职业学院", "张建华", "继续教育学院 副院长", "0379-1234567", "13812345678", "zhang@example.org"
)  # invented
LABELS = list(form.LABELS.values())
FILLED = list(VALUES.as_dict().values())


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def in_table(rows: list[list[str]], change: Callable[[Table], None] | None = None) -> bytes:
    document = Document()
    document.add_paragraph("附件 3")
    document.add_paragraph(form.TITLE)
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    if change:
        change(table)
    return saved(document)


def with_document_xml(content: bytes, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "word/document.xml":
                data = change(data.decode()).encode()
            new.writestr(item, data)
    return out.getvalue()


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Co", "Cn"]),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(st.builds(FormValues, institution=words, name=words, position=words, landline=words, mobile=words, email=words))
def test_what_we_write_comes_back(values: FormValues) -> None:
    from lifelong.calls.form.reading import NOTE
    from lifelong.calls.form.values import label_of

    texts = list(values.as_dict().values())
    ambiguous = any(label_of(t) or NOTE.match(t) for t in texts) or any(c in values.name for c in "、,，;；/")
    if not ambiguous:
        assert form.read(form.write(values)) == values


def test_a_position_keeps_its_space() -> None:
    assert form.read(form.write(VALUES)) == VALUES


def test_the_blank_form_has_title_seal_and_headings_and_nothing_more() -> None:
    document = Document(io.BytesIO(form.write()))
    assert [p.text for p in document.paragraphs] == [form.TITLE, "（公章）"]
    assert [cell.text for cell in document.tables[0].rows[0].cells] == LABELS
    assert [cell.text for cell in document.tables[0].rows[1].cells] == [""] * 6
    assert document.core_properties.author == ""


def test_a_blank_form_is_told_to_be_filled() -> None:
    with pytest.raises(FormIncomplete, match="还没有填写"):
        form.read(form.write())


def test_labels_to_the_left_are_read() -> None:
    assert form.read(in_table([list(pair) for pair in zip(LABELS, FILLED, strict=True)])) == VALUES


def test_two_pairs_in_a_row_are_read() -> None:
    rows = [
        [LABELS[0], FILLED[0], "", ""],
        [LABELS[1], FILLED[1], LABELS[2], FILLED[2]],
        [LABELS[3], FILLED[3], LABELS[4], FILLED[4]],
        [LABELS[5], FILLED[5], "", ""],
    ]

    def merge(table: Table) -> None:
        for row in (0, 3):
            table.cell(row, 1).merge(table.cell(row, 3))

    assert form.read(in_table(rows, merge)) == VALUES


def test_stray_spaces_line_breaks_and_full_width_signs_are_understood() -> None:
    labels = ["单 位\n名 称", "负责人\n姓  名", "职　务", " 座机 ", "手机（必填）：", "电子邮箱\n(E-mail)"]
    values = [
        "洛河\n职业 学院 ",
        "张　建华",
        "继续教育学院\n副院长",
        "0379 1234567",
        "１３８１２３４５６７８",
        "zhang@\nexample.org",
    ]
    read = form.read(in_table([labels, values]))
    assert read == FormValues(
        "洛河职业学院", "张建华", "继续教育学院 副院长", "0379 1234567", "１３８１２３４５６７８", "zhang@example.org"
    )


def test_cells_merged_sideways_and_downwards_keep_their_places() -> None:
    rows = [
        ["序号", LABELS[0], "", LABELS[1], LABELS[2], "联系方式", "", ""],
        ["", "", "", "", "", LABELS[3], LABELS[4], LABELS[5]],
        ["1", FILLED[0], "", FILLED[1], FILLED[2], FILLED[3], FILLED[4], FILLED[5]],
        ["", "", "", "", "", "", "", ""],
    ]

    def merge(table: Table) -> None:
        for column in (0, 3, 4):
            table.cell(0, column).merge(table.cell(1, column))
        table.cell(0, 1).merge(table.cell(1, 2))
        table.cell(0, 5).merge(table.cell(0, 7))
        table.cell(2, 1).merge(table.cell(3, 2))
        table.cell(2, 5).merge(table.cell(3, 5))

    assert form.read(in_table(rows, merge)) == VALUES


def test_notes_signatures_and_examples_in_the_table_are_passed_over() -> None:
    rows = [
        LABELS,
        ["例：某某大学", "李某", "院长", "0371-00000000", "13800000000", "li@example.org"],
        FILLED,
        [""] * 6,
        ["注：每单位限报一人，本表须加盖公章", "", "", "", "", ""],
        ["填表人", "王某", "", "日期", "2026 年 5 月 8 日", ""],
    ]

    def merge(table: Table) -> None:
        table.cell(4, 0).merge(table.cell(4, 5))

    assert form.read(in_table(rows, merge)) == VALUES


def test_other_tables_and_text_are_passed_over() -> None:
    document = Document(io.BytesIO(form.write(VALUES)))
    document.add_paragraph("负责人姓名：李某某")
    other = document.add_table(rows=2, cols=3)
    for place, text in enumerate(["姓名", "手机", "邮箱", "李某某", "13900000000", "li@example.org"]):
        other.cell(place // 3, place % 3).text = text
    assert form.read(saved(document)) == VALUES


def test_a_table_within_a_table_is_found() -> None:
    document = Document()
    outer = document.add_table(rows=1, cols=2)
    outer.cell(0, 0).text = "登记表"
    inner = outer.cell(0, 1).add_table(rows=2, cols=6)
    for i, row in enumerate([LABELS, FILLED]):
        for j, text in enumerate(row):
            inner.cell(i, j).text = text
    assert form.read(saved(document)) == VALUES


def test_an_email_that_word_made_a_link_is_read() -> None:
    def link(table: Table) -> None:
        paragraph = table.cell(1, 5).paragraphs[0]
        run = paragraph.runs[0]._element
        hyperlink = OxmlElement("w:hyperlink")
        paragraph._element.append(hyperlink)
        hyperlink.append(run)

    assert form.read(in_table([LABELS, FILLED], link)) == VALUES


def test_tracked_changes_are_read_as_accepted() -> None:
    def track(table: Table) -> None:
        paragraph = table.cell(1, 1).paragraphs[0]
        run = paragraph.runs[0]._element
        inserted, deleted = OxmlElement("w:ins"), OxmlElement("w:del")
        paragraph._element.append(inserted)
        inserted.append(run)
        gone = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "李某某"
        gone.append(text)
        deleted.append(gone)
        paragraph._element.append(deleted)

    assert form.read(in_table([LABELS, FILLED], track)) == VALUES


def test_content_controls_are_looked_through() -> None:
    def control(table: Table) -> None:
        for row in table._element.findall(qn("w:tr")):
            for cell in row.findall(qn("w:tc")):
                box, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
                row.replace(cell, box)
                box.append(content)
                content.append(cell)

    assert form.read(in_table([LABELS, FILLED], control)) == VALUES


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    "more",
    [
        f"<w:r {W}><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>",
        f"<w:r {W}><w:pict><w:txbxContent><w:p><w:r><w:t>盖章处</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
        f"<w:sdt {W}><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击输入</w:t></w:r></w:sdtContent></w:sdt>",
    ],
)
def test_what_only_hangs_on_a_cell_or_waits_in_it_is_no_value(more: str) -> None:
    document = Document(io.BytesIO(form.write(VALUES)))
    document.tables[0].cell(1, 0).paragraphs[0]._p.append(parse_xml(more))
    assert form.read(saved(document)) == VALUES


def test_the_strict_namespace_is_read_too() -> None:
    strict = with_document_xml(
        form.write(VALUES),
        lambda text: text.replace(
            "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            "http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
    )
    assert form.read(strict) == VALUES


SECOND = ["洛河职业学院", "李某某", "教师", "0379-7654321", "13900000000", "li@example.org"]


@pytest.mark.parametrize(
    "content",
    [
        in_table([LABELS, FILLED, SECOND]),
        in_table([LABELS, FILLED, ["", "", "", "", "", ""], SECOND]),
        in_table([LABELS, [FILLED[0], "张建华、李某某", *FILLED[2:]]]),
        in_table([LABELS, [FILLED[0], "张建华\n李某某", *FILLED[2:]]]),
        in_table([[LABELS[i], FILLED[i]] for i in range(6)] + [[LABELS[i], SECOND[i]] for i in range(6)]),
    ],
)
def test_two_people_are_refused(content: bytes) -> None:
    with pytest.raises(SecondPerson, match="每个单位只登记一位"):
        form.read(content)


def test_the_same_row_twice_is_one_person() -> None:
    assert form.read(in_table([LABELS, FILLED, FILLED])) == VALUES


def test_missing_headings_are_named() -> None:
    with pytest.raises(FormIncomplete, match="座机、电子邮箱"):
        form.read(in_table([[LABELS[0], LABELS[1], LABELS[2], LABELS[4]], ["a", "b", "c", "d"]]))


def test_an_empty_field_is_left_for_the_page_to_ask() -> None:
    read = form.read(in_table([LABELS, [FILLED[0], FILLED[1], "", "", FILLED[4], FILLED[5]]]))
    assert (read.landline, read.mobile) == ("", "13812345678")


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def with_entry(name: str, data: bytes) -> bytes:
    out = io.BytesIO(form.write(VALUES))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不是 Word"),
        (b"hello", "不是 Word"),
        (b"%PDF-1.7 ...", "这是 PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "旧版 Word"),
        (b"PK\x03\x04 broken", "损坏"),
        (zipped(**{"a.txt": "x"}), "不是 Word"),
        (with_entry("word/vbaProject.bin", b"x"), "宏"),
        (with_document_xml(form.write(VALUES), lambda text: text[:500]), "损坏"),
        (with_document_xml(form.write(VALUES), lambda text: "<html/>"), "不是 Word"),
        (
            with_document_xml(
                form.write(VALUES),
                lambda text: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + text.split("?>", 1)[1],
            ),
            "外部定义",
        ),
        (with_entry("word/media/bomb.bin", b"\0" * (70 * 1024 * 1024)), "过大"),
        (saved(Document()), "没有找到登记表"),
    ],
)
def test_what_is_no_form_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises((FormUnreadable, FormIncomplete, ArchiveRefused), match=words):
        form.read(content)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damaged_file_does_more_than_be_refused(data: st.DataObject) -> None:
    content = bytearray(form.write(VALUES))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FormUnreadable, FormIncomplete, SecondPerson, ArchiveRefused):
        form.read(bytes(content))


FILES = Path(__file__).parent / "files"


def test_what_libreoffice_wrote_is_read() -> None:
    assert form.read((FILES / "notice-layout-libreoffice.docx").read_bytes()) == VALUES
    assert form.read((FILES / "labels-left-libreoffice.docx").read_bytes()) == FormValues(
        "嵩山开放大学", "李明", "处长", "0371 12345678", "139 1234 5678", "li@example.org"
    )

"""PDFs and workbooks: nothing of a stranger's text is run, Chinese stands, and what leaves can come back."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lifelong.web import fonts, papers, workbooks, zips
from lifelong.web.workbooks import Column, SheetUnreadable
from lifelong.web.zips import ArchiveRefused

COLUMNS = [Column("单位名称"), Column("手机")]


def test_a_paper_shows_chinese_and_never_runs_the_text_in_it(tmp_path: Path) -> None:
    source = tmp_path / "paper.typ"
    source.write_text("= #data.title\n#data.text", "utf-8")
    content = papers.pdf(source, {"title": "报送汇总表", "text": '#panic("x") $1$ *粗* 〔2026〕'})
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "报送汇总表" in text
    assert '#panic("x")' in text.replace("”", '"').replace("“", '"')


def test_every_font_of_a_paper_is_inside_it(tmp_path: Path) -> None:
    source = tmp_path / "paper.typ"
    source.write_text("中文 *粗体*", "utf-8")
    page = pypdf.PdfReader(io.BytesIO(papers.pdf(source, {}))).pages[0]
    faces = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert faces
    for font in faces:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_a_faulty_source_names_itself(tmp_path: Path) -> None:
    source = tmp_path / "faulty.typ"
    source.write_text("#nothing_of_the_kind", "utf-8")
    with pytest.raises(papers.PaperError, match=r"faulty\.typ"):
        papers.pdf(source, {})


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example","y")', "\t=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    content = workbooks.workbook("表", COLUMNS, [[text, "13812345678"]])
    cell = next(c for row in load_workbook(io.BytesIO(content)).active.iter_rows() for c in row if c.value == text)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_the_head_names_title_filters_and_time() -> None:
    content = workbooks.workbook(
        "登记册", COLUMNS, [], filters=["状态：待审核"], made_at=datetime(2026, 5, 20, 4, tzinfo=UTC)
    )
    sheet = load_workbook(io.BytesIO(content)).active
    assert [sheet.cell(row, 1).value for row in (1, 2, 3, 4)] == [
        "登记册", "状态：待审核", "导出时间：2026-05-20 12:00", "单位名称",
    ]  # fmt: skip
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40).map(
    str.strip
)


@given(st.lists(st.tuples(cells, cells), max_size=8))
def test_what_leaves_comes_back(rows: list[tuple[str, str]]) -> None:
    content = workbooks.workbook("登记册", COLUMNS, rows)
    read = [(row["单位名称"], row["手机"]) for row in workbooks.read(content, ["单位名称", "手机"])]
    assert read == [row for row in rows if any(row)]


def test_what_a_spreadsheet_cannot_hold_is_shown_as_missing() -> None:
    content = workbooks.workbook("表", COLUMNS, [["洛\x0b河\ufffe大\ud800学_x0041_", "1"]])
    assert [row["单位名称"] for row in workbooks.read(content, ["单位名称"])] == ["洛\ufffd河\ufffd大\ufffd学_x0041_"]


def test_rows_are_numbered_as_in_the_spreadsheet_and_foreign_columns_passed_over() -> None:
    content = workbooks.workbook(
        "表", [Column("备注"), *COLUMNS], [["x", "洛河大学", "1"], ["", "", ""], ["", "嵩山大学", "2"]]
    )
    rows = list(workbooks.read(content, ["手机", "单位名称"]))
    assert [(row.number, row["单位名称"]) for row in rows] == [(4, "洛河大学"), (6, "嵩山大学")]


def test_missing_columns_are_named() -> None:
    content = workbooks.workbook("表", [Column("单位名称")], [["洛河大学"]])
    with pytest.raises(SheetUnreadable, match="手机"):
        workbooks.read(content, ["单位名称", "手机"], required=["单位名称", "手机"])


@pytest.mark.parametrize("content", [b"", b"not a sheet", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_sheet_is_refused_in_words(content: bytes) -> None:
    with pytest.raises((SheetUnreadable, ArchiveRefused), match=r"表格|损坏"):
        workbooks.read(content, ["单位名称"])


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * size)
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ArchiveRefused, match="过大"):
        zips.open_zip(bomb(2_000_000), limit_bytes=1_000_000)


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(bomb(2_000_000))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.index(signature) + offset
        content[place : place + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(ArchiveRefused, match="损坏"):
        zips.whole(zips.open_zip(bytes(content), limit_bytes=1_000_000))


def test_letters_that_would_be_printed_as_an_empty_box_are_known() -> None:
    assert fonts.without_glyph("龘𬸣𠮷 𫖯·阿 A𠮷") == "𠮷"

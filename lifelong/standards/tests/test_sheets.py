"""Sheets as people send them: whatever program, place, encoding; and back to them with every problem in its cell."""

import csv
import io
import json
import zipfile
from datetime import date, time

import openpyxl
import pytest

from lifelong.standards.categories import packaged
from lifelong.standards.metadata import Context, Media, standard, validate
from lifelong.standards.metadata.identity import digest, identity
from lifelong.standards.metadata.sheets import (
    HeadingsNotFound,
    HeadingTwice,
    SheetTooLarge,
    SheetUnreadable,
    annotate,
    check_sheet,
    open_sheet,
    read_sheet,
    template,
    write_sheet,
)
from lifelong.standards.tests.spreadsheets import ods, xls

TODAY = date(2026, 5, 20)
HEADINGS = [field.heading for field in standard().fields]
GOOD = {
    "title": "智能手机使用入门",
    "type": "A01",
    "summary": "面向老年学习者，一步一步演示怎样用手机看病挂号。",
    "rights_holder": "示例开放大学",
    "speakers": "张建华;朱新",
    "duration": "02:45:32",
    "created_date": "2022-04-23",
    "declared_views": 36500,
    "own_number": "2022-001",
    "area": "older",
    "cover": "0001.jpg",
    "files": "0001.mp4",
}


def context(**more):
    more.setdefault("attached", frozenset({"cover", "files"}))
    return Context(today=TODAY, tree=packaged(), stage="sheet", **more)


def book(path, rows, *, sheet="Sheet1"):
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


SHORT = ["资源名称", "资源类型", "资源简介", "版权方", "主讲人", "所属领域"]
ROW = ["智能手机使用入门", "A01", GOOD["summary"], "示例开放大学", "张建华", "老年教育"]


def values(path):
    return [(row.number, dict(row.values)) for row in read_sheet(path)]


def test_columns_are_found_by_heading_below_a_title_and_with_columns_of_ones_own(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        [
            ["某某单位资源汇总表"],
            [],
            [None, "备注", " 资源 类型\n", "资源名称（必填）", "主讲人*", "审核意见"],
            [],
            [None, "x", "A01", "甲", "张三", "好"],
            [],
            [None, None, "A02", "乙", "李四"],
        ],
    )
    assert values(path) == [
        (5, {"type": "A01", "title": "甲", "speakers": "张三"}),
        (7, {"type": "A02", "title": "乙", "speakers": "李四"}),
    ]
    with open_sheet(path) as sheet:
        assert sheet.headings.row == 3
        assert list(sheet.headings.unknown.values()) == ["审核意见"]


@pytest.mark.parametrize(
    "heading",
    [
        "资源名称",
        "资源名称(必填)",
        "资源名称（必填，1–100 字）",
        "资源　名称",
        "资源\n名称",
        "*资源名称",
        "资源名称：",
        "2.资源名称",
        "title",
        "资源名称必填",
    ],
)
def test_headings_are_understood_as_people_write_them(tmp_path, heading):
    path = book(tmp_path / "a.xlsx", [[heading, "资源类型"], ["甲", "A01"]])
    assert values(path) == [(2, {"title": "甲", "type": "A01"})]


def merged(path, *areas, rows):
    made = openpyxl.load_workbook(book(path, rows))
    for area in areas:
        made.active.merge_cells(area)
    made.save(path)
    return path


def test_what_is_merged_over_rows_counts_for_each_of_them_and_says_so(tmp_path):
    """A sheet as an office makes it: a title over the whole width, one cell for the area of several rows."""
    headings, good = (
        ["资源名称", "资源类型", "所属领域"],
        [["甲", "A01", "老年教育"], ["乙", "A02", None], ["丙", "A01", None]],
    )
    rows = [["资源汇总表"], headings, *good, ["丁", "A01", None]]
    path = merged(tmp_path / "a.xlsx", "A1:C1", "C3:C9", rows=rows)
    assert [row.values.get("area") for row in read_sheet(path)] == ["老年教育"] * 4
    assert [row.values["title"] for row in read_sheet(path)] == ["甲", "乙", "丙", "丁"], "empty rows stay empty"
    said = [each.problem for each in check_sheet(path, context()).problems if each.problem.code == "sheet.merged"]
    assert [problem.severity for problem in said] == ["notice"]


def test_a_heading_over_two_rows_is_no_record(tmp_path):
    rows = [["资源名称", "资源类型"], [None, None], ["甲", "A01"]]
    path = merged(tmp_path / "a.xlsx", "A1:A2", "B1:B2", rows=rows)
    assert [row.values["title"] for row in read_sheet(path)] == ["甲"]
    assert "sheet.merged" not in {each.problem.code for each in check_sheet(path, context()).problems}


def test_of_several_sheets_the_one_with_the_headings_is_read(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(["说明", "请勿修改"])
    other = made.create_sheet("二")
    other.append(SHORT)
    other.append(ROW)
    made.create_sheet("三").append(["资源名称", "资源类型"])
    made.save(tmp_path / "a.xlsx")
    with open_sheet(tmp_path / "a.xlsx") as sheet:
        assert (sheet.name, sheet.others) == ("二", ["三"])
        assert len(list(sheet)) == 1
    assert [p.problem.code for p in check_sheet(tmp_path / "a.xlsx", context()).problems] == ["sheet.others"]


def test_a_hidden_sheet_is_read_only_where_no_other_has_the_headings(tmp_path):
    made = openpyxl.Workbook()
    made.active.title, made.active.sheet_state = "去年", "hidden"
    made.active.append(SHORT)
    made.active.append(ROW)
    made.create_sheet("今年").append(SHORT)
    made.save(tmp_path / "a.xlsx")
    with open_sheet(tmp_path / "a.xlsx") as sheet:
        assert (sheet.name, sheet.others, list(sheet)) == ("今年", [], [])
    made["今年"].delete_rows(1)
    made.save(tmp_path / "b.xlsx")
    with open_sheet(tmp_path / "b.xlsx") as sheet:
        assert (sheet.name, len(list(sheet))) == ("去年", 1)


def test_a_workbook_from_excel_keeps_its_dates_times_and_numbers(tmp_path):
    made = openpyxl.Workbook()
    made.active.append([*SHORT, "资源时长", "创建时间", "点击量", "本单位编号", "所属系列", "所属顺序"])
    made.active.append([*ROW, time(2, 45, 32), date(2022, 4, 23), 36500, 2022001, "手机课堂", 1])
    made.save(tmp_path / "a.xlsx")
    report = check_sheet(tmp_path / "a.xlsx", context())
    assert [(p.row, p.problem.code) for p in report.problems] == [(2, "created_date.converted")]
    assert report.accepted == 1
    row = next(read_sheet(tmp_path / "a.xlsx"))
    kept = validate(row.values, context=context()).values
    assert (kept["duration"], kept["created_date"], kept["declared_views"]) == (9932, date(2022, 4, 23), 36500)
    assert (kept["own_number"], kept["series_order"]) == ("2022001", "1")


def test_a_formula_counts_by_its_stored_value(tmp_path):
    path = book(tmp_path / "a.xlsx", [SHORT, ROW])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    cell = xml[xml.index('<c r="A2"') : xml.index('<c r="B2"')]
    parts["xl/worksheets/sheet1.xml"] = xml.replace(
        cell, '<c r="A2" t="str"><f>"公"&amp;"式"</f><v>公式</v></c>'
    ).encode()
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert values(tmp_path / "b.xlsx")[0][1]["title"] == "公式"


def test_a_formula_without_a_result_and_an_error_say_so_and_a_hidden_row_is_told(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(SHORT)
    made.active.append(ROW)
    made.active.append(['=A2&"（下）"', *ROW[1:4], "#N/A", *ROW[5:]])
    made.active["E3"].data_type = "e"
    made.active["A9"] = made.active["D9"] = "=A2"  # a row of nothing else is a record all the same
    made.active.row_dimensions[2].hidden = True
    made.save(tmp_path / "a.xlsx")
    found = check_sheet(tmp_path / "a.xlsx", context())
    assert (found.rows, found.accepted) == (3, 1)
    said = {(each.row, each.problem.code): each.problem for each in found.problems}
    assert {"sheet.hidden", "title.formula", "speakers.formula"} <= {code for _, code in said}
    assert said[3, "title.formula"].found == '=A2&"（下）"'
    assert "重新保存" in said[3, "title.formula"].message
    assert said[3, "speakers.formula"].found == "#N/A"
    assert (9, "title.formula") in said
    assert (9, "title.missing") not in said
    back = tmp_path / "back.xlsx"
    annotate(tmp_path / "a.xlsx", found.problems, back)
    assert openpyxl.load_workbook(back).active["A3"].value is None  # or it would come in again as the title itself
    assert "公式" in openpyxl.load_workbook(back).active["A3"].comment.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_table_in_any_usual_encoding_and_delimiter(tmp_path, encoding, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["汇总表"])
    writer.writerow(SHORT)
    writer.writerow([*ROW[:4], "张建华;朱新", "老年教育"])
    writer.writerow([])
    writer.writerow(["第二条", "A02", "两行的\n简介，也只算一格", "示例；单位", "李四", "社区教育"])
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    assert [(n, v["title"], v["speakers"]) for n, v in values(path)] == [
        (3, "智能手机使用入门", "张建华;朱新"),
        (5, "第二条", "李四"),
    ]


def test_an_old_binary_workbook_and_an_open_document_are_read(tmp_path):
    for name, made in (("a.xls", xls([SHORT, ROW])), ("a.ods", ods([SHORT, ROW]))):
        (tmp_path / name).write_bytes(made)
        assert values(tmp_path / name)[0][1]["title"] == ROW[0], name
        assert check_sheet(tmp_path / name, context()).accepted == 1


def test_a_name_does_not_make_a_sheet(tmp_path):
    path = book(tmp_path / "a.xlsx", [SHORT, ROW])
    renamed = path.rename(tmp_path / "a.csv")
    assert len(values(renamed)) == 1
    for content in (
        b"",
        b"   ",
        b"<html><table>",
        b"\x00\x01\x02" * 50,
        b"PK\x03\x04 not a zip",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    ):
        (tmp_path / "b.xlsx").write_bytes(content)
        with pytest.raises(SheetUnreadable):
            values(tmp_path / "b.xlsx")


def archive_of(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", "一份 PDF，不是表格"),
        (archive_of("[Content_Types].xml", "word/document.xml"), "Word"),
        (archive_of("[Content_Types].xml", "ppt/presentation.xml"), "演示文稿"),
        (archive_of("表.xlsx", "课.mp4"), "解压"),
        (b"Rar!\x1a\x07\x01\x00" + b"\x8e" * 200, "解压"),
        (b"7z\xbc\xaf\x27\x1c" + b"3" * 90, "解压"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "WordDocument".encode("utf-16-le"), "Word"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 90, "图片"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 90, "音视频"),
        ("<html><table>".encode("utf-16"), "网页"),
    ],
)
def test_what_is_no_sheet_is_called_what_it_is(tmp_path, content, what):
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(SheetUnreadable, match=what):
        values(tmp_path / "a.xlsx")


def test_a_sheet_without_headings_or_with_one_twice_is_refused(tmp_path):
    with pytest.raises(HeadingsNotFound, match="资源名称"):
        values(book(tmp_path / "a.xlsx", [["姓名", "电话"], ["张三", "1"]]))
    with pytest.raises(HeadingTwice, match="资源类型"):
        values(book(tmp_path / "b.xlsx", [["资源名称", "资源类型", "资源类型(必填)"]]))
    (tmp_path / "c.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(HeadingsNotFound):
        values(tmp_path / "c.csv")


def test_a_grid_of_seventeen_billion_cells_is_refused_and_nothing_else_suffers(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(SHORT)
    made.active.cell(1_048_576, 16_384, "x")
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(SheetTooLarge):
        values(tmp_path / "a.xlsx")


def test_an_archive_that_unpacks_to_gigabytes_is_refused_before_it_does(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _megabyte in range(310):
            part.write(b"0" * (1 << 20))
    assert (tmp_path / "a.xlsx").stat().st_size < 1 << 20
    with pytest.raises(SheetTooLarge):
        values(tmp_path / "a.xlsx")


def test_too_many_rows_are_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr("lifelong.standards.metadata.sheets.opening.MOST_ROWS", 3)
    path = tmp_path / "a.csv"
    path.write_text("资源名称,资源类型\n" + "甲,A01\n" * 4, encoding="utf-8")
    with pytest.raises(SheetTooLarge, match="3 行"):
        values(path)


def test_a_line_with_nothing_but_a_running_number_is_no_record(tmp_path):
    path = book(tmp_path / "a.xlsx", [["资源ID", *SHORT], [1, *ROW], [2], [3]])
    report = check_sheet(path, context())
    assert (report.rows, [p.problem.code for p in report.problems]) == (1, ["resource_id.ignored"])


def test_the_report_has_the_shape_that_programs_rely_on(tmp_path):
    path = book(tmp_path / "a.xlsx", [[*SHORT, "资源时长", "备用"], [*ROW, "1:2"], ["第二个名称", *ROW[1:]]])
    report = check_sheet(path, context()).to_json()
    assert {name: report[name] for name in ("rows", "accepted", "rejected", "unchanged")} == {
        "rows": 2,
        "accepted": 1,
        "rejected": 1,
        "unchanged": 0,
    }
    first, second = report["problems"]
    assert (first["row"], first["column"], first["code"], first["severity"]) == (1, "备用", "column.unknown", "notice")
    assert {k: second[k] for k in ("row", "column", "code", "severity", "found", "wanted")} == {
        "row": 2, "column": "资源时长", "code": "duration.format", "severity": "error", "found": "1:2", "wanted": "hh:mm:ss",
    }  # fmt: skip
    assert json.dumps(report, ensure_ascii=False)


def test_rows_are_held_against_each_other(tmp_path):
    head = [*SHORT, "本单位编号", "所属系列", "所属顺序"]
    path = book(
        tmp_path / "a.xlsx",
        [
            head,
            [*ROW, "1"],
            [*ROW, "1"],
            [*ROW, "2"],
            ["甲", *ROW[1:], "3", "系列", "01"],
            ["乙", *ROW[1:], "4", "系列", "1"],
            ["丙", *ROW[1:]],
            ["丙", *ROW[1:]],
        ],
    )
    report = check_sheet(path, context())
    assert [(p.row, p.problem.code) for p in report.problems] == [
        (3, "own_number.duplicate"), (4, "title.repeated"), (6, "series_order.taken"), (8, "title.duplicate"),
    ]  # fmt: skip
    assert (report.accepted, report.rejected) == (4, 3)


def test_the_same_sheet_again_changes_nothing(tmp_path):
    path = book(tmp_path / "a.xlsx", [[*SHORT, "本单位编号"], [*ROW, "1"], ["别的", *ROW[1:], "2"]])
    kept = [validate(row.values, context=context()).values for row in read_sheet(path)]
    known = {identity(record): digest(record) for record in kept}
    report = check_sheet(path, context(), known=known)
    assert (report.rows, report.accepted, report.unchanged) == (2, 0, 2)
    known["number:2"] = "something else"
    assert check_sheet(path, context(), known=known).accepted == 1


def test_what_is_exported_comes_in_again_without_a_difference(tmp_path):
    record = validate(
        {
            **GOOD,
            "summary": "第一行讲的是什么内容\n第二行 =1+1 _x0041_ <不是网页>",
            "title": "=SUM(A1) 不是公式",
            "series": "+手机课堂",
            "series_order": "01",
            "link": "https://course.example.org/1?a=1&b=2",
            "host_platform": "@示例课堂",
            "declared_learners": 0,
            "keywords": "-甲;乙",
            "category": "主动健康-太极拳",
            "outline": '<catalog version="1"><item no="1" title="&lt;一&gt; &amp;"/></catalog>',
            "rights_file": "授权.pdf",
            "rights_until": "2027-12-31",
        },
        context=context(),
    ).values
    assert set(record) == {field.name for field in standard()} - {"resource_id"}
    write_sheet([record, {}, record], tmp_path / "a.xlsx")
    rows = list(read_sheet(tmp_path / "a.xlsx"))
    assert [row.number for row in rows] == [2, 4]
    again = validate(rows[0].values, context=context(attached=frozenset({"cover", "files", "rights_file"})))
    assert again.values == record
    assert [p.code for p in again.problems] == ["category.pending"]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in sheet[1]][:18] == HEADINGS
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert sheet["B2"].quotePrefix
    assert not sheet["C2"].quotePrefix


def test_a_text_longer_than_a_cell_is_left_out_and_says_so(tmp_path):
    outline = (
        "<catalog version='1'>" + "".join(f"<item no='{n}' title='{'长' * 20}'/>" for n in range(1500)) + "</catalog>"
    )
    record = validate({**GOOD, "outline": outline}, context=context()).values
    assert len(record["outline"]) > 40_000
    write_sheet([record], tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet["P2"].value is None
    assert "32767" in sheet["P2"].comment.text


def test_the_sheet_comes_back_with_its_problems_in_its_cells(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        [
            ["汇总表"],
            [*SHORT, "资源时长", "备用"],
            [*ROW, "1:2", "=cmd()"],
            [],
            ["第二个", *ROW[1:], "00:10:00"],
            ["\x0b坏".strip("\x0b"), "B01"],
        ],
        sheet="上报",
    )
    report = check_sheet(path, context())
    annotate(path, report.problems, tmp_path / "out.xlsx")
    made = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert made.sheetnames == ["上报", "问题清单"]
    sheet = made["上报"]
    assert sheet["A1"].value == "汇总表"
    assert "hh:mm:ss" in sheet["G3"].comment.text
    assert sheet["G3"].fill.start_color.rgb == "FFF8D3CE"
    assert sheet["G5"].comment is None
    assert sheet["B6"].comment is not None
    assert sheet["C6"].comment is not None  # a missing cell is marked where it should stand
    assert "检查结果" in [cell.value for cell in sheet[2]]
    assert "资源时长" in sheet["I3"].value
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    listed = list(made["问题清单"].values)
    assert listed[1][:3] == (2, "备用", "提示")
    assert len(listed) == len(report.problems) + 1
    again = check_sheet(tmp_path / "out.xlsx", context())
    assert [(p.row, p.problem.code) for p in again.problems] == [(p.row, p.problem.code) for p in report.problems]


def test_the_blank_sheet_reads_as_an_empty_one_and_takes_rows(tmp_path):
    template(tmp_path / "t.xlsx")
    assert values(tmp_path / "t.xlsx") == []
    made = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = made.active
    assert [cell.value.split("（")[0] for cell in sheet[3]][:18] == HEADINGS
    rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["C4"] == '"A01,A02,A03"'
    assert "老年教育" in rules["T4"]
    for column, field in enumerate(standard(), 1):
        sheet.cell(4, column, {**GOOD, "area": "老年教育"}.get(field.name))
    made.save(tmp_path / "filled.xlsx")
    report = check_sheet(tmp_path / "filled.xlsx", context())
    assert (report.accepted, report.problems) == (1, [])


def test_a_row_may_be_judged_with_what_was_measured_of_its_file(tmp_path):
    path = book(tmp_path / "a.xlsx", [SHORT, ROW])
    audio = context(media=Media(kinds=frozenset({"A02"})))
    assert [p.problem.code for p in check_sheet(path, audio).errors] == ["type.file"]

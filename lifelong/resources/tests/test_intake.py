"""``lifelong intake`` as interfaces.md has it: what it prints, what it answers, what it leaves alone."""

import json
import socket

import pytest
from django.core.management import call_command
from python_calamine import CalamineWorkbook

from lifelong.resources.models import Version
from lifelong.resources.tests import cast
from lifelong.resources.tests.sheets import rows, sheet, zipped


@pytest.fixture
def intake(capsys):
    def run(*arguments):
        code = 0
        try:
            call_command("intake", *map(str, arguments))
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def mixed(tmp_path):
    found = rows("甲课", "乙课", "丙课")
    found[2]["duration"] = "1:2"
    return sheet(tmp_path, found)


def test_one_object_with_counts_and_problems(intake, mixed, college, reporter):
    code, out, _err = intake(mixed, "--institution", college.code, "--json")
    said = json.loads(out)
    assert code == 1
    assert {name: said[name] for name in ("rows", "accepted", "rejected", "unchanged")} == {
        "rows": 3, "accepted": 2, "rejected": 1, "unchanged": 0,
    }  # fmt: skip
    wrong = next(problem for problem in said["problems"] if problem["severity"] == "error")
    assert (wrong["row"], wrong["column"], wrong["code"], wrong["found"]) == (4, "资源时长", "duration.format", "1:2")
    assert {"wanted", "message"} <= wrong.keys()
    assert {p["severity"] for p in said["problems"] if p["code"] == "todo.cover"} == {"notice"}
    assert Version.objects.count() == 2
    code, out, _err = intake(mixed, "--institution", college.code, "--json")
    assert (code, json.loads(out)["unchanged"]) == (1, 2)


def test_a_clean_sheet_ends_well_and_speaks_chinese(intake, tmp_path, college, reporter):
    path = sheet(tmp_path, rows("甲课"))
    code, out, _err = intake(path, "--institution", college.code)
    assert code == 0
    assert "导入完毕：共 1 行，已导入 1，拒收 0，没有变化 0。" in out


def test_a_dry_run_writes_nothing_and_asks_no_network(intake, mixed, college, monkeypatch):
    def refuse(*_arguments, **_more):
        raise AssertionError("network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    code, out, _err = intake(mixed, "--institution", college.code, "--dry-run", "--json")
    assert (code, json.loads(out)["accepted"]) == (1, 2)
    assert not Version.objects.exists()


def test_the_one_open_call_is_taken_unless_another_is_named(intake, tmp_path, college, reporter, call):
    intake(sheet(tmp_path, rows("甲课")), "--institution", college.code)
    assert Version.objects.get().call == call
    other = cast.call("henan-2027")
    intake(sheet(tmp_path, rows("丁课")), "--institution", college.code)
    assert Version.objects.get(title="丁课").call == call, "the one it joined, of two that ask it"
    cast.join(other, college)
    intake(sheet(tmp_path, rows("乙课")), "--institution", college.code)
    assert Version.objects.get(title="乙课").call is None, "of two open calls none is guessed"
    intake(sheet(tmp_path, rows("丙课")), "--institution", college.code, "--call", other.number)
    assert Version.objects.get(title="丙课").call == other


def test_files_come_along_from_a_folder_or_a_zip(intake, tmp_path, college, reporter):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(cast.content("a"))
    (tmp_path / "files.zip").write_bytes(zipped({"第二讲.mp4": cast.content("b")}, gbk=True))
    path = sheet(tmp_path, rows("甲课", files="a.mp4;第二讲.mp4"))
    for files in (folder, tmp_path / "files.zip"):
        assert intake(path, "--institution", college.code, "--files", files)[0] == 0
    assert Version.objects.get().files.count() == 2


def test_the_sheet_comes_back_annotated(intake, mixed, tmp_path, college):
    out = tmp_path / "back.xlsx"
    intake(mixed, "--institution", college.code, "--dry-run", "--annotated", out)
    cells = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert "检查结果" in cells[0]
    assert any("1:2" in str(cell) for cell in cells[3])


def test_wrong_use_says_what_is_wrong_and_touches_nothing(intake, mixed, tmp_path, college):
    (tmp_path / "no.zip").write_bytes(b"no archive")
    for arguments, said in (
        ((tmp_path / "none.xlsx", "--institution", college.code), "没有这个文件"),
        ((mixed, "--institution", "999"), "没有代码为 999 的单位"),
        ((mixed, "--institution", college.code, "--call", "none"), "没有编号为 none 的征集"),
        ((mixed, "--institution", college.code, "--files", tmp_path / "none"), "没有找到"),
        ((mixed, "--institution", college.code, "--files", tmp_path / "no.zip", "--dry-run"), "ZIP"),
        ((mixed, "--institution", college.code), "还没有报送工作负责人"),
    ):
        code, _out, err = intake(*arguments)
        assert code == 2
        assert said in err
    assert not Version.objects.exists()


def test_what_is_no_sheet_is_a_finding(intake, tmp_path, college):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 broken")
    code, out, _err = intake(tmp_path / "a.xlsx", "--institution", college.code, "--dry-run", "--json")
    said = json.loads(out)
    assert (code, said["rows"]) == (1, 0)
    assert said["refused"]["message"]

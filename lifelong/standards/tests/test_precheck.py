"""``lifelong precheck``: files, folders and sheets, offline, without a database; the shape of its JSON and its exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from lifelong.media.probe import sha256_of
from lifelong.media.tests import samples
from lifelong.media.tests.samples import sound, video
from lifelong.standards.management.precheck.command import CLOSED, Wishes, run

ROOT = Path(__file__).resolve().parents[3]
START = "from lifelong.config.command import main; main()"
HEADINGS = ["资源名称", "资源类型", "资源简介", "资源时长", "版权方", "主讲人", "资源封面", "资源文件", "所属领域"]
ROW = [
    "太极拳入门",
    "A01",
    "面向老年学习者的太极拳入门课程，共十讲。",
    "00:00:02",
    "示例开放大学",
    "张建华",
    "封面.jpg",
    "第一课.mp4",
    "老年教育",
]


def command(*words: str | Path, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """The command as it is started for real, in a process of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **surroundings}
    return subprocess.run(
        [sys.executable, "-c", START, "precheck", *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        cwd="/",
    )


def as_json(capsys: pytest.CaptureFixture[str], *paths: str | Path, **wishes: Any) -> tuple[int, dict[str, Any]]:
    code = run(Wishes(tuple(map(str, paths)), as_json=True, **wishes))
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "课程"
    (place / "第二章").mkdir(parents=True)
    (place / "第一课.mp4").write_bytes(video().read_bytes())
    (place / "第二章" / "b.mp3").write_bytes(sound().read_bytes())
    (place / "第二章" / "a.mp4").write_bytes(b"not a film\n")
    (place / "film without a name").write_bytes(video().read_bytes())
    (place / "说明.txt").write_text("说明")
    (place / "封面.jpg").write_bytes(b"\xff\xd8\xff" + bytes(50))
    (place / ".hidden.mp4").write_bytes(b"")
    return place


def sheet_of(path: Path, *rows: list[str]) -> Path:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_the_json_has_the_documented_shape(capsys: pytest.CaptureFixture[str]) -> None:
    path = video(size=(640, 480))
    code, printed = as_json(capsys, path)
    assert code == 1
    assert printed["standard"] == "2022"
    (file,) = printed["files"]
    assert list(file) == ["path", "sha256", "type", "verdict", "facts", "findings"]
    assert (file["path"], file["sha256"], file["type"], file["verdict"]) == (str(path), sha256_of(path), "A01", "fail")
    assert file["facts"].items() >= {
        "duration_s": 2.0, "width": 640, "height": 480, "frame_rate": "25/1", "video_codec": "h264", "audio_codec": "aac",
    }.items()  # fmt: skip
    assert file["facts"]["bit_rate"] == round(path.stat().st_size * 8 / 2.0)
    finding = next(finding for finding in file["findings"] if finding["id"] == "video.resolution")
    assert list(finding) == ["id", "verdict", "required", "measured", "message", "remedy"]
    assert (finding["verdict"], finding["required"], finding["measured"]) == ("fail", "≥ 1280×720", "640×480")


def test_good_files_end_with_0_and_warnings_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = as_json(capsys, video(), sound(), video(movflags=""))
    assert code == 0
    assert [file["verdict"] for file in printed["files"]] == ["pass", "pass", "warn"]
    assert [file["type"] for file in printed["files"]] == ["A01", "A02", "A01"]


def test_an_unreadable_file_has_no_type_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = as_json(capsys, samples.written("letter.mp4", b"hello\n"))
    (file,) = printed["files"]
    assert (code, file["type"], file["verdict"]) == (1, None, "fail")
    assert file["facts"]["duration_s"] is None
    assert [finding["id"] for finding in file["findings"]] == ["file.readable"]


def test_facts_only_leaves_the_second_pass_open(capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = as_json(capsys, video(), facts_only=True)
    verdicts = {finding["id"]: finding["verdict"] for finding in printed["files"][0]["findings"]}
    assert verdicts["file.complete"] == "unknown"
    assert printed["files"][0]["verdict"] == "pass"
    assert printed["files"][0]["sha256"] == sha256_of(video())


def test_facts_only_still_finds_a_file_that_was_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = as_json(capsys, samples.cut(video(), 0.6), facts_only=True)
    assert code == 1
    assert [f["id"] for f in printed["files"][0]["findings"] if f["verdict"] == "fail"] == ["file.complete"]


@pytest.mark.parametrize("facts_only", [True, False])
def test_a_folder_is_searched_in_order_and_what_is_no_media_is_reported(
    folder: Path, capsys: pytest.CaptureFixture[str], facts_only: bool
) -> None:
    code, printed = as_json(capsys, folder, facts_only=facts_only)
    assert code == 1
    names = [str(Path(file["path"]).relative_to(folder)) for file in printed["files"]]
    assert names == ["film without a name", "第一课.mp4", "第二章/a.mp4", "第二章/b.mp3"]
    assert [file["verdict"] for file in printed["files"]] == ["pass", "pass", "fail", "pass"]
    assert {Path(other["path"]).name for other in printed["unsupported"]} == {"说明.txt", "封面.jpg"}


def test_a_picture_that_was_named_itself_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = as_json(capsys, folder / "封面.jpg")
    assert (code, printed["files"][0]["verdict"], printed["unsupported"]) == (1, "fail", [])


def test_the_text_for_people_says_what_is_wrong_and_how_to_mend_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Wishes((str(folder), str(video(rate=24))))) == 1
    out = capsys.readouterr().out
    assert "2022 版" in out
    assert "平均每秒 24 帧" in out
    assert "→" in out
    assert "共 5 个文件：3 个符合，0 个有提醒，2 个不符合；另有 2 个不是音视频" in out


def test_another_standard_is_judged_by_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('version = "2030"\n[[requirement]]\nid = "video.resolution"\nlong_side = 1920\nshort_side = 1080\n')
    code, printed = as_json(capsys, video(), standards=(str(path),))
    assert (code, printed["standard"]) == (1, "2030")
    assert [finding["id"] for finding in printed["files"][0]["findings"]] == ["video.resolution"]


@pytest.mark.parametrize(
    "text",
    [
        "nonsense [",
        "",
        'version = "1"',
        'version = "1"\n[[requirement]]\nid = "x"',
        'version = "1"\n[[fields]]\nname = 1',
    ],
)
def test_a_file_that_is_no_standard_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert run(Wishes((str(video()),), standards=(str(path),))) == 2
    assert "标准文件不能用" in capsys.readouterr().err


def test_a_path_that_is_not_there_and_no_path_at_all_are_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Wishes((str(video()), str(tmp_path / "none.mp4")))) == 2
    assert "none.mp4" in capsys.readouterr().err
    assert run(Wishes(())) == 2


# Sheets ----------------------------------------------------------------------------------------------------------


def test_a_sheet_is_judged_by_the_metadata_validator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = sheet_of(tmp_path / "a.xlsx", ROW, [*ROW[:3], "1:2", *ROW[4:]])
    code, printed = as_json(capsys, sheet=str(sheet))
    assert code == 1
    assert printed["files"] == []
    assert (printed["sheet"]["path"], printed["sheet"]["rows"], printed["sheet"]["accepted"]) == (str(sheet), 2, 1)
    problem = next(problem for problem in printed["sheet"]["problems"] if problem["severity"] == "error")
    assert (problem["row"], problem["column"], problem["code"], problem["found"]) == (
        3,
        "资源时长",
        "duration.format",
        "1:2",
    )


def test_a_good_sheet_ends_with_0_and_knows_the_files_beside_it(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet = sheet_of(tmp_path / "a.xlsx", ROW)
    code, printed = as_json(capsys, folder / "第一课.mp4", sheet=str(sheet))
    assert (code, printed["sheet"]["rejected"]) == (0, 0)


def row_for(files: str, duration: str, kind: str = "A01") -> list[str]:
    return [duration if h == "资源时长" else files if h == "资源文件" else kind if h == "资源类型" else cell
            for h, cell in zip(HEADINGS, ROW, strict=True)]  # fmt: skip


@pytest.mark.parametrize(("declared", "verdict"), [("00:00:02", "pass"), ("00:10:00", "fail")])
def test_the_length_that_a_row_declares_is_held_against_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], declared: str, verdict: str
) -> None:
    (tmp_path / "第一课.mp4").write_bytes(video().read_bytes())
    (tmp_path / "另一个.mp4").write_bytes(video().read_bytes())
    sheet = sheet_of(tmp_path / "a.xlsx", row_for("第一课.mp4", declared))
    code, printed = as_json(capsys, tmp_path, sheet=str(sheet))
    of = {Path(f["path"]).name: {x["id"]: x["verdict"] for x in f["findings"]} for f in printed["files"]}
    assert of["第一课.mp4"]["duration.matches"] == verdict
    assert "duration.matches" not in of["另一个.mp4"]
    assert code == (verdict == "fail")
    run(Wishes((str(tmp_path),), sheet=str(sheet)))
    assert ("填写的时长是 00:10:00，实测是 00:00:02" in capsys.readouterr().out) == (verdict == "fail")


@pytest.mark.parametrize(("declared", "differs"), [("00:00:04", False), ("00:00:30", True)])
def test_the_lengths_of_a_courses_files_are_added_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], declared: str, differs: bool
) -> None:
    for name in ("1.mp4", "2.mp4"):
        (tmp_path / name).write_bytes(video().read_bytes())
    sheet = sheet_of(tmp_path / "a.xlsx", row_for("1.mp4;2.mp4", declared, "A03"))
    _code, printed = as_json(capsys, tmp_path, sheet=str(sheet))
    codes = {problem["code"] for problem in printed["sheet"]["problems"]}
    assert ("duration.differs" in codes) == differs
    assert not any(x["id"] == "duration.matches" for f in printed["files"] for x in f["findings"])


def test_a_row_that_calls_a_film_sound_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "第一课.mp4").write_bytes(video().read_bytes())
    sheet = sheet_of(tmp_path / "a.xlsx", row_for("第一课.mp4", "00:00:02", "A02"))
    code, printed = as_json(capsys, tmp_path, sheet=str(sheet))
    assert code == 1
    assert "type.file" in {problem["code"] for problem in printed["sheet"]["problems"]}


def test_a_sheet_that_is_none_fails_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = as_json(capsys, sheet=str(folder / "说明.txt"))
    assert code == 1
    assert printed["sheet"]["refused"]["message"]
    assert run(Wishes((), sheet=str(folder / "说明.txt"))) == 1
    assert run(Wishes((), sheet=str(folder / "none.xlsx"))) == 2


def test_the_text_names_row_and_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wishes((), sheet=str(sheet_of(tmp_path / "a.xlsx", [*ROW[:3], "1:2", *ROW[4:]])))) == 1
    assert "第 2 行" in capsys.readouterr().out


# As a process ----------------------------------------------------------------------------------------------------


def test_it_runs_without_database_settings_or_data_folder(tmp_path: Path) -> None:
    done = command(
        "--json", video(), LIFELONG_DATA=str(tmp_path / "none"), DATABASE_URL="postgres://nobody@127.0.0.1:1/none"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["files"][0]["verdict"] == "pass"
    assert not (tmp_path / "none").exists()


def test_it_loads_neither_models_nor_the_orm(tmp_path: Path) -> None:
    code = (
        "import sys, atexit\nfrom lifelong.config.command import main\n"
        "atexit.register(lambda: print([n for n in sys.modules if n.startswith(('django.db', 'lifelong.config.settings')) or n.endswith('.models')], file=sys.stderr))\n"
        "main()"
    )
    sheet = sheet_of(tmp_path / "a.xlsx", ROW)
    words = [sys.executable, "-c", code, "precheck", str(video()), "--sheet", str(sheet)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)}, cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("facts_only", [True, False])
def test_a_pipe_and_a_link_to_a_device_fail_at_once_and_hold_up_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], facts_only: bool
) -> None:
    (tmp_path / "a.mp4").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "b.mp4")
    code, printed = as_json(capsys, tmp_path, facts_only=facts_only)
    assert code == 1
    assert [(file["type"], file["verdict"], file["sha256"]) for file in printed["files"]] == [(None, "fail", "")] * 2


def test_a_name_cannot_write_over_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a\x1b[2K\r\u202e第一　课\n.mp4").write_bytes(b"")
    assert run(Wishes((str(tmp_path),))) == 1
    said = capsys.readouterr().out
    assert r"a\x1b[2K\r\u202e第一　课\n.mp4" in said
    assert not {"\x1b", "\r", "\u202e"} & set(said)
    assert run(Wishes(("none\x1b[2K",))) == 2
    assert r"none\x1b[2K" in capsys.readouterr().err


def test_a_folder_that_may_not_be_looked_into_is_named_and_fails(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, closed = os.scandir, folder / "第二章"

    def scandir(path: str) -> Any:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    code, printed = as_json(capsys, folder, facts_only=True)
    barred = next(file for file in printed["files"] if file["path"] == str(closed))
    assert (code, barred["verdict"]) == (1, "fail")
    run(Wishes((str(folder),), facts_only=True))
    assert "没有权限读取这个文件夹" in capsys.readouterr().out


@pytest.mark.parametrize(("content", "told"), [("标题".encode("gb18030"), "不是 UTF-8"), (None, "这是一个文件夹")])
def test_a_standard_that_cannot_be_read_is_told_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, told: str
) -> None:
    if content:
        (tmp_path / "own.toml").write_bytes(content)
    wrong = tmp_path / "own.toml" if content else tmp_path
    assert run(Wishes((str(video()),), standards=(str(wrong),))) == 2
    assert told in capsys.readouterr().err


def test_help_and_wrong_options() -> None:
    assert command("--help").returncode == 0
    assert "退出码" in command("--help").stdout
    assert command("--bogus").returncode == 2
    assert command().returncode == 2


def test_names_that_are_no_text_come_through(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xd6\xd0.mp4"
    with open(path, "wb") as file:
        file.write(b"")
    done = command("--json", tmp_path)
    assert os.fsencode(json.loads(done.stdout)["files"][0]["path"]) == path


def test_english_and_other_locales_do_not_break_the_output() -> None:
    for locale in ("C", "POSIX", "en_US.UTF-8"):
        done = command(samples.written("letter.mp4", b"hello\n"), LC_ALL=locale, PYTHONIOENCODING="utf-8")
        assert "文本文件" in done.stdout


def test_the_same_command_is_there_for_manage_py(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("precheck", str(video(rate=24)), "--json")
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["files"][0]["verdict"] == "fail"
    call_command("precheck", str(video()), "--json")


def test_a_bar_is_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run(Wishes((str(video()),)))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run(Wishes((str(video()), str(sound())), as_json=True))
    captured = capsys.readouterr()
    assert "%" in captured.err
    assert json.loads(captured.out)


def test_a_reader_that_has_enough_ends_it_without_a_word() -> None:
    """As ``lifelong precheck … | head``: the reading end is shut before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-c", START, "precheck", str(samples.written("letter.mp4", b"hello\n"))]
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == CLOSED

"""Archives and folders from strangers: found by name whatever program wrote them, never harmful."""

import io
import zipfile
from pathlib import Path

import pytest

from lifelong.resources.bundles import BundleRefused, EntryUnreadable, open_bundle
from lifelong.resources.tests.sheets import zipped


def put(folder: Path, content: bytes) -> Path:
    path = folder / "files.zip"
    path.write_bytes(content)
    return path


def test_names_are_found_whatever_their_case_width_and_folder(tmp_path):
    path = put(tmp_path, zipped({"资源包/第一章/Ａ1.MP4": b"film"}))
    with open_bundle(path) as bundle:
        for name in ("a1.mp4", "Ａ1.mp4", "第一章/A1.mp4", "资源包\\第一章\\a1.MP4"):
            assert name in bundle
        assert "第二章/a1.mp4" not in bundle
        with bundle.open(bundle.find("a1.mp4")) as stream:
            assert stream.read() == b"film"


def test_names_in_gbk_are_read(tmp_path):
    with open_bundle(put(tmp_path, zipped({"封面图片/太极拳.jpg": b"x"}, gbk=True))) as bundle:
        assert "太极拳.jpg" in bundle


def test_a_folder_reads_like_an_archive_and_links_out_of_it_do_not(tmp_path):
    folder, secret = tmp_path / "files", tmp_path / "secret.mp4"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.mp4").write_bytes(b"film")
    secret.write_bytes(b"secret")
    (folder / "b.mp4").symlink_to(secret)
    with open_bundle(folder) as bundle:
        assert "a.mp4" in bundle
        assert "b.mp4" not in bundle


def test_names_that_climb_out_lead_nowhere(tmp_path):
    path = put(tmp_path, zipped({"../../etc/passwd": b"1", "/abs/x.mp4": b"2", "C:\\windows\\y.mp4": b"3"}))
    with open_bundle(path) as bundle:
        assert [bundle.find(name).name for name in ("passwd", "x.mp4", "y.mp4")] == ["passwd", "x.mp4", "y.mp4"]


def test_the_same_name_in_two_folders_is_not_guessed(tmp_path):
    with open_bundle(put(tmp_path, zipped({"甲/a.mp4": b"1", "乙/a.mp4": b"2"}))) as bundle:
        assert bundle.find("a.mp4") is None
        assert len(bundle.several("a.mp4")) == 2
        assert bundle.find("乙/a.mp4").name == "乙/a.mp4"


def test_what_programs_leave_behind_is_no_file(tmp_path):
    with open_bundle(put(tmp_path, zipped({"__MACOSX/._a.mp4": b"1", ".DS_Store": b"2", "空/": b""}))) as bundle:
        assert not bundle


def test_an_entry_that_swells_beyond_reason_is_not_read(tmp_path):
    with open_bundle(put(tmp_path, zipped({"bomb.mp4": b"\0" * (80 << 20), "empty.mp4": b""}))) as bundle:
        assert "大得不正常" in bundle.find("bomb.mp4").trouble
        assert "0 字节" in bundle.find("empty.mp4").trouble
        assert "bomb.mp4" not in bundle


def test_a_locked_entry_says_so(tmp_path):
    content = bytearray(zipped({"a.mp4": b"film"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    with open_bundle(put(tmp_path, bytes(content))) as bundle:
        assert "密码" in bundle.find("a.mp4").trouble


def test_a_damaged_entry_is_told_by_its_name(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.mp4", b"film" * 100)
    content = out.getvalue().replace(b"filmfilm", b"filmFILM", 1)
    with open_bundle(put(tmp_path, content)) as bundle, pytest.raises(EntryUnreadable, match=r"a\.mp4"):  # noqa: SIM117
        with bundle.open(bundle.find("a.mp4")) as stream:
            stream.read()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"Rar!\x1a\x07\x00"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    with pytest.raises(BundleRefused, match="ZIP"), open_bundle(put(tmp_path, content)):
        pass

"""A ZIP of sheet and files: sent like a film, looked at, brought in, and gone when its files are taken in."""

import io
import struct
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.jobs.running import drain
from lifelong.media import actions as media
from lifelong.media import storage
from lifelong.media.models import MediaFile, Upload
from lifelong.media.queries import room_of
from lifelong.resources.actions import imports, releasing
from lifelong.resources.bundles import BundleRefused, open_bundle
from lifelong.resources.models import ImportRun, Version
from lifelong.resources.tests import cast
from lifelong.resources.tests.sheets import rows, sheet, zipped


def packed(tmp_path, files: dict[str, bytes], *, gbk: bool = True, titles=("甲课", "乙课")) -> bytes:
    found = rows(*titles)
    for number, row in enumerate(found):
        row |= {"type": "A01", "files": f"第{number + 1}讲.mp4", "link": "", "host_platform": ""}
    return zipped({"资料/元数据表.xlsx": sheet(tmp_path, found).read_bytes()} | files, gbk=gbk)


def arrive(college, reporter, content: bytes) -> ImportRun:
    upload = imports.open_archive(
        institution=college, name="资料.zip", size=len(content), by=reporter, at=timezone.now()
    )
    storage.part_of(upload.pk).write_bytes(content)
    media.conclude_upload(upload.pk, at=timezone.now())
    return ImportRun.objects.get()


def test_a_zip_becomes_drafts_with_their_files_and_goes(college, reporter, tmp_path):
    client = signed_in(reporter)
    files = {"资料/影片/第1讲.mp4": cast.content("1"), "资料/影片/第2讲.mp4": cast.content("2"), "../../逃.mp4": b"x"}
    run = arrive(college, reporter, packed(tmp_path, files))
    kept = MediaFile.objects.get()
    assert (kept.kind, kept.probe_state) == ("archive", "unneeded")
    listed = client.get(reverse("resources:imports-archives")).json()["files"]
    assert listed[0]["page"] == reverse("resources:import", args=[run.pk])
    drain()
    run.refresh_from_db()
    assert (run.state, run.dry_run, run.report["accepted"]) == ("done", True, 2)
    assert not Version.objects.exists(), "a look writes nothing"
    client.post(reverse("resources:import-confirm", args=[run.pk]))
    drain()
    run.refresh_from_db()
    assert (run.state, run.archive) == ("done", None)
    names = {v.title: [e.media_file.original_name for e in v.files.all()] for v in Version.objects.all()}
    assert names == {"甲课": ["第1讲.mp4"], "乙课": ["第2讲.mp4"]}
    assert room_of(college).used == sum(file.size for file in MediaFile.objects.all()) == 2 * len(cast.content("1"))


@pytest.mark.parametrize(
    ("names", "said"),
    [((), "没有元数据表"), (("甲.xlsx", "乙.csv"), "只留一张"), (("甲/甲.csv", "乙/乙.csv"), "只留一张")],
)
def test_a_zip_without_one_clear_sheet_is_refused_in_words(college, reporter, names, said):
    run = arrive(college, reporter, zipped(dict.fromkeys(names, b"x") | {"讲.mp4": b"x"}))
    drain()
    run.refresh_from_db()
    assert run.state == "failed"
    assert said in run.failure


def test_a_sheet_deeper_down_does_not_unsettle_the_one_at_the_top(college, reporter, tmp_path):
    run = arrive(
        college, reporter, packed(tmp_path, {"资料/旧/旧表.xlsx": b"x", "__MACOSX/资料/._元数据表.xlsx": b"x"})
    )
    drain()
    run.refresh_from_db()
    assert (run.state, run.report["rows"]) == ("done", 2)


def test_an_index_too_long_to_be_read_is_refused_before_it_is_read(tmp_path):
    whole = zipped({"甲.csv": b"x"})
    at = whole.rindex(b"PK\x05\x06")
    swollen = whole[:at] + whole[at : at + 12] + struct.pack("<I", 1 << 30) + whole[at + 16 :]
    long = tmp_path / "long.zip"
    long.write_bytes(swollen)
    with pytest.raises(BundleRefused), open_bundle(long):
        pass


def test_a_swelling_entry_and_a_locked_one_are_said_and_the_rest_comes_in(college, reporter, tmp_path):
    out = io.BytesIO(packed(tmp_path, {"资料/第2讲.mp4": cast.content("2")}, gbk=False))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("资料/第1讲.mp4", bytes(65 << 20))
    run = arrive(college, reporter, out.getvalue())
    drain()
    run.refresh_from_db()
    assert any("展开后大得不正常" in problem["message"] for problem in run.report["problems"])
    imports.confirm(run, by=reporter, at=timezone.now())
    drain()
    assert {v.title: v.files.count() for v in Version.objects.all()} == {"甲课": 0, "乙课": 1}


def test_what_is_no_zip_cannot_be_opened_and_a_forgotten_one_gives_its_room_back(college, reporter, tmp_path):
    with pytest.raises(imports.SheetNotTaken):
        imports.open_archive(institution=college, name="资料.rar", size=9, by=reporter, at=timezone.now())
    assert not Upload.objects.exists()
    run = arrive(college, reporter, packed(tmp_path, {}))
    drain()
    assert not releasing.release_unused(at=timezone.now())
    assert releasing.release_unused(at=timezone.now() + releasing.ARCHIVE_KEPT) == 1
    run.refresh_from_db()
    assert run.archive is None
    assert room_of(college).used == 0


def test_a_rival_sees_nothing_of_it(college, reporter, rival, tmp_path):
    run = arrive(college, reporter, packed(tmp_path, {}))
    client = signed_in(rival)
    assert client.get(reverse("resources:import", args=[run.pk])).status_code == 404
    assert client.get(reverse("resources:imports-archives")).json()["files"] == []

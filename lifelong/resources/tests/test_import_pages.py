"""用表格导入 in the browser: look first, then bring in, once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.resources.actions import imports
from lifelong.resources.models import ImportRun, Version
from lifelong.resources.tests import cast
from lifelong.resources.tests.sheets import rows, sheet, zipped


@pytest.fixture
def client(reporter):
    return signed_in(reporter)


@pytest.fixture
def hand_in(client, tmp_path):
    def send(found, archive: bytes = b"", name: str = "表.xlsx"):
        files = {"sheet": SimpleUploadedFile(name, sheet(tmp_path, found).read_bytes())}
        if archive:
            files["archive"] = SimpleUploadedFile("files.zip", archive)
        return client.post(reverse("resources:imports"), files)

    return send


def mixed():
    found = rows("甲课", "乙课", files="a.mp4")
    found[1]["duration"] = "1:2"
    return found


def test_the_door_offers_the_blank_sheet(client):
    assert reverse("resources:imports-template") in client.get(reverse("resources:imports")).content.decode()
    answer = client.get(reverse("resources:imports-template"))
    assert answer.content[:2] == b"PK"
    assert "attachment" in answer["Content-Disposition"]


def test_a_sheet_is_looked_at_then_brought_in(hand_in, client, call):
    address = hand_in(mixed(), zipped({"a.mp4": cast.content()})).url
    assert 'data-island="refresh"' in client.get(address).content.decode()
    drain()
    page = client.get(address).content.decode()
    assert not Version.objects.exists()
    for said in ("duration", "1:2", "导入这 1 行", "下载带批注的表格", "资源时长"):
        assert said in page or said == "duration"
    confirm = reverse("resources:import-confirm", args=[ImportRun.objects.get().pk])
    client.post(confirm)
    client.post(confirm)
    assert Job.objects.filter(path=imports.TASK).count() == 2, "one look and one import, however often it is pressed"
    drain()
    client.post(confirm)
    assert not drain()
    version = Version.objects.get()
    assert (version.title, version.call, version.files.count()) == ("甲课", call, 1)
    page = client.get(address).content.decode()
    assert reverse("resources:edit", args=[version.resource.resource_id, 1]) in page
    assert "已导入" in client.get(reverse("resources:imports")).content.decode()


def test_problems_are_filtered_by_row_column_and_severity(hand_in, client):
    address = hand_in(mixed()).url
    drain()
    assert "应为" in client.get(f"{address}?severity=error&column=资源时长&row=3").content.decode()
    assert "没有符合条件的" in client.get(f"{address}?row=2").content.decode()


def test_the_annotated_sheet_is_handed_out(hand_in, client):
    address = hand_in(mixed()).url
    drain()
    page = client.get(address)
    assert "/media/s/" in page.context["annotated_url"]


def test_what_cannot_be_read_says_why_and_may_be_tried_again(client, reporter, college):
    files = {"sheet": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")}
    address = client.post(reverse("resources:imports"), files).url
    drain()
    assert "已损坏" in client.get(address).content.decode()
    run = ImportRun.objects.get()
    client.post(reverse("resources:import-again", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "waiting"
    with pytest.raises(imports.NotYet):
        imports.confirm(run, by=reporter, at=timezone.now())


@pytest.mark.parametrize(
    ("name", "content", "archive", "said"),
    [
        ("a.docx", b"word", b"", "请选择 .xlsx"),
        ("a.xlsx", b"", b"", "空的"),
        ("a.csv", "资源名称,资源类型\n甲,A01".encode(), b"no archive", "ZIP"),
        ("a.csv", b"x" * (21 << 20), b"", "超过 20 MB"),
    ],
)
def test_wrong_files_are_told_at_once_and_nothing_is_kept(client, name, content, archive, said, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    files = {"sheet": SimpleUploadedFile(name, content)}
    if archive:
        files["archive"] = SimpleUploadedFile("f.zip", archive)
    answer = client.post(reverse("resources:imports"), files)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_nothing_chosen_asks_for_a_sheet(client):
    answer = client.post(reverse("resources:imports"))
    assert answer.status_code == 422
    assert "还没有选择表格" in answer.content.decode()


def test_a_rival_sees_none_of_it(hand_in, rival):
    address = hand_in(mixed()).url
    run = ImportRun.objects.get()
    stranger = signed_in(rival)
    assert stranger.get(address).status_code == 404
    assert stranger.post(reverse("resources:import-confirm", args=[run.pk])).status_code == 404
    assert run.name not in stranger.get(reverse("resources:imports")).content.decode()


def test_a_job_that_died_leaves_a_way_on(hand_in, client):
    address = hand_in(mixed()).url
    Job.objects.update(state="dead", finished_at=timezone.now())
    ImportRun.objects.update(state="running")
    assert "再试一次" in client.get(address).content.decode()
    client.post(reverse("resources:import-again", args=[ImportRun.objects.get().pk]))
    drain()
    assert ImportRun.objects.get().state == "done"


def test_a_repeated_job_leaves_what_is_done(hand_in, reporter):
    hand_in(mixed())
    drain()
    run = imports.confirm(ImportRun.objects.get(), by=reporter, at=timezone.now())
    imports.work_on(run, dry_run=True, at=timezone.now())
    assert not Version.objects.exists(), "the look's job, come late, brings nothing in"
    drain()
    report = ImportRun.objects.get().report
    imports.work_on(run, dry_run=False, at=timezone.now())
    assert ImportRun.objects.get().report == report


def test_the_page_asks_the_same_few_questions_for_many_rows(hand_in, client, django_assert_max_num_queries):
    address = hand_in(rows(*[f"第 {n} 课" for n in range(60)])).url
    drain()
    with django_assert_max_num_queries(20):
        client.get(address)


def test_files_sent_later_are_taken_in_though_no_row_changed(hand_in, client, reporter):
    hand_in(rows("甲课", files="a.mp4"))
    drain()
    imports.confirm(ImportRun.objects.get(), by=reporter, at=timezone.now())
    drain()
    address = hand_in(rows("甲课", files="a.mp4"), zipped({"a.mp4": cast.content()})).url
    drain()
    assert "收入压缩包中的文件" in client.get(address).content.decode()
    client.post(f"{address}confirm")
    drain()
    assert Version.objects.get().files.count() == 1

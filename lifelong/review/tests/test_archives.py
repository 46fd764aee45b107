"""征集材料归档: what is inside, whose, and that every hash of the index is that of a file."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import AuthorityKind, Role
from lifelong.accounts.tests.cast import ANHUI, HENAN, authority, holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.calls.actions import add_letter, keep_letter
from lifelong.calls.models import Call, LetterKind
from lifelong.calls.tests.cast import open_call, pdf
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.media.actions import prepared
from lifelong.media.models import MediaFile, PreparedFile
from lifelong.resources.models import Round, Signature
from lifelong.review.actions.decisions import decide
from lifelong.review.archive.zipping import INDEX
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.tests import desk
from lifelong.web import workbooks
from lifelong.web.names import safe_name

pytestmark = pytest.mark.django_db
NOW = timezone.now
STRANGE = 'A/B:"讲"?*' + "长" * 90


@pytest.fixture
def officer():
    authority(AuthorityKind.PROVINCE, HENAN, "河南省教育厅")
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def call(officer):
    return open_call(officer)


def pack(person, call, **wanted) -> zipfile.ZipFile:
    client = signed_in(person)
    answer = client.post(reverse("call_archive", args=[call.number]), {"purpose": "年度归档", **wanted})
    assert answer.status_code == 302, answer.content.decode()
    drain()
    job = Job.objects.get(pk=int(re.findall(r"\d+", answer["Location"])[-1]))
    assert job.state == "done", job.traceback
    assert job.result is not None
    found = client.get(job.result["url"])
    assert found["Location"].startswith("/media/s/")
    sent = b"".join(client.get(found["Location"]).streaming_content)
    return zipfile.ZipFile(io.BytesIO(sent))


def index_of(archive: zipfile.ZipFile) -> dict[str, workbooks.Row]:
    root = archive.namelist()[0].partition("/")[0]
    rows = list(workbooks.read(archive.read(f"{root}/{INDEX}"), ["文件", "SHA-256", "备注"]))
    for row in rows:
        if not row["备注"]:
            assert hashlib.sha256(archive.read(f"{root}/{row['文件']}")).hexdigest() == row["SHA-256"]
    assert {f"{root}/{row['文件']}" for row in rows if not row["备注"]} | {f"{root}/{INDEX}"} == set(archive.namelist())
    return {row["文件"]: row for row in rows}


def test_the_archive_of_a_province_holds_its_own_and_every_hash_agrees(call, officer):
    first, own = desk.handed_in(STRANGE, call=call), desk.institution()
    elsewhere = desk.institution("340100-01", "340100")
    desk.handed_in("别省的一项", of=elsewhere, call=call)
    signature = Signature.objects.create(
        institution=own, signed_by=desk.reporter(own), signed_name="林若溪", signed_at=NOW(), checklist_version="2026",
        promise="所报资源均经审核。", answers=[{"id": "a", "text": "意识形态", "clause": "", "answer": True, "remark": ""}],
    )  # fmt: skip
    round = Round.objects.create(
        version=first.version, number=2, call=call, submitted_by=first.submitted_by, submitted_at=NOW(), receipt_number="R-2",
        standard="2022", values=first.values, files=first.files, signature=signature,
    )  # fmt: skip
    said = [{"field": "title", "text": "请改名称"}]
    decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.RETURN, by=officer, at=NOW(), reasons=said)
    add_letter(
        call, own, LetterKind.SUMMARY, keep_letter("盖章.pdf", pdf()), by=desk.reporter(own), at=NOW(), listed=[]
    )
    lost = add_letter(call, own, LetterKind.SUMMARY, keep_letter("丢了.pdf", pdf(2)), by=officer, at=NOW(), listed=[])
    (Path(settings.FILES) / lost.path).unlink()

    with pack(officer, call) as archive:
        listed = index_of(archive)
        assert all(len(name) <= 180 and not re.search(r'[<>:"\\|?*]', name) for name in archive.namelist())
    folder = f"3 单位/{own.code} {own.name}"
    for name in (
        "报送汇总表.xlsx",
        "报送汇总表.pdf",
        "资源元数据.xlsx",
        "审核决定.xlsx",
        "盖章件/盖章.pdf",
        f"回执/{round.receipt_number}.pdf",
    ):
        assert f"{folder}/{name}" in listed
    assert any(name.startswith(f"{folder}/自审承诺/") for name in listed)
    assert "丢失" in listed[f"{folder}/盖章件/丢了.pdf"]["备注"]
    assert {"1 通知/通知.pdf", "2 登记/登记一览.xlsx", "5 统计/征集统计.xlsx"} <= set(listed)
    assert not any(elsewhere.code in name or name.endswith(".mp4") for name in listed)
    entry = AuditEntry.objects.get(verb="accounts.personal_data_read")
    assert entry.detail["purpose"] == "年度归档"


def test_the_ministry_packs_every_unit_with_media_stored_as_they_came(call, officer):
    authority(AuthorityKind.MINISTRY, None, "教育部职成司")
    rounds = [
        desk.handed_in("甲", call=call),
        desk.handed_in("乙", of=desk.institution("340100-01", "340100"), call=call),
    ]
    for file in MediaFile.objects.all():
        file.location.parent.mkdir(parents=True, exist_ok=True)
        file.location.write_bytes(b"film" * 100_000)
    gone = MediaFile.objects.get(pk=rounds[1].files[0]["id"])
    gone.location.unlink()
    with pack(holder(Role.FINAL_REVIEWER), Call.objects.get(), with_media="on") as archive:
        listed = index_of(archive)
        films = [one for one in archive.infolist() if one.filename.endswith(".mp4")]
    assert [(one.file_size, one.compress_type) for one in films] == [(400_000, zipfile.ZIP_STORED)]
    assert [row["备注"] for name, row in listed.items() if name.endswith(gone.original_name)] == [
        "文件丢失、损坏或数据密钥不符"
    ]


def test_nobody_else_orders_or_fetches_and_the_days_end(call, officer):
    page = reverse("call_archive", args=[call.number])
    desk.handed_in("甲", call=call)
    for role in (Role.EXPERT, Role.OPERATOR):
        assert signed_in(holder(role)).get(page).status_code in {403, 404}
    other = holder(Role.HANDLING_OFFICER, code=ANHUI)
    assert signed_in(other).post(page, {"purpose": "看看"}).status_code == 404
    assert signed_in(officer).post(page, {"purpose": " "}).status_code == 422
    twice = [signed_in(officer).post(page, {"purpose": "归档"})["Location"] for _time in range(2)]
    assert twice[0] == twice[1]
    file = PreparedFile.objects.get()
    half = Path(settings.FILES) / prepared.FOLDER / f"{file.pk}.1.dead.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"PK")
    drain()
    assert not half.exists(), "of an attempt that was killed"
    file.refresh_from_db()
    fetch = reverse("prepared-file", args=[file.pk])
    assert signed_in(other).get(fetch).status_code == 404
    assert reverse("prepared-file", args=[file.pk]) in signed_in(officer).get(page).content.decode()
    officer.appointments.update(ends_at=NOW())
    assert signed_in(officer).get(fetch).status_code in {403, 404}
    prepared.sweep(at=NOW())
    assert (Path(settings.FILES) / file.path).exists()
    assert file.expires_at is not None
    prepared.sweep(at=file.expires_at)
    assert not (Path(settings.FILES) / file.path).exists()
    assert not PreparedFile.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a/b.pdf", "a／b.pdf"), ("con", "_con"), ("LPT1.txt", "_LPT1.txt"), (" .. ", "_"), ("名\n称\u202e.pdf", "名 称 .pdf"),
        ("🎬𬭎.mp4", "__.mp4"), ("x" * 99 + ".docx", "x" * 55 + ".docx"), ("讲座.", "讲座"), ("", "_"),
    ],
)  # fmt: skip
def test_names_are_safe_on_windows(given, kept):
    assert safe_name(given) == kept
    assert kept.encode("gbk").decode("gbk") == kept

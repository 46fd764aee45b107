"""What the chapters say to the desk: each line comes with its cause and goes when it is mended."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from lifelong.accounts.actions.factors import ask_factor_reset
from lifelong.accounts.actions.lockout import LIMIT, note_failure, note_success
from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.catalogue import health as catalogue
from lifelong.catalogue.actions.reports import file_report
from lifelong.catalogue.lifecycle import ReportKind, ReportState
from lifelong.catalogue.models import Report
from lifelong.media import health as media
from lifelong.media import queries as files
from lifelong.media import storage
from lifelong.notices import health as notices
from lifelong.notices.models import Mail, MailState
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.review.tests import desk as review
from lifelong.web.health import Level, signs_at, waits_at

pytestmark = pytest.mark.django_db
GIGABYTE = 1 << 30


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings):
    settings.DATA, settings.FILES, settings.UPLOADS = tmp_path, tmp_path / "files", tmp_path / "uploads"
    settings.INDEX, settings.DISK_KEPT_FREE_BYTES, settings.EMAIL_URL = tmp_path / "index", GIGABYTE, "smtp://x"


def unwell(provider, at=None) -> dict[str, Level]:
    found = provider(at or timezone.now())
    return {sign.name.split(".")[1]: sign.level for sign in found if sign.level != Level.WELL}


def waiting() -> dict[tuple[str, str], int]:
    return {(wait.title, wait.office): wait.count for wait in waits_at(timezone.now())}


def test_mail_that_fails_that_does_not_leave_and_that_has_no_server(settings):
    now = timezone.now()
    assert unwell(notices.signs, now) == {}
    mail = Mail.objects.create(
        address="a@b.cn", subject="x", text="x", state=MailState.FAILED, error="550 no", created_at=now
    )
    assert unwell(notices.signs, now) == {"failed": "watch"}
    assert next(iter(notices.signs(now))).note == "550 no"
    Mail.objects.filter(pk=mail.pk).update(state=MailState.WAITING, created_at=now - timedelta(minutes=61))
    assert unwell(notices.signs, now) == {"stuck": "alarm"}
    Mail.objects.filter(pk=mail.pk).update(state=MailState.KEPT)
    assert unwell(notices.signs, now) == {}, "a server is set: the outbox sends it with one press"
    settings.EMAIL_URL = ""
    assert unwell(notices.signs, now) == {"kept": "watch"}
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT)
    assert unwell(notices.signs, now) == {}


@pytest.mark.parametrize(
    ("free_gb", "daily_gb", "level"),
    [(100, 0, None), (100, 1, None), (31, 1, "watch"), (8, 1, "alarm"), (1, 0, "alarm")],
)
def test_the_disk_is_told_of_while_there_is_still_a_week(monkeypatch, free_gb, daily_gb, level):
    monkeypatch.setattr(storage, "free_bytes", lambda _folder: free_gb * GIGABYTE)
    monkeypatch.setattr(files, "growth_per_day", lambda _at: float(daily_gb * GIGABYTE))
    assert unwell(media.signs).get("disk") == level


def test_a_storage_that_refuses_is_an_alarm_and_what_it_says_stands_there(monkeypatch):
    assert unwell(media.signs).get("storage") is None
    monkeypatch.setattr(storage, "trouble", lambda: "files: disk nearly full")
    assert unwell(media.signs)["storage"] == "alarm"


def test_an_index_that_is_not_there_or_lags_far_behind(monkeypatch):
    assert unwell(catalogue.signs) == {"index": "alarm"}, "nothing was built yet"
    monkeypatch.setattr(catalogue, "index_trouble", lambda: "")
    monkeypatch.setattr(catalogue, "index_lag", lambda: 1000)
    assert unwell(catalogue.signs) == {"lag": "watch"}
    monkeypatch.setattr(catalogue, "index_lag", lambda: 3)
    assert unwell(catalogue.signs) == {}


def test_refused_sign_ins_are_counted_with_their_hour_and_a_masked_address():
    now = timezone.now()
    user = holder(Role.EXPERT)
    for _ in range(LIMIT):
        note_failure(user.email, at=now)
    signs = {sign.name: sign for sign in signs_at(now)}
    assert signs["accounts.refused"].figure == LIMIT
    assert signs["accounts.refused"].details[0].shown == f"{LIMIT} 次"
    assert user.email not in str(signs["accounts.refused"])
    assert signs["accounts.locked"].level == "watch"
    note_success(user.email)
    assert {sign.name: sign.figure for sign in signs_at(now)}["accounts.locked"] == 0
    later = {sign.name: sign.figure for sign in signs_at(now + timedelta(hours=25))}
    assert later["accounts.refused"] == 0


def test_what_waits_stands_under_the_office_that_has_it_and_goes_when_it_is_done():
    now = timezone.now()
    review.handed_in("河南的")
    review.handed_in("安徽的", of=review.institution("340100-01", "340100"))
    file_report(kind=ReportKind.PLAYBACK, text="放不出来", at=now)
    expert, security = holder(Role.EXPERT), holder(Role.SECURITY_ADMINISTRATOR)
    ask_factor_reset(expert, reason="手机遗失，已核实本人。", by=security, at=now)
    assert waiting() == {
        ("资源待省级审核", "河南省"): 1, ("资源待省级审核", "安徽省"): 1, ("待答复的问题反馈", "运营人员"): 1,
        ("待确认的第二因素重置", "安全管理员"): 1,
    }  # fmt: skip
    Version.objects.update(state=State.FORWARDED)
    Report.objects.update(state=ReportState.ANSWERED)
    assert waiting() == {("资源待终审", "终审部门"): 2, ("待确认的第二因素重置", "安全管理员"): 1}

"""Who stores how much: the operator's page, quotas with their trail, and a disk that runs full."""

import pytest
from django.urls import reverse

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.media import queries, storage
from lifelong.media.tests import cast
from lifelong.web import desk


@pytest.fixture
def operator(db):
    return holder(Role.OPERATOR)


def test_the_operator_sees_who_stores_how_much_and_sets_a_quota(operator, college, reporter):
    cast.arrive(cast.open_upload(college, reporter, 3 << 20), cast.content(3 << 20))
    cast.open_upload(college, reporter, 2 << 20)
    page = signed_in(operator).get(reverse("storage")).content.decode()
    assert college.name in page
    assert "3.0 MB" in page
    assert "2.0 MB" in page
    address = reverse("storage-quota", args=[college.code])
    for wrong in ("", "0", "-3", "1.5", "999999999", "很多"):
        signed_in(operator).post(address, {"gigabytes": wrong})
    college.refresh_from_db()
    before = college.quota_bytes
    signed_in(operator).post(address, {"gigabytes": "7"})
    college.refresh_from_db()
    assert college.quota_bytes == 7 << 30
    entry = AuditEntry.objects.get(verb="institutions.quota_set")
    assert (entry.actor_id, entry.detail) == (operator.pk, {"quota_bytes": [before, 7 << 30]})


def test_nobody_else_sets_quotas(college, reporter):
    assert signed_in(reporter).get(reverse("storage")).status_code == 403
    assert (
        signed_in(reporter).post(reverse("storage-quota", args=[college.code]), {"gigabytes": "9"}).status_code == 403
    )


def test_the_same_content_counts_once_everywhere(operator, college, reporter):
    for _ in range(2):
        cast.arrive(cast.open_upload(college, reporter, 1000), cast.content(1000))
    assert queries.room_of(college).stored == queries.rooms_of([college])[college.pk].stored == 1000


def test_a_full_disk_waits_on_the_operators_desk(operator, reporter, settings, monkeypatch):
    assert "服务器存储空间不足" not in [w.title for w in desk.waiting_for(operator)]
    settings.DISK_KEPT_FREE_BYTES = 1000
    monkeypatch.setattr(storage, "free_bytes", lambda _folder: 999)
    assert "服务器存储空间不足" in [w.title for w in desk.waiting_for(operator)]
    assert "服务器存储空间不足" not in [w.title for w in desk.waiting_for(reporter)]
    assert "新的上传已暂停" in signed_in(operator).get(reverse("storage")).content.decode()


def test_the_page_of_many_institutions_takes_few_queries(operator, django_assert_max_num_queries):
    for number in range(30):
        cast.institution(f"77{number:05}")
    client = signed_in(operator)
    with django_assert_max_num_queries(16):
        client.get(reverse("storage"))

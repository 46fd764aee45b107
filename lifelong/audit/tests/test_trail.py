"""What is recorded stays as it was, on both databases."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifelong import audit
from lifelong.audit import triggers
from lifelong.audit.actions.sealing import PATIENCE, seal_entries
from lifelong.audit.canonical import dump, plain
from lifelong.audit.models import AuditEntry, Purge, Seal
from lifelong.audit.queries import entries_of
from lifelong.regions.models import Region
from lifelong.web import facts

pytestmark = pytest.mark.django_db


def refused(sql, *params):
    """The database itself says no, and the transaction around goes on."""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_an_entry_says_who_did_what_to_what_from_where(person):
    user = person(email="zhang@example.org")
    region = Region.objects.get(code="410100")
    at = timezone.now() - timedelta(days=3)
    facts.remember(facts.Facts(request_id="r1", address="192.0.2.7"))
    try:
        audit.record("regions.looked_at", by=user, of=region, at=at, detail={"为何": "测试"}, result="refused")
    finally:
        facts.remember(facts.Facts())
    entry = AuditEntry.objects.get()
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("person", user.pk, "张*")
    assert (entry.address, entry.request_id, entry.at) == ("192.0.2.7", "r1", at)
    assert (entry.target_type, entry.target_id, entry.target_label) == ("regions.region", "410100", "郑州市")
    assert (entry.detail, entry.result) == ({"为何": "测试"}, "refused")
    assert timezone.now() - entry.written_at < timedelta(minutes=1)
    assert list(entries_of(region)) == [entry]


def test_a_person_is_masked_also_as_what_was_acted_on(person):
    audit.record("account.opened", of=person(email="z@example.org"), by="lifelong demo")
    entry = AuditEntry.objects.get()
    assert entry.target_label == "张*"
    assert (entry.actor_kind, entry.actor_label) == ("system", "lifelong demo")


def test_without_a_person_it_was_the_visitor_of_the_request_or_the_platform():
    audit.record("a.b")
    facts.remember(facts.Facts(address="192.0.2.7"))
    try:
        audit.record("a.b")
    finally:
        facts.remember(facts.Facts())
    assert list(AuditEntry.objects.order_by("id").values_list("actor_kind", flat=True)) == ["system", "visitor"]


def test_what_rolls_back_leaves_no_entry():
    def record_and_break():
        with transaction.atomic():
            audit.record("a.b")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_break()
    assert not AuditEntry.objects.exists()


def test_raw_sql_can_neither_change_nor_remove_an_entry():
    audit.record("a.b")
    refused("UPDATE audit_auditentry SET verb = 'c.d'")
    refused("DELETE FROM audit_auditentry")
    assert AuditEntry.objects.get().verb == "a.b"


def test_raw_sql_can_neither_change_nor_remove_a_seal():
    audit.record("a.b")
    seal_entries(at=timezone.now() + PATIENCE * 2)
    refused("UPDATE audit_seal SET hash = %s", "0" * 64)
    refused("DELETE FROM audit_seal")
    assert Seal.objects.count() == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_the_tables_cannot_be_truncated():
    for table in triggers.TABLES:
        refused(f"TRUNCATE {table} CASCADE")


def test_nothing_younger_than_six_months_can_be_declared_purged():
    audit.record("a.b")
    seal_entries(at=timezone.now() + PATIENCE * 2)
    seal = Seal.objects.get()
    now = timezone.now()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Purge.objects.create(seal=seal, last_id=seal.last_id, count=1, before=now, at=now, reason="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Purge.objects.create(seal=seal, last_id=10**9, count=1, before=now, at=now, reason="x")


def test_every_guard_is_in_place():
    assert triggers.present(connection) == triggers.wanted(connection)


@pytest.mark.django_db(transaction=True)
def test_the_guards_survive_the_emptying_between_tests():
    audit.record("a.b")


@pytest.mark.django_db(transaction=True)
def test_the_guards_have_survived_it():
    assert not AuditEntry.objects.exists()
    assert triggers.present(connection) == triggers.wanted(connection)
    audit.record("a.b")
    refused("DELETE FROM audit_auditentry")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(detail=st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_any_detail_comes_back_from_the_database_as_it_was_hashed(detail):
    with transaction.atomic():
        audit.record("a.b", detail=detail)
        entry = AuditEntry.objects.order_by("-id")[0]
        assert dump(entry.detail) == dump(plain(detail))

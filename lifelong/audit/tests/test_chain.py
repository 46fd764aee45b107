"""The chain finds what the triggers could not prevent."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.utils import timezone

from lifelong import audit
from lifelong.audit import triggers
from lifelong.audit.actions.purging import NothingToPurge, ReasonMissing, TooYoung, purge
from lifelong.audit.actions.sealing import PATIENCE, late_entries, seal_entries
from lifelong.audit.anchor import anchor_file
from lifelong.audit.canonical import GENESIS
from lifelong.audit.models import AuditEntry, Purge, Seal
from lifelong.audit.queries import chain_state, seal_of
from lifelong.audit.triggers import KEEP_DAYS
from lifelong.audit.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def now():
    return timezone.now()


def records(number, **fields):
    for n in range(number):
        audit.record("a.b", detail={"n": n}, **fields)


def three_seals():
    for _ in range(3):
        records(4)
        seal_entries(at=now())


def without_guards(sql, *params):
    """What somebody with the keys of the database could do."""
    triggers.drop(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
    finally:
        triggers.create(connection)


def test_seals_chain_every_committed_entry():
    three_seals()
    seals = list(Seal.objects.all())
    assert [seal.count for seal in seals] == [4, 4, 4]
    assert [seal.previous for seal in seals] == [GENESIS, seals[0].hash, seals[1].hash]
    assert seal_entries(at=now()) == 0
    report = verify(at=now())
    assert (report.sound, report.sealed, report.unsealed, report.anchors) == (True, 12, 0, 3)


def test_the_unsealed_tail_is_named():
    three_seals()
    records(2)
    assert verify(at=now()).unsealed == chain_state().unsealed == 2


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE audit_auditentry SET verb = 'x.y' WHERE id = (SELECT min(id) + 5 FROM audit_auditentry)", "有记录被改动"),
        ("UPDATE audit_auditentry SET written_at = '2020-01-01' WHERE id = (SELECT max(id) FROM audit_auditentry)", "有记录被改动"),
        ("DELETE FROM audit_auditentry WHERE id = (SELECT min(id) + 5 FROM audit_auditentry)", "有记录被删除或插入"),
        ("DELETE FROM audit_seal WHERE id = (SELECT min(id) + 1 FROM audit_seal)", "链在这里断开"),
        ("DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)", "链尾被截去"),
    ],
)  # fmt: skip
def test_tampering_behind_the_back_of_the_triggers_is_found(sql, words):
    three_seals()
    without_guards(sql)
    report = verify(at=now())
    assert not report.sound
    assert words in "".join(report.problems)


def test_a_chain_that_was_made_anew_does_not_match_its_anchor():
    three_seals()
    without_guards("DELETE FROM audit_seal")
    without_guards("UPDATE audit_auditentry SET actor_label = 'x'")
    seal_entries(at=now())
    assert any("锚文件" in problem for problem in verify(at=now()).problems)


def test_a_missing_trigger_is_found():
    triggers.drop(connection)
    try:
        assert "触发器" in verify(at=now()).problems[0]
    finally:
        triggers.create(connection)


def test_a_trigger_that_was_made_harmless_is_found():
    name = "audit_auditentry_no_update"
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if sqlite else " ON audit_auditentry"))
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON audit_auditentry "
            + ("BEGIN SELECT 1; END" if sqlite else "FOR EACH ROW WHEN (false) EXECUTE FUNCTION audit_refuse()")
        )
    try:
        assert name in verify(at=now()).problems[0]
    finally:
        triggers.drop(connection)
        triggers.create(connection)


def test_the_command_says_what_is_broken_and_exits_with_one():
    three_seals()
    out = StringIO()
    call_command("verify-audit", stdout=out)
    assert "审计链完好" in out.getvalue()
    without_guards("UPDATE audit_auditentry SET verb = 'x.y'")
    with pytest.raises(SystemExit) as exit_with:
        call_command("verify-audit", stdout=out)
    assert exit_with.value.code == 1
    assert "有记录被改动" in out.getvalue()


def hole(*, written_at):
    """An id that is not visible, as while its transaction runs (or after it rolled back), and an entry behind it."""
    records(1)
    taken = AuditEntry.objects.latest("id")
    number = taken.pk + 1
    AuditEntry.objects.create(pk=number + 1, at=now(), written_at=written_at, actor_kind="system", verb="a.b")
    return number


def come_to_light(number):
    AuditEntry.objects.create(pk=number, at=now(), actor_kind="system", verb="late.one")


def test_a_seal_stops_before_a_fresh_hole():
    number = hole(written_at=now())
    assert seal_entries(at=now()) == 1
    assert Seal.objects.get().last_id == number - 1
    come_to_light(number)
    assert seal_entries(at=now()) == 2
    assert verify(at=now()).sound


def test_an_entry_that_comes_to_light_late_is_taken_in_by_the_next_seal():
    number = hole(written_at=now() - PATIENCE * 2)
    assert seal_entries(at=now()) == 2
    seal = Seal.objects.get()
    assert (seal.missing, seal.count) == ([[number, number]], 2)
    come_to_light(number)
    report = verify(at=now())
    assert (report.sound, report.unsealed) == (True, 1)
    assert seal_entries(at=now()) == 1
    newest = Seal.objects.latest("id")
    assert (newest.late, seal_of(AuditEntry.objects.get(pk=number))) == ([number], newest)
    assert late_entries(now()) == []
    assert seal_entries(at=now()) == 0
    report = verify(at=now())
    assert (report.sound, report.sealed, report.unsealed) == (True, 3, 0)
    without_guards(f"UPDATE audit_auditentry SET verb = 'x.y' WHERE id = {number}")
    assert not verify(at=now()).sound


def test_an_entry_slipped_into_an_old_hole_is_found():
    number = hole(written_at=now() - PATIENCE * 2)
    seal_entries(at=now())
    come_to_light(number)
    assert "不在任何封存之内" in "".join(verify(at=now() + timedelta(days=3)).problems)


def test_two_sealers_at_once_make_one_chain():
    three_seals()
    records(50)
    barrier = threading.Barrier(2)

    def seal():
        try:
            barrier.wait(10)
            for _ in range(20):
                seal_entries(at=now())
        finally:
            connection.close()

    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        seal_entries(at=now())  # one connection: nothing to race
    else:
        threads = [threading.Thread(target=seal) for _ in range(2)]
        for thread in threads:
            thread.start()
        records(20)
        for thread in threads:
            thread.join(30)
        seal_entries(at=now())
    report = verify(at=now())
    assert (report.problems, report.unsealed) == ([], 0)


def aged(days):
    """Entries and a seal that were made long ago."""
    for n in range(5):
        AuditEntry.objects.create(
            at=now() - timedelta(days=days),
            written_at=now() - timedelta(days=days),
            actor_kind="system",
            verb=f"old.{n}",
        )
    seal_entries(at=now() - timedelta(days=days))


def test_old_entries_are_purged_in_whole_seals_and_the_chain_still_holds():
    aged(400)
    aged(300)
    aged(10)
    mark = purge(before=now() - timedelta(days=350), reason="离线归档", by="operator", at=now())
    assert (mark.count, AuditEntry.objects.filter(verb__startswith="old.").count()) == (5, 10)
    seal_entries(at=now())
    report = verify(at=now())
    assert (report.problems, report.purged, report.sealed) == ([], 5, 11)
    assert AuditEntry.objects.get(verb="audit.purged").detail["count"] == 5
    with pytest.raises(NothingToPurge):
        purge(before=now() - timedelta(days=350), reason="再来", by="operator", at=now())


def test_a_purge_of_a_purge_leaves_a_sound_chain():
    aged(700)
    long_ago = now() - timedelta(days=300)
    purge(before=now() - timedelta(days=600), reason="一", by="operator", at=long_ago)
    Purge.objects.get()
    seal_entries(at=now())
    assert verify(at=now()).sound


def test_what_is_too_young_is_not_purged():
    aged(10)
    with pytest.raises(TooYoung, match=str(KEEP_DAYS)):
        purge(before=now() - timedelta(days=30), reason="x", by="operator", at=now())
    with pytest.raises(ReasonMissing):
        purge(before=now() - timedelta(days=300), reason=" ", by="operator", at=now())
    assert not Purge.objects.exists()


def test_entries_can_be_removed_only_where_a_purge_covers_them():
    aged(400)
    aged(300)
    purge(before=now() - timedelta(days=350), reason="归档", by="operator", at=now())
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry")
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_purge")


def test_the_purge_command_refuses_a_broken_chain_and_a_wrong_date():
    aged(400)
    without_guards("UPDATE audit_auditentry SET verb = 'x.y'")
    with pytest.raises(SystemExit):
        call_command("purge-audit", before="2020-01-01", reason="x", stderr=StringIO())
    with pytest.raises(CommandError, match="日期"):
        call_command("purge-audit", before="gestern", reason="x")


def test_the_purge_command_purges():
    aged(400)
    out = StringIO()
    day = f"{timezone.localtime() - timedelta(days=200):%Y-%m-%d}"
    call_command("purge-audit", before=day, reason="归档", stdout=out)
    assert "已清除 5 条" in out.getvalue()
    with pytest.raises(CommandError, match="至少保存"):
        call_command("purge-audit", before=f"{timezone.localtime():%Y-%m-%d}", reason="归档")


def test_the_anchor_is_a_file_that_only_grows_and_a_torn_line_is_no_alarm():
    three_seals()
    before = anchor_file().read_text()
    assert len(before.splitlines()) == 3
    records(1)
    seal_entries(at=now())
    assert anchor_file().read_text().startswith(before)
    with anchor_file().open("a") as file:
        file.write("99 1 2")
    assert verify(at=now()).sound

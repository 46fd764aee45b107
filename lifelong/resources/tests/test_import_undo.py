"""A whole import taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.audit.models import AuditEntry
from lifelong.jobs.running import drain
from lifelong.resources.actions import drafts, imports_undo
from lifelong.resources.lifecycle import State
from lifelong.resources.models import ImportRun, Version
from lifelong.resources.queries.freezing import values_of
from lifelong.resources.tests.sheets import rows, sheet

NOW = timezone.now


@pytest.fixture
def client(reporter):
    return signed_in(reporter)


@pytest.fixture
def bring(client, tmp_path):
    """A sheet through the pages to its end; the run."""

    def run(found) -> ImportRun:
        file = SimpleUploadedFile("表.xlsx", sheet(tmp_path, found).read_bytes())
        client.post(reverse("resources:imports"), {"sheet": file})
        drain()
        made = ImportRun.objects.latest("pk")
        client.post(reverse("resources:import-confirm", args=[made.pk]))
        drain()
        made.refresh_from_db()
        return made

    return run


def press(client, run):
    return client.post(reverse("resources:import-undo", args=[run.pk]))


def living() -> dict[str, str]:
    return {version.title: version.summary for version in Version.objects.filter(deleted_at=None)}


def test_what_it_made_goes_to_the_trash_and_what_it_changed_is_as_before(bring, client):
    first = bring(rows("甲课", "乙课"))
    before = {version.pk: values_of(version) for version in Version.objects.all()}
    changed = rows("甲课", "乙课", "丙课")
    changed[0]["summary"] = "改过的简介，讲得更细，从开机讲起，一步一步演示。"
    second = bring(changed)
    assert set(living()) == {"甲课", "乙课", "丙课"}
    page = reverse("resources:import", args=[second.pk])
    assert "撤销这次导入" in client.get(page).content.decode()
    press(client, second)
    press(client, second)
    drain()
    second.refresh_from_db()
    assert (second.state, second.report["undone"]) == ("undone", {"undone": 2, "changed": 0, "handed_in": 0})
    assert {v.pk: values_of(v) for v in Version.objects.filter(deleted_at=None)} == before
    assert "已撤销 2 项" in client.get(page).content.decode()
    again = bring(changed)
    assert again.report["accepted"] == 2
    assert set(living()) == {"甲课", "乙课", "丙课"}, "the same sheet again is as if it had not been undone"
    press(client, first)
    drain()
    assert AuditEntry.objects.filter(verb="resources.sheet_undone").count() == 2


def test_what_was_worked_on_or_handed_in_since_stays_and_is_counted(bring, client, reporter):
    run = bring(rows("甲课", "乙课", "丙课"))
    touched, handed, _plain = Version.objects.order_by("title")
    mine = {"summary": "自己改过"}
    drafts.save_draft(touched, values=mine, revision=touched.revision, by=reporter, at=NOW())
    Version.objects.filter(pk=handed.pk).update(state=State.SUBMITTED, first_submitted_at=NOW())
    press(client, run)
    drain()
    run.refresh_from_db()
    assert run.report["undone"] == {"undone": 1, "changed": 1, "handed_in": 1}
    assert set(living()) == {touched.title, handed.title}


def test_killed_in_the_midst_and_repeated_it_does_the_rest(bring, reporter, monkeypatch):
    run = bring(rows("甲课", "乙课", "丙课"))
    run.state = "undoing"
    monkeypatch.setattr(imports_undo, "CHUNK", 1)

    def dies(_note: str, done: int, _total: int) -> None:
        if done == 2:
            raise SystemExit

    with pytest.raises(SystemExit):
        imports_undo.take_back(run, by=reporter, at=NOW(), tell=dies)
    assert len(living()) == 1
    run.refresh_from_db()
    assert imports_undo.take_back(run, by=reporter, at=NOW())["undone"] == 3
    assert living() == {}


def test_a_rival_and_an_import_that_only_looked_take_nothing_back(bring, client, rival, tmp_path):
    run = bring(rows("甲课"))
    assert press(signed_in(rival), run).status_code == 404
    ImportRun.objects.filter(pk=run.pk).update(dry_run=True)
    assert press(client, run).status_code == 409
    drain()
    assert set(living()) == {"甲课"}

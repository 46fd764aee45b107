"""修复 from the page to the round: one press, the same judge, the original kept and back with one press."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.jobs.lifecycle import State as JobState
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.media.models import MediaFile, Repair
from lifelong.media.repair import making
from lifelong.media.tests import samples
from lifelong.resources.actions import explanations, files, releasing, repairs, submission
from lifelong.resources.actions.drafts import NotEditable
from lifelong.resources.lifecycle import State
from lifelong.resources.models import VersionFile
from lifelong.resources.tests import cast
from lifelong.web.refusals import NotAllowed

NOW = timezone.now


def with_film(version, by, source) -> VersionFile:
    entry = files.take_small(version, name="第一讲.mkv", content=source.read_bytes(), by=by, at=NOW())
    drain()
    return VersionFile.objects.get(pk=entry.pk)


def verdicts(version) -> dict[str, str]:
    return dict(version.findings.filter(round=None).values_list("rule", "verdict"))


@pytest.fixture
def entry(draft, reporter) -> VersionFile:
    return with_film(draft, reporter, samples.video(container="mkv"))


def page(client, version, name="files") -> str:
    where = reverse(f"resources:{name}", args=[version.resource.resource_id, version.number])
    return client.get(where).content.decode()


def press(client, version, **data):
    where = reverse("resources:files-repair", args=[version.resource.resource_id, version.number])
    return client.post(where, data)


def test_one_press_makes_the_file_keep_the_standard_and_another_takes_it_back(client, draft, reporter, entry):
    client.force_login(reporter)
    original = entry.media_file
    sentence = draft.findings.get(rule="video.container")
    explanations.explain(draft, sentences={sentence.pk: "稍后修复"}, by=reporter, at=NOW())
    before = page(client, draft)
    assert "换成 MP4 封装" in before
    assert "原文件原样保留" in before
    assert press(client, draft, file=entry.pk).status_code == 302
    assert "正在排队" in page(client, draft)
    drain()
    entry.refresh_from_db()
    made = entry.media_file
    assert made != original
    assert (made.handed_in, made.facts["container"], made.original_name) == (original, "mp4", "第一讲.mkv")
    assert verdicts(draft) | {"file.complete": "pass"} == dict.fromkeys(verdicts(draft), "pass")
    after = page(client, draft)
    for words in (original.sha256, made.sha256, "换成 MP4 封装", "libavcodec"):
        assert words in after
    assert original.location.read_bytes() == samples.video(container="mkv").read_bytes()
    assert press(client, draft, undo=entry.pk).status_code == 302
    entry.refresh_from_db()
    assert entry.media_file == original
    assert draft.findings.get(rule="video.container").explanation == "稍后修复", "what was written stays with the fail"
    assert not MediaFile.objects.filter(pk=made.pk).exists(), "its room is given back"
    assert {"media.repair_asked", "media.file_repaired", "resources.file_repaired", "resources.original_used"} <= set(
        AuditEntry.objects.values_list("verb", flat=True)
    )


def test_who_may_not_change_the_files_may_not_repair_them(client, draft, reporter, rival, entry, call):
    client.force_login(rival)
    assert press(client, draft, file=entry.pk).status_code == 404
    with pytest.raises(NotAllowed):
        repairs.begin(draft, entry_id=entry.pk, by=rival, at=NOW())
    draft.state = State.SUBMITTED
    draft.save()
    with pytest.raises(NotEditable):
        repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    with pytest.raises(NotEditable):
        repairs.undo(draft, entry_id=entry.pk, by=reporter, at=NOW())


def test_what_was_handed_in_meanwhile_keeps_its_file(client, draft, reporter, entry):
    client.force_login(reporter)
    submit = reverse("resources:submit", args=[draft.resource.resource_id, draft.number])
    assert "修复前的原文件" not in client.get(submit).content.decode()
    repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    assert "修复前的原文件" in client.get(submit).content.decode()
    draft.state = State.SUBMITTED
    draft.save()
    drain()
    entry.refresh_from_db()
    repair = Repair.objects.get()
    assert entry.media_file == repair.original
    assert repair.repaired is not None
    late = NOW() + releasing.GRACE * 2
    assert releasing.release_unused(at=late) == 1
    assert list(MediaFile.objects.all()) == [repair.original], "what nobody took goes with the night"


def test_a_good_file_and_a_second_press_are_refused_in_words(client, draft, reporter, entry):
    repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    client.force_login(reporter)
    again = press(client, draft, file=entry.pk)
    assert again.status_code == 409
    assert "正在修复" in again.content.decode()
    drain()
    entry.refresh_from_db()
    with pytest.raises(repairs.NotRepairable):
        repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    assert press(client, draft, undo="999999").status_code == 404


def test_a_worker_that_dies_in_the_midst_leaves_the_original_and_the_next_begins_anew(
    draft, reporter, entry, monkeypatch
):
    repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    whole = making.remux.rewrap

    def dies(source, target, **_more):
        target.write_bytes(b"half")
        raise SystemExit

    monkeypatch.setattr(making.remux, "rewrap", dies)
    with pytest.raises(SystemExit):
        drain()
    assert VersionFile.objects.get(pk=entry.pk).media_file == entry.media_file
    assert Repair.objects.get().repaired is None
    monkeypatch.setattr(making.remux, "rewrap", whole)
    Job.objects.running().update(state=JobState.READY, lease_until=None)
    drain()
    made = VersionFile.objects.get(pk=entry.pk).media_file
    assert made.handed_in == entry.media_file
    assert list(made.location.parent.parent.parent.parent.rglob("*.part")) == []


def test_what_is_not_what_was_promised_is_not_taken(client, draft, reporter, entry, monkeypatch):
    repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    small = samples.video(size=(640, 360))
    monkeypatch.setattr(making.remux, "rewrap", lambda source, target, **_more: target.write_bytes(small.read_bytes()))
    drain()
    entry.refresh_from_db()
    assert entry.media_file == Repair.objects.get().original
    client.force_login(reporter)
    said = page(client, draft)
    assert "上次修复没有成功" in said
    assert "640×360" in said
    assert "换成 MP4 封装" in said, "and it is offered again"


def test_the_round_names_the_original_with_its_hash_and_so_keeps_it(client, college, reporter, call):
    version = cast.ready(college, reporter)
    files.remove_file(version, entry_id=version.files.get().pk, by=reporter, at=NOW())
    entry = with_film(version, reporter, samples.video(container="mkv"))
    repairs.begin(version, entry_id=entry.pk, by=reporter, at=NOW())
    drain()
    version.refresh_from_db()
    original = Repair.objects.get().original
    round = submission.submit(version, call=call, signature=cast.signed(version, reporter), by=reporter, at=NOW())
    frozen = next(file for file in round.files if file["kind"] == "media")
    assert frozen["original"]["sha256"] == original.sha256
    assert frozen["sha256"] != original.sha256
    version.files.all().delete()
    assert not releasing.release(Repair.objects.get().repaired, by=None, at=NOW())
    assert not releasing.release(original, by=None, at=NOW())


def test_taken_out_both_give_their_room_back(draft, reporter, entry):
    repairs.begin(draft, entry_id=entry.pk, by=reporter, at=NOW())
    drain()
    files.remove_file(draft, entry_id=entry.pk, by=reporter, at=NOW())
    assert not MediaFile.objects.exists()
    assert not Repair.objects.exists()

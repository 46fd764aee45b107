from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.jobs.models import Job
from lifelong.media.models import MediaFile, Rendition
from lifelong.notices.models import Notice
from lifelong.resources.actions.steps import set_availability
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Version
from lifelong.review import events
from lifelong.review.actions import batches, exports
from lifelong.review.lifecycle import BatchState, Stage
from lifelong.review.models import Batch, BatchItem, Waiver
from lifelong.review.queries.obstacles import obstacles_of
from lifelong.review.tasks import publish_batch, publish_due_batches
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def final():
    return holder(Role.FINAL_REVIEWER)


@pytest.fixture
def batch(final):
    return batches.create_batch(number="2026-01", title="第一批", by=final, at=timezone.now())


def accepted(n=3):
    return [desk.handed_in(f"资源 {i}", state=State.ACCEPTED).version for i in range(n)]


def published(batch, final, n=3):
    versions = accepted(n)
    batches.add_versions(batch, versions, by=final, at=timezone.now())
    batches.schedule(batch, publish_at=timezone.now(), by=final, at=timezone.now())
    return batches.publish(batch, at=timezone.now()), versions


def test_only_accepted_versions_enter_and_each_one_batch(batch, final):
    one, two = accepted(1)[0], desk.handed_in().version
    other = batches.create_batch(number="2026-02", title="第二批", by=final, at=timezone.now())
    batches.add_versions(other, [one], by=final, at=timezone.now())
    added, left = batches.add_versions(batch, [one, two], by=final, at=timezone.now())
    assert added == 0
    assert any("2026-02" in words for words in left)
    assert any("待上线" in words for words in left)


def test_a_batch_goes_live_as_a_whole(batch, final):
    batch, versions = published(batch, final)
    assert batch.state == BatchState.PUBLISHED
    assert {v.state for v in Version.objects.filter(pk__in=[v.pk for v in versions])} == {State.PUBLISHED}
    for version in versions:
        version.resource.refresh_from_db()
        assert version.resource.online_version_id == version.pk
        assert version.resource.availability == Availability.ONLINE
    assert len(batch.manifest["items"]) == 3
    assert all(len(f["sha256"]) == 64 for item in batch.manifest["items"] for f in item["files"])


def test_a_fault_in_the_middle_leaves_nothing_published(batch, final):
    versions = accepted()
    batches.add_versions(batch, versions, by=final, at=timezone.now())
    batches.schedule(batch, publish_at=timezone.now(), by=final, at=timezone.now())

    def fail(**facts):
        raise OSError("disk full")

    events.batch_published.connect(fail)
    try:
        with pytest.raises(OSError, match="disk full"):
            batches.publish(batch, at=timezone.now())
    finally:
        events.batch_published.disconnect(fail)
    batch.refresh_from_db()
    assert batch.state == BatchState.SCHEDULED
    assert set(Version.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_publishing_twice_changes_nothing(batch, final):
    batch, _versions = published(batch, final)
    first = batch.published_at
    assert batches.publish(batch, at=timezone.now()).published_at == first


def test_an_empty_batch_is_not_published(batch, final):
    with pytest.raises(batches.BatchEmpty):
        batches.schedule(batch, publish_at=timezone.now(), by=final, at=timezone.now())


def test_a_suspended_item_keeps_its_line_struck_through_until_it_comes_back(batch, final):
    batch, versions = published(batch, final)
    resource, operator = versions[0].resource, holder(Role.OPERATOR)
    resource.refresh_from_db()
    set_availability(resource, to=Availability.SUSPENDED, by=operator, at=timezone.now(), reason="画面有误")
    item = BatchItem.objects.get(version=versions[0])
    assert item.pulled_reason == "画面有误"
    batch.refresh_from_db()
    assert batch.amendments[0]["what"] == "pulled"
    set_availability(resource, to=Availability.ONLINE, by=final, at=timezone.now(), reason="已更正")
    item.refresh_from_db()
    assert item.pulled_at is None
    batch.refresh_from_db()
    assert [a["what"] for a in batch.amendments] == ["pulled", "restored"]


def test_what_is_withdrawn_leaves_the_batch_being_composed(batch, final):
    from lifelong.resources.actions.withdrawal import withdraw

    version = accepted(1)[0]
    batches.add_versions(batch, [version], by=final, at=timezone.now())
    version.refresh_from_db()
    withdraw(version, by=desk.reporter(version.resource.institution), at=timezone.now(), reason="授权到期")
    assert not batch.items.exists()


def test_a_reporter_manages_no_batches(batch):
    with pytest.raises(batches.NotYourBatch):
        batches.create_batch(number="x", title="x", by=desk.reporter(desk.institution()), at=timezone.now())


def test_a_number_is_given_once(batch, final):
    with pytest.raises(batches.NumberTaken):
        batches.create_batch(number="2026-01", title="又一批", by=final, at=timezone.now())
    assert Batch.objects.count() == 1


def scheduled(batch, final, n=2):
    versions = accepted(n)
    batches.add_versions(batch, versions, by=final, at=timezone.now())
    return batches.schedule(batch, publish_at=timezone.now(), by=final, at=timezone.now()), versions


def test_what_was_called_back_stays_hidden_though_its_job_still_waits(batch, final):
    batch, _versions = scheduled(batch, final)
    batches.call_back(batch, by=final, at=timezone.now())
    publish_batch.func(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.COMPOSING


def test_what_was_put_off_waits_for_its_new_time(batch, final):
    batch, _versions = scheduled(batch, final)
    batches.call_back(batch, by=final, at=timezone.now())
    later = timezone.now() + timedelta(hours=5)
    batches.schedule(batch, publish_at=later, by=final, at=timezone.now())
    publish_batch.func(batch.pk)
    publish_due_batches.func()
    batch.refresh_from_db()
    assert batch.state == BatchState.SCHEDULED
    assert batches.publish_due(batch, at=later)


def test_a_time_that_has_passed_is_refused(batch, final):
    batches.add_versions(batch, accepted(1), by=final, at=timezone.now())
    with pytest.raises(batches.WrongTime):
        batches.schedule(batch, publish_at=timezone.now() - timedelta(days=365), by=final, at=timezone.now())


def test_a_batch_that_cannot_go_live_says_why_and_holds_no_other_up(batch, final):
    batch, _versions = scheduled(batch, final)
    other, _others = scheduled(
        batches.create_batch(number="2026-02", title="第二批", by=final, at=timezone.now()), final
    )
    Rendition.objects.filter(media_file__in=batch.items.values("version__files__media_file")).delete()
    publish_due_batches.func()
    publish_due_batches.func()
    batch.refresh_from_db()
    other.refresh_from_db()
    assert other.state == BatchState.PUBLISHED
    assert batch.state == BatchState.SCHEDULED
    assert "还没有生成播放版本" in batch.trouble
    assert Notice.objects.filter(user=final, subject__contains="到时未能发布").count() == 1
    batches.call_back(batch, by=final, at=timezone.now())
    batch.refresh_from_db()
    assert batch.trouble == ""


def test_publication_asks_for_its_sheet_in_the_same_transaction(batch, final):
    batch, _versions = published(batch, final)
    assert Job.objects.filter(path="lifelong.review.tasks.export_batch").exists()


def test_the_manifest_tells_the_time_of_this_country(batch, final):
    batch, versions = published(batch, final)
    assert batch.manifest["published_at"].endswith("+08:00")
    early = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)  # the 21st here
    batches.strike_through(versions[0], reason="画面有误", at=early, by=final)
    batch.refresh_from_db()
    assert batch.amendments[0]["date"] == "2026-05-21"


def test_the_composer_says_that_more_wait_than_it_lists(batch, final, monkeypatch):
    monkeypatch.setattr("lifelong.review.views.batches.SHOWN_CANDIDATES", 2)
    accepted(3)
    client = signed_in(final)
    page = client.get(reverse("batch_work", args=[batch.number])).content.decode()
    assert "共 3 项，这里只列出最早通过的 2 项" in page
    monkeypatch.setattr("lifelong.review.views.batches.SHOWN_CANDIDATES", 3)
    assert "只列出" not in client.get(reverse("batch_work", args=[batch.number])).content.decode()


def test_the_sheet_keeps_its_whole_name_whatever_the_title_holds(batch, final):
    batches.rename_batch(batch, title="社区/老年", announcement="", by=final, at=timezone.now())
    published(batch, final, 1)
    exports.write_export(batch)
    answer = signed_in(final).get(reverse("batch_export", args=[batch.number, "resources.xlsx"]))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "2026-01-社区／老年.xlsx" in unquote(answer["Content-Disposition"])


def sampled(round):
    MediaFile.objects.filter(pk=round.files[0]["id"]).update(whole={"method": "sampled"})
    return round


def test_a_long_film_is_decoded_fully_before_its_batch_goes_live(batch, final):
    decoding, whole = (
        sampled(desk.handed_in("长片", state=State.ACCEPTED)),
        desk.handed_in("短片", state=State.ACCEPTED),
    )
    now = timezone.now()
    batches.add_versions(batch, [decoding.version, whole.version], by=final, at=now)
    with pytest.raises(batches.NotFit, match="《长片》还在完整解码") as refusal:
        batches.schedule(batch, publish_at=now, by=final, at=now)
    assert "短片" not in str(refusal.value)
    MediaFile.objects.update(whole={"method": "full"})
    batches.schedule(batch, publish_at=now, by=final, at=now)
    assert batches.publish(batch, at=now).state == BatchState.PUBLISHED


def test_a_licence_that_runs_out_on_the_way_stops_acceptance_and_publication(batch, final):
    now, today = timezone.now(), timezone.localdate()
    round = desk.handed_in("戏曲欣赏", state=State.ACCEPTED)
    for until, stopped in ((today, False), (today - timedelta(days=1), True)):
        Version.objects.filter(pk=round.version_id).update(rights_until=until)
        round.version.refresh_from_db()
        assert [one.kind for one in obstacles_of(round, Stage.FINAL)] == ["licence"] * stopped
    batches.add_versions(batch, [round.version], by=final, at=now)
    with pytest.raises(batches.NotFit, match=f"《戏曲欣赏》的授权已于 {until} 到期，请移出批次"):
        batches.schedule(batch, publish_at=now, by=final, at=now)


def test_a_fail_found_after_the_acceptance_stops_the_batch_until_it_is_waived(batch, final):
    late = desk.handed_in("晚到的结论", state=State.ACCEPTED)
    now = timezone.now()
    batches.add_versions(batch, [late.version, *accepted(1)], by=final, at=now)
    batches.schedule(batch, publish_at=now, by=final, at=now)
    found = desk.failing(late, "file.complete")
    with pytest.raises(batches.NotFit, match="晚到的结论"):
        batches.publish(batch, at=now)
    assert not batches.publish_due(batch, at=now)
    batch.refresh_from_db()
    assert "晚到的结论" in batch.trouble
    Waiver.objects.create(finding=found, by=final, at=now, reason="片尾黑场")
    assert batches.publish_due(batch, at=now)

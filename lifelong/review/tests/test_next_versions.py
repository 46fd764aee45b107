"""The next version of what is online, at the desk; and what waits to go online, given back in one step."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.notices.models import Notice
from lifelong.resources.actions.publication import mark_published
from lifelong.resources.actions.steps import IllegalStep, set_availability
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Round, Version, VersionFile
from lifelong.review.actions import batches, decisions
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import BatchItem
from lifelong.review.queries.obstacles import obstacles_of
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def final():
    return holder(Role.FINAL_REVIEWER)


@pytest.fixture
def online() -> Version:
    version = desk.handed_in("太极拳起势", state=State.ACCEPTED).version
    return mark_published(version, at=NOW(), by=None, batch_number="2026-01")


def next_of(version: Version, title: str, state: str = State.SUBMITTED) -> Round:
    number = version.resource.versions.count() + 1
    made = Version.objects.create(
        resource=version.resource, number=number, title=title, type="A01", area="older", state=state, state_at=NOW(),
        saved_at=NOW(), first_submitted_at=NOW(), summary=version.summary, speakers="李明", duration=6,
    )  # fmt: skip
    file = desk.media_file(version.resource.institution)
    VersionFile.objects.create(version=made, media_file=file)
    return desk.next_round(made, file, NOW())


def test_the_desk_of_a_next_version_opens_with_what_it_changes(online):
    officer = signed_in(holder(Role.DECIDING_OFFICER))
    first = desk.handed_in("五禽戏")
    assert (
        'id="differences"' not in officer.get(reverse("review_round", args=["provincial", first.pk])).content.decode()
    )
    second = next_of(online, "八段锦")
    page = officer.get(reverse("review_round", args=["provincial", second.pk])).content.decode()
    assert page.index('id="differences"') < page.index("<h2>播放")
    assert "<del>太极拳起势</del><ins>八段锦</ins>" in page
    queue = officer.get(reverse("review_queue", args=["provincial"])).content.decode()
    assert '<span class="chip">第 2 版</span>' in queue


def test_what_waits_to_go_online_goes_back_in_one_step_out_of_its_batch(final):
    round = desk.handed_in("片尾有误", state=State.ACCEPTED)
    batch = batches.create_batch(number="2026-02", title="第二批", by=final, at=NOW())
    batches.add_versions(batch, [round.version], by=final, at=NOW())
    with pytest.raises(decisions.ReasonMissing):
        decisions.release(round, by=final, at=NOW(), reason=" ")
    with pytest.raises(decisions.MayNotDecide):
        decisions.release(round, by=holder(Role.DECIDING_OFFICER), at=NOW(), reason="不归我管")
    made = decisions.release(round, by=final, at=NOW(), reason="片尾黑场 8 秒")
    version = Version.objects.get(pk=round.version_id)
    assert (version.state, made.stage, made.outcome) == (State.SUBMITTED, Stage.FINAL, Outcome.RETURN)
    assert not BatchItem.objects.exists()
    assert "片尾黑场" in Notice.objects.get(kind="decision.returned").text
    with pytest.raises(decisions.AlreadyDecided):
        decisions.release(round, by=final, at=NOW(), reason="又一次")
    assert version.rounds.get().closed_at is None  # the province works on the round that it forwarded


def test_the_buttons_give_back_one_or_many(final):
    held, waiting, single = (desk.handed_in(f"资源 {n}", state=State.ACCEPTED) for n in range(3))
    batch = batches.create_batch(number="2026-02", title="第二批", by=final, at=NOW())
    batches.add_versions(batch, [held.version], by=final, at=NOW())
    client, items = signed_in(final), reverse("batch_items", args=["2026-02"])
    client.post(items, {"do": "release", "id": batch.items.get().pk, "reason": "有误"})
    client.post(items, {"do": "release_waiting", "id": waiting.version_id, "reason": "有误"})
    address = reverse("review_round", args=["final", single.pk])
    assert "退回省级的理由" in client.get(address).content.decode()
    client.post(reverse("review_release", args=[single.pk]), {"reason": "有误"})
    assert set(Version.objects.values_list("state", flat=True)) == {State.SUBMITTED}
    refused = signed_in(desk.reporter(desk.institution())).post(
        reverse("review_release", args=[held.pk]), {"reason": "x"}
    )
    assert refused.status_code == 403


def test_a_refusal_is_not_taken_back_while_a_newer_version_is_under_way(online):
    officer = holder(Role.DECIDING_OFFICER)
    second = next_of(online, "太极拳（二）")
    refusal = decisions.decide(
        second, stage=Stage.PROVINCIAL, outcome=Outcome.REFUSE, by=officer, at=NOW(), reasons=[{"text": "重复"}]
    )
    next_of(online, "太极拳（三）", state=State.DRAFT)
    with pytest.raises(decisions.CannotTakeBack, match="第 3 版"):
        decisions.take_back(refusal, by=officer, at=NOW())


def test_an_older_version_never_takes_the_place_of_a_newer_one(online):
    second, third = next_of(online, "二", State.ACCEPTED), next_of(online, "三", State.ACCEPTED)
    mark_published(third.version, at=NOW(), by=None, batch_number="2026-02")
    with pytest.raises(IllegalStep, match="更新的第 3 版"):
        mark_published(second.version, at=NOW(), by=None, batch_number="2026-03")


def test_nothing_is_forwarded_of_what_left_the_library(online):
    second = next_of(online, "太极拳（二）")
    set_availability(online.resource, to=Availability.RETIRED, by=None, at=NOW(), reason="版权到期")
    second = Round.objects.get(pk=second.pk)
    assert [one.kind for one in obstacles_of(second, Stage.PROVINCIAL)] == ["retired"]

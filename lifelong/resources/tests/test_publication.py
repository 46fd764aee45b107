"""Going live: one version online at a time, whatever happens to the next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.calls.lifecycle import Stage
from lifelong.resources.actions import drafts, submission
from lifelong.resources.actions.publication import mark_published
from lifelong.resources.actions.steps import IllegalStep, move, set_availability
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Resource, Version
from lifelong.resources.queries.calling import chosen_call
from lifelong.resources.queries.submitting import standing
from lifelong.resources.queries.timeline import timeline, whereabouts
from lifelong.resources.tests import cast

NOW = timezone.now


def publish(version, **more):
    Version.objects.filter(pk=version.pk).update(state=State.ACCEPTED)
    version = Version.objects.select_related("resource").get(pk=version.pk)
    return mark_published(version, at=NOW(), by=None, batch_number="2026-01", **more)


def test_the_first_publication_brings_the_resource_online(draft):
    publish(draft)
    resource = Resource.objects.get()
    assert (resource.availability, resource.online_version) == (Availability.ONLINE, draft)
    assert draft.steps.get(verb="published").note == "批次 2026-01"


def test_a_second_version_supersedes_the_first_in_the_same_breath(draft, reporter):
    first = publish(draft)
    second = drafts.start_version(Version.objects.get(pk=first.pk), by=reporter, at=NOW())
    assert Resource.objects.get().online_version == first
    publish(second)
    assert list(Version.objects.order_by("number").values_list("state", flat=True)) == ["superseded", "published"]
    assert Resource.objects.get().online_version == second


def test_a_next_version_is_handed_in_under_its_call_also_after_the_deadline(ready, call, reporter, college):
    handed_in = submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=NOW())
    first = publish(handed_in.version)
    call.windows.filter(stage=Stage.SUBMISSION).update(ends_at=NOW() - timedelta(days=1))
    late = cast.ready(college, reporter)
    other = cast.join(cast.call("henan-2027", ends_at=NOW() - timedelta(days=1)), college)
    second = drafts.start_version(Version.objects.get(pk=first.pk), by=reporter, at=NOW())
    known = chosen_call(second, number="", at=NOW())
    assert known == call
    assert [standing(one, to, NOW()).open for one, to in ((second, known), (second, other), (late, known))] == [
        True, False, False,
    ]  # fmt: skip
    page = signed_in(reporter).get(f"/work/resources/{second.resource.resource_id}/v2/submit").content.decode()
    assert "不受征集截止时间的限制" in page
    again = submission.submit(second, call=known, signature=cast.signed(second, reporter), by=reporter, at=NOW())
    assert (again.version.state, again.version.call) == (State.SUBMITTED, call)


def test_what_is_suspended_stays_so_when_a_new_version_comes(draft, reporter):
    first = publish(draft)
    set_availability(first.resource, to=Availability.SUSPENDED, by=reporter, at=NOW(), reason="画面有误")
    second = drafts.start_version(Version.objects.get(pk=first.pk), by=reporter, at=NOW())
    publish(second)
    resource = Resource.objects.get()
    assert (resource.availability, resource.online_version) == (Availability.SUSPENDED, second)


def test_what_left_the_library_does_not_come_back(draft, reporter):
    first = publish(draft)
    second = drafts.start_version(Version.objects.get(pk=first.pk), by=reporter, at=NOW())
    set_availability(Resource.objects.get(), to=Availability.RETIRED, by=reporter, at=NOW(), reason="内容过时")
    with pytest.raises(IllegalStep):
        publish(second)


def test_only_what_was_accepted_goes_live(draft):
    with pytest.raises(IllegalStep):
        mark_published(draft, at=NOW(), by=None, batch_number="2026-01")


def test_the_timeline_tells_who_what_and_why_and_masks_officers(draft, reporter, rival):
    move(draft, to=State.SUBMITTED, verb="submitted", by=reporter, at=NOW())
    reasons = [{"field": "summary", "text": "太短"}]
    move(draft, to=State.RETURNED, verb="returned", by=rival, at=NOW(), reasons=reasons)
    entries = timeline(draft.resource, reporter)
    assert [entry.verb for entry in entries] == ["退回修改", "报送", "创建草稿"]
    assert [entry.who for entry in entries] == ["郝*", "苗秀兰", "苗秀兰"]
    assert entries[0].reasons == [("资源简介", "太短")]


def test_whereabouts_say_where_with_whom_and_until_when(draft, call, reporter):
    draft.call = call
    draft.save()
    move(draft, to=State.SUBMITTED, verb="submitted", by=reporter, at=NOW())
    here = whereabouts(draft, NOW())
    assert (here.place, here.with_whom, here.late) == ("省级审核中", "河南省教育厅", False)
    assert here.expected_at is not None
    move(draft, to=State.FORWARDED, verb="forwarded", by=reporter, at=NOW())
    assert "教育部" in whereabouts(draft, NOW()).with_whom

from django.utils import timezone

from lifelong.resources.actions import submission
from lifelong.resources.actions.steps import move
from lifelong.resources.lifecycle import State
from lifelong.resources.queries.progress import progress_under
from lifelong.resources.tests import cast


def test_the_board_of_a_call_knows_drafts_returns_and_submissions(college, reporter, ready, call, rival_college, rival):
    cast.draft(college, reporter, title="合唱入门")
    cast.draft(rival_college, rival)
    signature = cast.signed(ready, reporter)
    submission.submit(ready, call=call, signature=signature, by=reporter, at=timezone.now())
    found = progress_under(call, [college.pk, rival_college.pk])
    assert (found[college.pk].drafts, found[college.pk].submitted, found[college.pk].finished) == (1, 1, False)
    assert (found[rival_college.pk].drafts, found[rival_college.pk].submitted) == (1, 0)
    ready.refresh_from_db()
    move(ready, to=State.RETURNED, verb="returned", by=reporter, at=timezone.now())
    assert progress_under(call, [college.pk])[college.pk].returned == 1

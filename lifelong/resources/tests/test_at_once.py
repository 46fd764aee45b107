"""Two at the same instant: one outcome, and a clear word for the other."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone

from lifelong.resources.actions import drafts, receipts, submission
from lifelong.resources.actions.imports import import_sheet
from lifelong.resources.actions.steps import IllegalStep
from lifelong.resources.models import Resource, Round, Version
from lifelong.resources.tests import cast
from lifelong.resources.tests.sheets import rows, sheet
from lifelong.web.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each gave back, or the refusal it met."""
    start = threading.Barrier(len(deeds))
    outcomes: list[object] = []

    def run(deed: Callable[[], object]) -> None:
        start.wait()
        try:
            outcomes.append(deed())
        except Refusal as refusal:
            outcomes.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_submits_at_once_give_one_round_and_one_receipt(ready, call, reporter):
    signature = cast.signed(ready, reporter)

    def submit():
        version = Version.objects.get(pk=ready.pk)
        return submission.submit(version, call=call, signature=signature, by=reporter, at=timezone.now())

    outcomes = at_once(submit, submit)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IllegalStep", "Round"]
    round = Round.objects.get()
    told = next(outcome for outcome in outcomes if isinstance(outcome, IllegalStep))
    assert round.receipt_number in told.message


def test_receipts_drawn_at_once_are_all_different(db):
    from django.db import transaction

    def draw():
        with transaction.atomic():
            return receipts.next_number(timezone.now())

    outcomes = at_once(*[draw] * 6)
    assert len(set(outcomes)) == 6
    assert {str(number)[-6:] for number in outcomes} == {f"{n:06}" for n in range(1, 7)}


def test_two_saves_at_once_keep_one_and_tell_the_other(draft, reporter):
    def save(title):
        version = Version.objects.get(pk=draft.pk)
        values = {"title": title}
        return lambda: drafts.save_draft(
            version, values=values, revision=draft.revision, by=reporter, at=timezone.now()
        )

    outcomes = at_once(save("甲标签页"), save("乙标签页"))
    assert sum(isinstance(outcome, drafts.EditConflict) for outcome in outcomes) == 1
    kept = next(outcome for outcome in outcomes if isinstance(outcome, Version))
    assert Version.objects.get(pk=draft.pk).title == kept.title


def test_the_same_sheet_twice_at_once_makes_one_draft(college, reporter, tmp_path):
    path = sheet(tmp_path, rows("微信入门"))

    def bring():
        return import_sheet(path, institution=college, by=reporter, at=timezone.now())

    at_once(bring, bring)
    assert Resource.objects.count() == Version.objects.count() == 1

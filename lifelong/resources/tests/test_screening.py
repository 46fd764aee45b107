"""Every text that the public would read is screened, with the second at which it is said; again when the lists change."""

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.audit.models import AuditEntry
from lifelong.jobs.running import drain
from lifelong.notices.models import Notice
from lifelong.resources.actions import files, submission
from lifelong.resources.actions import screening as rounds
from lifelong.resources.lifecycle import State
from lifelong.resources.models import ScreeningHit, Version
from lifelong.resources.tests import cast
from lifelong.resources.tests.test_captions import add
from lifelong.review.models import Clearance
from lifelong.screening import actions as lists
from lifelong.screening.models import Word, WordList

NOW = timezone.now
SAID = """1
00:00:00,500 --> 00:00:01,500
这个偏方能包治

2
00:00:12,000 --> 00:00:14,000
百病，请打 13812345678

3
00:00:20,000 --> 00:00:22,000
收势
"""
OUTLINE = '<catalog><item no="1" title="起势"/><item no="2" title="包治百病的骗局" start="00:00:30"/></catalog>'


def hand_in(version, call, by):
    signature = cast.signed(version, by)
    return submission.submit(version, call=call, signature=signature, by=by, at=NOW())


@pytest.fixture
def cures(reporter) -> WordList:
    made = lists.make_list("医疗词", "虚假医疗", "block", by=reporter, at=NOW())
    lists.add_words(made, ["包治百病"], by=reporter, at=NOW())
    return made


def hits(round) -> list[tuple]:
    return [(hit.field, hit.word, hit.second) for hit in round.hits.order_by("field", "start")]


def test_captions_outline_and_titles_of_files_are_read_and_point_into_the_film(ready, call, reporter, cures):
    add(ready, reporter, SAID)
    Version.objects.filter(pk=ready.pk).update(outline=OUTLINE)
    entry = ready.files.get()
    files.name_files(ready, titles={entry.pk: "包 治百病"}, by=reporter, at=NOW())
    round = hand_in(ready, call, reporter)
    assert hits(round) == [
        ("captions", "包治百病", 0.5),
        ("captions", "手机号码 138****5678", 12.0),
        ("files", "包治百病", None),
        ("outline", "包治百病", 30.0),
    ]
    assert set(round.hits.values_list("media_file", flat=True)) == {entry.media_file_id}
    told = round.hits.get(word__startswith="手机")
    assert (told.category, told.severity) == ("个人信息", "look")
    assert "13812345678" not in told.context


def test_a_change_of_the_lists_screens_what_is_under_review_again(ready, call, reporter, cures):
    round = hand_in(ready, call, reporter)
    assert hits(round) == []
    lists.add_words(cures, ["看病挂号"], by=reporter, at=NOW())
    drain()
    assert hits(round) == [("summary", "看病挂号", None)]
    assert AuditEntry.objects.filter(verb="resources.screened_again").count() == 1
    kept = ScreeningHit.objects.get()
    Clearance.objects.create(hit=kept, by=reporter, at=NOW(), reason="就医常识")
    lists.add_words(cures, ["智能手机"], by=reporter, at=NOW())
    drain()
    assert ScreeningHit.objects.get(word="看病挂号").pk == kept.pk
    assert [word for _field, word, _second in hits(round)] == ["看病挂号", "智能手机"]
    lists.remove_words(cures, Word.objects.values_list("pk", flat=True), by=reporter, at=NOW())
    drain()
    assert [word for _field, word, _second in hits(round)] == ["看病挂号"]  # what a reviewer said of it stays


def test_what_the_lists_of_today_have_read_is_not_read_again(ready, call, reporter, cures, rival_college, rival):
    hand_in(ready, call, reporter)
    cast.ready(rival_college, rival)
    assert rounds.screen_again(at=NOW()) == 0
    lists.add_words(cures, ["看病"], by=reporter, at=NOW())
    assert [rounds.screen_again(at=NOW()) for _run in range(2)] == [1, 0]


def test_the_operator_hears_of_what_is_online(ready, call, reporter, cures):
    operator = holder(Role.OPERATOR)
    round = hand_in(ready, call, reporter)
    Version.objects.filter(pk=ready.pk).update(state=State.PUBLISHED)
    lists.add_words(cures, ["看病挂号"], by=reporter, at=NOW())
    drain()
    assert hits(round) == [("summary", "看病挂号", None)]
    told = Notice.objects.get(user=operator, kind="resources.online_hits")
    assert "看病挂号" in told.text
    assert ready.title in told.text

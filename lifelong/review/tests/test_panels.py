"""Experts: distributed fairly, blind until their own is in, an opinion beside the decision and never the decision."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.institutions.models import Mandate, MandateRole
from lifelong.notices.models import Notice
from lifelong.resources.lifecycle import State
from lifelong.review import criteria, policy, reckoning
from lifelong.review.actions import panels, scoring
from lifelong.review.assigning import Candidate, Task, propose
from lifelong.review.lifecycle import AssignmentState, Purpose, Stage
from lifelong.review.models import Assignment, ExpertProfile, Panel
from lifelong.review.queries import experts as experts_queries
from lifelong.review.queries import panels as queries
from lifelong.review.tests import desk

AT = timezone.now()
ASKED = criteria.criteria().of_type("A01")


def typed(points: int = 8, **changed: str) -> dict[str, str]:
    sheet = {one.id: "yes" if one.veto else str(points) for one in ASKED}
    return {**sheet, **{f"word_{one.id}": "有依据" for one in ASKED if not one.veto}, "opinion": "可用", **changed}


# The pure part


areas = st.sampled_from(["older", "degree"])
candidates = st.lists(
    st.builds(
        Candidate, pk=st.integers(1, 9), areas=st.frozensets(areas), barred=st.frozensets(st.integers(1, 3)),
        load=st.integers(0, 4), capacity=st.integers(1, 6),
    ),
    max_size=8, unique_by=lambda one: one.pk,
)  # fmt: skip
tasks = st.lists(
    st.builds(
        Task, pk=st.integers(1, 30), area=areas, institution=st.integers(1, 3), wanted=st.integers(1, 3),
        taken=st.frozensets(st.integers(1, 9)),
    ),
    max_size=10, unique_by=lambda one: one.pk,
)  # fmt: skip


@given(tasks, candidates, st.sampled_from(["", "7f"]))
def test_nobody_gets_their_own_institution_twice_the_same_or_more_than_they_can_take(todo, known, seed):
    proposal = propose(todo, known, seed=seed)
    by_pk, by_task = {one.pk: one for one in known}, {one.pk: one for one in todo}
    for pair in proposal.pairs:
        assert by_task[pair.task].institution not in by_pk[pair.expert].barred
        assert pair.expert not in by_task[pair.task].taken
    assert len({(pair.task, pair.expert) for pair in proposal.pairs}) == len(proposal.pairs)
    for one in known:
        assert sum(pair.expert == one.pk for pair in proposal.pairs) <= max(0, one.capacity - one.load)
    for task in todo:
        found = sum(pair.task == task.pk for pair in proposal.pairs)
        assert found + proposal.short.get(task.pk, 0) == task.wanted
    assert propose(todo, known, seed=seed) == proposal


def test_by_load_the_idle_expert_of_the_area_comes_first_and_a_lot_spreads_evenly():
    known = [
        Candidate(1, frozenset({"older"}), load=5),
        Candidate(2, frozenset({"older"})),
        Candidate(3, frozenset({"degree"})),
    ]
    assert [pair.expert for pair in propose([Task(1, "older", 1, 2)], known).pairs] == [2, 1]
    many = [Task(number, "older", 1, 1) for number in range(40)]
    drawn = [pair.expert for pair in propose(many, [Candidate(n) for n in range(4)], seed="a").pairs]
    assert all(drawn.count(n) == 10 for n in range(4))
    assert drawn != [pair.expert for pair in propose(many, [Candidate(n) for n in range(4)], seed="b").pairs]


def score(expert: int, total: int, *vetoes: str, item: int = 1, arbitration: bool = False) -> reckoning.Score:
    return reckoning.Score(item, expert, Decimal(total), vetoes, arbitration, timedelta(minutes=10 * expert))


@pytest.mark.parametrize(
    ("scores", "standing", "arbitrate", "vetoes"),
    [
        ([score(1, 80), score(2, 90)], 85, False, ()),
        ([score(1, 80)], None, False, ()),
        ([score(1, 60), score(2, 90)], None, True, ()),
        ([score(1, 80, "safety"), score(2, 82)], None, True, ("safety",)),
        ([score(1, 80, "safety"), score(2, 82, "rights")], 81, False, ("safety", "rights")),
        ([score(1, 60), score(2, 90), score(3, 72, arbitration=True)], 72, False, ()),
        ([score(1, 80, "safety"), score(2, 82), score(3, 70, arbitration=True)], 70, False, ()),
    ],
)
def test_what_the_scores_come_to(scores, standing, arbitrate, vetoes):
    result = reckoning.result(scores, wanted=2, threshold=15)
    assert (result.standing, result.needs_arbitration, result.vetoes) == (standing, arbitrate, vetoes)


def test_ranks_leave_out_what_is_vetoed_and_drift_compares_with_the_others_alone():
    results = {n: reckoning.result([score(1, t)], wanted=1, threshold=9) for n, t in enumerate([70, 90, 90])}
    results[9] = reckoning.result([score(1, 99, "rights")], wanted=1, threshold=9)
    assert reckoning.ranks(results) == {1: 1, 2: 1, 0: 3}
    drift = reckoning.drifts([score(1, 90), score(2, 80), score(3, 70), score(1, 50, item=2)])
    assert (drift[1].deviation, drift[1].compared, drift[1].sheets, drift[1].minutes) == (Decimal("15.00"), 1, 2, 10)
    assert drift[3].deviation == Decimal("-15.00")


def test_weights_count_and_a_veto_wants_a_word():
    full = criteria.read(ASKED, typed(10))
    assert criteria.total(ASKED, full) == 100
    assert criteria.total(ASKED, criteria.read(ASKED, typed(10, science="0"))) == 70
    assert not criteria.gaps(ASKED, full)
    assert set(criteria.gaps(ASKED, criteria.read(ASKED, typed(safety="no", teaching="11", craft="７.5")))) == {
        "safety",
        "teaching",
        "craft",
    }
    assert criteria.vetoes(ASKED, criteria.read(ASKED, typed(safety="no", word_safety="带电操作"))) == ["safety"]


# The whole way

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return holder(Role.HANDLING_OFFICER)


@pytest.fixture
def experts():
    return [holder(Role.EXPERT, email=f"expert-{n}@example.org") for n in range(3)]


def panel_of(officer, *rounds, each: int = 2, **plan) -> Panel:
    plan = panels.Plan(title="十一月评审", due_at=timezone.now() + timedelta(days=5), each=each, **plan)
    return panels.draft_panel(rounds, plan, stage=Stage.PROVINCIAL, by=officer, at=timezone.now())


def hand_in(assignment, points: int = 8, **changed: str):
    now = timezone.now()
    scoring.note_first_opening(assignment, by=assignment.expert, at=now)
    kept = assignment.sheets.filter(released_at__isnull=True).first()
    revision = kept.revision if kept else 0
    scoring.save_sheet(assignment, typed=typed(points, **changed), revision=revision, by=assignment.expert, at=now)
    return scoring.hand_in(assignment, by=assignment.expert, at=now + timedelta(minutes=20))


def assigned(panel):
    return list(
        Assignment.objects.filter(item__panel=panel, state=AssignmentState.ASSIGNED).select_related(
            "expert", "item__panel", "item__round__version"
        )
    )


def test_the_proposal_leaves_out_the_own_house_conflicts_mandates_and_officers(officer, experts):
    round = desk.handed_in()
    house = round.version.resource.institution
    ExpertProfile.objects.create(user=experts[0], employer=house)
    Mandate.objects.create(
        user=experts[1], institution=house, role=MandateRole.INSTITUTION_REVIEWER,
        begins_at=AT - timedelta(days=900), ends_at=AT - timedelta(days=800),
    )  # fmt: skip
    holder(Role.EXPERT, code="340000")  # of another province
    panel = panel_of(officer, round)
    assert [one.expert for one in Assignment.objects.filter(item__panel=panel)] == [experts[2]]
    assert queries.lines_of(panel, queries.items_of(panel), queries.results_of(panel))[0].missing == 1
    with pytest.raises(panels.ExpertUnfit):
        panels.assign(panel.items.get(), experts[0], by=officer, at=AT)
    scoring.declare_conflict(house, reason="曾任职", by=experts[2], at=AT)
    panels.change_panel(panel, panels.Plan("再来", AT + timedelta(days=5), by_lot=True), by=officer, at=AT)
    assert not Assignment.objects.filter(item__panel=panel).exists()
    with pytest.raises(panels.NothingToScore):
        panels.open_panel(panel, by=officer, at=AT)
    draws = AuditEntry.objects.filter(verb="review.panel_drawn")
    assert draws.count() == 2


def test_from_the_queue_to_a_result_beside_the_decision(officer, experts):
    round = desk.handed_in("太极拳入门")
    client = signed_in(officer)
    page = client.post(reverse("panel_begin"), {"id": [round.pk]}, follow=True)
    assert "太极拳入门" in page.content.decode()
    panel = Panel.objects.get()
    assert (
        client.post(
            reverse("panel", args=[panel.pk]),
            {"title": "评", "due_date": timezone.localdate() + timedelta(3), "each": 2, "spread": 15},
        ).status_code
        == 302
    )
    assert not Notice.objects.filter(kind="review.panel").exists()
    client.post(reverse("panel_step", args=[panel.pk]), {"do": "open"})
    assert Notice.objects.filter(kind="review.panel").count() == 2
    first, second = assigned(panel)
    one = signed_in(first.expert)
    address = reverse("scoring_sheet", args=[first.pk])
    assert "一票否决" in one.get(address).content.decode()
    saved = one.post(address, {**typed(9), "revision": 0}, headers={"X-Autosave": "1"}).json()
    stale = one.post(address, {**typed(1), "revision": 0}, headers={"X-Autosave": "1"})
    assert (stale.status_code, stale["X-Revision"]) == (409, "1")
    short = one.post(address, {**typed(9, science=""), "revision": saved["revision"], "do": "hand_in"})
    assert short.status_code == 422
    assert "可用" in short.content.decode()
    assert one.post(address, {**typed(9), "revision": 2, "do": "hand_in"}).status_code == 302
    first.refresh_from_db()
    assert first.sheets.get().total == 90
    with pytest.raises(panels.PanelMoved):
        scoring.save_sheet(first, typed=typed(1), revision=3, by=first.expert, at=AT)
    two = signed_in(second.expert)
    blind = two.get(reverse("scoring_sheet", args=[second.pk])).content.decode()
    assert "90.00" not in blind
    assert two.get(address).status_code == 404  # not theirs
    hand_in(second, 6)
    seen = two.get(reverse("scoring_sheet", args=[second.pk])).content.decode()
    assert "90.00" in seen
    assert str(first.expert) not in seen
    decider = signed_in(holder(Role.DECIDING_OFFICER))
    beside = decider.get(reverse("review_round", args=["provincial", round.pk])).content.decode()
    assert "待仲裁" in beside
    assert str(first.expert) in beside
    round.version.refresh_from_db()
    assert round.version.state == State.SUBMITTED  # scores decide nothing
    sheet = client.get(reverse("panel_export", args=[panel.pk]))
    assert sheet.status_code == 200


def test_apart_further_than_the_threshold_a_third_arbitrates_blind_and_counts(officer, experts):
    senior = next(one for one in experts if one == experts[2])
    ExpertProfile.objects.create(user=senior, senior=True, areas=["degree"])
    panel = panel_of(officer, desk.handed_in(), spread=10)
    panels.open_panel(panel, by=officer, at=timezone.now())
    first, second = assigned(panel)
    item = panel.items.get()
    with pytest.raises(panels.PanelMoved):
        panels.assign(item, None, by=officer, at=AT, purpose=Purpose.ARBITRATION)
    hand_in(first, 9)
    hand_in(second, 5, safety="no", word_safety="示范不安全")
    arbiter = panels.assign(item, None, by=officer, at=timezone.now(), purpose=Purpose.ARBITRATION)
    assert arbiter.expert == senior
    assert not policy.can_see_others(senior, arbiter)
    hand_in(arbiter, 7)
    result = queries.results_of(panel)[item.pk]
    assert (result.mean, result.spread, result.arbiter, result.standing, result.vetoes) == (70, 40, 70, 70, ())
    drift = experts_queries.drifts_of(panel.authority)
    assert drift[first.expert_id].deviation == 40
    assert drift[first.expert_id].minutes == 20


def test_a_released_sheet_is_open_again_and_the_old_one_stays_on_record(officer, experts):
    panel = panel_of(officer, desk.handed_in())
    panels.open_panel(panel, by=officer, at=timezone.now())
    first, second = assigned(panel)
    hand_in(first, 9)
    hand_in(second, 8)
    with pytest.raises(panels.ReasonMissing):
        panels.release(first, reason=" ", by=officer, at=AT)
    panels.release(first, reason="分数与意见不符", by=officer, at=timezone.now())
    first.refresh_from_db()
    assert not policy.can_see_others(first.expert, first)
    assert queries.results_of(panel)[first.item_id].given == 1
    hand_in(first, 7)
    assert list(first.sheets.order_by("pk").values_list("total", flat=True)) == [90, 70]
    page = signed_in(officer).get(reverse("panel_item", args=[first.item_id])).content.decode()
    assert "70.00" in page


def test_a_conflict_gives_back_everything_of_that_institution_and_another_is_asked(officer, experts):
    rounds = [desk.handed_in(f"件 {n}") for n in range(2)] + [
        desk.handed_in("别家", of=desk.institution("410300-01", "410300"))
    ]
    panel = panel_of(officer, *rounds, each=1)
    panels.open_panel(panel, by=officer, at=timezone.now())
    mine = [one for one in assigned(panel) if one.item.round in rounds[:2]]
    expert = mine[0].expert
    answer = signed_in(expert).post(
        reverse("scoring_decline", args=[mine[0].pk]), {"conflict": "yes", "reason": "配偶在该单位任职"}
    )
    assert answer.status_code == 302
    left = Assignment.objects.filter(expert=expert, state=AssignmentState.ASSIGNED)
    assert not left.filter(item__round__version__resource__institution__code="410100-01").exists()
    assert Notice.objects.filter(user=officer, subject__contains="谢绝").exists()
    next_one = panels.assign(mine[0].item, None, by=officer, at=timezone.now())
    assert next_one.expert != expert
    with pytest.raises(panels.ExpertUnfit):
        panels.assign(mine[0].item, expert, by=officer, at=timezone.now())


def test_late_experts_are_reminded_once_by_the_clock_and_what_is_open_ends_with_the_panel(officer, experts):
    panel = panel_of(officer, desk.handed_in())
    panels.open_panel(panel, by=officer, at=timezone.now())
    soon = panel.due_at - timedelta(hours=5)
    assert panels.remind_due(at=panel.due_at - timedelta(days=2)) == 0
    assert panels.remind_due(at=soon) == 2
    assert panels.remind_due(at=soon) == 0
    assert panels.remind_late(panel, by=officer, at=soon) == 2
    panels.close_panel(panel, by=officer, at=soon)
    one = Assignment.objects.filter(item__panel=panel).first()
    assert one.state == AssignmentState.WITHDRAWN
    with pytest.raises(panels.PanelMoved):
        scoring.save_sheet(one, typed=typed(), revision=0, by=one.expert, at=AT)


@pytest.mark.parametrize("role", [*Role.values, "elsewhere", "expert_elsewhere"])
def test_who_runs_a_panel_and_who_scores_in_it(officer, experts, role):
    panel = panel_of(officer, desk.handed_in())
    panels.open_panel(panel, by=officer, at=timezone.now())
    first = assigned(panel)[0]
    names = {"elsewhere": (Role.HANDLING_OFFICER, "340000"), "expert_elsewhere": (Role.EXPERT, "340000")}
    name, code = names.get(role, (role, ""))
    user = holder(name, code=code, email=f"who-{role}@example.org")
    runs = role in {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER}
    client = signed_in(user)
    assert policy.can_run(user, panel) == runs
    assert (client.get(reverse("panel", args=[panel.pk])).status_code == 200) == runs
    assert (client.get(reverse("panel_item", args=[first.item_id])).status_code == 200) == runs
    assert not policy.can_score(user, first)
    assert client.get(reverse("scoring_sheet", args=[first.pk])).status_code in {403, 404}
    assert policy.can_score(first.expert, first)


def test_every_page_asks_a_constant_number_of_times(officer, experts, django_assert_max_num_queries):
    rounds = [desk.handed_in(f"件 {n}") for n in range(2)]
    panel = panel_of(officer, *rounds)
    panels.open_panel(panel, by=officer, at=timezone.now())
    for one in assigned(panel):
        hand_in(one)
    officer_pages = [
        reverse("panels"),
        reverse("panel", args=[panel.pk]),
        reverse("experts"),
        reverse("panel_item", args=[panel.items.first().pk]),
    ]
    client, expert = signed_in(officer), signed_in(experts[0])

    def count() -> list[int]:
        found = []
        for who, address in [*((client, page) for page in officer_pages), (expert, reverse("scoring"))]:
            who.get(address)
            with django_assert_max_num_queries(40) as asked:
                assert who.get(address).status_code == 200
            found.append(len(asked))
        return found

    before = count()
    for n in range(6):
        more = panel_of(officer, desk.handed_in(f"更多 {n}"), desk.handed_in(f"又 {n}"))
        panels.open_panel(more, by=officer, at=timezone.now())
        hand_in(assigned(more)[0])
    holder(Role.EXPERT, email="one-more@example.org")
    assert count() == before

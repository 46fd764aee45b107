"""From the start of a run to what follows it, as each role meets it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import ANHUI, holder, person, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.catalogue import events
from lifelong.catalogue.actions import availability
from lifelong.catalogue.models import Entry, HomeSection
from lifelong.institutions.models import Institution
from lifelong.jobs.models import Job
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import Comment
from lifelong.monitoring import policy
from lifelong.monitoring.actions import evaluation_deciding as deciding
from lifelong.monitoring.actions import evaluation_files, evaluation_opinions, evaluation_runs
from lifelong.monitoring.lifecycle import OpinionState, RemedyState, RunState, StatementState
from lifelong.monitoring.models import (
    Evaluation,
    EvaluationRun,
    EvaluationScheme,
    ExpertOpinion,
    InstitutionStanding,
    Remedy,
)
from lifelong.monitoring.tests.evaluation_world import *  # noqa: F403 - its fixtures
from lifelong.monitoring.tests.evaluation_world import NOW, crowd, learned, online, people, rated, run_of
from lifelong.notices.models import Notice
from lifelong.review.actions.scoring import declare_conflict, end_conflict, keep_profile
from lifelong.review.tests import desk
from lifelong.web.desk import waiting_for
from lifelong.web.refusals import Refusal
from lifelong.web.workbooks import read as read_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(here: Institution) -> list[Entry]:
    return crowd(here, 12)


@pytest.fixture
def run(operator: User, entries: list[Entry]) -> EvaluationRun:
    return run_of(operator)


@pytest.fixture
def decided(run: EvaluationRun, final: User) -> EvaluationRun:
    return deciding.decide(run, by=final, at=timezone.now())


def page(user: User, address: str) -> str:
    answer = signed_in(user).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def of(run: EvaluationRun, entry: Entry) -> Evaluation:
    return Evaluation.objects.get(run=run, resource=entry.resource)


def test_from_the_start_to_the_answer_of_a_statement(operator, final, reporter, entries):
    """Each step by its page, as the people press it."""
    runner = signed_in(operator)
    answer = runner.post("/work/evaluation/", {"year": 2026, "version": "2026"})
    run = EvaluationRun.objects.get()
    assert answer.url == f"/work/evaluation/{run.pk}/"
    assert "正在计算" in page(operator, answer.url)
    assert Job.objects.filter(path="lifelong.monitoring.tasks.reckon_evaluation", args=[run.pk]).exists()
    assert runner.post("/work/evaluation/", {"year": 2026, "version": "2026"}).status_code == 422
    evaluation_runs.reckon(run, at=timezone.now())
    best, worst, middle = of(run, entries[-1]), of(run, entries[0]), of(run, entries[6])
    assert (best.grade, worst.grade, middle.grade) == ("excellent", "poor", "fair")
    shown = page(final, f"/work/evaluation/{run.pk}/")
    assert "决定生效" in shown
    assert best.title in shown
    assert 'class="recommend"' in shown
    assert signed_in(reporter).get(f"/work/evaluation/{run.pk}/resources/{worst.identifier}/").status_code == 404
    decider = signed_in(final)
    here = f"/work/evaluation/{run.pk}/resources/{middle.identifier}/"
    decider.post(f"{here}do", {"do": "move", "grade": "good", "words": "题材小众但很好。"})
    middle.refresh_from_db()
    assert (middle.reckoned, middle.grade) == ("fair", "good")
    evaluation_runs.reckon_again(run, by=operator, at=timezone.now())
    evaluation_runs.reckon(run, at=timezone.now())
    assert of(run, entries[6]).grade == "good"  # what was moved stays moved
    decider.post(f"/work/evaluation/{run.pk}/step", {"do": "decide"})
    run.refresh_from_db()
    assert run.state == RunState.DECIDED
    assert deciding.tell_standings(run, at=timezone.now()) == 1
    assert deciding.tell_standings(run, at=timezone.now()) == 0
    assert "优秀" in Notice.objects.get(user=reporter, kind="evaluation").text
    own = page(reporter, f"/work/evaluation/{run.pk}/standing/")
    assert "前四分之一" in own
    assert worst.title in own
    client, there = signed_in(reporter), f"/work/evaluation/{run.pk}/resources/{worst.identifier}/"
    assert "得分怎么来的" in page(reporter, there)
    assert "月均访客" in page(reporter, there)
    client.post(f"{there}do", {"do": "statement", "words": "统计期内网站搬迁，访客没有算全，请核对。"})
    worst = of(run, entries[0])
    assert worst.statement.state == StatementState.OPEN
    assert [one.title for one in waiting_for(final)] == ["待答复的评价申述"]
    client.post(f"{there}do", {"do": "statement", "words": "再说一次，统计期内网站搬迁，请核对。"})
    decider.post(f"{there}do", {"do": "answer", "grade": "fair", "words": "核对属实，改为合格。"})
    worst = of(run, entries[0])
    assert (worst.grade, worst.statement.state, worst.remedy.state) == (
        "fair",
        StatementState.UPHELD,
        RemedyState.LIFTED,
    )
    assert "核对属实" in page(reporter, there)
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"monitoring.evaluation_decided", "monitoring.grade_moved", "monitoring.statement_answered"} <= verbs


def test_what_is_in_force_changes_no_more(decided, operator, final, entries):
    evaluation = of(decided, entries[3])
    for act in (
        lambda: evaluation_runs.reckon_again(decided, by=operator, at=NOW),
        lambda: evaluation_runs.drop(decided, reason="不要了", by=operator, at=NOW),
        lambda: evaluation_runs.move_grade(evaluation, grade="good", reason="再看看", by=final, at=NOW),
        lambda: deciding.decide(decided, by=final, at=NOW),
        lambda: evaluation_runs.start_run(2026, version="2026", by=operator, at=NOW),
        lambda: evaluation_opinions.ask(
            decided, chosen="lot", number=1, each=1, due_at=NOW + timedelta(days=9), by=operator, at=NOW
        ),
    ):
        with pytest.raises(Refusal):
            act()
    with pytest.raises(evaluation_runs.GiveUp):
        evaluation_runs.reckon(decided, at=NOW)


def test_who_may_what(run, operator, final, here, entries, reporter):
    """Role × state × verb."""
    elsewhere = holder(Role.HANDLING_OFFICER, code=ANHUI)
    province, expert = holder(Role.HANDLING_OFFICER), holder(Role.EXPERT)
    rival = desk.reporter(desk.institution("410200-01", "410200"))
    cast = {"operator": operator, "final": final, "province": province, "elsewhere": elsewhere, "expert": expert,
            "reporter": reporter, "rival": rival, "stranger": person("x@example.org")}  # fmt: skip

    def may() -> dict[str, set[str]]:
        evaluation = Evaluation.objects.select_related("run").get(run=run, resource=entries[0].resource)
        remedy = getattr(evaluation, "remedy", None)
        verbs = {
            "run": lambda user: policy.can_see_run(user, evaluation.run),
            "see": lambda user: policy.can_see_evaluation(user, evaluation),
            "move": lambda user: policy.can_move_grade(user, evaluation),
            "state": lambda user: policy.can_file_statement(user, evaluation),
            "remedy": lambda user: remedy is not None and policy.can_choose_remedy(user, remedy),
        }
        fresh = {name: User.objects.get(pk=user.pk) for name, user in cast.items()}
        return {verb: {name for name, user in fresh.items() if ask(user)} for verb, ask in verbs.items()}

    before = {
        "run": {"operator", "final"},
        "see": {"operator", "final"},
        "move": {"final"},
        "state": set(),
        "remedy": set(),
    }
    assert may() == before
    deciding.decide(run, by=final, at=timezone.now())
    assert may() == {
        "run": {"operator", "final", "province", "elsewhere"}, "see": {"operator", "final", "province", "reporter"},
        "move": set(), "state": {"reporter"}, "remedy": {"reporter"},
    }  # fmt: skip
    title = entries[0].title
    assert title in page(province, f"/work/evaluation/{run.pk}/")
    assert title not in page(elsewhere, f"/work/evaluation/{run.pk}/")
    for user in (rival, elsewhere, expert, cast["stranger"]):
        answer = signed_in(user).get(f"/work/evaluation/{run.pk}/resources/{entries[0].identifier}/")
        assert answer.status_code in {403, 404}
    assert signed_in(rival).get(f"/work/evaluation/{run.pk}/standing/").status_code == 404
    assert "还没有评价结果" in page(rival, "/work/evaluation/standing/")
    for user in (operator, province, reporter):
        signed_in(user).post(f"/work/evaluation/{run.pk}/step", {"do": "decide"})
    assert EvaluationRun.objects.get().decided_by == final


def test_nobody_moves_the_grade_of_their_own_institution(run, final, here, entries):
    from lifelong.institutions.models import Mandate

    Mandate.objects.create(user=final, institution=here, role="institution_reviewer")
    with pytest.raises(evaluation_runs.MayNotEvaluate):
        evaluation_runs.move_grade(of(run, entries[3]), grade="good", reason="自己人", by=final, at=NOW)


def test_a_poor_resource_is_improved_by_a_new_version_or_leaves_with_its_institutions_consent(
    decided, entries, reporter, final
):
    poor = list(Remedy.objects.filter(state=RemedyState.OFFERED).select_related("evaluation__resource"))
    assert len(poor) >= 2
    assert poor[0].due_date == timezone.localdate() + timedelta(days=90)
    first, second = poor[0], poor[1]
    assert [one.title for one in waiting_for(reporter)] == ["须改进或出库的资源"]
    client = signed_in(reporter)
    for remedy, to in ((first, "improving"), (second, "withdrawing")):
        there = f"/work/evaluation/{decided.pk}/resources/{remedy.evaluation.identifier}/"
        client.post(f"{there}do", {"do": "remedy", "to": to, "words": "下月完成。"})
    now = timezone.now()
    events.entries_published.send(sender=Entry, batch=None, resource_ids=[first.evaluation.resource_id], at=now)
    availability.retire(second.evaluation.resource, by=final, reason="单位同意出库。", at=now)
    assert [Remedy.objects.get(pk=one.pk).state for one in (first, second)] == ["improved", "withdrawn"]
    with pytest.raises(Refusal):
        deciding.choose_remedy(first, to="withdrawing", words="", by=reporter, at=now)
    assert deciding.remind_of_remedies(poor[2].due_date, at=now) == len(poor) - 2
    Remedy.objects.filter(pk=poor[2].pk).update(due_date=timezone.localdate() - timedelta(days=1))
    assert [(one.title, one.count) for one in waiting_for(final)] == [("整改逾期的资源", 1)]
    assert poor[2].evaluation.title in page(final, f"/work/evaluation/{decided.pk}/?look=late")


def test_what_left_the_library_before_the_decision_is_asked_nothing(run, entries, final):
    worst = of(run, entries[0])
    assert worst.grade == "poor"
    availability.retire(worst.resource, by=final, reason="内容过时。", at=timezone.now())
    deciding.decide(run, by=final, at=timezone.now())
    assert not Remedy.objects.filter(evaluation=worst).exists()


def test_a_statement_comes_within_its_time_and_says_something(decided, entries, reporter):
    evaluation, after = of(decided, entries[0]), decided.statements_until
    for text, at in (("太短", timezone.now()), ("晚了一步，但是统计确实不对。", after), ("长" * 2001, timezone.now())):
        with pytest.raises(Refusal):
            deciding.file_statement(evaluation, text=text, by=reporter, at=at)
    deciding.file_statement(evaluation, text="统计确实不对，请核对来源。", by=reporter, at=after - timedelta(seconds=1))
    assert "申述待答复" in page(decided.decided_by, f"/work/evaluation/{decided.pk}/?look=statement")


def test_experts_answer_about_others_resources_and_it_counts_after_reckoning_again(run, operator, here, entries):
    employed, tied, free, also = (holder(Role.EXPERT, email=f"e{n}@example.org") for n in range(4))
    handling = holder(Role.HANDLING_OFFICER)
    keep_profile(employed, areas=[], employer=here, capacity=40, senior=False, by=handling, at=NOW)
    declare_conflict(here, reason="曾任顾问", by=tied, at=NOW)
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    before = of(run, entries[0])
    signed_in(operator).post(
        f"/work/evaluation/{run.pk}/step", {"do": "ask", "chosen": "poor", "number": 1, "each": 4, "due_date": due}
    )
    asked = list(ExpertOpinion.objects.all())
    assert {one.expert for one in asked} == {free, also}
    assert {one.resource for one in asked} == {entries[0].resource}
    assert [one.title for one in waiting_for(free)] == ["待我提的评价意见"]
    form = f"/work/opinions/{ExpertOpinion.objects.get(expert=free).pk}/"
    assert before.title in page(free, "/work/opinions/")
    assert before.title in page(free, form)
    client = signed_in(free)
    assert client.post(form, {"do": "give", "content": "9"}).status_code == 422
    given = {"do": "give", "content": "5", "currency": "4", "usefulness": "5", "advice": "keep", "words": "讲得清楚。"}
    assert client.post(form, given).status_code == 302
    assert client.post(form, {**given, "content": "1"}).status_code == 409
    assert signed_in(also).get(form).status_code == 404
    assert signed_in(employed).get(form).status_code == 404
    tie = declare_conflict(here, reason="新任顾问", by=also, at=NOW)  # since they were asked
    with pytest.raises(evaluation_runs.MayNotEvaluate):
        evaluation_opinions.give(ExpertOpinion.objects.get(expert=also), typed=given, by=also, at=NOW)
    end_conflict(tie, by=also, at=NOW)
    evaluation_opinions.give(ExpertOpinion.objects.get(expert=also), typed={**given, "content": "4"}, by=also, at=NOW)
    evaluation_runs.reckon_again(run, by=operator, at=NOW)
    evaluation_runs.reckon(run, at=NOW)
    line = next(line for line in of(run, entries[0]).working if line["id"] == "opinions")
    assert (line["value"], line["of"], line["norm"]) == (90.0, 2, "90.00")
    assert of(run, entries[0]).score > before.score
    assert ExpertOpinion.objects.filter(state=OpinionState.GIVEN).count() == 2


def test_a_scheme_is_tried_and_kept_as_a_new_version_beside_the_one_in_use(run, operator, final):
    client, address = signed_in(operator), "/work/evaluation/schemes/2026/"
    initial = {
        name: field.initial for name, field in client.get(address).context["form"].fields.items() if name != "reason"
    }
    typed = {**initial, "reason": "更看重学完率", "weight_visitors": 10, "weight_completion": 25}
    tried = client.post(address, {**typed, "do": "preview"})
    assert tried.status_code == 200
    assert "用 2026 年度评价里的 12 项资源试算" in tried.content.decode()
    assert client.post(address, {**typed, "weight_hours": 90, "do": "save"}).status_code == 422
    assert client.post(address, {**typed, "least_rating": 3, "do": "save"}).status_code == 422
    assert client.post(address, {**typed, "do": "save"}).url == "/work/evaluation/schemes/2026.1/"
    kept = EvaluationScheme.objects.get()
    assert {one["id"]: one["weight"] for one in kept.content["indicators"]}["completion"] == 25
    run.refresh_from_db()
    assert run.scheme["version"] == "2026"
    assert "试算" not in page(final, address)
    assert signed_in(final).post(address, {**typed, "do": "save"}).status_code == 200
    assert EvaluationScheme.objects.count() == 1


def test_the_best_bear_a_mark_on_the_portal_and_may_stand_on_the_home_page(decided, operator, entries):
    best, worst = entries[-1], entries[0]
    assert "2026 年度评价：优秀" in Client().get(f"/resources/{best.identifier}").content.decode()
    assert "年度评价" not in Client().get(f"/resources/{worst.identifier}").content.decode()
    for _press in range(2):  # a double post makes one section
        signed_in(operator).post(f"/work/evaluation/{decided.pk}/step", {"do": "home"})
    assert best.identifier in HomeSection.objects.get().identifiers


def test_the_workbook_holds_the_working_and_the_report_is_a_pdf(decided, operator, reporter, entries):
    online(desk.institution("410200-01", "410200"), "别家的")
    client = signed_in(reporter)
    answer = client.get(f"/work/evaluation/{decided.pk}/export.xlsx")
    job = Job.objects.get(path="lifelong.monitoring.tasks.write_evaluation")
    assert answer.url == f"/work/jobs/{job.pk}/" or str(job.pk) in answer.url
    path = evaluation_files.write(decided, User.objects.get(pk=reporter.pk), "xlsx")
    rows = list(read_sheet(path.read_bytes(), ["资源名称", "得分", "月均访客：折算", "学完率：说明"]))
    assert len(rows) == 12
    assert {row["学完率：说明"] for row in rows} == {"没有登录学习的人"}
    assert next(row for row in rows if row["资源名称"] == entries[-1].title)["月均访客：折算"] == "95.83"
    assert "/media/s/" in client.get(f"/work/evaluation/{decided.pk}/export.xlsx").url
    assert evaluation_files.subject_of(operator, entries[0].institution.code) == entries[0].institution.name
    asked = f"/work/evaluation/{decided.pk}/export.pdf?institution={entries[0].institution.code}"
    assert signed_in(operator).get(asked).status_code == 302
    assert signed_in(operator).get(f"{asked}9").status_code == 404
    evaluation_files.write(decided, operator, "pdf", entries[0].institution.code)
    assert "/media/s/" in signed_in(operator).get(asked).url
    whole = evaluation_files.write(decided, operator, "pdf")
    assert whole.read_bytes()[:5] == b"%PDF-"
    assert (
        signed_in(desk.reporter(desk.institution("410200-01")))
        .get(f"/work/evaluation/{decided.pk}/export.xlsx")
        .status_code
        == 404
    )


def test_lists_cost_the_same_for_many(decided, operator, reporter, here, django_assert_max_num_queries):
    for user, address in (
        (operator, f"/work/evaluation/{decided.pk}/"),
        (reporter, f"/work/evaluation/{decided.pk}/standing/"),
    ):
        client = signed_in(user)
        client.get(address)
        with django_assert_max_num_queries(22):
            assert client.get(address).status_code == 200


def test_effect_says_what_it_knows_and_of_few_people_nothing_in_per_cent(here, reporter, operator):
    entry, quiet = online(here, "一看就会"), online(here, "没人看")
    learned(entry, 20, 8)
    rated(entry, 9, 1)
    for user in people(3):
        Comment.objects.create(
            user=user,
            author="学*",
            resource=entry.resource,
            text="字幕清楚，字幕很大",
            state=CommentState.SHOWN,
            created_at=NOW,
        )
    Comment.objects.create(
        author="学*", resource=entry.resource, text="字幕不好", state=CommentState.WAITING, created_at=NOW
    )
    shown = page(reporter, f"/work/effect/{entry.identifier}/")
    assert "40 %" in shown
    assert "60 %" in shown
    assert "字幕 <b>3</b>" in shown
    assert "100.0 %" in shown
    assert page(operator, f"/work/effect/{quiet.identifier}/").count("还没有") >= 3
    few = online(here, "几个人看")
    learned(few, 9, 3)
    rated(few, 9)
    shown = page(operator, f"/work/effect/{few.identifier}/")
    assert "人少，不折算" in shown
    assert "满 10 位后画出曲线" in shown
    assert "好评率下限" not in shown
    rival = desk.reporter(desk.institution("410200-01", "410200"))
    assert signed_in(rival).get(f"/work/effect/{entry.identifier}/").status_code == 404
    assert (
        signed_in(holder(Role.HANDLING_OFFICER, code=ANHUI)).get(f"/work/effect/{entry.identifier}/").status_code == 404
    )


def test_the_standing_of_institutions_is_by_quarters(operator, final):
    for n in range(4):
        crowd(desk.institution(f"41010{n}-01", "410100"), 2 + n)
    run = deciding.decide(run_of(operator), by=final, at=timezone.now())
    found = list(InstitutionStanding.objects.filter(run=run).order_by("-mean").values_list("quartile", flat=True))
    assert found == sorted(found)
    assert found[0] == 1
    assert len(found) == 4

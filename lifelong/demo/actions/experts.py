"""Experts give their opinion on what waits at the province: one panel, most of it scored, one item with opinions apart."""

from datetime import datetime, timedelta

from lifelong.accounts.models import Role, User
from lifelong.calls.models import Call
from lifelong.demo.actions.cast import EXPERTS, Cast
from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round
from lifelong.review import criteria
from lifelong.review.actions import panels, scoring
from lifelong.review.lifecycle import AssignmentState, Stage
from lifelong.review.models import Assignment

WORDS = {
    "science": "概念和数据准确，例子可核对。", "teaching": "由浅入深，步骤清楚。", "usefulness": "学了就能用上。",
    "craft": "画面稳定，字幕还可更大一些。", "originality": "选题贴近本地生活。", "structure": "章节完整。",
}  # fmt: skip
APART = 5  # what one of them gives the first item, the others 8 or 9
LEFT = 5  # what the first expert of the cast still has to do


def score_some(players: Cast, call: Call, *, at: datetime) -> None:
    """The first expert of the cast still has some to do; the others have handed in."""
    officer = players.of(Role.HANDLING_OFFICER)
    began = at - timedelta(days=1)
    known = {user.email: user for user in User.objects.filter(email__in=[row[0] for row in EXPERTS])}
    for email, _name, areas, employer in EXPERTS:
        scoring.keep_profile(
            known[email], areas=areas, employer=Institution.objects.get(code=employer), capacity=40, senior=False,
            by=officer, at=began,
        )  # fmt: skip
    scoring.keep_profile(
        players.of(Role.EXPERT), areas=[], employer=None, capacity=40, senior=True, by=officer, at=began
    )
    waiting = Round.objects.filter(call=call, version__state=State.SUBMITTED)
    plan = panels.Plan(
        title=f"{call.title}：专家评审", due_at=at + timedelta(days=4), note="请完整观看后评分，每项写一句理由。"
    )
    panel = panels.draft_panel(waiting, plan, stage=Stage.PROVINCIAL, call=call, by=officer, at=began)
    panels.open_panel(panel, by=officer, at=began)
    open_now = Assignment.objects.filter(item__panel=panel, state=AssignmentState.ASSIGNED)
    given = list(open_now.select_related("item__round__version", "item__panel", "expert").order_by("item", "pk"))
    left = [one.pk for one in given if one.expert == players.of(Role.EXPERT)][-LEFT:]
    for number, one in enumerate(one for one in given if one.pk not in left):
        points = APART if number == 1 else 8 + one.expert_id % 2
        hand_in(one, points, at=began + timedelta(hours=1, minutes=9 * number))


def hand_in(assignment: Assignment, points: int, *, at: datetime) -> None:
    expert = assignment.expert
    scoring.note_first_opening(assignment, by=expert, at=at)
    asked = criteria.criteria().of_type(assignment.item.round.version.type)
    typed = {one.id: "yes" if one.veto else str(points) for one in asked}
    typed |= {f"word_{one.id}": WORDS[one.id] for one in asked if not one.veto}
    opinion = "内容扎实，可以推荐。" if points > APART else "讲得过快，建议放慢并补充练习后再报。"
    scoring.save_sheet(assignment, typed={**typed, "opinion": opinion}, revision=0, by=expert, at=at)
    scoring.hand_in(assignment, by=expert, at=at + timedelta(minutes=14))

"""Inspection as it would stand in the middle of a round: a third was looked at, one link is dead and waits for its cure, one came back.

Files, covers, captions and texts are really read; only the linked courses, which nobody runs, answer from here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from lifelong.monitoring.actions import inspection_running, inspection_settling, inspection_targets
from lifelong.monitoring.lifecycle import Subject
from lifelong.monitoring.models import InspectionTarget
from lifelong.standards.links.checker import LinkFacts, Outcome

DEAD, FLICKERS = "管理学原理网络课程", "黄河文化十二讲"
WORKS: tuple[Outcome, int] = ("works", 200)
GONE: tuple[Outcome, int] = ("not_found", 404)
ERROR: tuple[Outcome, int] = ("server_error", 503)


def inspect(*, at: datetime, dead: str = DEAD) -> None:
    """``dead``: title of the course whose link leads nowhere."""
    inspection_targets.take_up_rest(at=at - timedelta(days=6))
    there = InspectionTarget.objects.exclude(subject__in=[Subject.LINK, Subject.PLAYBACK]).order_by("pk")
    with transaction.atomic():  # a commit for each look would take longer than the looks
        for number, target in enumerate(there[::3]):
            look(target, at=at - timedelta(days=6, minutes=-37 * number % 5000))
    for days, hours, of_dead, of_other in (
        (12, 0, WORKS, ERROR),
        (11, 18, WORKS, WORKS),
        (9, 0, GONE, WORKS),
        (8, 17, GONE, WORKS),
        (1, 3, GONE, WORKS),
    ):
        when = at - timedelta(days=days) + timedelta(hours=hours - 24)
        visit_all({dead: of_dead, FLICKERS: of_other}, at=when)
        inspection_settling.settle(at=when)


def look(target: InspectionTarget, *, at: datetime) -> None:
    for mine in inspection_targets.claim([target], at=at):
        inspection_running.inspect_one(mine, now=lambda: at)


def visit_all(answers: dict[str, tuple[Outcome, int]], *, at: datetime) -> None:
    links: Iterable[InspectionTarget] = InspectionTarget.objects.filter(subject=Subject.LINK)
    for mine in inspection_targets.claim(links, at=at):
        outcome, status = answers.get(mine.resource.online_version.title, WORKS)  # type: ignore[union-attr]
        headers = {"server": "nginx", "content-type": "text/html; charset=utf-8"}
        facts = LinkFacts(mine.address, outcome, status=status, seconds=0.4, headers=headers)
        inspection_running.inspect_one(mine, now=lambda: at, visit=partial(_same, facts))


def _same(facts: LinkFacts, _url: str) -> LinkFacts:
    return facts

"""Linked courses, a clock, and sites that answer as a test wishes."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lifelong.catalogue.tests import world
from lifelong.monitoring.actions import inspection_running, inspection_settling
from lifelong.monitoring.actions.inspection_targets import take_up_rest
from lifelong.monitoring.lifecycle import Subject
from lifelong.monitoring.models import InspectionFinding, InspectionTarget
from lifelong.standards.links.checker import LinkFacts

BEGIN = datetime(2031, 3, 2, 9, tzinfo=timezone.get_fixed_timezone(480))


class Days:
    """The clock of a test."""

    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def go(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


@pytest.fixture
def now() -> Days:
    return Days()


def courses(*links: str) -> list[InspectionTarget]:
    """Linked courses in the library, and what there is to inspect of them."""
    world.loaded(*({"title": f"课程 {n}", "type": "A03", "area": "degree", "link": link, "host_platform": "某平台"} for n, link in enumerate(links)))  # fmt: skip
    take_up_rest(at=BEGIN)
    return list(InspectionTarget.objects.filter(subject=Subject.LINK).order_by("resource__entries__title"))


def facts_of(outcome: str, **more: object) -> LinkFacts:
    return LinkFacts("http://course.example.org/1", outcome, **more)


def answering(facts: dict[str, LinkFacts] | LinkFacts):
    return lambda url: facts if isinstance(facts, LinkFacts) else facts[url]


def run(now: Days, facts, **more) -> inspection_running.Done:
    return inspection_running.inspect_links(visit=answering(facts), now=now, pause_s=0.0, **more)


def all_due(now: Days) -> None:
    """A small library is spread over its days; here everything is looked at now."""
    InspectionTarget.objects.filter(subject=Subject.LINK).update(look_at=now())


def found() -> InspectionFinding:
    return InspectionFinding.objects.get()


def confirmed(now: Days, facts: LinkFacts) -> InspectionFinding:
    run(now, facts)
    now.go(hours=7)
    run(now, facts)
    inspection_settling.settle(at=now())
    return found()

"""A library whose use is known to the last visitor, made the short way."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import holder, person
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.institutions.models import Institution
from lifelong.learning.models import Progress, Rating
from lifelong.monitoring.actions import evaluation_runs
from lifelong.monitoring.lifecycle import Scope
from lifelong.monitoring.models import EvaluationRun, UsageDay, UsageTotal
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import Availability
from lifelong.resources.models import Resource, Version
from lifelong.review.tests import desk

NOW = timezone.make_aware(datetime(2026, 11, 27, 9))
YEAR = 2026


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> None:
    settings.DATA, settings.FILES, settings.INDEX = tmp_path, tmp_path / "files", tmp_path / "index"
    settings.PUBLIC_FILES = tmp_path / "files" / "public"


@pytest.fixture
def operator(db: None) -> User:
    return holder(Role.OPERATOR)


@pytest.fixture
def final(db: None) -> User:
    return holder(Role.FINAL_REVIEWER)


@pytest.fixture
def here(db: None) -> Institution:
    return desk.institution()


@pytest.fixture
def reporter(here: Institution) -> User:
    return desk.reporter(here)


def online(of: Institution, title: str = "太极拳", *, since: date = date(2025, 6, 1), **given: Any) -> Entry:
    """A resource in the library since then, with nothing told of it but a summary and a cover."""
    at = timezone.make_aware(datetime.combine(since, datetime.min.time()))
    resource = Resource.objects.create(resource_id=new_id(), institution=of, availability=Availability.ONLINE)
    version = Version.objects.create(
        resource=resource, title=title, type="A01", area="older", state="published", state_at=at, saved_at=at
    )
    resource.online_version = version
    resource.save()
    values = {
        "type": "A01", "area": "older", "summary": "从头学起。", "cover": "/c.jpg", "region_id": of.region_id,
        "files": [{"position": 1, "title": "", "name": "1.mp4", "kind": "mp4", "url": "/media/p/1.mp4", "poster": "",
                   "duration_s": 100, "size": 1, "width": 320, "height": 180, "technical": {}}],
    }  # fmt: skip
    return Entry.objects.create(
        version=version, resource=resource, identifier=resource.resource_id, visibility=Visibility.ONLINE,
        published_at=at, title=title, institution=of, institution_name=of.name, **{**values, **given},
    )  # fmt: skip


def used(entry: Entry, visitors: int, hours: float = 0, day: date = date(2026, 3, 1)) -> None:
    UsageDay.objects.create(resource=entry.resource, day=day, visitors=visitors, seconds=round(hours * 3600))
    UsageTotal.objects.get_or_create(scope=Scope.ALL, key="", day=day)


def people(number: int) -> list[User]:
    have = User.objects.filter(email__startswith="crowd-").count()
    User.objects.bulk_create(User(email=f"crowd-{n}@example.org", name="学习者") for n in range(have, number))
    return list(User.objects.filter(email__startswith="crowd-").order_by("pk")[:number])


def learned(entry: Entry, began: int, completed: int, *, at: datetime = NOW - timedelta(days=200)) -> None:
    Progress.objects.bulk_create(
        Progress(
            user=user, resource=entry.resource, seen=[[0.0, 100.0 if n < completed else 50.0]], seen_s=50, length_s=100,
            began_at=at, completed_at=at + timedelta(days=1) if n < completed else None,
        )
        for n, user in enumerate(people(began))
    )  # fmt: skip


def rated(entry: Entry, good: int, bad: int = 0) -> None:
    Rating.objects.bulk_create(
        Rating(user=user, resource=entry.resource, stars=5 if n < good else 2, at=NOW - timedelta(days=100))
        for n, user in enumerate(people(good + bad))
    )


def run_of(operator: User, **given: Any) -> EvaluationRun:
    """Started and reckoned."""
    run = evaluation_runs.start_run(YEAR, version=given.get("version", "2026"), by=operator, at=NOW)
    evaluation_runs.reckon(run, at=NOW)
    run.refresh_from_db()
    return run


def crowd(of: Institution, number: int) -> list[Entry]:
    """Alike, but each a little more used than the one before."""
    made = [online(of, f"第 {n} 讲") for n in range(number)]
    for n, entry in enumerate(made):
        used(entry, 10 * (n + 1), hours=n + 1)
    return made


def stranger() -> User:
    return person("stranger@example.org")

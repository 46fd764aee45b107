"""Institutions and their reporters for tests of the chapters above. All invented."""

from datetime import datetime, timedelta

from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.accounts.tests.cast import person, region
from lifelong.institutions.models import Institution, InstitutionKind, Mandate, MandateRole


def institution(
    name: str = "洛河职业学院",
    *,
    place: str = "410300",
    kind: str = InstitutionKind.VOCATIONAL_COLLEGE,
    **fields: object,
) -> Institution:
    serial = Institution.objects.count() + 1
    return Institution.objects.create(code=f"{place}{serial:03}", name=name, region=region(place), kind=kind, **fields)


def reporter(of: Institution, email: str = "", *, since: datetime | None = None) -> User:
    user = person(email or f"reporter{of.pk}@example.org", name="张建华", mobile="13812345678")
    Mandate.objects.create(
        user=user, institution=of, role=MandateRole.REPORTER, begins_at=since or timezone.now() - timedelta(days=30)
    )
    return user

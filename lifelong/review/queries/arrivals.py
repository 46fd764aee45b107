"""What has newly come to a desk, per institution: for the digests of those who work there."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import Appointment, Role, User
from lifelong.notices.groups import Line
from lifelong.resources.models import Round
from lifelong.resources.queries.reach import reach_of
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import Decision

OFFICERS = [Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER]


def officers(at: datetime) -> Iterable[int]:
    return Appointment.objects.open_at(at).filter(role__in=OFFICERS).values_list("user", flat=True).distinct()


def arrivals(user: User, since: datetime, until: datetime) -> Iterator[Line]:
    """A line per institution and desk, with the address of the desk that shows no more than that institution."""
    reach = reach_of(user)
    if reach.regions:
        rounds = Round.objects.filter(submitted_at__gt=since, submitted_at__lte=until)
        own = Q(version__resource__institution__region__in=reach.regions)
        yield from _lines(Stage.PROVINCIAL, _by_institution(rounds.filter(own), "version__resource"))
    if reach.decides_finally:
        forwarded = Decision.objects.filter(outcome=Outcome.FORWARD, at__gt=since, at__lte=until)
        standing = forwarded.filter(taken_back_by__isnull=True)
        yield from _lines(Stage.FINAL, _by_institution(standing, "round__version__resource"))


def _by_institution(rows: QuerySet[Any], resource: str) -> Iterable[tuple[str, str, int]]:
    names = (f"{resource}__institution__name", f"{resource}__institution__code")
    return rows.order_by(*names).values_list(*names).annotate(n=Count(resource, distinct=True))


def _lines(stage: Stage, found: Iterable[tuple[str, str, int]]) -> Iterator[Line]:
    for name, code, number in found:
        text = _("%(institution)s：%(n)s 项新到%(stage)s") % {"institution": name, "n": number, "stage": stage.label}
        query = urlencode({"institution": code})
        yield Line(text, f"{reverse('review_queue', args=[stage])}?{query}")

"""What the review adds to a resource's timeline: waivers and clearances, with their reasons."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.resources.models import Resource
from lifelong.resources.queries.reading import rule_title
from lifelong.resources.queries.timeline import Entry, named
from lifelong.review.models import Clearance, Waiver


def traces(resource: Resource, user: User) -> Iterator[Entry]:
    waivers = Waiver.objects.filter(finding__version__resource=resource).select_related("finding__version", "by")
    for waiver in waivers:
        yield Entry(
            at=waiver.at, verb=_("豁免"), who=named(waiver.by, user), version=waiver.finding.version.number,
            reasons=[(rule_title(waiver.finding), waiver.reason)],
        )  # fmt: skip
    cleared = Clearance.objects.filter(hit__round__version__resource=resource)
    for clearance in cleared.select_related("hit__round__version", "by"):
        yield Entry(
            at=clearance.at, verb=_("排除筛查命中"), who=named(clearance.by, user), version=clearance.hit.round.version.number,
            reasons=[(clearance.hit.word, clearance.reason)],
        )  # fmt: skip

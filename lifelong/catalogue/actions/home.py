"""首页栏目: the operator composes rows of the home page, without a programmer."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.catalogue import policy
from lifelong.catalogue.models import HomeSection
from lifelong.web.refusals import NotAllowed, Refusal

MOST_SECTIONS = 20


class MayNotCompose(NotAllowed):
    code = "may_not_compose_home"


class TooManySections(Refusal):
    code = "too_many_sections"


@transaction.atomic
def save_section(section: HomeSection | None, values: dict[str, Any], *, by: User, at: datetime) -> HomeSection:
    """``values``: title, note, identifiers, query, search, begins_date, ends_date. Raises ``MayNotCompose``, ``TooManySections``."""
    guard(by)
    if section is None:
        if HomeSection.objects.count() >= MOST_SECTIONS:
            raise TooManySections(_("首页最多 %(n)s 个栏目，请先去掉一个。") % {"n": MOST_SECTIONS})
        last = HomeSection.objects.aggregate(last=Max("position"))["last"] or 0
        section = HomeSection(position=last + 1)
    for name, value in values.items():
        setattr(section, name, value)
    section.changed_by, section.changed_at = by, at
    section.save()
    audit.record("catalogue.home_section_saved", by=by, of=section, at=at, detail={"title": section.title})
    return section


@transaction.atomic
def move_section(section: HomeSection, step: int, *, by: User, at: datetime) -> None:
    """One place up (−1) or down (1); at the end it stays."""
    guard(by)
    order = list(HomeSection.objects.select_for_update())
    place = next(number for number, one in enumerate(order) if one.pk == section.pk)
    other = min(max(place + step, 0), len(order) - 1)
    order[place], order[other] = order[other], order[place]
    for number, one in enumerate(order, start=1):
        one.position = number
    HomeSection.objects.bulk_update(order, ["position"])
    audit.record("catalogue.home_section_moved", by=by, of=section, at=at, detail={"position": other + 1})


@transaction.atomic
def remove_section(section: HomeSection, *, by: User, at: datetime) -> None:
    guard(by)
    audit.record("catalogue.home_section_removed", by=by, of=section, at=at, detail={"title": section.title})
    section.delete()


def guard(by: User) -> None:
    if not policy.can_compose_home(by):
        raise MayNotCompose(_("首页栏目由平台运营人员编排。"))

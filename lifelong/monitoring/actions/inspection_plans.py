"""检查计划与整改期: the operator's numbers, each change in the trail."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.monitoring import policy
from lifelong.monitoring.actions.inspection_findings import MayNotDecide
from lifelong.monitoring.lifecycle import Subject
from lifelong.monitoring.models import InspectionLimit, InspectionPlan, TroubleRule
from lifelong.monitoring.queries.inspection import rule_of
from lifelong.monitoring.queries.inspection_turns import limits, plans


@transaction.atomic
def change_plan(
    subject: Subject, *, within_days: int, most_items: int, most_bytes: int, by: User, at: datetime
) -> None:
    _allow(by)
    before = plans()[subject]
    values = {"within_days": within_days, "most_items": most_items, "most_bytes": most_bytes}
    told = {name: [getattr(before, name), value] for name, value in values.items() if getattr(before, name) != value}
    if told:
        row, _made = InspectionPlan.objects.update_or_create(subject=subject, defaults=values)
        audit.record("monitoring.plan_changed", by=by, of=row, at=at, detail={"subject": subject.value, **told})


@transaction.atomic
def change_rule(trouble: str, *, cure_days: int, hides: bool, by: User, at: datetime) -> None:
    """For letters that go out from now on; who was told a day keeps it."""
    _allow(by)
    before = rule_of(trouble)
    if (before.cure_days, before.hides) == (cure_days, hides):
        return
    row, _made = TroubleRule.objects.update_or_create(
        trouble=trouble, defaults={"cure_days": cure_days, "hides": hides}
    )
    detail = {"trouble": trouble, "days": [before.cure_days, cure_days], "hides": [before.hides, hides]}
    audit.record("monitoring.rule_changed", by=by, of=row, at=at, detail=detail)


@transaction.atomic
def change_limit(name: str, *, value: int, by: User, at: datetime) -> None:
    _allow(by)
    before = limits()[name]
    if before == value:
        return
    row, _made = InspectionLimit.objects.update_or_create(name=name, defaults={"value": value})
    audit.record("monitoring.limit_changed", by=by, of=row, at=at, detail={"name": name, "value": [before, value]})


def _allow(by: User) -> None:
    if not policy.can_manage(by):
        raise MayNotDecide(_("检查计划由平台运营制定。"))

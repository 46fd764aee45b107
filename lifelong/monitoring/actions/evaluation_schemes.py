"""评价方案: a change is a new version; what a run was reckoned by never changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.monitoring import policy
from lifelong.monitoring.actions.evaluation_runs import MayNotEvaluate
from lifelong.monitoring.evaluating.scheme import problems, written
from lifelong.monitoring.models import EvaluationScheme
from lifelong.web.refusals import Refusal, reason_within


class SchemeUnsound(Refusal):
    code = "scheme_unsound"
    status = 422


@transaction.atomic
def make_scheme(content: Mapping[str, Any], *, reason: str, by: User, at: datetime) -> EvaluationScheme:
    """Kept under the next free version of the year; raises ``SchemeUnsound`` with everything that is wrong."""
    if not policy.can_manage_evaluation(by):
        raise MayNotEvaluate(_("评价方案由平台运营人员制定。"))
    if wrong := problems(content):
        raise SchemeUnsound("".join(wrong))
    reason = reason_within(reason)
    if len(reason) < 2:
        raise SchemeUnsound(_("请写明为什么改。"), fields={"reason": _("请写明为什么改。")})
    year = str(timezone.localdate(at).year)
    taken = {*written(), *EvaluationScheme.objects.select_for_update().values_list("version", flat=True)}
    version = next(name for n in range(1, 1000) if (name := f"{year}.{n}") not in taken)
    made = EvaluationScheme.objects.create(
        version=version, content={**content, "version": version}, reason=reason, created_by=by, created_at=at
    )
    record("monitoring.scheme_made", by=by, of=made, at=at, detail={"version": version, "reason": reason})
    return made

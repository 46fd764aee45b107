"""撤回: the owner takes a resource back before it is public; it stays readable."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.resources import events
from lifelong.resources.actions.steps import move
from lifelong.resources.lifecycle import State, Verb
from lifelong.resources.models import Version
from lifelong.resources.policy import can_withdraw
from lifelong.web.refusals import NotAllowed, Refusal


class ReasonWanted(Refusal):
    """A step that others will read about needs its reason."""

    code = "reason_wanted"
    status = 422


@transaction.atomic
def withdraw(version: Version, *, by: User, at: datetime, reason: str) -> Version:
    """Raises ``NotAllowed`` (not the owner, or already public), ``ReasonWanted`` or ``IllegalStep``."""
    if not can_withdraw(by, version):
        raise NotAllowed(_("只有本单位报送工作负责人可以撤回，且资源尚未上线。"))
    if not reason.strip():
        text = _("请写一句撤回的原因，省级审核人员会看到。")
        raise ReasonWanted(text, fields={"reason": text})
    move(version, to=State.WITHDRAWN, verb=Verb.WITHDRAWN, by=by, at=at, note=reason.strip())
    events.version_withdrawn.send(sender=Version, version=version, by=by, at=at)
    return version

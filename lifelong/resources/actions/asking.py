"""A question at a resource: the reporter asks the officers, an officer asks the reporter."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.calls import actions as calls
from lifelong.calls.models import Question
from lifelong.resources import policy
from lifelong.resources.models import Version
from lifelong.web.refusals import NotAllowed


@transaction.atomic
def ask_about(version: Version, *, text: str, by: User, at: datetime) -> Question:
    """It stands in the resource's timeline, whichever version it was asked at. Raises ``NotAllowed``."""
    if not policy.can_ask(by, version):
        raise NotAllowed(_("只有本单位的报送工作负责人和负责审核的人员可以在资源下提问。"))
    resource = version.resource
    return calls.ask(
        resource.institution, text=text, by=by, at=at, call=version.call, about=resource.resource_id,
        to_institution=not policy.is_own(by, version),
    )  # fmt: skip

"""征集材料归档, ordered: it holds personal data in clear, so the trail says what for."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls.models import Call
from lifelong.calls.policy import can_archive
from lifelong.media.actions import prepared
from lifelong.review.lifecycle import ARCHIVE
from lifelong.web.refusals import NotAllowed


@transaction.atomic
def order_archive(call: Call, *, purpose: str, with_media: bool, by: User, at: datetime) -> str:
    """The id of the job that packs it."""
    if not can_archive(by, call):
        raise NotAllowed(_("征集材料由审核机关的人员归档。"))
    record("accounts.personal_data_read", by=by, of=call, at=at, detail={"purpose": purpose, "media": with_media})
    return prepared.order(ARCHIVE, {"call": call.number, "media": with_media, "purpose": purpose}, by=by, at=at)

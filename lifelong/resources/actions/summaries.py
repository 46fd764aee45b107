"""The stamped scan of 报送汇总表, put beside the call; the province sees it on the board."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.calls.actions import add_letter, keep_letter
from lifelong.calls.models import Call, Letter, LetterKind
from lifelong.institutions.models import Institution
from lifelong.resources import policy
from lifelong.resources.queries.summaries import rounds_of
from lifelong.web.refusals import NotAllowed, Refusal


class NothingHandedIn(Refusal):
    code = "nothing_handed_in"


def add_stamped_summary(
    call: Call, institution: Institution, *, name: str, content: bytes, by: User, at: datetime
) -> Letter:
    """The newest counts; it remembers which receipts stood on the list, so that a later submit is seen to be missing."""
    if not policy.reports_for(by, institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以放入盖章的汇总表。"))
    kept = keep_letter(name, content)
    with transaction.atomic():
        listed = list(rounds_of(call, institution).values_list("receipt_number", flat=True))
        if not listed:
            raise NothingHandedIn(_("本单位在这次征集下还没有报送资源，没有可以盖章的汇总表。"))
        return add_letter(call, institution, LetterKind.SUMMARY, kept, by=by, at=at, listed=listed)

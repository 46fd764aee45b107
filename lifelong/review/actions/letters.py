"""审核结果通知书: issued by those who decide, to one institution or to all of a call."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import reporters_of
from lifelong.notices import send
from lifelong.review import policy
from lifelong.review.lifecycle import Stage
from lifelong.review.models import ResultLetter
from lifelong.review.queries.experts import authority_for
from lifelong.review.queries.letters import letters_of, overview, results_of
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


class NothingDecided(Refusal):
    code = "nothing_decided"


class NothingNew(Conflict):
    code = "nothing_new"


@transaction.atomic
def issue(call: Call, institution: Institution, *, by: User, at: datetime) -> ResultLetter:
    """Freeze what was decided until now, number it, tell the reporters. Raises where nothing was, or nothing new."""
    if not policy.can_issue_letter(by, institution):
        raise NotAllowed(_("结果通知书由省级审定或终审人员出具。"))
    institution = Institution.objects.select_for_update(of=("self",)).get(pk=institution.pk)
    results = results_of(call, institution)
    if not results.accepted and not results.refused:
        raise NothingDecided(_("%s在这次征集下还没有审核结果，没有可以通知的内容。") % institution.name)
    before = letters_of(call, institution)
    newest = before.first()
    if newest and results.agrees_with(newest):
        raise NothingNew(_("通知书 %s 出具以后结果没有变化，不必重新出具。") % newest.number)
    stage = Stage.FINAL if by.has_right(policy.DECIDE[Stage.FINAL]) else Stage.PROVINCIAL
    held = authority_for(by, stage)
    if held is None:
        raise NotAllowed(_("您目前没有审核任职。"))
    authority = held.part_of or held
    letter = ResultLetter.objects.create(
        number=f"JG-{call.number}-{institution.code}-{before.count() + 1:02}", call=call, institution=institution,
        authority=authority, issued_by=by, issued_at=at, accepted=len(results.accepted), refused=len(results.refused),
        content={
            "authority": authority.name, "institution": institution.name, "call": call.title,
            "document": call.document_number, **results.as_dict(),
        },
    )  # fmt: skip
    detail = {"number": letter.number, "accepted": letter.accepted, "refused": letter.refused}
    record("review.letter_issued", by=by, of=letter, at=at, detail=detail)
    _tell(letter)
    return letter


def issue_all(call: Call, *, by: User, at: datetime) -> int:
    """One to each institution within reach that has none which says what was decided. Each on its own: safe to repeat."""
    issued = 0
    for row in overview(by, call):
        try:
            issue(call, Institution.objects.get(code=row.code), by=by, at=at)
            issued += 1
        except (NothingDecided, NothingNew):
            continue
    return issued


def _tell(letter: ResultLetter) -> None:
    facts = {"n": letter.accepted, "refused": letter.refused, "number": letter.number}
    send(
        reporters_of([letter.institution_id], letter.issued_at),
        subject=_("审核结果通知书：%s") % letter.call.title,
        text=_("通过 %(n)s 项，不予通过 %(refused)s 项。通知书 %(number)s 可以下载 Word 和 PDF。") % facts,
        url=reverse("result_letter", args=[letter.call.number, letter.institution.code]), kind="result_letter",
        at=letter.issued_at,
    )  # fmt: skip

"""代报: an officer works for an institution at its written request, known to it, until it ends."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import policy, windows
from lifelong.calls.actions.letters import add_letter, keep_letter
from lifelong.calls.actions.running import tell_one
from lifelong.calls.models import Call, Deputation, LetterKind
from lifelong.institutions.actions import close_mandate, open_mandate
from lifelong.institutions.models import Institution, MandateRole
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

LONGEST_DAYS = 30


class RequestIncomplete(Refusal):
    """Who asked, for what, until when: something is missing."""

    code = "request_incomplete"
    status = 422


class AlreadyDeputised(Conflict):
    code = "already_deputised"


def deputise(
    call: Call, institution: Institution, *, asked_by_name: str, note: str, until: date,
    request_file: tuple[str, bytes], by: User, at: datetime,
) -> Deputation:  # fmt: skip
    """``by`` may prepare and hand in for the institution to the end of the day ``until``; the institution is told at once.

    Whoever does this never decides on what the institution hands in meanwhile (review: never one's own institution's).
    """
    if not policy.can_deputise(by, call, institution):
        raise NotAllowed(_("您只能为本省、本次征集面向的单位代报，且不能是您本单位。"))
    _check(asked_by_name, note, until, timezone.localtime(at).date())
    kept = keep_letter(*request_file)
    with transaction.atomic():
        institution = Institution.objects.select_for_update().get(pk=institution.pk)
        open_now = institution.mandates.open_at(at).filter(role=MandateRole.DEPUTY).select_related("user").first()
        if open_now:
            raise AlreadyDeputised(
                _("%(who)s正在为这个单位代报，至 %(end)s。") % {
                    "who": open_now.user.name, "end": windows.deadline(open_now.ends_at),
                }
            )  # fmt: skip
        letter = add_letter(call, institution, LetterKind.REQUEST, kept, by=by, at=at)
        mandate = open_mandate(by, institution, role=MandateRole.DEPUTY, by=by, at=at, ends_at=windows.end_of(until))
        made = Deputation.objects.create(
            call=call, mandate=mandate, letter=letter, asked_by_name=asked_by_name.strip(), note=note.strip()
        )
        record(
            "calls.deputation_opened", by=by, of=mandate, at=at,
            detail={"call": call.number, "letter": letter.sha256, "until": until.isoformat()},
        )  # fmt: skip
        facts = {
            "who": by.name, "name": made.asked_by_name, "until": windows.deadline(mandate.ends_at), "note": made.note,
        }  # fmt: skip
        tell_one(
            call, institution, subject=_("省级工作人员开始为贵单位代报：%s") % call.title,
            text=_("应%(name)s的书面申请，%(who)s为贵单位代报至 %(until)s。委托事项：%(note)s\n如非贵单位本意，请立即终止，或与征集联系人联系。") % facts,
            url=address(made), at=at,
        )  # fmt: skip
    by.__dict__.pop("_roles", None)
    return made


@transaction.atomic
def end_deputation(deputation: Deputation, *, by: User, at: datetime) -> Deputation:
    """By the institution's reporter, the officer or a colleague; what was handed in stays."""
    made = Deputation.objects.select_for_update(of=("self",)).select_related("mandate__institution", "call").get(
        pk=deputation.pk
    )  # fmt: skip
    close_mandate(made.mandate, by=by, at=at, reason=_("代报终止"))
    made.ended_by = by
    made.save(update_fields=["ended_by"])
    record("calls.deputation_ended", by=by, of=made.mandate, at=at, detail={"call": made.call.number})
    tell_one(
        made.call, made.mandate.institution, subject=_("代报已终止：%s") % made.call.title,
        text=_("为贵单位的代报已于现在终止，已报送的资源不受影响。"), url=address(made), at=at,
    )  # fmt: skip
    return made


def address(deputation: Deputation) -> str:
    return reverse("call-deputations", args=[deputation.call.number, deputation.mandate.institution.code])


def _check(asked_by_name: str, note: str, until: date, today: date) -> None:
    missing: dict[str, str] = {}
    if not asked_by_name.strip():
        missing["asked_by_name"] = _("请写明申请上签名的委托人。")
    if not note.strip():
        missing["note"] = _("请写明委托事项。")
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        missing["until"] = _("代报至少到今天，最多 %(n)s 天。") % {"n": LONGEST_DAYS}
    if missing:
        raise RequestIncomplete("".join(missing.values()), fields=missing)

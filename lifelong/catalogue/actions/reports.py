"""问题反馈: taken without an account, followed by its number, answered by the operator."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import Role, User
from lifelong.accounts.queries import holders_of
from lifelong.catalogue import events, policy
from lifelong.catalogue.lifecycle import ReportKind, ReportState
from lifelong.catalogue.models import Report
from lifelong.notices import mail_to, send
from lifelong.resources.models import Resource
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_IN_AN_HOUR = 200  # of the whole platform: a flood, not people


class MayNotAnswer(NotAllowed):
    code = "may_not_answer"


class AlreadyAnswered(Conflict):
    code = "already_answered"


class TooManyReports(Refusal):
    code = "too_many_reports"
    status = 429


@transaction.atomic
def file_report(*, kind: str, text: str, contact: str = "", resource: Resource | None = None, at: datetime) -> Report:
    """Taken in with a number that cannot be guessed; the operator learns of it. Raises ``TooManyReports``."""
    recently = Report.objects.filter(created_at__gt=at - timedelta(hours=1)).count()
    if recently >= MOST_IN_AN_HOUR:
        raise TooManyReports(_("眼下收到的反馈太多，请过一小时再试，或拨打服务电话。"))
    number = f"F{timezone.localtime(at):%y%m%d}{''.join(secrets.choice(LETTERS) for _ in range(6))}"
    report = Report.objects.create(
        number=number, resource=resource, kind=kind, text=text.strip(), contact=contact.strip(), created_at=at
    )
    audit.record("catalogue.reported", of=report, at=at, detail={"kind": kind})
    events.report_filed.send(sender=Report, report=report, at=at)
    send(
        holders_of(Role.OPERATOR, at=at),
        subject=_("新的问题反馈：%(kind)s") % {"kind": ReportKind(kind).label}, text=text.strip()[:300],
        url=f"/work/reports/{number}", kind="catalogue.reported", at=at, email=False,
    )  # fmt: skip
    return report


@transaction.atomic
def answer_report(report: Report, *, answer: str, by: User, at: datetime) -> Report:
    """The answer that the number leads to. Raises ``MayNotAnswer``, ``AlreadyAnswered``."""
    if not policy.can_answer_reports(by):
        raise MayNotAnswer(_("问题反馈由平台运营人员答复。"))
    locked = Report.objects.select_for_update().get(pk=report.pk)
    if locked.state == ReportState.ANSWERED:
        raise AlreadyAnswered(_("反馈 %(number)s 已有答复。") % {"number": locked.number})
    locked.answer, locked.answered_by, locked.answered_at, locked.state = answer.strip(), by, at, ReportState.ANSWERED
    locked.save(update_fields=["answer", "answered_by", "answered_at", "state"])
    audit.record("catalogue.report_answered", by=by, of=locked, at=at)
    if address := mail_address(locked.contact):
        mail_to(
            address, subject=_("您的反馈 %(number)s 有了答复") % {"number": locked.number},
            text=_("您好：\n\n%(answer)s\n\n您反馈的是：%(text)s\n\n查询：%(url)s")
            % {"answer": locked.answer, "text": locked.text, "url": f"{settings.SITE_URL}/reports/{locked.number}"},
            at=at,
        )  # fmt: skip
    return locked


def mail_address(contact: str) -> str:
    """Where the contact is a mail address and nothing else; else nothing: a telephone number is for the operator."""
    try:
        validate_email(contact.strip())
    except ValidationError:
        return ""
    return contact.strip()

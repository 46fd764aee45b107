"""Bringing mails out through the mail server that is set, or into the outbox folder where none is."""

from datetime import datetime
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.filebased import EmailBackend as FolderBackend
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.audit.masks import mask_email
from lifelong.notices.actions.sending import enqueue_delivery, mail_to
from lifelong.notices.models import Mail, MailState
from lifelong.texts.queries import operator_now
from lifelong.web.refusals import NotAllowed, Refusal

MOST_ATTEMPTS = 10
TIMEOUT_S = 20


class MailsWait(Exception):
    """Some mails could not be brought out yet; the job tries again later."""


class BodyWiped(Refusal):
    code = "notices.body_wiped"


class OnItsWay(Refusal):
    code = "notices.on_its_way"


def deliver(numbers: list[int]) -> int:
    """Bring out those of the mails that still wait; returns how many went. Raises ``MailsWait`` if any stay behind.

    Safe to repeat: a mail that went is not sent again. Only a crash between the server's yes and our row could send one
    twice, which is better than not at all.
    """
    waiting = list(Mail.objects.filter(pk__in=numbers, state=MailState.WAITING).order_by("pk"))
    if not waiting:
        return 0
    Path(settings.OUTBOX).mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = get_connection(timeout=getattr(settings, "EMAIL_TIMEOUT", None) or TIMEOUT_S)
    kept = isinstance(connection, FolderBackend)
    try:
        states = [_deliver_one(mail, connection, kept=kept) for mail in waiting]
    finally:
        connection.close()
    left = states.count(MailState.WAITING)
    if left:
        raise MailsWait(_("%(left)s 封邮件暂时未能发出：%(error)s") % {"left": left, "error": waiting[-1].error})
    return len(states)


def _deliver_one(mail: Mail, connection: Any, *, kept: bool) -> str:
    mail.attempts += 1
    try:
        text = with_footer(mail.text, own=mail.user_id is not None)
        EmailMessage(mail.subject, text, None, [mail.address], connection=connection).send()
    except (SMTPRecipientsRefused, UnicodeError, ValueError) as error:  # no later attempt would change this
        mail.state, mail.error = MailState.FAILED, in_words(error, mail)
    except Exception as error:  # the server is away, busy, or says no for now
        mail.state = MailState.FAILED if mail.attempts >= MOST_ATTEMPTS else MailState.WAITING
        mail.error = in_words(error, mail)
    else:
        mail.state, mail.error = (MailState.KEPT if kept else MailState.SENT), ""
        mail.sent_at = None if kept else timezone.now()
        if mail.secret and not kept and not settings.DEMO:
            mail.text = ""
    mail.save(update_fields=["attempts", "state", "error", "sent_at", "text"])
    return mail.state


def in_words(error: Exception, mail: Mail) -> str:
    """The error for the outbox page; a server that repeats the address does not unmask it there."""
    return f"{type(error).__name__}: {error}".replace(mail.address, mask_email(mail.address))[:500]


def with_footer(text: str, *, own: bool = False) -> str:
    """``own``: it goes to somebody with an account, who may choose how such mails come."""
    closing = _("本邮件由系统自动发出，请勿直接回复。")
    if own:
        address = settings.SITE_URL + reverse("mail-choice")
        closing += "\n" + _("怎样收邮件（随时、每天一封或只在站内），可以在这里改：%s") % address
    return f"{text}\n\n—— \n{operator_now()['name']}\n{settings.SITE_URL}\n{closing}\n"


@transaction.atomic
def resend(mail: Mail, *, by: Any, at: datetime) -> Mail:
    """Once more to the same address, whatever became of it before."""
    _allow(by)
    mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if mail.is_wiped:
        raise BodyWiped(
            _("这封邮件含登录链接，发出后正文已清除，不能重发。请在账号页面点「重新发送」，会生成新的链接。")
        )
    if mail.state == MailState.WAITING:
        raise OnItsWay(_("这封邮件正在等待发送，会自动重试，不必重发。"))
    _queue_again([mail])
    audit.record("outbox.resent", by=by, of=mail, at=at)
    return mail


@transaction.atomic
def send_kept(*, by: Any, at: datetime) -> int:
    """Everything that lay in the outbox folder and everything that failed, now that a server is set."""
    _allow(by)
    mails = list(Mail.objects.select_for_update(of=("self",)).filter(state__in=[MailState.KEPT, MailState.FAILED]))
    mails = [mail for mail in mails if not mail.is_wiped]
    _queue_again(mails)
    audit.record("outbox.sent_all", by=by, at=at, detail={"mails": len(mails)})
    return len(mails)


@transaction.atomic
def send_test(*, by: Any, at: datetime) -> Mail:
    """A mail to the person's own address, to see whether mails arrive."""
    _allow(by)
    mail = mail_to(
        by.email, user=by, at=at, subject=_("测试邮件"),
        text=_("这是一封测试邮件。收到它，说明平台的邮件服务可以使用。\n发送时间：%s") % f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    )  # fmt: skip
    audit.record("outbox.tested", by=by, of=mail, at=at)
    return mail


def _queue_again(mails: list[Mail]) -> None:
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(state=MailState.WAITING, attempts=0, error="")
    enqueue_delivery([mail.pk for mail in mails])


def _allow(by: Any) -> None:
    if not by.has_right("outbox.read"):
        raise NotAllowed(_("只有系统管理员和运营人员可以处理发件箱。"))

"""The registrant's e-mail is proven by a code; the private link goes the same way."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from lifelong.accounts.encryption import keyed_hash
from lifelong.audit import record
from lifelong.calls.models import Registration
from lifelong.calls.queries.registrations import token_of
from lifelong.notices import mail_to
from lifelong.web.refusals import Refusal

CODE_LIFETIME = timedelta(minutes=30)
CODE_FAILURES = 5


class CodeWrong(Refusal):
    code = "code_wrong"
    status = 422


def must_prove_email() -> bool:
    """Where no mail leaves the machine nobody could read a code; the officer then sees that it is unproven."""
    return bool(settings.EMAIL_URL) or settings.DEMO


def link_of(registration: Registration) -> str:
    return settings.SITE_URL + reverse("my-registration", args=[token_of(registration)])


def locked(registration: Registration) -> Registration:
    found = Registration.objects.select_for_update(of=("self",)).select_related(
        "call__issued_by__region", "institution"
    )
    return found.get(pk=registration.pk)


@transaction.atomic
def send_link(registration: Registration, *, at: datetime) -> str:
    """The private link and a fresh code to the registrant's address; returns the code (no page ever shows it)."""
    registration = locked(registration)
    code = f"{secrets.randbelow(1_000_000):06}"
    registration.email_code_hash = _code_hash(registration, code)
    registration.email_code_until, registration.email_code_failures = at + CODE_LIFETIME, 0
    registration.save(update_fields=["email_code_hash", "email_code_until", "email_code_failures"])
    mail_to(
        registration.email,
        subject=_("报送工作负责人登记：%s") % registration.call.title,
        text=_(
            "%(name)s：\n\n%(institution)s的登记编号是 %(number)s。\n"
            "邮箱验证码：%(code)s（30 分钟内有效）\n\n"
            "请从下面的链接继续办理，链接只属于您，请勿转发：\n%(url)s"
        )
        % {
            "name": registration.name, "institution": registration.institution_name, "number": registration.number,
            "code": code, "url": link_of(registration),
        },
        secret=True,
        at=at,
    )  # fmt: skip
    return code


def _code_hash(registration: Registration, code: str) -> str:
    return keyed_hash(f"code {registration.pk} {registration.email} {code}")


def prove_email(registration: Registration, *, code: str, at: datetime) -> Registration:
    """The code from the mail; five wrong ones kill it. A failure counts even though it is refused."""
    with transaction.atomic():
        registration = locked(registration)
        live = registration.email_code_until is not None and at < registration.email_code_until
        good = live and constant_time_compare(registration.email_code_hash, _code_hash(registration, code.strip()))
        if good:
            registration.email_verified_at, registration.email_code_hash, registration.email_code_until = at, "", None
            record("calls.email_proven", of=registration, at=at)
        else:
            registration.email_code_failures += 1
            if registration.email_code_failures >= CODE_FAILURES:
                registration.email_code_hash, registration.email_code_until = "", None
        registration.save(
            update_fields=["email_verified_at", "email_code_hash", "email_code_until", "email_code_failures"]
        )
    if not good:
        text = _("验证码不对或已过期。请核对邮件里最新的 6 位数字，或点“重新发送”。")
        raise CodeWrong(text, fields={"code": text})
    return registration

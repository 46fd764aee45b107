"""What allauth asks of us: sign-up for learners, our lock-out, sealed secrets, our own words and mails."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.actions.lockout import note_failure, note_success
from lifelong.accounts.encryption import seal, unseal
from lifelong.accounts.models import User
from lifelong.accounts.policy import roles_of
from lifelong.accounts.queries import locked_until
from lifelong.audit import record
from lifelong.notices import mail_to
from lifelong.texts.queries import operator_now
from lifelong.web import facts
from lifelong.web.homes import home_of


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "locked": _("登录失败次数过多，已锁定至 %s。届时再试，或请平台的安全管理员解除。"),
        "too_many_login_attempts": _("尝试次数过多，请 30 分钟后再试。"),
        "email_password_mismatch": _("邮箱或密码不对，请检查后重新输入。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """For learners, who get no role by it. Work accounts are opened by approval and activation link."""
        return True

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox like every mail: kept until a server is set, tried again, its link shown to nobody."""
        mail = self.render_mail(template_prefix, email, {"email": email, "operator": operator_now(), **context})
        mail_to(email, subject=mail.subject, text=str(mail.body), secret=True, at=timezone.now())

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """A learner to what they learn, who works here to the desk."""
        return home_of(request.user)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)

    def get_client_ip(self, request: HttpRequest | None) -> str:
        """The address as the front found it; it alone knows the trusted proxies."""
        return facts.current().address or (request.META.get("REMOTE_ADDR") if request else "") or "127.0.0.1"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By e-mail alone, so that unlocking finds the counter without the request that failed."""
        return str(credentials.get("email", "")).strip().lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if until := locked_until(credentials.get("email", ""), timezone.now()):
            raise self.validation_error("locked", f"{timezone.localtime(until):%H:%M}")
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user:
            note_success(credentials.get("email", ""))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if credentials.get("email"):
            note_failure(credentials["email"], at=timezone.now())


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "没有验证成功，内容不对。6 位数字请照手机上当前显示的填；通行密钥可能已经移除，请改用密码。"
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode("ascii")).decode()

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Asked of one type: whether there is one. Else whether a second thing is asked for beside the password: a learner's
        passkey is another way in, not one more hurdle, so that who loses the telephone still comes in by password and mail."""
        if (types is None or len(types) > 1) and user.is_authenticated and not roles_of(user):
            types = [Authenticator.Type.TOTP]
        return super().is_mfa_enabled(user, types)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}


class OtherAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on is for learners. Who works here signs in with password or passkey and the second factor."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "email_taken": _("这个邮箱已有账号。请先用密码登录。"),
        "no_password": _("解除以后就没有办法登录了。请先在“我的账号”里设置密码，再来解除。"),
    }

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse whose account, or whose address, holds a role: the other side knows nothing of the second factor."""
        emails = {one.email.lower() for one in sociallogin.email_addresses if one.email}
        people = list(User.objects.filter(email__in=emails))
        people += [one.user for one in EmailAddress.objects.filter(email__in=emails).select_related("user")]
        if sociallogin.is_existing:
            people.append(sociallogin.user)
        staff = next((person for person in people if roles_of(person)), None)
        if staff is not None:
            record("accounts.oidc_refused", of=staff, at=timezone.now(), result="refused")
            raise ImmediateHttpResponse(render(request, "socialaccount/for_learners.html", status=403))

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody is signed up without having been asked for consent."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:60]
        return user

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        return super().get_signup_form_initial_data(sociallogin) | {"name": sociallogin.user.name}

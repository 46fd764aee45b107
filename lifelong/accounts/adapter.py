"""What allauth asks of us: no open sign-up, our lock-out, sealed secrets, our own words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.actions.lockout import note_failure, note_success
from lifelong.accounts.encryption import seal, unseal
from lifelong.accounts.queries import locked_until
from lifelong.web import facts


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "locked": _("登录失败次数过多，已锁定至 %s。届时再试，或请平台的安全管理员解除。"),
        "too_many_login_attempts": _("尝试次数过多，请 30 分钟后再试。"),
        "email_password_mismatch": _("邮箱或密码不对，请检查后重新输入。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Work accounts are opened by approval and activation link; learners' accounts come with the learning chapter."""
        return False

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
        "incorrect_code": _("验证码不对，请看手机上当前显示的 6 位数字重新输入。"),
    }

    def encrypt(self, text: str) -> str:
        return seal(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode("ascii")).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

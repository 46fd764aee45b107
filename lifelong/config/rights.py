"""The right of every view that a library brings, by the name of its address. Our own views declare theirs."""

from typing import Any

PUBLIC_NAMES = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_email_verification_sent",
    "account_confirm_email", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "account_reauthenticate",
    "account_request_login_code", "account_confirm_login_code",
    "mfa_authenticate", "mfa_login_webauthn", "mfa_trust", "socialaccount_login_cancelled", "socialaccount_login_error",
    "openid_connect_login", "openid_connect_callback", "socialaccount_signup",
}  # fmt: skip
SIGNED_IN_PREFIXES = ("account_", "mfa_", "socialaccount_")
PUBLIC_NAMESPACES = {"api-v1"}


def right_of_foreign_view(match: Any) -> str | None:
    """``public``, ``signed-in`` or None (refused) for a resolved address of a library."""
    if match is None:
        return None
    if set(match.namespaces) & PUBLIC_NAMESPACES:
        return "public"
    if str(match.route).startswith("accounts/social/"):  # the library's old addresses: they only lead to the new ones
        return "public"
    name = match.url_name or ""
    if name in PUBLIC_NAMES:
        return "public"
    return "signed-in" if name.startswith(SIGNED_IN_PREFIXES) else None

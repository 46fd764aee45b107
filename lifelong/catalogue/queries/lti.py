"""Schools' platforms, read."""

from lifelong.catalogue.lti import signing
from lifelong.catalogue.models import LtiKey, LtiPlatform


def platform_of(issuer: str, client_id: str = "") -> LtiPlatform | None:
    """The open platform that a login names; None too where it names none of several."""
    found = LtiPlatform.objects.filter(is_open=True, issuer=issuer)
    if client_id:
        found = found.filter(client_id=client_id)
    two = list(found[:2])
    return two[0] if len(two) == 1 else None


def open_platform(key: int) -> LtiPlatform | None:
    return LtiPlatform.objects.filter(is_open=True, pk=key).first()


def public_keys() -> list[dict[str, str]]:
    return [signing.public(key) for key in LtiKey.objects.order_by("-pk")[:5]]

"""What we sign towards platforms: resources that were picked, and who we are when we ask for a token."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from jwt.algorithms import RSAAlgorithm

from lifelong.catalogue.lti import claims
from lifelong.catalogue.lti.tickets import Choice
from lifelong.catalogue.models import LtiKey, LtiPlatform


def signed(told: dict[str, Any], key: LtiKey) -> str:
    return jwt.encode(told, key.private_pem, algorithm="RS256", headers={"kid": key.kid})


def public(key: LtiKey) -> dict[str, Any]:
    private: Any = load_pem_private_key(key.private_pem.encode(), None)
    shown: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
    return {"kty": "RSA", "n": shown["n"], "e": shown["e"], "kid": key.kid, "alg": "RS256", "use": "sig"}


def assertion(platform: LtiPlatform, key: LtiKey, *, now_s: int) -> str:
    """``private_key_jwt`` of RFC 7523."""
    return signed(
        {
            "iss": platform.client_id, "sub": platform.client_id, "aud": platform.token_url, "iat": now_s,
            "exp": now_s + 300, "jti": secrets.token_urlsafe(24),
        },
        key,
    )  # fmt: skip


@dataclass(frozen=True)
class Picked:
    """A resource that goes into a course; ``text`` stands below its title there."""

    resource_id: str
    title: str
    text: str

    def item(self, *, line: bool) -> dict[str, Any]:
        """As deep linking words it; ``line``: with a line in the gradebook."""
        told: dict[str, Any] = {
            "type": "ltiResourceLink", "title": self.title, "text": self.text,
            "url": f"{settings.SITE_URL}/embed/{self.resource_id}", "custom": {"resource": self.resource_id},
            "iframe": {"width": 800, "height": 480},
        }  # fmt: skip
        if line:
            told["lineItem"] = {"scoreMaximum": 1, "label": self.title, "resourceId": self.resource_id}
        return told


def answer_with(choice: Choice, platform: LtiPlatform, key: LtiKey, *resources: Picked, now_s: int) -> str:
    """The answer of deep linking with these resources, in their order."""
    told = {
        "iss": platform.client_id, "aud": [platform.issuer], "iat": now_s, "exp": now_s + Choice.good_for_s,
        "nonce": secrets.token_urlsafe(24), claims.MESSAGE: claims.DEEP_LINKING_ANSWER, claims.VERSION: "1.3.0",
        claims.DEPLOYMENT: choice.deployment, claims.DL_ITEMS: [one.item(line=choice.line_items) for one in resources],
    }  # fmt: skip
    if choice.data:
        told[claims.DL_DATA] = choice.data
    return signed(told, key)

"""A launch judged: is it this platform's word, meant for us, fresh, and never used before?"""

import json
from typing import Any
from urllib.parse import urlsplit

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from lifelong.catalogue.lti import claims
from lifelong.catalogue.models import LtiPlatform
from lifelong.resources.identifiers import as_written
from lifelong.standards.links.addresses import Refused, read_address
from lifelong.web.refusals import Refusal

SKEW_S = 60
OLDEST_S = 3600  # of a token by its own date of issue


class LaunchRefused(Refusal):
    code = "lti.launch"
    status = 400


class UnknownKey(LaunchRefused):
    """Signed with a key that is not among those known; the platform may have a new one."""

    code = "lti.key"


def refuse(why: str) -> LaunchRefused:
    return LaunchRefused(
        _("学校平台发来的启动信息不能接受：%(why)s。请回到课程里重新打开；仍不行时请联系学校平台的管理员。")
        % {"why": why}
    )


def verified(token: str, platform: LtiPlatform, *, nonce: str, now_s: int) -> dict[str, Any]:
    """The claims of an id_token. Raises ``LaunchRefused``, ``UnknownKey``."""
    try:
        head = jwt.get_unverified_header(token)
        if head.get("alg") != "RS256":
            raise refuse(_("签名算法不是 RS256"))
        key = key_of(platform, str(head.get("kid") or ""))
        told: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], audience=platform.client_id, issuer=platform.issuer, leeway=SKEW_S,
            options={"require": ["exp", "iat", "iss", "aud", "nonce"]},
        )  # fmt: skip
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError) as error:  # PyJWT trusts the shapes of some claims
        raise refuse(f"{type(error).__name__}") from error
    judge(told, platform, nonce=nonce, now_s=now_s)
    return told


def key_of(platform: LtiPlatform, kid: str) -> Any:
    keys = platform.jwks.get("keys") if isinstance(platform.jwks, dict) else None
    for one in keys if isinstance(keys, list) else []:
        if isinstance(one, dict) and one.get("kid") == kid and kid and one.get("kty") == "RSA":
            return jwt.PyJWK(one, algorithm="RS256").key
    raise UnknownKey(_("学校平台用了没有公布的密钥签名。"))


def judge(told: dict[str, Any], platform: LtiPlatform, *, nonce: str, now_s: int) -> None:
    """What PyJWT leaves to us."""
    party, audience = told.get("azp"), told["aud"]
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in {None, platform.client_id}:
        raise refuse(_("不是发给本平台的（azp）"))
    if told["iat"] < now_s - OLDEST_S:
        raise refuse(_("签发已超过一小时"))
    if told["nonce"] != nonce:
        raise refuse(_("随机数不符"))
    if told.get(claims.VERSION) != "1.3.0":
        raise refuse(_("不是 LTI 1.3"))
    if told.get(claims.DEPLOYMENT) not in platform.deployments:
        raise refuse(_("部署编号没有登记"))


def plain(value: Any) -> str:
    """A claim that is text which can be shown and kept; empty where it is something else."""
    return value if isinstance(value, str) and value.isprintable() else ""


def resource_of(told: dict[str, Any]) -> str:
    """Which resource: the ``resource`` of the link's own settings, else the address it leads to; empty for none."""
    custom = told.get(claims.CUSTOM)
    named = plain(custom.get("resource")) if isinstance(custom, dict) else ""
    try:
        parts = [] if named else urlsplit(plain(told.get(claims.TARGET))).path.split("/")
    except ValueError:
        parts = []
    if len(parts) == 3 and parts[1] in {"embed", "resources", "r"}:
        named = parts[2]
    return (as_written(named) or named)[:40]


def line_item_of(told: dict[str, Any]) -> str:
    """Where a result goes, if the platform takes one from us."""
    ags = told.get(claims.AGS)
    scopes = ags.get("scope") if isinstance(ags, dict) else None
    if not isinstance(ags, dict) or not isinstance(scopes, list | str) or claims.SCORE_SCOPE not in scopes:
        return ""
    address = plain(ags.get("lineitem"))
    return address if len(address) < 1_000 and public_origin(address) else ""


def public_origin(address: str) -> str:
    """``https://host:port`` in ASCII of an address that may be asked for; empty for any other."""
    try:
        found = urlsplit(read_address(address).url)
    except Refused:
        return ""
    return f"https://{found.netloc}" if found.scheme == "https" else ""


def is_ours(address: str) -> bool:
    return address == settings.SITE_URL or address.startswith(f"{settings.SITE_URL}/")


def keys_read(body: bytes) -> dict[str, Any]:
    """A JWKS document. Raises ``ValueError``."""
    found = json.loads(body)
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list) or len(found["keys"]) > 50:
        raise ValueError("no set of keys")
    return {"keys": [one for one in found["keys"] if isinstance(one, dict)]}

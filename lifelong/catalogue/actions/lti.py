"""Schools' platforms: entered by the operator, launched once a nonce, told how much was watched."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.catalogue import policy
from lifelong.catalogue.lti import claims, launching, signing
from lifelong.catalogue.lti.fetching import Unreachable, fetch
from lifelong.catalogue.models import LtiKey, LtiNonce, LtiPlatform
from lifelong.web.refusals import NotAllowed, Refusal

NONCE_KEPT = timedelta(hours=2)  # longer than a state and a token live together
RENEWED_S = 30  # a platform's keys are asked for at most this often, whatever kid a launch names


class PlatformKnown(Refusal):
    code = "lti.known"


class LaunchUsed(launching.LaunchRefused):
    code = "lti.used"


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    name: str
    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    deployments: list[str]
    is_open: bool = True


@transaction.atomic
def save_platform(facts: PlatformFacts, *, by: User, at: datetime, platform: LtiPlatform | None = None) -> LtiPlatform:
    """Enter a platform or correct it. Its keys are fetched by a job. Raises ``NotAllowed``, ``PlatformKnown``."""
    if not policy.can_manage_lti(by):
        raise NotAllowed(_("学校平台的对接由运营人员或系统管理员办理。"))
    others = LtiPlatform.objects.filter(issuer=facts.issuer, client_id=facts.client_id)
    if platform is not None:
        others = others.exclude(pk=platform.pk)
    if others.exists():
        raise PlatformKnown(_("这个签发者和客户端标识已经登记过。"), fields={"client_id": _("已经登记过。")})
    saved = platform or LtiPlatform(created_by=by, created_at=at)
    if saved.jwks_url != facts.jwks_url:
        saved.jwks, saved.jwks_at = {}, None
    for name, value in asdict(facts).items():
        setattr(saved, name, value)
    saved.save()
    audit.record("catalogue.lti_platform_saved", by=by, of=saved, at=at, detail=asdict(facts))
    jobs.enqueue("lifelong.catalogue.tasks.renew_lti_keys", saved.pk)
    return saved


@transaction.atomic
def own_key(*, at: datetime) -> LtiKey:
    """What we sign with; made when first needed."""
    found = LtiKey.objects.order_by("-pk").first()
    if found is not None:
        return found
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    made = LtiKey.objects.create(kid=secrets.token_hex(8), private_pem=pem, created_at=at)
    audit.record("catalogue.lti_key_made", of=made, at=at, detail={"kid": made.kid})
    return made


def renew_keys(platform: LtiPlatform, *, at: datetime, deadline_s: float = 10.0) -> bool:
    """Fetch a platform's public keys, at most twice a minute; whether they are newer now. Raises ``Unreachable``."""
    last = timedelta(seconds=RENEWED_S)
    due = LtiPlatform.objects.filter(pk=platform.pk).exclude(jwks_at__gt=at - last)
    if not due.update(jwks_at=at):  # of many at once one goes
        return False
    status, body = fetch(
        "GET", platform.jwks_url, headers={"Accept": "application/json", "Connection": "close"}, deadline_s=deadline_s
    )
    try:
        if status != 200:
            raise ValueError(f"status {status}")
        found = launching.keys_read(body)
    except ValueError as error:
        raise Unreachable(str(error)) from error
    platform.jwks, platform.jwks_at = found, at
    platform.save(update_fields=["jwks", "jwks_at"])
    return True


def use_nonce(nonce: str, platform: LtiPlatform, *, at: datetime) -> None:
    """Raises ``LaunchUsed`` the second time, on every process and machine."""
    value = hashlib.sha256(f"{platform.pk}:{nonce}".encode()).hexdigest()
    try:
        with transaction.atomic():
            LtiNonce.objects.create(value=value, expires_at=at + NONCE_KEPT)
    except IntegrityError as error:
        raise LaunchUsed(_("这次启动已经用过了，请回到课程里重新打开。")) from error


def forget_nonces(*, at: datetime) -> int:
    return LtiNonce.objects.filter(expires_at__lt=at).delete()[0]


def report_score(platform: LtiPlatform, line_item: str, sub: str, *, share: float, is_done: bool, at: datetime) -> None:
    """Assignment and Grade Services: a token by ``private_key_jwt``, then the score, which is the share (0–1) of the resource
    that was seen. Raises ``Unreachable``, ``jobs.GiveUp``.

    A share that may still grow is ``FullyGraded`` all the same: it needs no grader, and platforms pass over scores that are
    ``Pending``.
    """
    if not platform.is_open:
        raise jobs.GiveUp(_("这个学校平台已停用。"))
    bearer = token_of(platform)
    score = {
        "userId": sub, "scoreGiven": round(share, 3), "scoreMaximum": 1,
        "activityProgress": "Completed" if is_done else "InProgress", "gradingProgress": "FullyGraded",
        "timestamp": timezone.localtime(at).isoformat(timespec="milliseconds"),
    }  # fmt: skip
    parts = urlsplit(line_item)
    address = urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/scores"))
    status, _body = fetch(
        "POST", address, body=json.dumps(score).encode(),
        headers={"Authorization": f"Bearer {bearer}", "Content-Type": claims.SCORE_TYPE, "Connection": "close"},
    )  # fmt: skip
    if status in {400, 403, 404, 409, 410, 422}:
        raise jobs.GiveUp(_("学校平台不接受这项成绩（%(status)s）。") % {"status": status})
    if not 200 <= status < 300:
        raise Unreachable(f"score: status {status}")


def token_of(platform: LtiPlatform) -> str:
    now = timezone.now()
    asked = urlencode({
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signing.assertion(platform, own_key(at=now), now_s=int(now.timestamp())),
        "scope": claims.SCORE_SCOPE,
    })  # fmt: skip
    status, body = fetch(
        "POST", platform.token_url, body=asked.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "Connection": "close"},
    )  # fmt: skip
    try:
        token = json.loads(body)["access_token"] if status == 200 else None
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str) or not token.isprintable():
        raise Unreachable(f"token: status {status}")
    return token

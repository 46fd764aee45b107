"""The register of host platforms: enter, correct, bring evidence, tick it once for all."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.standards import events, policy
from lifelong.standards.models import EvidenceState, HostName, HostPlatform, ProtectionEvidence
from lifelong.standards.platforms import SHARED, ascii_host
from lifelong.web.refusals import NotAllowed, Refusal

MOST_BYTES = 8 * 1024 * 1024
MOST_HOSTS = 50
_beginnings = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


class PlatformRefused(Refusal):
    code = "platform.refused"
    status = 422


class HostTaken(PlatformRefused):
    code = "platform.host_taken"
    status = 409


class HostUnfit(PlatformRefused):
    code = "platform.host"


class EvidenceUnfit(PlatformRefused):
    code = "platform.evidence"


class EvidenceDecided(Refusal):
    """Somebody decided on this evidence already."""

    code = "platform.evidence_decided"
    status = 409


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is claimed: level 1–5, filing number, day of assessment, day of expiry; a text or a paper to prove it."""

    level: int
    filing_number: str
    assessment_date: date
    expires_date: date
    text: str = ""
    file: BinaryIO | None = None
    file_name: str = ""


@transaction.atomic
def register_platform(name: str, hosts: list[str], *, by: User, at: datetime) -> HostPlatform:
    """A platform and its hosts, unproven. Reporters may, for otherwise their evidence had no place."""
    if not policy.can_propose_evidence(by):
        raise NotAllowed(_("您不能登记部署平台。"))
    name = _name(name)
    platform = HostPlatform.objects.create(name=name, created_by=by, created_at=at, changed_at=at)
    _give_hosts(platform, hosts)
    audit.record("standards.platform_registered", by=by, of=platform, detail={"name": name, "hosts": hosts}, at=at)
    return platform


@transaction.atomic
def correct_platform(platform: HostPlatform, name: str, hosts: list[str], *, by: User, at: datetime) -> HostPlatform:
    """Another name or other hosts; only an officer, for a host carries its platform's verdict to every link."""
    if not policy.can_manage_platforms(by):
        raise NotAllowed(_("您不能修改部署平台。"))
    platform = _locked(platform)
    before = {"name": platform.name, "hosts": [host.host for host in platform.hosts.all()]}
    platform.name = _name(name, but=platform)
    platform.changed_at = at
    platform.save()
    _give_hosts(platform, hosts)
    after = {"name": platform.name, "hosts": hosts}
    audit.record("standards.platform_corrected", by=by, of=platform, detail={"before": before, "after": after}, at=at)
    if before["hosts"] != sorted(hosts):
        events.platform_verified.send(HostPlatform, platform=platform, by=by, at=at)
    return platform


@transaction.atomic
def propose_evidence(platform: HostPlatform, evidence: Evidence, *, by: User, at: datetime) -> ProtectionEvidence:
    """Evidence of a platform's level, waiting for an officer's tick."""
    if not policy.can_propose_evidence(by):
        raise NotAllowed(_("您不能提交证明材料。"))
    platform = _locked(platform)
    content, kind = _paper(evidence)
    _claim(evidence, at)
    proposed = ProtectionEvidence(
        platform=platform, level=evidence.level, filing_number=evidence.filing_number.strip(),
        assessment_date=evidence.assessment_date, expires_date=evidence.expires_date, text=evidence.text.strip(),
        proposed_by=by, proposed_at=at,
    )  # fmt: skip
    if content:
        proposed.file_sha256 = hashlib.sha256(content).hexdigest()
        proposed.file_name = _file_name(evidence.file_name, kind)
        proposed.file.save(f"{uuid4().hex}.{kind}", ContentFile(content), save=False)
    proposed.save()
    detail = {"platform": platform.name, "level": evidence.level, "expires": evidence.expires_date.isoformat()}
    audit.record("standards.evidence_proposed", by=by, of=proposed, detail=detail, at=at)
    return proposed


@transaction.atomic
def accept_evidence(evidence: ProtectionEvidence, *, by: User, at: datetime) -> HostPlatform:
    """The officer's tick: the platform is proven, and with it every link to its hosts."""
    evidence = _undecided(evidence, by)
    platform = _locked(evidence.platform)
    _decide(evidence, EvidenceState.ACCEPTED, by=by, at=at)
    platform.level = evidence.level
    platform.filing_number = evidence.filing_number
    platform.assessment_date = evidence.assessment_date
    platform.expires_date = evidence.expires_date
    platform.verified_by, platform.verified_at, platform.changed_at = by, at, at
    platform.save()
    detail = {"platform": platform.name, "level": platform.level}
    audit.record("standards.evidence_accepted", by=by, of=evidence, detail=detail, at=at)
    events.platform_verified.send(HostPlatform, platform=platform, by=by, at=at)
    return platform


@transaction.atomic
def refuse_evidence(evidence: ProtectionEvidence, reason: str, *, by: User, at: datetime) -> ProtectionEvidence:
    """The evidence does not prove it, and why; the platform stays as it was."""
    evidence = _undecided(evidence, by)
    reason = reason.strip()
    if not reason:
        raise PlatformRefused(_("请写明不采信的原因。"), fields={"reason": _("请写明原因。")})
    evidence.reason = reason[:500]
    _decide(evidence, EvidenceState.REFUSED, by=by, at=at)
    audit.record("standards.evidence_refused", by=by, of=evidence, detail={"reason": evidence.reason}, at=at)
    return evidence


def _decide(evidence: ProtectionEvidence, state: EvidenceState, *, by: User, at: datetime) -> None:
    evidence.state, evidence.decided_by, evidence.decided_at = state, by, at
    evidence.save()


def _undecided(evidence: ProtectionEvidence, by: User) -> ProtectionEvidence:
    found = ProtectionEvidence.objects.select_for_update().get(pk=evidence.pk)
    if not policy.can_manage_platforms(by):
        raise NotAllowed(_("您不能核实证明材料。"))
    if found.state != EvidenceState.PROPOSED:
        raise EvidenceDecided(
            _("%(who)s 已经处理了这份材料（%(state)s）。")
            % {"who": found.decided_by, "state": found.get_state_display()}
        )
    return found


def _locked(platform: HostPlatform) -> HostPlatform:
    return HostPlatform.objects.select_for_update().get(pk=platform.pk)


def _name(name: str, *, but: HostPlatform | None = None) -> str:
    kept = " ".join(name.split())
    if not kept or len(kept) > 100 or not kept.isprintable():
        raise PlatformRefused(_("平台名称应是 1–100 个字。"), fields={"name": _("应是 1–100 个字。")})
    others = HostPlatform.objects.exclude(pk=but.pk) if but else HostPlatform.objects
    if others.filter(name=kept).exists():
        text = _("已经登记了「%(name)s」，请直接给它补充证明材料。") % {"name": kept}
        raise PlatformRefused(text, fields={"name": text})
    return kept


def _give_hosts(platform: HostPlatform, hosts: list[str]) -> None:
    wanted = {_host(host) for host in hosts if host.strip()}
    if not wanted or len(wanted) > MOST_HOSTS:
        text = _("请写出平台的域名，一行一个，不超过 %(most)s 个。") % {"most": MOST_HOSTS}
        raise HostUnfit(text, fields={"hosts": text})
    taken = HostName.objects.filter(host__in=wanted).exclude(platform=platform).select_related("platform").first()
    if taken is not None:
        text = _("域名 %(host)s 已登记在「%(name)s」名下。") % {"host": taken.host, "name": taken.platform.name}
        raise HostTaken(text, fields={"hosts": text})
    platform.hosts.exclude(host__in=wanted).delete()
    kept = set(platform.hosts.values_list("host", flat=True))
    HostName.objects.bulk_create(HostName(platform=platform, host=host) for host in sorted(wanted - kept))


def _host(host: str) -> str:
    """A host name from what people paste: an address, a star in front, a port behind."""
    text = host.strip().removeprefix("*.")
    text = text.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    try:
        found = ascii_host(text)
    except ValueError:
        message = _("「%(host)s」不是域名，应像 www.example.org 这样。") % {"host": host.strip()[:60]}
        raise HostUnfit(message, fields={"hosts": message}) from None
    if found in SHARED:
        message = _("「%(host)s」是公共后缀，不属于某一个平台，请写完整的域名。") % {"host": found}
        raise HostUnfit(message, fields={"hosts": message})
    return found


def _claim(evidence: Evidence, at: datetime) -> None:
    from django.utils import timezone

    today = timezone.localdate(at)
    if not 1 <= evidence.level <= 5:
        raise EvidenceUnfit(_("等级保护级别是一级到五级。"), fields={"level": _("请选择一级到五级。")})
    if not evidence.filing_number.strip() or len(evidence.filing_number.strip()) > 60:
        text = _("请写备案证明编号，不超过 60 个字。")
        raise EvidenceUnfit(text, fields={"filing_number": text})
    if evidence.assessment_date > today:
        raise EvidenceUnfit(_("测评日期在今天以后。"), fields={"assessment_date": _("在今天以后，请核对。")})
    if evidence.expires_date <= max(evidence.assessment_date, today):
        text = _("有效期应晚于今天和测评日期。")
        raise EvidenceUnfit(text, fields={"expires_date": text})


def _paper(evidence: Evidence) -> tuple[bytes, str]:
    """The paper's bytes and kind, told by its content; empty where only a text was given."""
    content = evidence.file.read(MOST_BYTES + 1) if evidence.file else b""
    if not content:
        if len(evidence.text.strip()) < 5:
            text = _("请上传证明材料，或用文字说明在哪里可以查到。")
            raise EvidenceUnfit(text, fields={"file": text})
        return b"", ""
    if len(content) > MOST_BYTES:
        text = _("文件超过 %(most)s MB，请压缩后再上传。") % {"most": MOST_BYTES >> 20}
        raise EvidenceUnfit(text, fields={"file": text})
    kind = next((kind for start, kind in _beginnings.items() if content.startswith(start)), None)
    if kind is None:
        text = _("只接受 PDF、JPG 或 PNG；这个文件的内容不是其中一种。")
        raise EvidenceUnfit(text, fields={"file": text})
    return content, kind


def _file_name(name: str, kind: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())[:180]
    return plain if plain.lower().endswith(f".{kind}") else f"{plain or _('证明材料')}.{kind}"

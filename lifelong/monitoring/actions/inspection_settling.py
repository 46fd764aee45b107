"""After the looks: letters to institutions, one each; hiding what is over its period, unless that would be too many at once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import Role, User
from lifelong.accounts.queries import holders_of
from lifelong.catalogue.lifecycle import ReportKind
from lifelong.catalogue.models import Report
from lifelong.institutions.models import Mandate
from lifelong.monitoring import policy
from lifelong.monitoring.actions import inspection_findings
from lifelong.monitoring.actions.inspection_findings import AlreadyEnded, MayNotDecide, NoReason, hide, move
from lifelong.monitoring.lifecycle import OPEN_FINDINGS, FindingState
from lifelong.monitoring.models import InspectionBrake, InspectionFinding
from lifelong.monitoring.queries.inspection import rules
from lifelong.monitoring.queries.inspection_turns import limits
from lifelong.monitoring.troubles import Rule
from lifelong.notices import send
from lifelong.resources.lifecycle import Verb
from lifelong.web.refusals import Refusal
from lifelong.web.templatetags.web import moment

IN_A_LETTER = 30
MOST_NOTED = 300
A_DAY = timedelta(days=1)


class NotAboutAResource(Refusal):
    code = "report_names_no_resource"


def settle(*, at: datetime) -> dict[str, int]:
    """Each part is a transaction of its own and may be repeated."""
    told = tell(at=at)
    return {"told": told, "hidden": hide_overdue(at=at)}


@transaction.atomic
def tell(*, at: datetime) -> int:
    """CONFIRMED → NOTICED: what, where, until when, how to mend; one letter for each institution."""
    found = InspectionFinding.objects.select_for_update(of=("self",)).filter(state=FindingState.CONFIRMED)
    by_institution: dict[int, list[InspectionFinding]] = {}
    known = rules()
    for finding in found.select_related("resource__institution", "resource__online_version").order_by("pk"):
        rule = known[finding.trouble]
        finding.noticed_at, finding.due_at = at, at + timedelta(days=rule.cure_days)
        at_once = rule.hides and rule.cure_days == 0
        finding.over_at = at if at_once else None
        finding.save(update_fields=["noticed_at", "due_at", "over_at"])
        move(finding, FindingState.NOTICED, at=at)
        inspection_findings.note_step(finding, Verb.TROUBLE_NOTICED, at=at)
        by_institution.setdefault(finding.resource.institution_id, []).append(finding)
    for institution, some in by_institution.items():
        mandates = Mandate.objects.open_at(at).filter(institution=institution).select_related("user")
        _write([mandate.user for mandate in mandates], some, known, at=at)
    everything = [finding for some in by_institution.values() for finding in some]
    if everything:
        _write(holders_of(Role.OPERATOR, at=at), everything, known, at=at)
    return len(everything)


def _write(to: Iterable[User], findings: list[InspectionFinding], known: dict[str, Rule], *, at: datetime) -> None:
    lines = [_line(finding, known[finding.trouble]) for finding in findings[:IN_A_LETTER]]
    if len(findings) > IN_A_LETTER:
        lines.append(_("另有 %(n)s 项，请到平台查看。") % {"n": len(findings) - IN_A_LETTER})
    url = inspection_findings.address_of(findings[0]) if len(findings) == 1 else reverse("inspection")
    subject = _("定期检查发现 %(n)s 个问题，请查看") % {"n": len(findings)}
    send(to, subject=subject, text="\n\n".join(lines), url=url, kind="monitoring.inspection", at=at)


def _line(finding: InspectionFinding, rule: Rule) -> str:
    version = finding.resource.online_version
    if not rule.hides:
        until = _("请于 %(day)s 前处理，不会自动下架。")
    elif rule.cure_days:
        until = _("请于 %(day)s 前修好，到期仍有问题将自动下架。")
    else:
        until = _("问题严重，立即自动下架；修好后自动恢复。")
    return "\n".join(
        [
            f"《{version.title if version else ''}》（{finding.resource.resource_id}）",
            _("问题：%(title)s。%(note)s") % {"title": finding.title, "note": finding.note},
            until % {"day": moment(finding.due_at)} if "%(day)s" in until else until,
            _("办法：%(how)s") % {"how": finding.remedy},
        ]
    )


def hide_overdue(*, at: datetime) -> int:
    """NOTICED → HIDDEN for what a fresh look after its period found uncured, as long as it is few; else a person decides."""
    known, bounds = rules(), limits()
    # what people reported and nobody says is mended: no machine looks, the operator has
    told = InspectionFinding.objects.filter(state=FindingState.NOTICED, report__isnull=False, over_at__isnull=True)
    told.filter(due_at__lte=at, asked_at__isnull=True).update(over_at=at)
    waiting = InspectionFinding.objects.filter(
        state=FindingState.NOTICED, over_at__lte=at, brake__isnull=True
    ).select_related("resource")
    over = [finding for finding in waiting.order_by("over_at", "pk") if known[finding.trouble].hides]
    decided = [finding for finding in over if finding.released]
    crowded = crowded_hosts(bounds["hidden_of_host"])
    for host in sorted(crowded):
        stop(host, [finding for finding in over if finding.host == host and not finding.released], at=at)
    rest = [finding for finding in over if finding.host not in crowded and not finding.released]
    today = InspectionFinding.objects.filter(hidden_at__gt=at - A_DAY, hidden_at__lte=at, released=False).count()
    if len(rest) > bounds["hidden_in_a_day"] - today:
        stop("", rest, at=at)
        rest = []
    return sum(_hide_one(finding, at=at) for finding in decided + rest)


def crowded_hosts(most: int) -> set[str]:
    """Where more is broken than that, hidden or on its way there: a site that is down, not so many bad links."""
    told = InspectionFinding.objects.filter(
        state__in=[FindingState.NOTICED, FindingState.HIDDEN], released=False
    ).exclude(host="")
    return {host for host, n in Counter(told.values_list("host", flat=True)).items() if n > most}


@transaction.atomic
def _hide_one(finding: InspectionFinding, *, at: datetime) -> bool:
    locked = InspectionFinding.objects.select_for_update(of=("self",)).select_related("resource").get(pk=finding.pk)
    if locked.state != FindingState.NOTICED or locked.over_at is None:
        return False  # cured, extended or dismissed a moment ago
    return hide(locked, at=at)


@transaction.atomic
def stop(host: str, findings: Iterable[InspectionFinding], *, at: datetime) -> InspectionBrake | None:
    """刹车: nothing of these is hidden until the operator has decided; told once."""
    held = [finding.pk for finding in findings]
    if not held:
        return None
    brake, made = InspectionBrake.objects.get_or_create(
        host=host, ended_at=None, defaults={"count": len(held), "began_at": at}
    )
    if not made:
        brake.count += len(held)
        brake.save(update_fields=["count"])
    InspectionFinding.objects.filter(pk__in=held, state=FindingState.NOTICED).update(brake=brake)
    if made:
        audit.record("monitoring.brake_pulled", of=brake, at=at, detail={"host": host, "count": len(held)})
        where = _("网站 %(host)s 的") % {"host": host} if host else ""
        send(
            holders_of(Role.OPERATOR, at=at), subject=_("自动下架已停下：%(where)s%(n)s 项资源等您决定") % {"where": where, "n": len(held)},
            text=_("一次要下架的资源太多，可能是网站整体故障或本平台网络故障，系统没有下架其中任何一项。请核实后放行、延期或排除。"),
            url=reverse("inspection"), kind="monitoring.brake", at=at,
        )  # fmt: skip
    return brake


@transaction.atomic
def decide_brake(brake: InspectionBrake, *, release: bool, reason: str, by: User, at: datetime) -> int:
    """放行: all of them are hidden now. Otherwise none is, and each gets a week more. How many findings it was about."""
    if not policy.can_manage(by):
        raise MayNotDecide(_("由平台运营决定。"))
    if len(reason.strip()) < 2:
        raise NoReason(_("请写明原因。"), fields={"reason": _("请写明原因。")})
    locked = InspectionBrake.objects.select_for_update().get(pk=brake.pk)
    if locked.ended_at is not None:
        raise AlreadyEnded(_("已有人决定过，请刷新页面查看。"))
    held = list(locked.findings.filter(state=FindingState.NOTICED).select_related("resource"))
    locked.ended_at, locked.ended_by, locked.decision = at, by, reason.strip()[:500]
    locked.save(update_fields=["ended_at", "ended_by", "decision"])
    if release:
        told = InspectionFinding.objects.filter(state=FindingState.NOTICED)
        told.filter(Q(brake=locked) | (Q(host=locked.host) if locked.host else Q(pk=None))).update(
            brake=None, released=True
        )  # also what has its period still before it: of this host all is decided
        for finding in held:
            finding.brake, finding.released = None, True
            hide(finding, at=at)
    else:
        InspectionFinding.objects.filter(pk__in=[finding.pk for finding in held]).update(
            brake=None, over_at=None, due_at=at + timedelta(days=7)
        )
    detail = {"host": locked.host, "count": len(held), "release": release, "why": locked.decision}
    audit.record("monitoring.brake_decided", by=by, of=locked, at=at, detail=detail)
    return len(held)


@transaction.atomic
def confirm_report(report: Report, *, note: str, by: User, at: datetime) -> InspectionFinding:
    """属实: the operator has looked; what is harmful goes at once, the rest has its period.

    ``note``: what the operator found, for the institution: the reporter's own words stay between the two.
    """
    if not policy.can_manage(by):
        raise MayNotDecide(_("由平台运营核实。"))
    locked = Report.objects.select_for_update(of=("self",)).select_related("resource").get(pk=report.pk)
    if locked.resource is None:
        raise NotAboutAResource(_("这件反馈没有说是哪项资源，不能转为检查问题，请直接答复。"))
    known = InspectionFinding.objects.filter(report=locked).first()
    if known is not None:
        return known
    if not 2 <= len(note.strip()) <= MOST_NOTED:
        words = _("请用一两句话写明核实到什么，最多 %(n)s 字，单位会看到。") % {"n": MOST_NOTED}
        raise NoReason(words, fields={"note": words})
    finding = InspectionFinding.objects.create(
        resource=locked.resource, report=locked, note=note.strip(), trouble=f"told_{ReportKind(locked.kind).value}",
        state=FindingState.SUSPECTED, found_at=locked.created_at, second_at=at, released=True,
    )  # fmt: skip
    move(finding, FindingState.CONFIRMED, by=by, at=at)
    tell(at=at)
    finding.refresh_from_db()
    if finding.over_at is not None and finding.state in OPEN_FINDINGS:
        hide(finding, at=at)
    return finding

"""The register of host platforms."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from lifelong.standards.models import EvidenceState, HostName, HostPlatform, ProtectionEvidence
from lifelong.standards.platforms import SOON, Platform, Register, candidates


def platform_for(host: str) -> HostPlatform | None:
    """The platform that a host belongs to, by the longest registered name; ``None`` if none is."""
    names = candidates(host)
    found = {row.host: row.platform for row in HostName.objects.filter(host__in=names).select_related("platform")}
    return next((found[name] for name in names if name in found), None)


def register() -> Register:
    """The whole register in memory, for a sheet of ten thousand links or a file for ``precheck``: two queries."""
    return Register(
        Platform(
            name=row.name,
            hosts=tuple(host.host for host in row.hosts.all()),
            level=row.level,
            filing_number=row.filing_number,
            assessment_date=row.assessment_date,
            expires_date=row.expires_date,
        )
        for row in HostPlatform.objects.prefetch_related("hosts").order_by("name")
    )


def platforms(*, search: str = "", state: str = "", today: date) -> QuerySet[HostPlatform]:
    """For the list page. ``state``: unproven | low | expired | expiring | proven | waiting."""
    found = HostPlatform.objects.prefetch_related("hosts").annotate(
        waiting=Count("evidence", filter=Q(evidence__state=EvidenceState.PROPOSED))
    )
    if search:
        by_host = HostName.objects.filter(host__icontains=search.lower()).values("platform")
        found = found.filter(Q(name__icontains=search) | Q(pk__in=by_host))
    expired, soon = Q(expires_date__lt=today), Q(expires_date__range=(today, today + SOON))
    wanted = {
        "unproven": Q(level__isnull=True),
        "low": Q(level__lt=3),
        "expired": Q(level__gte=3) & expired,
        "expiring": Q(level__gte=3) & soon,
        "proven": Q(level__gte=3) & ~expired,
        "waiting": Q(waiting__gt=0),
    }
    return (found.filter(wanted[state]) if state in wanted else found).order_by("name", "pk")


def waiting_evidence() -> int:
    return ProtectionEvidence.objects.filter(state=EvidenceState.PROPOSED).count()


def expiring(today: date) -> QuerySet[HostPlatform]:
    """Proven platforms whose proof runs out within a month or has just done so."""
    return HostPlatform.objects.filter(level__gte=3, expires_date__range=(today - SOON, today + SOON)).order_by(
        "expires_date"
    )

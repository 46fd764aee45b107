"""What the word lists find in what is online: the operator's list."""

from django.db.models import F, Q, QuerySet

from lifelong.resources.lifecycle import Availability
from lifelong.resources.models import Round, ScreeningHit


def hits_online(*, severity: str = "", words: str = "") -> QuerySet[ScreeningHit]:
    """In the newest round of every online version, blocking ones first; ``words`` of the hit, its category or the title."""
    online = Round.objects.filter(
        version=F("version__resource__online_version"), version__resource__availability=Availability.ONLINE
    )
    found = ScreeningHit.objects.filter(
        round__in=online.exclude(version__rounds__number__gt=F("number")).values("pk")
    ).select_related("round__version__resource__institution", "clearance")
    if severity:
        found = found.filter(severity=severity)
    if words:
        found = found.filter(
            Q(word__icontains=words) | Q(category__icontains=words) | Q(round__version__title__icontains=words)
        )
    return found.order_by("severity", "-round", "pk")  # block before look

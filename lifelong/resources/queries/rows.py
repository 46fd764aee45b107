"""What a sheet needs to know of the drafts that are there: which row is which draft, and whether it changed."""

from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version

KEY_LENGTH = 300
ENDED = [State.WITHDRAWN, State.REFUSED, State.SUPERSEDED]


def version_of_row(institution: Institution, key: str, *, own_number: str = "") -> Version | None:
    """The living version that a row speaks of, deleted drafts included; its newest one where there are several."""
    own = Version.objects.filter(resource__institution=institution).select_related("resource__institution")
    if own_number:
        return own.filter(resource__own_number=own_number).order_by("-number").first()
    return own.filter(row_key=key).exclude(state__in=ENDED).order_by("-number", "-pk").first()


def known_rows(institution: Institution) -> dict[str, str]:
    """``identity`` → ``digest`` of every row that was brought in and is still there: what ``check_sheet`` calls known."""
    rows = Version.objects.filter(resource__institution=institution, deleted_at__isnull=True).exclude(row_key="")
    return dict(rows.exclude(state__in=ENDED).order_by("number", "pk").values_list("row_key", "row_digest"))

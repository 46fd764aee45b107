"""Which signature covers a version as it stands."""

from lifelong.resources.models import Signature, Version
from lifelong.resources.queries.freezing import fingerprint

REMEMBERED = 50  # an institution's signatures looked through for one that covers


def covers(signature: Signature, version: Version) -> bool:
    """Whether it was given for this version as it stands now; a change after signing wants a new signature."""
    line = next((line for line in signature.listed if line["resource_id"] == version.resource.resource_id), None)
    return line is not None and line["version"] == version.number and line["fingerprint"] == fingerprint(version)


def answered_no(signature: Signature) -> list[dict[str, str]]:
    return [item for item in signature.answers if not item["answer"]]


def signature_of(version: Version) -> Signature | None:
    """The newest signature of the institution that covers the version as it stands."""
    recent = (
        Signature.objects.filter(institution=version.resource.institution_id)
        .select_related("signed_by")
        .order_by("-signed_at", "-id")[:REMEMBERED]
    )
    return next((signature for signature in recent if covers(signature, version)), None)

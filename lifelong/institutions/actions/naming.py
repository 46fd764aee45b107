"""Institutions that an old library names by a code nobody here knew: made so that its resources have an owner."""

from lifelong import audit
from lifelong.institutions.models import Institution


def known_or_made(code: str, *, name: str = "", region: str | None = None) -> Institution:
    """The institution with this code; where there is none it is made with the code as its name and the given region."""
    institution, made = Institution.objects.get_or_create(
        code=code, defaults={"name": (name or code)[:100], "region_id": region}
    )
    if made:
        audit.record("institutions.made_by_load", of=institution, detail={"code": code})
    return institution

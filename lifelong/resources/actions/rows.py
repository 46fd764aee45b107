"""One row of a sheet becomes a draft, or the draft that it became before; the same row again changes nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.actions import drafts
from lifelong.resources.actions.steps import remember
from lifelong.resources.actions.values import TYPED
from lifelong.resources.lifecycle import EDITABLE, State, Verb
from lifelong.resources.models import Origin, Version
from lifelong.resources.queries.rows import KEY_LENGTH, version_of_row
from lifelong.standards.metadata import digest, identity

Outcome = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class SavedRow:
    version: Version
    outcome: Outcome


@transaction.atomic
def save_row(
    *,
    institution: Institution,
    values: Mapping[str, Any],
    by: User,
    at: datetime,
    columns: Collection[str] = (),
) -> SavedRow:
    """``values`` are those that the validator found right (``Result.values``), ``files`` among them.

    The draft is found by 本单位编号, else by title, type, series and order (``standards.metadata.identity``). A column of
    ``columns`` that has no value empties its field; other fields stay. A deleted draft comes back. A row that was brought
    in like this before changes nothing, whatever was edited on the page since. Raises ``drafts.NotEditable`` where the
    resource is under review or decided, ``NotAllowed``.
    """
    Institution.objects.select_for_update(of=("self",)).get(pk=institution.pk)  # two imports at once make no doubles
    key, mark = identity(values)[:KEY_LENGTH], digest(values)
    version = version_of_row(institution, key, own_number=str(values.get("own_number", "")))
    given = {name: "" for name in columns if name in TYPED} | {n: v for n, v in values.items() if n in TYPED}
    if version is None:
        version = drafts.create_draft(
            institution=institution, by=by, at=at, values=given, origin=Origin.SHEET, verb=Verb.IMPORTED
        )
        outcome: Outcome = "created"
    else:
        version = drafts.lock(version)
        if version.state not in EDITABLE:
            text = _("《%(title)s》目前为“%(state)s”，不能再由表格修改。")
            raise drafts.NotEditable(text % {"title": version.title, "state": State(version.state).label})
        if version.row_digest == mark and version.deleted_at is None:
            return SavedRow(version, "unchanged")
        version, outcome = _update(version, given, by=by, at=at), "updated"
    version.own_files = str(values.get("files", version.own_files))
    version.row_key, version.row_digest = key, mark
    version.save(update_fields=["own_files", "row_key", "row_digest"])
    return SavedRow(version, outcome)


def _update(version: Version, given: Mapping[str, Any], *, by: User, at: datetime) -> Version:
    if version.deleted_at is not None:
        version = drafts.restore_draft(version, by=by, at=at)
    version = drafts.save_draft(version, values=given, revision=version.revision, by=by, at=at)
    remember(version, verb=Verb.IMPORTED, by=by, at=at)
    return version

"""A whole import taken back: drafts it made go to the trash, drafts it changed get their former content again.

What somebody has worked on since, or handed in, is left alone and counted.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.resources import policy
from lifelong.resources.actions import drafts
from lifelong.resources.models import ImportRun, Version
from lifelong.resources.queries.sheet_plan import Tell, silent

CHUNK = 100
MARKS = ("row_key", "row_digest", "own_files")


def before(version: Version, values: dict[str, Any]) -> dict[str, Any]:
    """What an import is about to overwrite; ``values`` as typed."""
    marks = {name: getattr(version, name) for name in MARKS}
    return {"values": values, "marks": marks, "deleted": version.deleted_at is not None}


def take_back(run: ImportRun, *, by: User, at: datetime, tell: Tell = silent) -> dict[str, int]:
    """How many were ``undone``, and how many stay because they were ``changed`` or ``handed_in`` since.

    A hundred in a transaction; repeated after a kill it does the rest.
    """
    keys = list(Version.objects.filter(import_run=run).order_by("pk").values_list("pk", flat=True))
    found: Counter[str] = Counter(undone=run.report.get("undone", {}).get("undone", 0), changed=0, handed_in=0)
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic():
            for key in keys[start : start + CHUNK]:
                found[_take_back(Version(pk=key), run, by=by, at=at)] += 1
            run.report["undone"] = {
                "undone": found["undone"],
                "changed": found["changed"],
                "handed_in": found["handed_in"],
            }
            run.save(update_fields=["report"])
        tell(_("撤销导入"), min(start + CHUNK, len(keys)), len(keys))
    said = {"undone": found["undone"], "changed": found["changed"], "handed_in": found["handed_in"]}
    run.report["undone"] = said
    run.save(update_fields=["report"])
    audit.record("resources.sheet_undone", by=by, of=run, at=at, detail=said)
    return said


def _take_back(version: Version, run: ImportRun, *, by: User, at: datetime) -> str:
    version = drafts.lock(version)
    if version.import_run_id != run.pk or version.revision != version.import_revision:
        return "changed"
    was = version.before_import
    if not policy.can_edit(by, version) or (was is None and not policy.can_delete(by, version)):
        return "changed" if version.deleted_at else "handed_in"
    if was is not None:
        version = drafts.save_draft(version, values=was["values"], revision=version.revision, by=by, at=at, orders={})
        for name in MARKS:
            setattr(version, name, was["marks"][name])
    version.import_run, version.before_import = None, None
    version.save(update_fields=["import_run", "before_import", *MARKS])
    if was is None or was["deleted"]:
        drafts.delete_draft(version, by=by, at=at)
    return "undone"

"""统一填写: one field of many drafts at once; shown beforehand, done, and undone as long as nobody typed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.resources import policy
from lifelong.resources.actions.drafts import save_draft
from lifelong.resources.actions.values import as_typed
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Fill, Version
from lifelong.resources.queries.judging import context_for, orders_taken
from lifelong.resources.queries.missing import prepared
from lifelong.standards.metadata import validate
from lifelong.standards.queries import metadata_context
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


@dataclass(frozen=True)
class Change:
    """What becomes of one draft; ``why`` says why its field is left as it is."""

    version: Version
    before: str
    after: str
    why: str = ""


class NothingToUndo(Conflict):
    code = "nothing_to_undo"


def plan(versions: list[Version], *, field: str, value: str, by: User, at: datetime) -> list[Change]:
    """What filling would do, nothing written. ``versions`` come ``prepared``: a constant number of queries."""
    orders = orders_taken(version.resource.institution_id for version in versions)
    base = metadata_context("draft", today=timezone.localdate(at))
    changes = []
    for version in versions:
        typed = as_typed(version)
        before = str(typed.get(field, ""))
        why = ""
        if not policy.can_edit(by, version):
            why = _("目前为“%(state)s”，不能修改。") % {"state": State(version.state).label}
        elif before == value:
            why = _("已经是这个内容。")
        else:
            context = context_for(version, stage="draft", at=at, orders=orders, base=base)
            wrong = [problem.message for problem in validate({**typed, field: value}, context=context).errors
                     if problem.field == field]  # fmt: skip
            why = "；".join(wrong)
        changes.append(Change(version, before, before if why else value, why))
    return changes


@transaction.atomic
def fill(
    versions: list[Version], *, field: str, value: str, revisions: Mapping[int, int], by: User, at: datetime
) -> tuple[Fill, list[Change]]:
    """Do what was shown: each draft at the revision it was shown at (``revisions`` by primary key), the others left."""
    lines, left = [], []
    for change in plan(versions, field=field, value=value, by=by, at=at):
        version = change.version
        if change.why:
            left.append(change)
            continue
        try:
            saved = save_draft(version, values={field: value}, revision=revisions.get(version.pk, 0), by=by, at=at)
        except Refusal as refusal:
            left.append(Change(version, change.before, change.before, str(refusal)))
            continue
        lines.append({"version": saved.pk, "before": change.before, "revision": saved.revision})
    made = Fill.objects.create(by=by, at=at, field=field, value=value, lines=lines)
    audit.record("resources.filled", by=by, of=made, at=at, detail={"field": field, "versions": len(lines)})
    return made, left


@transaction.atomic
def undo(made: Fill, *, by: User, at: datetime) -> list[Change]:
    """Put back what stood there, where nobody has saved since; the others come back with the reason."""
    made = Fill.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if made.by_id != by.pk:
        raise NotAllowed(_("统一填写由填写的人撤销。"))
    if made.undone_at or not made.lines:
        raise NothingToUndo(_("这次统一填写已经撤销。"))
    kept = {
        version.pk: version for version in prepared(Version.objects.filter(pk__in=[x["version"] for x in made.lines]))
    }
    left = []
    for line in made.lines:
        version = kept.get(line["version"])
        if version is None:
            continue
        try:
            save_draft(version, values={made.field: line["before"]}, revision=line["revision"], by=by, at=at)
        except Refusal as refusal:
            left.append(Change(version, made.value, made.value, str(refusal)))
    made.undone_at = at
    made.save(update_fields=["undone_at"])
    audit.record("resources.fill_undone", by=by, of=made, at=at, detail={"field": made.field, "left": len(left)})
    return left

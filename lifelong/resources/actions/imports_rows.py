"""Rows of a sheet become drafts, a hundred in a transaction: a kill leaves whole rows, and the same sheet again the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.resources import policy
from lifelong.resources.actions import drafts
from lifelong.resources.actions.findings import FACTS
from lifelong.resources.actions.imports_undo import before
from lifelong.resources.actions.loading import series_of
from lifelong.resources.actions.steps import remember
from lifelong.resources.actions.values import TYPED, as_typed, write
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import State, Verb
from lifelong.resources.models import KEY_LENGTH, Finding, ImportRun, Origin, Resource, Step, Version
from lifelong.resources.queries.sheet_plan import PlannedRow, Tell, locked, silent
from lifelong.resources.queries.shelf import Held, Shelf
from lifelong.standards import technical
from lifelong.standards.metadata import Context, identity, standard, validate
from lifelong.standards.metadata.problem import error
from lifelong.standards.models import CategoryNode
from lifelong.standards.platforms import protection_finding
from lifelong.standards.queries import metadata_context, platform_for
from lifelong.web.refusals import NotAllowed, Refusal

CHUNK = 100
OF_RUN = ("import_run", "import_revision", "before_import")
TRIES = 3


class RowWriter:
    """Writes planned rows; afterwards each has its ``version``, or says why it was left."""

    def __init__(
        self, institution: Institution, *, columns: frozenset[str], call: Call | None, by: User, at: datetime,
        run: ImportRun | None = None,
    ) -> None:  # fmt: skip
        self.institution, self.call, self.by, self.at, self.run = institution, call, by, at, run
        # a cell left empty empties its field; a number, once given, is not taken away by a sheet that leaves it out
        self.blank = {name: "" for name in columns if name in TYPED and name != "own_number"}
        self._base: Context = metadata_context("draft", today=timezone.localdate(at))
        self._nodes = {node.code: node for node in CategoryNode.objects.all()}
        self._protection: dict[str, dict[str, Any]] = {}

    def write(self, rows: Sequence[PlannedRow], *, tell: Tell = silent) -> None:
        """Raises ``NotAllowed`` where the person does not report for the institution (any more)."""
        waiting = [row for row in rows if row.status == "accepted"]
        for start in range(0, len(waiting), CHUNK):
            self._chunk(waiting[start : start + CHUNK])
            tell(_("写入草稿"), min(start + CHUNK, len(waiting)), len(waiting))

    def _chunk(self, rows: list[PlannedRow]) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic():
                    self._write(rows)
            except IntegrityError:  # a page gave the same number in this moment: look again
                if attempt == TRIES:
                    raise
            else:
                return

    def _write(self, rows: list[PlannedRow]) -> None:
        # one import of an institution at a time, or two that run at once would both make the same draft
        Institution.objects.select_for_update().get(pk=self.institution.pk)
        if not policy.can_create(self.by, self.institution):
            raise NotAllowed(_("只有本单位的报送工作负责人可以导入资源。"))
        shelf = Shelf(
            self.institution,
            keys=[identity(row.values)[:KEY_LENGTH] for row in rows],
            numbers=[row.values["own_number"] for row in rows if "own_number" in row.values],
            resources=[row.held.resource for row in rows if row.held],
        )
        fresh = []
        for row in rows:
            held = shelf.held.get(row.held.resource) if row.held else shelf.exactly(row.values)
            if held is None:
                fresh.append(row)
            else:
                self._renew(row, held)
        self._create(fresh)

    def _renew(self, row: PlannedRow, held: Held) -> None:
        """Into the draft that is there; fields whose column the sheet does not have stay."""
        row.version = held.version
        if held.kept(row.digest):
            row.status = "unchanged"
            return
        if not held.editable:
            row.reject(locked(row, held))
            return
        try:
            with transaction.atomic():
                self._save(row, drafts.lock(Version(pk=held.version)))
        except Refusal as refusal:
            found = row.values.get("title", "")
            row.reject(error(standard().field("title"), "refused", str(refusal), found=found, wanted="", example=""))

    def _save(self, row: PlannedRow, version: Version) -> None:
        by, at = self.by, self.at
        was = before(version, as_typed(version))
        if version.deleted_at is not None:
            version = drafts.restore_draft(version, by=by, at=at)
        given = self.blank | {name: value for name, value in row.values.items() if name in TYPED}
        version = drafts.save_draft(version, values=given, revision=version.revision, by=by, at=at, orders={})
        self._mark(version, row)
        version.before_import = was if self.run else None
        version.save(update_fields=["own_files", "row_key", "row_digest", "call", *OF_RUN])
        remember(version, verb=Verb.IMPORTED, by=by, at=at)

    def _mark(self, version: Version, row: PlannedRow) -> None:
        version.own_files = row.values.get("files", version.own_files)
        version.row_key, version.row_digest = identity(row.values)[:KEY_LENGTH], row.digest
        version.call = version.call or self.call
        version.import_run, version.import_revision = self.run, version.revision if self.run else 0

    def _create(self, rows: list[PlannedRow]) -> None:
        """New ones in bulk: the same writes as ``drafts.create_draft``, a hundredth of the statements."""
        if not rows:
            return
        resources = Resource.objects.bulk_create(
            Resource(
                resource_id=new_id(), institution=self.institution, created_at=self.at,
                own_number=row.values.get("own_number", ""),
            )
            for row in rows
        )  # fmt: skip
        titles = {(self.institution.pk, row.values["series"]) for row in rows if "series" in row.values}
        kept = series_of(titles, at=self.at) if titles else {}
        versions = Version.objects.bulk_create(
            [self._draft(row, resource, kept) for row, resource in zip(rows, resources, strict=True)]
        )
        same = {"verb": Verb.IMPORTED.value, "to_state": State.DRAFT.value, "by": self.by, "at": self.at}
        Step.objects.bulk_create(Step(version=version, **same) for version in versions)
        Finding.objects.bulk_create(self._finding(version) for version in versions if version.link)
        for row, version in zip(rows, versions, strict=True):
            row.version = version.pk
            audit.record(f"resources.{Verb.IMPORTED}", by=self.by, of=version, at=self.at, detail={"to": "draft"})

    def _draft(self, row: PlannedRow, resource: Resource, kept: dict[tuple[int, str], int]) -> Version:
        by, at = self.by, self.at
        version = Version(
            resource=resource, origin=Origin.SHEET, created_by=by, created_at=at, saved_by=by, saved_at=at, state_at=at
        )
        self._mark(version, row)
        given = {name: value for name, value in row.values.items() if name in TYPED}
        write(version, validate(given, context=self._base), given, nodes=self._nodes)
        version.series_id = kept.get((self.institution.pk, row.values.get("series", "")))
        return version

    def _finding(self, version: Version) -> Finding:
        """``link.protection`` from the register, asked once per host."""
        host = urlsplit(version.link).hostname or ""
        if host not in self._protection:
            verdict = protection_finding(platform_for(host), timezone.localdate(self.at))
            facts = {name: getattr(verdict, name) for name in FACTS} | {"rule": verdict.id}
            facts |= {name: facts[name][:300] for name in ("required", "measured")}
            self._protection[host] = facts | {"standard": technical.packaged().version, "judged_at": self.at}
        return Finding(version=version, **self._protection[host])

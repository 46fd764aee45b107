"""A file made from another: asked for, and taken in when it is there."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media import content_types, queries, storage
from lifelong.media.actions.probing import record_facts
from lifelong.media.actions.uploads import check_disk, check_quota
from lifelong.media.lifecycle import FileKind, Urgency
from lifelong.media.models import MediaFile, Repair
from lifelong.media.probe.facts import Facts
from lifelong.media.repair import Recipe, program
from lifelong.web.refusals import Refusal


class BeingRepaired(Refusal):
    code = "repair.under_way"


@transaction.atomic
def begin_repair(original: MediaFile, *, recipe: Recipe, purpose: str, task: str, by: User, at: datetime) -> Repair:
    """Puts the work into the queue: ``task`` is called with the repair's id.

    Raises ``BeingRepaired``, ``QuotaUsedUp``, ``DiskFull``.
    """
    original = MediaFile.objects.select_for_update().get(pk=original.pk)
    if queries.running_repair(original) is not None:
        raise BeingRepaired(_("文件“%(name)s”正在修复，请等它完成。") % {"name": original.original_name})
    institution = Institution.objects.select_for_update().get(pk=original.institution_id)
    check_quota(institution, original.size)
    check_disk(original.size)
    repair = Repair.objects.create(
        original=original, recipe=recipe.to_json(), purpose=purpose, asked_by=by, asked_at=at
    )
    repair.job_id = jobs.enqueue(task, repair.pk, owner=by, priority=Urgency.ASKED, party=original.institution_id).id
    repair.save(update_fields=["job_id"])
    audit.record("media.repair_asked", by=by, at=at, of=original, detail={"recipe": recipe.kind})
    return repair


def finish_repair(repair: Repair, made: Path, *, facts: Facts, at: datetime) -> Repair:
    """Keeps what was made, as a file of its own beside the original, measured. Safe to repeat and to be killed."""
    sha256 = storage.hash_of(made)
    path = storage.original_path(sha256)
    storage.settle(made)
    storage.place(made, storage.files() / path)  # before the transaction: a copy may take minutes
    with transaction.atomic():
        repair = Repair.objects.select_for_update(of=("self",)).select_related("original").get(pk=repair.pk)
        if repair.repaired_id is not None:
            return repair
        original = repair.original
        institution = Institution.objects.select_for_update().get(pk=original.institution_id)
        check_quota(institution, made.stat().st_size)
        file = MediaFile.objects.create(
            institution=institution, kind=FileKind.MEDIA, original_name=original.original_name,
            size=made.stat().st_size, sha256=sha256, path=path, created_at=at, created_by=repair.asked_by,
            content_type=content_types.of_file(storage.files() / path),
        )  # fmt: skip
        repair.repaired, repair.program, repair.finished_at = file, program(), at
        repair.save(update_fields=["repaired", "program", "finished_at"])
        detail = {"recipe": repair.recipe["kind"], "original": original.sha256, "sha256": sha256, "by": repair.program}
        audit.record("media.file_repaired", by=repair.asked_by, at=at, of=file, detail=detail)
        record_facts(file, facts=facts.to_json(), readable=facts.readable, at=at)
    return repair

"""修复: one press makes a file that keeps the standard where nothing must be invented for it; the original stays, and comes back
with one press."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.jobs import GiveUp
from lifelong.media import actions as media
from lifelong.media.models import MediaFile, Repair
from lifelong.media.probe.facts import Facts
from lifelong.media.repair import Recipe
from lifelong.resources.actions.drafts import lock
from lifelong.resources.actions.files import editable, entry_of, refresh
from lifelong.resources.actions.releasing import release
from lifelong.resources.lifecycle import EDITABLE
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.judging import facts_of, whole_of
from lifelong.resources.queries.missing import purpose_of, version_of
from lifelong.standards import technical
from lifelong.standards.technical.repairing import repair_of
from lifelong.web.refusals import Refusal

TASK = "lifelong.resources.tasks.repair"
LENGTH_LEFT_S, LENGTH_LEFT_SHARE = 1.0, 0.005  # a repaired file is as long as its original


class NotRepairable(Refusal):
    code = "not_repairable"
    status = 422


@transaction.atomic
def begin(version: Version, *, entry_id: int, by: User, at: datetime) -> Repair:
    """Raises ``NotRepairable``, ``NotEditable``, ``NotAllowed`` and what ``media.begin_repair`` raises."""
    locked = editable(version, by)
    file = entry_of(locked, entry_id).media_file
    facts = facts_of(file)
    found = facts and repair_of(facts, technical.packaged(), whole=whole_of(file))
    if not found or found.recipe is None:
        text = found.why_not if found else _("文件“%(name)s”没有平台能修复的问题。") % {"name": file.original_name}
        raise NotRepairable(text)
    return media.begin_repair(file, recipe=found.recipe, purpose=purpose_of(locked), task=TASK, by=by, at=at)


def finish(repair: Repair, made: Path, *, facts: Facts, at: datetime) -> None:
    """What was made takes the original's place where the draft still has it; else it goes with the night.

    Raises ``GiveUp`` where it is not what was promised: nothing is kept then.
    """
    original = facts_of(repair.original)
    if original is None:
        raise GiveUp(_("原文件的检测结果已不在，请重新检测后再修复。"))
    check(original, facts, Recipe.from_json(repair.recipe))
    with transaction.atomic():
        repair = media.finish_repair(repair, made, facts=facts, at=at)
        version = Version.objects.filter(pk=version_of(repair.purpose) or 0).first()
        if version is not None and repair.repaired is not None:
            put_in_place(lock(version), repair, at=at)


def check(original: Facts, made: Facts, recipe: Recipe) -> None:
    """By the judge of every file: nothing may fail that did not fail before, and nothing was added."""
    failed = {f.id for f in technical.judge(original, technical.packaged()) if f.verdict == "fail"}
    new = [f for f in technical.judge(made, technical.packaged()) if f.verdict == "fail" and f.id not in failed]
    if not made.readable or new:
        why = new[0].message if new else _("做出来的文件打不开。")
        raise GiveUp(_("修复后的文件达不到标准，没有采用：%(why)s请从原始工程重新导出。") % {"why": why})
    if original.duration_s and made.duration_s:
        left = abs(original.duration_s - made.duration_s)
        if left > max(LENGTH_LEFT_S, LENGTH_LEFT_SHARE * original.duration_s):
            raise GiveUp(_("修复后的文件与原文件长度相差 %(left).1f 秒，没有采用。请重新导出。") % {"left": left})
    if recipe.picture and original.bit_rate and (made.bit_rate or 0) > original.bit_rate:
        raise GiveUp(_("转码后的码率反而高于原文件，没有采用。请从原始工程重新导出。"))


def put_in_place(version: Version, repair: Repair, *, at: datetime) -> None:
    entry = version.files.filter(media_file=repair.original).first()
    if entry is None or repair.repaired is None or version.state not in EDITABLE or version.deleted_at:
        return
    exchange(version, entry, repair.repaired)
    audit.record(
        "resources.file_repaired", by=repair.asked_by, of=version, at=at, detail={"name": repair.original.original_name}
    )
    refresh(version, at=at)


@transaction.atomic
def undo(version: Version, *, entry_id: int, by: User, at: datetime) -> None:
    """The original is the version's file again; what was made gives its room back unless a round froze it."""
    locked = editable(version, by)
    entry = entry_of(locked, entry_id)
    repaired, original = entry.media_file, entry.media_file.handed_in
    if repaired == original:
        raise NotRepairable(_("这个文件没有经过平台修复。"))
    exchange(locked, entry, original)
    release(repaired, by=by, at=at)
    audit.record("resources.original_used", by=by, of=locked, at=at, detail={"name": original.original_name})
    refresh(locked, at=at)


def exchange(version: Version, entry: VersionFile, file: MediaFile) -> None:
    """Another file in the same place: title, captions and the sentences written to its fails stay."""
    version.findings.filter(round__isnull=True, media_file=entry.media_file).update(media_file=file)
    entry.media_file = file
    entry.save(update_fields=["media_file"])

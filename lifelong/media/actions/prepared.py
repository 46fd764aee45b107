"""备好的文件, from the order to the end of its days."""

import errno
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.jobs import progress
from lifelong.jobs.models import Job
from lifelong.media import prepared, queries, storage
from lifelong.media.actions.uploads import DiskFull
from lifelong.media.models import PreparedFile
from lifelong.web.refusals import NotAllowed

FOLDER = "prepared"
TASK = "lifelong.media.tasks.prepare"
DAY_S = 24 * 3600


@transaction.atomic
def order(kind: str, facts: prepared.Facts, *, by: User, at: datetime) -> str:
    """The id of the job that makes it; of the one that is at it already where the same was ordered before."""
    known = prepared.kind_of(kind)
    if known is None or not known.may(by, facts):
        raise NotAllowed(_("您不能导出这份文件。"))
    if queries.disk_is_short():
        raise DiskFull(_("服务器存储空间不足，暂时不能准备文件，请稍后再试。"))
    for one in PreparedFile.objects.filter(owner=by, kind=kind, made_at=None).exclude(job_id=""):
        if one.facts == facts and Job.objects.unfinished().filter(pk=int(one.job_id)).exists():
            return one.job_id
    made = PreparedFile.objects.create(owner=by, kind=kind, title=str(known.title)[:200], facts=facts, ordered_at=at)
    made.job_id = jobs.enqueue(TASK, made.pk, owner=by, party=by.pk).id
    made.save(update_fields=["job_id"])
    audit.record("media.prepared_ordered", by=by, at=at, of=made, detail={"kind": kind, **facts})
    return made.job_id


def make(file: PreparedFile, *, at: datetime) -> None:
    """Written under another name and renamed; repeated after a kill it begins anew. Nothing of half a file stays."""
    kind = prepared.kind_of(file.kind)
    if kind is None or not kind.may(file.owner, file.facts):
        raise NotAllowed(_("您不能再导出这份文件：岗位或授权已经变更。"))
    half = storage.files() / FOLDER / f"{file.pk}.{progress.attempt()}.{secrets.token_hex(4)}.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    for left in half.parent.glob(f"{file.pk}.*.part"):  # of an attempt that was killed: its room is needed now
        left.unlink(missing_ok=True)
    try:
        name = kind.write(half, file.facts, file.owner, at)
        storage.settle(half)
        path = f"{FOLDER}/{secrets.token_hex(16)}{Path(name).suffix}"
        size, sha256 = half.stat().st_size, storage.hash_of(half)
        os.rename(half, storage.files() / path)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull(_("服务器存储空间不足，文件没有写完。请稍后再试，或联系运营单位。")) from error
    finally:
        half.unlink(missing_ok=True)
    _keep(file, path, name=name, size=size, sha256=sha256, at=at, days=kind.days)


@transaction.atomic
def _keep(file: PreparedFile, path: str, *, name: str, size: int, sha256: str, at: datetime, days: int) -> None:
    file.path, file.name, file.size, file.sha256 = path, name, size, sha256
    file.made_at, file.expires_at = at, at + timedelta(days=days)
    file.save(update_fields=["path", "name", "size", "sha256", "made_at", "expires_at"])
    audit.record("media.prepared_made", by=file.owner, at=at, of=file, detail={"size": size, "sha256": sha256})


def note_fetched(file: PreparedFile, *, by: User, at: datetime) -> None:
    """Raises ``NotAllowed`` for anybody but the owner, and for an owner whose post has changed."""
    kind = prepared.kind_of(file.kind)
    if file.owner_id != by.pk or kind is None or not kind.may(by, file.facts):
        raise NotAllowed(_("您不能取这份文件：它只给当时导出的人，并且岗位没有变更。"))
    audit.record("media.prepared_fetched", by=by, at=at, of=file)


@transaction.atomic
def remove(file: PreparedFile, *, by: User | None, at: datetime) -> None:
    """By its owner, or at the end of its days."""
    if by is not None and file.owner_id != by.pk:
        raise NotAllowed(_("只有导出的人可以删除。"))
    audit.record("media.prepared_removed", by=by, at=at, of=file)
    path = file.path
    file.delete()
    if path:
        (storage.files() / path).unlink(missing_ok=True)


def sweep(*, at: datetime) -> int:
    """What is past its days, what never came to a file, and files that no row knows."""
    over = PreparedFile.objects.filter(expires_at__lte=at)
    never = PreparedFile.objects.filter(made_at=None, ordered_at__lte=at - timedelta(days=1))
    count = 0
    for file in [
        *over,
        *(one for one in never if not Job.objects.unfinished().filter(pk=int(one.job_id or 0)).exists()),
    ]:
        remove(file, by=None, at=at)
        count += 1
    known = {Path(path).name for path in PreparedFile.objects.exclude(path="").values_list("path", flat=True)}
    for lost in (storage.files() / FOLDER).glob("*"):
        if lost.name not in known and at.timestamp() - lost.stat().st_mtime > DAY_S:
            lost.unlink(missing_ok=True)
            count += 1
    return count

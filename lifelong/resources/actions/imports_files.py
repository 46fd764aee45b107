"""Files that came with a sheet, to the drafts whose rows name them: as if each had been uploaded on the draft's own page."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.media import actions as media
from lifelong.media import covers, storage
from lifelong.media.actions.uploads import plain_name
from lifelong.resources import policy
from lifelong.resources.actions import attachments, files
from lifelong.resources.bundles import Bundle, Entry, fold
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.sheet_plan import PlannedRow, Tell, silent
from lifelong.standards.metadata import standard
from lifelong.standards.metadata.problem import notice
from lifelong.web.refusals import Refusal

BLOCK = 1 << 20


def attach_files(rows: Sequence[PlannedRow], bundle: Bundle, *, by: User, at: datetime, tell: Tell = silent) -> None:
    """What a row names and the bundle has goes to its draft; what is refused becomes a notice of the row.

    Repeating makes no doubles: a file whose content is attached already is passed over, one of the same name and other
    content takes its place.
    """
    waiting = [row for row in rows if row.version and row.status != "rejected" and any(_wanted(row, bundle))]
    for done, row in enumerate(waiting, 1):
        version = Version.objects.select_related("resource__institution", "cover", "rights_file").get(
            pk=row.version or 0
        )
        if policy.can_upload(by, version):
            for field, name, entry in _wanted(row, bundle):
                try:
                    _ATTACH[field](version, name, entry, bundle, row, by, at)
                except Refusal as refusal:
                    _say(row, field, "refused", str(refusal), name)
        tell(_("收入文件"), done, len(waiting))


def _wanted(row: PlannedRow, bundle: Bundle) -> Iterator[tuple[str, str, Entry]]:
    for field, names in row.names().items():
        for name in names:
            entry = bundle.find(name)
            if entry is not None and not entry.trouble:
                yield field, name, entry


def _media(
    version: Version, name: str, entry: Entry, bundle: Bundle, row: PlannedRow, by: User, at: datetime
) -> None:  # fmt: skip
    there = list(version.files.select_related("media_file__repair__original"))
    came = [each.media_file.handed_in for each in there]
    if any(file.size == entry.size for file in came):
        sha256 = _hash_of(entry, bundle)
        if any(file.sha256 == sha256 for file in came):
            return
    plain = plain_name(entry.name)
    upload = files.open_upload(version, name=plain, size=entry.size, by=by, at=at)
    try:
        sha256 = _to_part(entry, bundle, upload.pk)
    except Refusal:
        media.cancel_upload(upload, by=by, at=at)
        raise
    media.conclude_upload(upload.pk, at=at, measured=sha256)
    for old in there:
        if fold(old.media_file.original_name) == fold(plain):
            _replace(version, old, by, at)


def _replace(version: Version, old: VersionFile, by: User, at: datetime) -> None:
    if version.files.filter(pk=old.pk).exists():
        files.remove_file(version, entry_id=old.pk, by=by, at=at)


def _to_part(entry: Entry, bundle: Bundle, upload_id: object) -> str:
    """The bytes beside the part first: a browser that was sending the same file keeps its own until it is replaced."""
    part = storage.part_of(upload_id)
    part.parent.mkdir(parents=True, exist_ok=True)
    beside, sha256 = part.with_suffix(".import"), hashlib.sha256()
    try:
        with bundle.open(entry) as stream, beside.open("wb") as kept:
            while block := stream.read(BLOCK):
                sha256.update(block)
                kept.write(block)
        if beside.stat().st_size != entry.size:
            raise files.NotOfThisVersion(_("文件“%(name)s”在读取时变了大小，请重新导入。") % {"name": entry.name})
        os.replace(beside, part)
    finally:
        beside.unlink(missing_ok=True)
    return sha256.hexdigest()


def _hash_of(entry: Entry, bundle: Bundle) -> str:
    sha256 = hashlib.sha256()
    with bundle.open(entry) as stream:
        while block := stream.read(BLOCK):
            sha256.update(block)
    return sha256.hexdigest()


def _small(entry: Entry, bundle: Bundle) -> bytes:
    with bundle.open(entry) as stream:
        return stream.read((20 << 20) + 1)


def _cover(
    version: Version, name: str, entry: Entry, bundle: Bundle, row: PlannedRow, by: User, at: datetime
) -> None:  # fmt: skip
    now, plain = version.cover, plain_name(entry.name)
    if now and row.status == "unchanged" and fold(now.original_name) != fold(plain):
        return  # chosen on the page since
    content = _small(entry, bundle)
    if now and covers.check_cover(content).sha256 == now.sha256:
        return
    for sentence in attachments.set_cover(version, name=plain, content=content, by=by, at=at):
        _say(row, "cover", "remark", sentence, name)


def _paper(
    version: Version, name: str, entry: Entry, bundle: Bundle, row: PlannedRow, by: User, at: datetime
) -> None:  # fmt: skip
    now, plain = version.rights_file, plain_name(entry.name)
    if now and row.status == "unchanged" and fold(now.original_name) != fold(plain):
        return
    content = _small(entry, bundle)
    if not now or hashlib.sha256(content).hexdigest() != now.sha256:
        attachments.set_rights_file(version, name=plain, content=content, by=by, at=at)


_ATTACH = {"files": _media, "cover": _cover, "rights_file": _paper}


def _say(row: PlannedRow, field: str, rule: str, sentence: str, name: str) -> None:
    code = f"{field}.{rule}"
    row.problems = [p for p in row.problems if (p.code, p.found) != (code, name)]  # the dry look said it shorter
    row.problems.append(notice(standard().field(field), rule, sentence.rstrip("。"), found=name))

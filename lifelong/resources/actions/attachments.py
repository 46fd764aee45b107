"""Small files of a draft: its cover, judged by content, and the paper that proves whose rights it carries."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.media import actions as media
from lifelong.media import content_types, covers
from lifelong.media.lifecycle import FileKind
from lifelong.media.models import MediaFile
from lifelong.resources import policy
from lifelong.resources.actions.drafts import NotEditable, lock
from lifelong.resources.actions.releasing import release
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.web.refusals import NotAllowed, Refusal
from lifelong.web.zips import ArchiveRefused, open_zip

COVER_ACCEPT = "image/jpeg,.jpg,.jpeg"
PAPER_ACCEPT = "application/pdf,image/jpeg,image/png,.pdf,.jpg,.jpeg,.png,.docx"
PAPERS = {
    "application/pdf", "image/jpeg", "image/png",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
COLUMNS = {"cover", "rights_file"}


class PaperRefused(Refusal):
    """授权文件 that is neither PDF, picture nor Word."""

    code = "paper_refused"
    status = 422


@transaction.atomic
def set_cover(version: Version, *, name: str, content: bytes, by: User, at: datetime) -> list[str]:
    """资源封面 (15): a JPG by content, decoded fully, without EXIF; returns what a person should know of it.

    Raises what ``media.covers.check_cover`` raises.
    """
    locked = _editable(version, by)
    checked = covers.check_cover(content)
    _set(locked, "cover", FileKind.COVER, name=name, content=checked.jpeg_bytes, by=by, at=at)
    return [notice.message for notice in checked.notices]


@transaction.atomic
def set_rights_file(version: Version, *, name: str, content: bytes, by: User, at: datetime) -> list[str]:
    """授权文件: PDF, picture or Word, told by content. Raises ``PaperRefused``."""
    locked = _editable(version, by)
    kind = content_types.of_bytes(content[:32])
    if kind == "application/zip":
        kind = content_types.of_suffix(name)
        if kind in PAPERS and not is_word(content):
            text = _("“%(name)s”是压缩包改的名，不是 Word 文件。请用 Word 或 WPS 另存为 .docx，或转成 PDF 后再选。") % {
                "name": name
            }
            raise PaperRefused(text, fields={"rights_file": text})
    if content and kind not in PAPERS:
        text = _("授权文件“%(name)s”不是 PDF、JPG、PNG 或 Word（.docx）文件，请换一个。") % {"name": name}
        raise PaperRefused(text, fields={"rights_file": text})
    _set(locked, "rights_file", FileKind.PAPER, name=name, content=content, by=by, at=at)
    return []


def is_word(content: bytes) -> bool:
    """Whether the archive is a Word document: a document stands in it, and it does not swell when it is opened."""
    try:
        return {"[Content_Types].xml", "word/document.xml"} <= set(open_zip(content).namelist())
    except ArchiveRefused:
        return False


@transaction.atomic
def remove(version: Version, *, field: str, by: User, at: datetime) -> None:
    """Takes cover or rights file out of the draft; what earlier rounds froze keeps it, else it gives its room back."""
    locked = _editable(version, by)
    if field not in COLUMNS:
        raise ValueError(field)
    former = getattr(locked, field)
    setattr(locked, field, None)
    locked.save(update_fields=[field])
    setattr(version, field, None)
    audit.record(f"resources.{field}_removed", by=by, of=locked, at=at)
    if former is not None:
        release(former, by=by, at=at)


def _set(
    version: Version, field: str, kind: FileKind, *, name: str, content: bytes, by: User, at: datetime
) -> MediaFile:
    file = media.store_small(
        institution=version.resource.institution, kind=kind, name=name, content=content, by=by, at=at
    )
    former = getattr(version, field)
    setattr(version, field, file)
    version.save(update_fields=[field])
    if former is not None:
        release(former, by=by, at=at)
    audit.record(f"resources.{field}_set", by=by, of=version, at=at, detail={"name": file.original_name})
    return file


def _editable(version: Version, by: User) -> Version:
    locked = lock(version)
    if not policy.reports_for(by, locked.resource.institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以修改。"))
    if not policy.can_edit(by, locked):
        text = _("《%(title)s》目前为“%(state)s”，不能修改。")
        raise NotEditable(text % {"title": locked.title, "state": State(locked.state).label})
    return locked

"""The stamped form as PDF: it must open, have 1–20 pages and do nothing by itself. Pure."""

import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lifelong.web.refusals import Refusal

if TYPE_CHECKING:  # loaded where a file is looked at: it would lengthen every start
    from pypdf import PdfReader

LIMIT_BYTES = 20 * 1024 * 1024
LIMIT_PAGES = 20
LIMIT_OBJECTS = 20_000
ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMedia"}
QUIET = {"/Parent", "/StructTreeRoot", "/StructParents", "/Font", "/Resources", "/Contents", "/P", "/Metadata"}


class StampedRefused(Refusal):
    code = "stamped_refused"
    status = 422


def pages_of(content: bytes) -> int:
    """How many pages; raises StampedRefused with what is wrong and how to mend it."""
    from pypdf import PdfReader

    if len(content) > LIMIT_BYTES:
        raise StampedRefused(_("文件超过 20 MB。请降低扫描分辨率（150–200 dpi 即可）后再上传。"))
    if not content[:1024].lstrip().startswith(b"%PDF-"):
        raise StampedRefused(_("这不是 PDF。请把盖章后的纸质件扫描或拍照转成 PDF 后上传。"))
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise StampedRefused(_("PDF 设了打开密码，请取消密码后再上传。"))
        pages = _count(reader)
        active = _does_something(reader)
    except StampedRefused:
        raise
    except Exception as error:  # a damaged PDF raises whatever it likes (recursion, keys, values)
        raise StampedRefused(_("PDF 已损坏，打不开。请重新扫描或导出后再上传。")) from error
    if pages == 0:
        raise StampedRefused(_("PDF 里没有页面。请重新扫描后再上传。"))
    if pages > LIMIT_PAGES:
        raise StampedRefused(_("PDF 超过 20 页。请只上传盖章的这一份。"))
    if active:
        raise StampedRefused(_("PDF 里带有脚本或附件。请重新扫描，或用“打印成 PDF”另存后再上传。"))
    return pages


def _count(reader: "PdfReader") -> int:
    """Pages by walking the tree, not by what it claims; stops soon after the limit."""
    count = 0
    for _page in reader.pages:
        count += 1
        if count > LIMIT_PAGES:
            break
    return count


def _does_something(reader: "PdfReader") -> bool:
    """Whether a script, a launch or an embedded file hangs anywhere in the document."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting: list[Any] = [reader.trailer["/Root"]]
    seen: set[int] = set()
    while waiting and len(seen) < LIMIT_OBJECTS:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            if {"/JS", "/EmbeddedFiles", "/EF"} & thing.keys() or ("/S" in thing and thing["/S"] in ACTIVE):
                return True
            waiting.extend(thing.raw_get(name) for name in thing if name not in QUIET)
        elif isinstance(thing, ArrayObject):
            waiting.extend(thing)
    return False

"""字幕 of a draft's files: taken in, exchanged, taken out; one per file and language."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.media import actions as media
from lifelong.resources.actions.files import editable, entry_of
from lifelong.resources.models import Caption, Language, Version
from lifelong.web.refusals import Refusal

ACCEPT = ".vtt,.srt,text/vtt"


class NoSuchLanguage(Refusal):
    code = "no_such_language"
    status = 422


@transaction.atomic
def set_caption(
    version: Version, *, entry_id: int, language: str, name: str, content: bytes, by: User, at: datetime
) -> Caption:
    """In the place of the one before. Raises ``media.captions.CaptionRefused`` with the line at fault."""
    locked = editable(version, by)
    entry = entry_of(locked, entry_id)
    if language not in Language.values:
        raise NoSuchLanguage(_("请选择字幕的语言。"))
    file = media.store_caption(
        institution=locked.resource.institution, name=name, content=content,
        length_s=entry.media_file.facts.get("duration_s"), by=by, at=at,
    )  # fmt: skip
    caption, _made = Caption.objects.update_or_create(file=entry, language=language, defaults={"media_file": file})
    detail = {"file": entry.media_file.original_name, "language": language, "name": file.original_name}
    audit.record("resources.caption_set", by=by, of=locked, at=at, detail=detail)
    return caption


@transaction.atomic
def remove_caption(version: Version, *, caption_id: int, by: User, at: datetime) -> None:
    """Out of the draft; what earlier rounds froze keeps it."""
    locked = editable(version, by)
    Caption.objects.filter(file__version=locked, pk=caption_id).delete()
    audit.record("resources.caption_removed", by=by, of=locked, at=at)

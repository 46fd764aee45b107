"""Composing a call: what is asked, in which areas and types, until when; its papers and contacts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import Authority, User
from lifelong.audit import record
from lifelong.calls import scope as scopes
from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Attachment, Call, Contact, Window
from lifelong.calls.policy import can_add_papers, can_change, can_compose, can_delete
from lifelong.calls.storage import hash_of, keep_attachment
from lifelong.institutions.models import InstitutionKind
from lifelong.web.refusals import Conflict, NotAllowed, Refusal
from lifelong.web.zips import open_zip

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
LIMIT_ATTACHMENT = 20 * 1024 * 1024
FIELDS = {
    "document_number", "title", "body", "scope", "answer_kinds", "quota", "grace_minutes", "return_days", "parent",
}  # fmt: skip


class CallIncomplete(Refusal):
    code = "call_incomplete"
    status = 422


class NumberTaken(Conflict):
    code = "number_taken"


class SomebodyWasQuicker(Conflict):
    """The draft was saved elsewhere meanwhile; nothing of it was overwritten."""

    code = "somebody_was_quicker"


class AttachmentRefused(Refusal):
    code = "attachment_refused"
    status = 422


@dataclass(frozen=True)
class Span:
    """A stage's window as composed; ``ends_at`` is the first instant after it (``windows.end_of``)."""

    ends_at: datetime
    begins_at: datetime | None = None


Spans = Mapping[str, Span]


@transaction.atomic
def draft_call(
    number: str, *, title: str, issued_by: Authority, by: User, at: datetime, spans: Spans | None = None, **values: Any
) -> Call:
    """A new call, not yet public. ``values``: document_number, body, scope, answer_kinds, quota, grace_minutes,
    return_days, parent. Without a scope it asks for what the notice asks for."""
    if not can_compose(by, issued_by):
        raise NotAllowed(_("您不能以%s的名义起草征集。") % issued_by.name)
    if not NUMBER.fullmatch(number):
        text = _("征集编号只能用字母、数字、横线和下划线，例如 2026-01。")
        raise CallIncomplete(text, fields={"number": text})
    values.setdefault("scope", scopes.NOTICE_SCOPE)
    try:
        with transaction.atomic():
            call = Call.objects.create(
                number=number,
                title=title.strip(),
                issued_by=issued_by,
                created_by=by,
                created_at=at,
                **_checked(values),
            )
    except IntegrityError as error:
        text = _("征集编号 %s 已被使用，请换一个。") % number
        raise NumberTaken(text, fields={"number": text}) from error
    _set_windows(call, spans or {})
    record("calls.drafted", by=by, of=call, at=at, detail={"number": number})
    return call


@transaction.atomic
def change_call(
    call: Call, *, revision: int, by: User, at: datetime, spans: Spans | None = None, **values: Any
) -> Call:
    """Save a draft. ``revision`` is the one that was shown; another since then raises SomebodyWasQuicker."""
    call = locked(call)
    if not can_change(by, call):
        raise NotAllowed(_("只有草稿可以修改。已发布的征集请用“更正”或“延期”。"))
    if call.revision != revision:
        raise SomebodyWasQuicker(_("这份草稿刚刚在别处保存过。您填写的内容还在下面，请打开新窗口核对后再保存。"))
    for name, value in _checked(values).items():
        setattr(call, name, value)
    call.revision += 1
    call.save()
    if spans is not None:
        _set_windows(call, spans)
    record("calls.changed", by=by, of=call, at=at, detail={"fields": sorted(values)})
    return call


@transaction.atomic
def delete_draft(call: Call, *, by: User, at: datetime) -> None:
    call = locked(call)
    if not can_delete(by, call):
        raise NotAllowed(_("只有草稿可以删除。"))
    record("calls.draft_deleted", by=by, of=call, at=at, detail={"number": call.number})
    call.delete()


def locked(call: Call) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("issued_by__region").get(pk=call.pk)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - FIELDS
    if unknown:
        raise TypeError(f"a call has no {', '.join(sorted(unknown))}")
    found = dict(values)
    if "scope" in found:
        found["scope"] = scopes.tidy(found["scope"])
    if "answer_kinds" in found:
        found["answer_kinds"] = [kind for kind in InstitutionKind.values if kind in found["answer_kinds"]]
    return found


def _set_windows(call: Call, spans: Spans) -> None:
    for stage, span in spans.items():
        if span.begins_at and span.begins_at >= span.ends_at:
            text = _("%s的截止时间须晚于开始时间。") % Stage(stage).label
            raise CallIncomplete(text, fields={f"{stage}_end": text})
        Window.objects.update_or_create(
            call=call, stage=Stage(stage), defaults={"begins_at": span.begins_at, "ends_at": span.ends_at}
        )
    call.windows.exclude(stage__in=list(spans)).delete()


# papers and contacts


@transaction.atomic
def add_attachment(call: Call, *, name: str, content: bytes, by: User, at: datetime) -> Attachment:
    """A PDF, Word or Excel file of the notice; what it is is told by its content."""
    call = locked(call)
    if not can_add_papers(by, call):
        raise NotAllowed(_("您不能给这次征集添加附件。"))
    suffix = _suffix_of(content)
    plain = re.sub(r"[\x00-\x1f/\\]", "", name).strip()[-200:] or _("附件")
    if not plain.lower().endswith(suffix):
        plain = f"{plain.rsplit('.', 1)[0]}{suffix}"
    attachment = Attachment.objects.create(
        call=call, name=plain, path=keep_attachment(content, suffix), size=len(content), sha256=hash_of(content),
        added_at=at,
    )  # fmt: skip
    record("calls.attachment_added", by=by, of=call, at=at, detail={"name": plain, "sha256": attachment.sha256})
    return attachment


@transaction.atomic
def remove_attachment(attachment: Attachment, *, by: User, at: datetime) -> None:
    """Only while the call is a draft: what was public stays."""
    call = locked(attachment.call)
    if not can_change(by, call):
        raise NotAllowed(_("已发布征集的附件不能删除，请发布更正说明。"))
    record("calls.attachment_removed", by=by, of=call, at=at, detail={"name": attachment.name})
    attachment.delete()


@transaction.atomic
def set_contacts(call: Call, contacts: Sequence[Mapping[str, str]], *, by: User, at: datetime) -> None:
    """Who answers questions: ``name``, ``telephone``, ``email``, ``note`` each. May change while the call runs."""
    call = locked(call)
    if not can_add_papers(by, call):
        raise NotAllowed(_("您不能修改这次征集的联系人。"))
    call.contacts.all().delete()
    Contact.objects.bulk_create(Contact(call=call, **contact) for contact in contacts)
    record("calls.contacts_set", by=by, of=call, at=at, detail={"count": len(contacts)})


def _suffix_of(content: bytes) -> str:
    if len(content) > LIMIT_ATTACHMENT:
        raise AttachmentRefused(_("附件不能超过 20 MB。"))
    if content[:5] == b"%PDF-":
        return ".pdf"
    if content[:2] == b"PK":
        names = set(open_zip(content).namelist())
        if any("vbaProject" in name for name in names):
            raise AttachmentRefused(_("附件里带有宏，请去掉后再上传。"))
        for main, suffix in (("word/document.xml", ".docx"), ("xl/workbook.xml", ".xlsx")):
            if main in names:
                return suffix
    raise AttachmentRefused(_("附件只能是 PDF、Word（.docx）或 Excel（.xlsx）文件。"))

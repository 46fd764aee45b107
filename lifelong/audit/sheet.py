"""Entries as a table for people: .xlsx or .csv, safe to open."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.audit.canonical import dump
from lifelong.audit.models import AuditEntry
from lifelong.audit.words import verb_in_words
from lifelong.web.workbooks import Column, workbook

FORMATS = ("xlsx", "csv")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def head() -> list[str]:
    return [
        _("编号"), _("时间"), _("写入时间"), _("操作者"), _("用户编号"), _("来源地址"), _("操作"), _("操作代码"),
        _("对象类型"), _("对象编号"), _("对象"), _("结果"), _("内容"), _("请求编号"),
    ]  # fmt: skip


def row(entry: AuditEntry) -> list[Any]:
    return [
        entry.pk, _local(entry.at), _local(entry.written_at), entry.actor_label or entry.get_actor_kind_display(),
        entry.actor_id, entry.address, verb_in_words(entry.verb), entry.verb, entry.target_type, entry.target_id,
        entry.target_label, entry.get_result_display(), dump(entry.detail).decode() if entry.detail else "",
        entry.request_id,
    ]  # fmt: skip


def _local(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"


def safe(value: Any) -> Any:
    """No cell is a formula: a spreadsheet would run what a stranger typed into a title."""
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)[:32_000]
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def as_bytes(entries: Iterable[AuditEntry], form: str, *, filters: Iterable[str]) -> bytes:
    """``form``: xlsx or csv. ``filters``: what the list was narrowed by, written above it."""
    rows = (row(entry) for entry in entries)
    return _csv(rows, filters) if form == "csv" else _xlsx(rows, filters)


def _csv(rows: Iterable[list[Any]], filters: Iterable[str]) -> bytes:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow([_("审计记录"), *filters])
    out.writerow(head())
    out.writerows([safe(value) for value in values] for values in rows)
    return text.getvalue().encode("utf-8-sig")  # Excel knows Chinese by the mark


def _xlsx(rows: Iterable[list[Any]], filters: Iterable[str]) -> bytes:
    return workbook(_("审计记录"), [Column(word) for word in head()], rows, filters=filters)

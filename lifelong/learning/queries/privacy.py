"""Everything that is known of a person, as rows to take along (个人信息保护法 45 条)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import F
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.learning.models import (
    Certificate,
    Comment,
    CommentFlag,
    Favourite,
    Note,
    Progress,
    Rating,
    StatementConsent,
    StudyDay,
    StudyList,
    StudySession,
)
from lifelong.notices.models import MailChoice, Notice
from lifelong.web.workbooks import FORMULA_SIGNS

OF_PROGRESS = (
    "file", "seen", "seen_s", "wall_s", "length_s", "place_s", "began_at", "changed_at", "completed_at", "hidden_at",
)  # fmt: skip
OF_CERTIFICATE = (
    "number", "name", "from_date", "to_date", "content_s", "wall_s", "items", "issued_at", "revoked_at", "revoked_for",
)  # fmt: skip
RESOURCE = {"resource_number": F("resource__resource_id")}


def tables(user: User) -> dict[str, Iterable[Any]]:
    """File name → its rows. A query each, read as they are written."""
    mine = {"user": user}
    return {
        "consents": user.consents.values("to", "version", "given_at", "withdrawn_at"),
        "offices": user.appointments.values("role", "authority__name", "begins_at", "ends_at"),
        "mandates": user.mandates.values("role", "institution__name", "begins_at", "ends_at"),
        "progress": Progress.objects.filter(**mine).values(*OF_PROGRESS, **RESOURCE),
        "sessions": StudySession.objects.filter(**mine).values(
            "file", "began_at", "last_at", "content_s", "wall_s", "ended_at", "end", **RESOURCE
        ),
        "days": StudyDay.objects.filter(**mine).values("day", "content_s", "wall_s", **RESOURCE),
        "certificates": Certificate.objects.filter(**mine).values(*OF_CERTIFICATE),
        "favourites": Favourite.objects.filter(**mine).values("at", **RESOURCE),
        "notes": Note.objects.filter(**mine).values("file", "second", "text", "created_at", "changed_at", **RESOURCE),
        "lists": StudyList.objects.filter(user=user).values(
            "title",
            "due_date",
            "created_at",
            position=F("items__position"),
            added_at=F("items__added_at"),
            resource_number=F("items__resource__resource_id"),
        ),
        "ratings": Rating.objects.filter(**mine).values("stars", "at", **RESOURCE),
        "comments": Comment.objects.filter(**mine).values(
            "author",
            "text",
            "state",
            "created_at",
            "decided_at",
            "reason",
            "appeal",
            "appealed_at",
            "appeal_answer",
            "appeal_answered_at",
            **RESOURCE,
        ),
        "statement_consents": StatementConsent.objects.filter(**mine).values(
            "pseudonym", "by_email", "given_at", "withdrawn_at"
        ),
        "flags": CommentFlag.objects.filter(**mine).values("reason", "at", "state", "decided_at"),
        "mail_choice": MailChoice.objects.filter(**mine).values("ways", "hour"),
        "notices": Notice.objects.filter(**mine).values("subject", "text", "url", "at"),
    }


def account(user: User) -> dict[str, Any]:
    emails = EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
    return {
        "name": user.name, "email": user.email, "mobile": user.mobile, "created_at": user.created_at,
        "last_login": user.last_login, "emails": list(emails),
    }  # fmt: skip


def archive(user: User, *, at: datetime) -> bytes:
    """A .zip: each table as CSV for people, all of it as one JSON for machines."""
    out = io.BytesIO()
    everything: dict[str, Any] = {"exported_at": at, "account": account(user)}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows in tables(user).items():
            everything[name] = list(rows)
            file.writestr(f"{name}.csv", as_csv(everything[name]))
        file.writestr("everything.json", json.dumps(everything, ensure_ascii=False, indent=1, default=_plain))
    return out.getvalue()


def as_csv(rows: Iterable[dict[str, Any]]) -> bytes:
    """For a spreadsheet: with its mark of UTF-8, and no text that would run as a formula."""
    listed = list(rows)
    out = io.StringIO()
    if listed:
        writer = csv.DictWriter(out, list(listed[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in listed)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, datetime):
        return _plain(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _plain(value: Any) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)

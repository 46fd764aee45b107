"""Calls and registrations for tests, made by the same actions as real use. All invented."""

import io
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from pypdf import PdfWriter

from lifelong.accounts.models import User
from lifelong.calls import actions
from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Call, Registration
from lifelong.institutions.models import Institution

VALUES = {
    "institution_name": "洛河职业学院", "name": "张建华", "position": "继续教育学院 副院长", "landline": "0379-1234567",
    "extension": "", "mobile": "13812345678", "email": "zhang@example.org",
}  # fmt: skip


def spans(
    begins: datetime | None = None, *, registration: float = 10, submission: float = 15
) -> dict[str, actions.Span]:
    """Windows that end so many days from now."""
    now = timezone.now()
    return {
        Stage.REGISTRATION: actions.Span(now + timedelta(days=registration), begins),
        Stage.SUBMISSION: actions.Span(now + timedelta(days=submission), begins),
        Stage.PROVINCIAL_REVIEW: actions.Span(now + timedelta(days=submission + 2)),
    }


def open_call(by: User, number: str = "2026-01", **values: Any) -> Call:
    authority = by.appointments.first().authority
    values.setdefault("spans", spans())
    call = actions.draft_call(
        number, title="2026 年数字化学习资源征集", body="请各单位按要求报送。", issued_by=authority, by=by,
        at=timezone.now() - timedelta(days=20), **values,
    )  # fmt: skip
    actions.publish_call(call, by=by, at=timezone.now() - timedelta(days=19))
    return Call.objects.with_windows().get(pk=call.pk)


def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def submitted(call: Call, institution: Institution | None = None, **values: Any) -> Registration:
    """A registration that waits for a decision, e-mail unproven (tests run without a mail server)."""
    name = {"institution_name": institution.name} if institution else {}
    registration = actions.prepare(call, VALUES | name | values, at=timezone.now())
    actions.add_stamped(registration, name="盖章.pdf", content=pdf(), at=timezone.now())
    return actions.submit(registration, at=timezone.now())

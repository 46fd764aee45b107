"""The papers of this chapter as PDF."""

from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.calls import form
from lifelong.calls.actions.registering import form_values
from lifelong.calls.models import Registration
from lifelong.web import papers

SOURCE = Path(__file__).parent / "typst" / "registration.typ"


def registration_pdf(registration: Registration) -> bytes:
    """The filled form, ready for the stamp: the same layout as the Word form."""
    values = form_values(registration).as_dict()
    now = timezone.now()
    return papers.pdf(
        SOURCE,
        {
            "title": form.TITLE,
            "labels": [[label, values[name]] for name, label in form.LABELS.items()],
            "number": _("登记编号 %s") % registration.number,
            "call": registration.call.document_number or registration.call.title,
            "made": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
        },
        made_at=now,
    )

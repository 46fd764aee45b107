"""Reminders by e-mail, 3 days and 1 day before a door shuts, to those who have not finished (spec 1)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.audit import record
from lifelong.calls import windows
from lifelong.calls.lifecycle import RegistrationState, Stage
from lifelong.calls.models import Call, Reminder, Window
from lifelong.calls.queries import Line, board
from lifelong.notices import mail_to, send

MARKS = (1, 3)  # days before the end; the nearer one leads, so that nobody gets both at once


def remind(*, at: datetime) -> int:
    """Send what is due now; each institution gets each reminder of a deadline once, however often this runs."""
    count = 0
    for call in Call.objects.open().with_windows():
        due = {
            stage: window
            for stage in (Stage.REGISTRATION, Stage.SUBMISSION)
            if (window := windows.window_of(call, stage))
        }
        if due and any(_mark(window, None, at) or window.extensions.all() for window in due.values()):
            lines = board(call, at)
            count += sum(_remind_of(call, window, lines, at) for window in due.values())
    return count


def _mark(window: Window, line: Line | None, at: datetime) -> int:
    """The mark that has been passed, 0 where none has or the door is shut."""
    left = windows.ends_for(window, line.institution if line else None) - at
    if left <= timedelta(0):
        return 0
    return next((mark for mark in MARKS if left <= timedelta(days=mark)), 0)


def _remind_of(call: Call, window: Window, lines: list[Line], at: datetime) -> int:
    sent = set(window.reminders.values_list("institution_id", "days_before", "deadline"))
    count = 0
    for line in lines:
        mark = _mark(window, line, at)
        ends_at = windows.ends_for(window, line.institution)
        if not mark or _done(window, line) or (line.institution.pk, mark, ends_at) in sent:
            continue
        with transaction.atomic():
            _reminder, fresh = Reminder.objects.get_or_create(
                window=window, institution=line.institution, days_before=mark, deadline=ends_at, defaults={"at": at}
            )
            if fresh and _say(call, window, line, ends_at, at):
                record(
                    "calls.reminded", by="calls", of=line.institution, at=at, detail={"call": call.number, "days": mark}
                )
                count += 1
    return count


def _done(window: Window, line: Line) -> bool:
    state = line.registration.state if line.registration else None
    if window.stage == Stage.REGISTRATION:
        return state in {RegistrationState.APPROVED, RegistrationState.SUBMITTED}
    return line.progress.finished


def _say(call: Call, window: Window, line: Line, ends_at: datetime, at: datetime) -> bool:
    """To the reporter in the site and by e-mail, to who is registering, else to the office; False where nobody is known."""
    facts = {"call": call.title, "stage": window.get_stage_display(), "time": windows.deadline(ends_at)}
    subject = _("%(stage)s将于 %(time)s 截止：%(call)s") % facts
    if window.stage == Stage.REGISTRATION:
        text = _("贵单位还没有完成报送工作负责人登记，请在 %(time)s 前办理。") % facts
    else:
        parts = {
            "drafts": line.progress.drafts,
            "returned": line.progress.returned,
            "submitted": line.progress.submitted,
        }
        text = (
            _("%(stage)s将于 %(time)s 截止。") % facts
            + _("贵单位已报送 %(submitted)s 项，草稿 %(drafts)s 项，退回待改 %(returned)s 项。") % parts
        )
    url = reverse("call", args=[call.number])
    if line.reporter:
        send(line.reporter.user, subject=subject, text=text, url=url, kind="call.reminder", at=at)
        return True
    address = line.registration.email if line.registration else line.institution.office_email
    if address:
        mail_to(address, subject=subject, text=f"{text}\n\n{settings.SITE_URL}{url}", at=at)
    return bool(address)

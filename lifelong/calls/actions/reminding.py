"""Reminders by e-mail, 3 days and 1 day before a door shuts, to those who have not finished (spec 1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import policy, windows
from lifelong.calls.lifecycle import RegistrationState, Stage
from lifelong.calls.models import Amendment, AmendmentReading, Call, Reminder, Window
from lifelong.calls.queries import Line, board, readers
from lifelong.notices import mail_to, send
from lifelong.web.refusals import NotAllowed

BY_HAND = 0  # ``days_before`` of a reminder that an officer sent
AGAIN_AFTER = timedelta(minutes=10)  # a second press does not send a second mail
MARKS = (1, 3)  # days before the end; the nearer one leads, so that nobody gets both at once


@dataclass
class Reminded:
    """``left``: reminded a moment ago, or nobody is known there."""

    sent: int = 0
    left: int = 0


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


@transaction.atomic
def remind_now(call: Call, institutions: Iterable[int], *, by: User, at: datetime) -> Reminded:
    """An officer's press: each of these that has not finished hears of the stage it is late with, or that ends next."""
    if not policy.can_remind(by, call):
        raise NotAllowed(_("您不能在这次征集下发送提醒。"))
    wanted, told = set(institutions), Reminded()
    for line in board(call, at):
        if line.institution.pk not in wanted or line.standing == "finished":
            continue
        window = _owed(call, line)
        if window is None or not _press(call, window, line, at):
            told.left += 1
            continue
        record("calls.reminded", by=by, of=line.institution, at=at, detail={"call": call.number, "stage": window.stage})
        told.sent += 1
    return told


@transaction.atomic
def remind_unread(amendment: Amendment, institutions: Iterable[int], *, by: User, at: datetime) -> Reminded:
    """An officer's press: each of these that has not read the announcement gets it once more. ``amendment.call`` comes
    with windows."""
    call = amendment.call
    if not policy.can_remind(by, call):
        raise NotAllowed(_("您不能在这次征集下发送提醒。"))
    wanted, told = set(institutions), Reminded()
    subject = _("请阅读%(kind)s：%(title)s") % {"kind": amendment.get_kind_display(), "title": amendment.title}
    for one in readers(amendment, at, show="unread"):
        of = one.line.institution
        if of.pk not in wanted:
            continue
        again = one.reminded_at is not None and at - one.reminded_at < AGAIN_AFTER
        if again or not _reach(call, one.line, subject, amendment.text, at):
            told.left += 1
            continue
        AmendmentReading.objects.update_or_create(amendment=amendment, institution=of, defaults={"reminded_at": at})
        record("calls.reminded", by=by, of=of, at=at, detail={"call": call.number, "announcement": amendment.title})
        told.sent += 1
    return told


def _owed(call: Call, line: Line) -> Window | None:
    """The registration where it is not done, else the submission."""
    registration = windows.window_of(call, Stage.REGISTRATION)
    if registration and not _done(registration, line):
        return registration
    return windows.window_of(call, Stage.SUBMISSION)


def _press(call: Call, window: Window, line: Line, at: datetime) -> bool:
    ends_at = windows.ends_for(window, line.institution)
    known = {"window": window, "institution": line.institution, "days_before": BY_HAND, "deadline": ends_at}
    last, fresh = Reminder.objects.select_for_update().get_or_create(**known, defaults={"at": at})
    if not fresh and at - last.at < AGAIN_AFTER:
        return False
    if not fresh:
        last.at = at
        last.save(update_fields=["at"])
    return _say(call, window, line, ends_at, at)


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
    if at >= ends_at:
        return _say_late(call, line, facts, at)
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
    return _reach(call, line, subject, text, at)


def _say_late(call: Call, line: Line, facts: dict[str, str], at: datetime) -> bool:
    text = _("%(stage)s已于 %(time)s 截止，贵单位还没有完成。如需补办，请与征集联系人联系。") % facts
    return _reach(call, line, _("%(stage)s已截止，贵单位尚未完成：%(call)s") % facts, text, at)


def _reach(call: Call, line: Line, subject: str, text: str, at: datetime) -> bool:
    url = reverse("call", args=[call.number])
    if line.reporter:
        send(line.reporter.user, subject=subject, text=text, url=url, kind="call.reminder", at=at)
        return True
    address = line.registration.email if line.registration else line.institution.office_email
    if address:
        mail_to(address, subject=subject, text=f"{text}\n\n{settings.SITE_URL}{url}", at=at)
    return bool(address)

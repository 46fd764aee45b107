"""When a door of a call is open: pure reckoning on the call's windows and their extensions.

Works on ``call.windows`` and ``window.extensions``; load them with ``Call.objects.with_windows()`` and nothing here
asks the database again. Only registration and submission shut; a review window past its end is late, never locked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from lifelong.calls.lifecycle import DOORS, CallState, Stage
from lifelong.calls.models.call import Call, Extension, Window
from lifelong.institutions.models import Institution
from lifelong.web.templatetags.web import deadline as in_words

SHANGHAI = ZoneInfo("Asia/Shanghai")


def end_of(day: date, hour: time | None = None) -> datetime:
    """The end that 「5 月 20 日前」 means: that day to 24:00 Asia/Shanghai, or the hour where one is given."""
    if hour is not None:
        return datetime.combine(day, hour, SHANGHAI)
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def beginning_of(day: date, hour: time | None = None) -> datetime:
    return datetime.combine(day, hour or time.min, SHANGHAI)


def deadline(ends_at: datetime | None) -> str:
    """An end in words: 「5 月 20 日 24:00」 for the midnight that closes that day; another year than this is named."""
    return in_words(ends_at)


def day_and_hour(ends_at: datetime) -> tuple[date, time | None]:
    """An end taken apart again for a form: the day alone where it ends at midnight."""
    local = ends_at.astimezone(SHANGHAI)
    if local.time() == time.min:
        return (local - timedelta(days=1)).date(), None
    return local.date(), local.time().replace(second=0, microsecond=0)


def window_of(call: Call, stage: str) -> Window | None:
    return next((window for window in call.windows.all() if window.stage == stage), None)


def applies(extension: Extension, institution: Institution | None) -> bool:
    return extension.institution_id is None or (institution is not None and extension.institution_id == institution.pk)


def ends_for(window: Window, institution: Institution | None = None) -> datetime:
    """The end that counts for an institution: the latest of the window's own and the extensions that reach it."""
    return max([window.ends_at, *(e.ends_at for e in window.extensions.all() if applies(e, institution))])


def effective_end(call: Call, stage: str, institution: Institution | None = None) -> datetime | None:
    window = window_of(call, stage)
    return ends_for(window, institution) if window else None


def ends(call: Call, stage: str) -> Callable[[int], datetime | None]:
    """``effective_end`` for any number of institutions, by their key."""
    window = window_of(call, stage)
    if window is None:
        return lambda institution: None
    all_, own = ends_for(window), dict[int, datetime]()
    for extension in window.extensions.all():
        if extension.institution_id is not None:
            own[extension.institution_id] = max(own.get(extension.institution_id, all_), extension.ends_at)
    return lambda institution: own.get(institution, all_)


def late(call: Call, stage: str, at: datetime) -> Callable[[int], bool]:
    """``is_late`` for any number of institutions, by their key."""
    end_of_one = ends(call, stage)
    return lambda institution: (end := end_of_one(institution)) is not None and at >= end


@dataclass(frozen=True)
class Door:
    """Whether one may pass now, and the words where one may not. ``in_grace``: open only for uploads begun in time."""

    open: bool
    message: str = ""
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    in_grace: bool = False
    late: bool = False


def door(
    call: Call, stage: str, institution: Institution | None, at: datetime, *, upload_began_at: datetime | None = None
) -> Door:
    """How a stage's door stands for an institution at a time.

    ``upload_began_at`` (submission only): where it lies before the end, submitting is possible for the call's grace
    after it (spec 1: the deadline judges the submit, running uploads finish). No window means no limit.
    """
    stage = Stage(stage)
    window = window_of(call, stage)
    ends_at = ends_for(window, institution) if window else None
    begins_at = window.begins_at if window else None
    if stage not in DOORS:
        return Door(True, "", begins_at, ends_at, late=ends_at is not None and at >= ends_at)
    if call.state != CallState.OPEN:
        return Door(False, _shut_by_state(call), begins_at, ends_at)
    if begins_at and at < begins_at:
        text = _("征集%(stage)s将于 %(time)s 开始，请届时再来。") % {
            "stage": stage.label, "time": deadline_start(begins_at),
        }  # fmt: skip
        return Door(False, text, begins_at, ends_at)
    if ends_at is None or at < ends_at:
        return Door(True, "", begins_at, ends_at)
    if stage == Stage.SUBMISSION and upload_began_at and _graced(call, ends_at, upload_began_at, at):
        return Door(True, "", begins_at, ends_at, in_grace=True, late=True)
    text = _("征集%(stage)s已于 %(time)s 截止。") % {"stage": stage.label, "time": deadline(ends_at)}
    return Door(False, text, begins_at, ends_at, late=True)


def _graced(call: Call, ends_at: datetime, began_at: datetime, at: datetime) -> bool:
    return began_at < ends_at and at < ends_at + timedelta(minutes=call.grace_minutes)


def deadline_start(begins_at: datetime) -> str:
    """A beginning in words; midnight is 「0:00」 of the day itself, not 24:00 of the day before."""
    local = begins_at.astimezone(SHANGHAI)
    year = "" if local.year == datetime.now(SHANGHAI).year else f"{local.year} 年 "
    return f"{year}{local.month} 月 {local.day} 日 {local:%H:%M}"


def is_open(call: Call, stage: str, institution: Institution | None, at: datetime) -> bool:
    return door(call, stage, institution, at).open


def is_late(call: Call, stage: str, at: datetime, institution: Institution | None = None) -> bool:
    """Whether a stage is past its end; for the reviews this is a flag and nothing more."""
    ends_at = effective_end(call, stage, institution)
    return ends_at is not None and at >= ends_at


def _shut_by_state(call: Call) -> str:
    if call.state == CallState.DRAFT:
        return _("本次征集尚未发布。")
    if call.state == CallState.FINISHED:
        return _("本次征集已办结。")
    return call.closed_message or _("本次征集已停止。")

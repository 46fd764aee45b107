"""What waits for those who run the platform: a lost second factor, a locked sign-in, a report of a problem."""

from datetime import datetime, timedelta

from lifelong.accounts.actions.factors import ask_factor_reset
from lifelong.accounts.actions.lockout import LIMIT, note_failure
from lifelong.accounts.models import Role
from lifelong.catalogue.actions.reports import file_report
from lifelong.catalogue.lifecycle import ReportKind
from lifelong.catalogue.models import Entry
from lifelong.demo.actions.cast import Cast


def leave_work(players: Cast, *, at: datetime) -> None:
    security, expert = players.of(Role.SECURITY_ADMINISTRATOR), players.of(Role.EXPERT)
    ask_factor_reset(expert, reason="手机遗失，已打单位电话核实本人。", by=security, at=at - timedelta(hours=2))
    locked = players.of(Role.HANDLING_OFFICER)
    for number in range(LIMIT):
        note_failure(locked.email, at=at - timedelta(minutes=LIMIT - number))
    entry = Entry.objects.online().select_related("resource").order_by("-published_at", "pk").first()
    if entry is not None:
        file_report(
            kind=ReportKind.PLAYBACK, text="在家里用手机看，放到一半就停住了，别的都能放。", resource=entry.resource,
            at=at - timedelta(hours=5),
        )  # fmt: skip

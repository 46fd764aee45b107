"""公示: a batch before the public for a while, before it may go live (spec 1, Batch)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.notices import send
from lifelong.review.actions import batches
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Batch, PublicNotice
from lifelong.review.queries.public_notices import standing_notice
from lifelong.web.refusals import Refusal, reason_within
from lifelong.web.templatetags.web import deadline


class NoNotice(Refusal):
    code = "no_notice"


class NoticeReason(Refusal):
    code = "reason_missing"
    status = 422


@transaction.atomic
def open_notice(
    batch: Batch, *, begins_at: datetime, ends_at: datetime, text: str = "", by: User, at: datetime
) -> PublicNotice:
    """The list is fixed and shown from ``begins_at`` on; reporters are told. Raises ``WrongTime``, ``BatchNotOpen``."""
    batches.wanted_manager(by)
    batch = batches.composing(batch)
    begins_at = max(begins_at, at)
    if ends_at <= begins_at:
        text = _("公示要在开始以后、将来的一天结束，请重新填写。")
        raise batches.WrongTime(text, fields={"ends_date": text})
    items = batches.living_items(batch)
    if not items:
        raise batches.BatchEmpty(_("批次里还没有资源，请先编入待上线的资源。"))
    batches.wanted_fit(batch)
    batches.step(batch, BatchState.NOTICE)
    batch.save(update_fields=["state"])
    notice = PublicNotice.objects.create(
        batch=batch, begins_at=begins_at, ends_at=ends_at, text=text.strip(), opened_by=by, opened_at=at
    )
    record("review.notice_opened", by=by, of=notice, at=at, detail={"ends_at": ends_at.isoformat()})
    mine: dict[User, list[str]] = {}
    for round in batches.newest_rounds(items).values():
        mine.setdefault(round.submitted_by, []).append(round.version.title)
    for person, titles in mine.items():
        send(
            person,
            subject=_("%(n)s 项资源随批次 %(number)s 公示") % {"n": len(titles), "number": batch.number},
            text=_("公示到 %(end)s，期间任何人可以提出异议。") % {"end": deadline(ends_at)}
            + "\n" + "\n".join(f"《{title}》" for title in titles),
            url=f"/batches/{batch.number}/notice", kind="notice", at=at,
        )  # fmt: skip
    return notice


@transaction.atomic
def call_off(batch: Batch, *, reason: str, by: User, at: datetime) -> PublicNotice:
    """Back to composing; the public page says that it was stopped, and why. Objections are answered all the same."""
    batches.wanted_manager(by)
    reason = _wanted(reason, _("请写明停止公示的原因，公众会看到。"))
    batch = batches.locked(batch)
    notice = standing_notice(batch)
    if notice is None or batch.state != BatchState.NOTICE:
        raise NoNotice(_("批次 %(number)s 目前不在公示中。") % {"number": batch.number})
    batches.step(batch, BatchState.COMPOSING)
    batch.save(update_fields=["state"])
    notice.called_off_at, notice.called_off_reason = at, reason
    notice.save(update_fields=["called_off_at", "called_off_reason"])
    record("review.notice_called_off", by=by, of=notice, at=at, detail={"reason": reason})
    return notice


@transaction.atomic
def override(batch: Batch, *, reason: str, by: User, at: datetime) -> PublicNotice:
    """Publication need not wait for the end, or for the answers: by whom and why is recorded and shown."""
    batches.wanted_manager(by)
    reason = _wanted(reason, _("请写明提前发布的理由，公众会看到。"))
    notice = standing_notice(batches.locked(batch))
    if notice is None:
        raise NoNotice(_("批次 %(number)s 没有公示。") % {"number": batch.number})
    notice.overridden_by, notice.overridden_at, notice.overridden_reason = by, at, reason
    notice.save(update_fields=["overridden_by", "overridden_at", "overridden_reason"])
    record("review.notice_overridden", by=by, of=notice, at=at, detail={"reason": reason})
    return notice


def _wanted(reason: str, words: str) -> str:
    reason = reason_within(reason)
    if not reason:
        raise NoticeReason(words, fields={"reason": words})
    return reason

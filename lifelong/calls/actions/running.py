"""The life of a call: published, closed with a message, opened again, finished; windows opened longer; news under it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import policy, windows
from lifelong.calls.actions.composing import CallIncomplete, locked
from lifelong.calls.lifecycle import CallState, Stage, call_may
from lifelong.calls.models import Amendment, AmendmentReading, Call, Extension, Window
from lifelong.calls.queries import recipients_of
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.notices import mail_to, send
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


class NotLater(Refusal):
    """An extension ends after what already counts."""

    code = "not_later"
    status = 422


def _step(call: Call, then: CallState) -> None:
    if not call_may(call.state, then):
        raise Conflict(_("这次征集现在是“%s”，不能这样办理。") % call.get_state_display())
    call.state = then


@transaction.atomic
def publish_call(call: Call, *, by: User, at: datetime) -> Call:
    """Make it public and tell everyone it asks."""
    call = locked(call)
    allowed = policy.can_publish(by, call)
    _step(call, CallState.OPEN)
    if not allowed:
        raise NotAllowed(_("征集由审定人员发布。"))
    _complete(call)
    call.published_at = at
    call.save(update_fields=["state", "published_at"])
    record("calls.published", by=by, of=call, at=at, detail={"number": call.number})
    tell_all(call, subject=_("征集通知：%s") % call.title, text=_in_short(call), at=at)
    return call


def _complete(call: Call) -> None:
    missing = {}
    if not call.title:
        missing["title"] = _("请填写标题。")
    if not call.body.strip():
        missing["body"] = _("请填写通知正文。")
    if not call.scope:
        missing["scope"] = _("请至少勾选一个征集的领域和类型。")
    for stage in (Stage.REGISTRATION, Stage.SUBMISSION):
        window = windows.window_of(call, stage)
        if window is None:
            missing[f"{stage}_end"] = _("请填写%s的截止日期。") % stage.label
    if missing:
        raise CallIncomplete(" ".join(missing.values()), fields=missing)


def _in_short(call: Call) -> str:
    lines = [_("%s已发布。") % call.title]
    for stage in (Stage.REGISTRATION, Stage.SUBMISSION):
        lines.append(
            _("%(stage)s截止：%(time)s") % {
                "stage": stage.label, "time": windows.deadline(windows.effective_end(call, stage)),
            }
        )  # fmt: skip
    return "\n".join(lines)


def tell_all(
    call: Call, *, subject: str, text: str, at: datetime, mail: bool = True, kind: str = "call"
) -> None:  # fmt: skip
    """Reporters hear it in the site and by e-mail; an institution without one through its office e-mail. Without
    ``mail`` in the site alone."""
    url = reverse("call", args=[call.number])
    asked = recipients_of(call)
    reporters = Mandate.objects.open_at(at).filter(role=MandateRole.REPORTER, institution__in=asked.values("pk"))
    send(
        [mandate.user for mandate in reporters.select_related("user")],
        subject=subject, text=text, url=url, kind=kind, at=at, email=mail,
    )  # fmt: skip
    if not mail:
        return
    offices = asked.exclude(office_email="").exclude(pk__in=reporters.values("institution_id"))
    for address in set(offices.values_list("office_email", flat=True)):
        mail_to(address, subject=subject, text=f"{text}\n\n{settings.SITE_URL}{url}", at=at)


@transaction.atomic
def close_call(call: Call, *, message: str, by: User, at: datetime) -> Call:
    """Shut its doors before their time, with the sentence that the doors will show."""
    call = locked(call)
    if not message.strip():
        raise ReasonMissing(_("请写明停止征集的说明，登记和报送页面会显示它。"), fields={"message": _("请写明说明。")})
    allowed = policy.can_close(by, call)
    _step(call, CallState.CLOSED)
    if not allowed:
        raise NotAllowed(_("停止征集由审定人员办理。"))
    call.closed_at, call.closed_message = at, message.strip()
    call.save(update_fields=["state", "closed_at", "closed_message"])
    record("calls.closed", by=by, of=call, at=at, detail={"message": message.strip()})
    return call


@transaction.atomic
def reopen_call(call: Call, *, by: User, at: datetime) -> Call:
    call = locked(call)
    allowed = policy.can_reopen(by, call)
    _step(call, CallState.OPEN)
    if not allowed:
        raise NotAllowed(_("恢复征集由审定人员办理。"))
    call.closed_at, call.closed_message = None, ""
    call.save(update_fields=["state", "closed_at", "closed_message"])
    record("calls.reopened", by=by, of=call, at=at)
    return call


@transaction.atomic
def finish_call(call: Call, *, by: User, at: datetime) -> Call:
    """Everything is done; the call stays readable for ever."""
    call = locked(call)
    allowed = policy.can_finish(by, call)
    _step(call, CallState.FINISHED)
    if not allowed:
        raise NotAllowed(_("办结征集由审定人员办理。"))
    call.finished_at = at
    call.save(update_fields=["state", "finished_at"])
    record("calls.finished", by=by, of=call, at=at)
    return call


@transaction.atomic
def extend_window(
    window: Window, *, ends_at: datetime, reason: str, by: User, at: datetime, institution: Institution | None = None
) -> Extension:
    """Open a stage longer, for all or for one institution, and tell whom it concerns."""
    call = locked(window.call)
    if not policy.can_extend(by, call):
        raise NotAllowed(_("延期由审定人员办理。"))
    if not reason.strip():
        raise ReasonMissing(_("请写明延期理由。"), fields={"reason": _("请写明延期理由。")})
    window = Window.objects.select_for_update().prefetch_related("extensions").get(pk=window.pk)
    counts = windows.ends_for(window, institution)
    if ends_at <= counts:
        text = _("新的截止时间须晚于现在的 %s。") % windows.deadline(counts)
        raise NotLater(text, fields={"end": text})
    extension = Extension.objects.create(
        window=window, institution=institution, ends_at=ends_at, reason=reason.strip(), by=by, at=at
    )
    record(
        "calls.extended", by=by, of=call, at=at,
        detail={
            "stage": window.stage, "institution": institution.code if institution else "", "to": ends_at.isoformat(),
            "from": counts.isoformat(), "reason": reason.strip(),
        },
    )  # fmt: skip
    facts = {"stage": window.get_stage_display(), "time": windows.deadline(ends_at), "reason": reason.strip()}
    subject = _("%(stage)s截止时间延至 %(time)s") % facts
    text = _("%(stage)s截止时间延至 %(time)s。理由：%(reason)s") % facts
    if institution is None:
        tell_all(call, subject=f"{call.title}：{subject}", text=text, at=at, kind="call.extended")
    else:
        tell_one(call, institution, subject=subject, text=text, at=at)
    return extension


def tell_one(call: Call, institution: Institution, *, subject: str, text: str, at: datetime, url: str = "") -> None:
    """The reporter, in the site and by e-mail; the office where there is none."""
    url = url or reverse("call", args=[call.number])
    reporter = institution.mandates.open_at(at).filter(role=MandateRole.REPORTER).select_related("user").first()
    if reporter:
        send(reporter.user, subject=subject, text=text, url=url, kind="call.yours", at=at)
    elif institution.office_email:
        mail_to(institution.office_email, subject=subject, text=text, at=at)


@transaction.atomic
def announce(call: Call, *, kind: str, title: str, text: str, by: User, at: datetime) -> Amendment:
    """An announcement, or a correction of what was published, under the call."""
    call = locked(call)
    if not policy.can_announce(by, call):
        raise NotAllowed(_("您不能在这次征集下发布公告。"))
    if not title.strip() or not text.strip():
        raise ReasonMissing(_("请填写标题和内容。"))
    last = call.amendments.order_by("-at", "-pk").first()
    if last and (last.kind, last.title, last.text) == (kind, title.strip(), text.strip()):
        return last  # sent again after a lost answer, or pressed twice: three hundred are not told twice
    amendment = Amendment.objects.create(call=call, kind=kind, title=title.strip(), text=text.strip(), by=by, at=at)
    record("calls.announced", by=by, of=call, at=at, detail={"kind": kind, "title": amendment.title})
    subject = f"{amendment.get_kind_display()}：{amendment.title}"
    tell_all(call, subject=subject, text=amendment.text, at=at)
    return amendment


def note_reading(call: Call, institutions: list[Institution], *, at: datetime) -> None:
    """Somebody of these institutions has the call's announcements before their eyes."""
    amendments = list(call.amendments.all())
    rows = [
        AmendmentReading(amendment=amendment, institution=institution, at=at)
        for amendment in amendments
        for institution in institutions
    ]
    AmendmentReading.objects.bulk_create(rows, ignore_conflicts=True)
    unread = AmendmentReading.objects.filter(amendment__in=amendments, institution__in=institutions, at=None)
    unread.update(at=at)

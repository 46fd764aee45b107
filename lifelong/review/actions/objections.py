"""公示异议: taken without an account, followed by its number, answered one by one by the ministry."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.models import Role, User
from lifelong.accounts.queries import holders_of
from lifelong.audit import record
from lifelong.notices import mail_to, send
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.review import policy
from lifelong.review.actions import batches, decisions
from lifelong.review.lifecycle import BatchState, ObjectionState
from lifelong.review.models import Batch, BatchItem, Objection, PublicNotice
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_IN_AN_HOUR = 200  # of the whole platform: a flood, not people


class NotOnNotice(Refusal):
    code = "not_on_notice"


class TooManyObjections(Refusal):
    code = "too_many_objections"
    status = 429


class MayNotAnswer(NotAllowed):
    code = "may_not_answer"


class AlreadyAnswered(Conflict):
    code = "already_answered"


class AnswerMissing(Refusal):
    code = "answer_missing"
    status = 422


class StillOnline(Refusal):
    code = "still_online"


@transaction.atomic
def object_to(
    notice: PublicNotice, version: Version, *, name: str, contact: str, reason: str, at: datetime
) -> Objection:
    """Taken in with a number that cannot be guessed; the ministry learns of it. Raises ``NotOnNotice``, ``TooManyObjections``."""
    notice = PublicNotice.objects.select_for_update(of=("self",)).select_related("batch").get(pk=notice.pk)
    if not notice.is_running(at):
        raise NotOnNotice(_("公示已经结束或停止，不再收异议；对已上线资源的意见可以用“报告问题”。"))
    listed = notice.batch.items.filter(version=version, pulled_at__isnull=True)
    if not listed.exists():
        raise NotOnNotice(_("这项资源不在公示的名单里，或已撤下。"))
    if Objection.objects.filter(created_at__gt=at - timedelta(hours=1)).count() >= MOST_IN_AN_HOUR:
        raise TooManyObjections(_("眼下收到的异议太多，请过一小时再试，或拨打服务电话。"))
    number = f"Y{timezone.localtime(at):%y%m%d}{''.join(secrets.choice(LETTERS) for _ in range(6))}"
    objection = Objection.objects.create(
        number=number, notice=notice, version=version, name=name.strip(), contact=contact.strip(),
        reason=reason.strip(), created_at=at,
    )  # fmt: skip
    record("review.objected", of=objection, at=at, detail={"batch": notice.batch.number})
    send(
        holders_of(Role.FINAL_REVIEWER, at=at),
        subject=_("公示收到异议：《%(title)s》") % {"title": version.title}, text=objection.reason[:300],
        url=f"/work/objections/{number}", kind="objection", at=at,
    )  # fmt: skip
    return objection


@transaction.atomic
def answer(objection: Objection, *, upheld: bool, answer: str, by: User, at: datetime) -> Objection:
    """Upheld, the item leaves the list with the answer as its reason and goes back to the province; its line stays.

    Raises ``MayNotAnswer``, ``AlreadyAnswered``, ``AnswerMissing``, ``StillOnline``.
    """
    if not policy.can_manage_batches(by):
        raise MayNotAnswer(_("公示异议由终审人员答复。"))
    answer = reason_within(answer)
    if len(answer) < 2:
        raise AnswerMissing(_("请写明答复，提出异议的人会看到。"), fields={"answer": _("请写明答复。")})
    batch = Batch.objects.select_for_update().get(pk=objection.notice.batch_id)
    locked = Objection.objects.select_for_update(of=("self",)).select_related("version").get(pk=objection.pk)
    if locked.state != ObjectionState.OPEN:
        raise AlreadyAnswered(_("异议 %(number)s 已有答复。") % {"number": locked.number})
    round = locked.version.rounds.select_related("version__resource").order_by("-number").first()
    if round is not None and policy.belongs_to(by, round):
        raise MayNotAnswer(_("这是您本单位报送的资源，按规定须由其他人员答复。"))
    locked.state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    locked.answer, locked.answered_by, locked.answered_at = answer, by, at
    locked.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    record("review.objection_answered", by=by, of=locked, at=at, detail={"upheld": upheld})
    if upheld:
        _take_out(locked, batch, by=by, at=at)
    if "@" in locked.contact:
        mail_to(
            locked.contact, subject=_("您的公示异议 %(number)s 已有答复") % {"number": locked.number},
            text=f"{answer}\n\n{settings.SITE_URL}/objections/{locked.number}", at=at,
        )  # fmt: skip
    return locked


def _take_out(objection: Objection, batch: Batch, *, by: User, at: datetime) -> None:
    item = BatchItem.objects.filter(batch=batch, version=objection.version, pulled_at__isnull=True).first()
    if item is None:
        return
    if batch.state == BatchState.PUBLISHED:
        raise StillOnline(_("这项资源已随批次上线：请先在资源库把它下架或出库，再认定异议成立。"))
    batches.pull(item, reason=objection.answer, at=at)
    version = objection.version
    if version.state == State.ACCEPTED:
        round = version.rounds.order_by("-number")[0]
        words = _("公示异议成立：%(why)s") % {"why": objection.answer}
        decisions.release(round, by=by, at=at, reason=words[:500])

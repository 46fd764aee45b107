"""What waits on the first page of officers and reporters, and where they can go."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.accounts.policy import roles_of
from lifelong.calls import windows
from lifelong.calls.lifecycle import CallState, Stage
from lifelong.calls.models import Call
from lifelong.calls.queries.calls import authorities_issuing, calls_for, calls_of, joined
from lifelong.calls.queries.questions import waiting_questions
from lifelong.calls.queries.registrations import waiting_registrations
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import institutions_of
from lifelong.web.desk import Date, Entry, Waiting, Word

SOON = timedelta(days=3)
OLD = timedelta(days=2)


def waiting_for(user: User) -> Iterator[Waiting]:
    if user.has_right("registrations.check"):
        yield from _registrations(user)
    if user.has_right("calls.read") and authorities_issuing(user):
        yield from _calls(user)
    if "reporter" in roles_of(user):
        yield from _to_confirm(user)
    if user.has_right("questions.answer") or "reporter" in roles_of(user):
        yield from _questions(user)


def words_for(user: User) -> Iterator[Word]:
    """The officer whose department never issued a call: nothing can come before there is one."""
    if not user.has_right("calls.manage"):
        return
    own = [authority.pk for authority in authorities_issuing(user)]
    if own and not Call.objects.filter(issued_by__in=own).exists():
        yield Word(
            _("从起草一次征集开始"),
            _("征集发布以后，各单位才能登记负责人、报送资源；要您审核的会列在这里。"),
            ((_("起草征集"), reverse("call-compose")), (_("单位名册"), reverse("institutions"))),
        )


def _registrations(user: User) -> Iterator[Waiting]:
    now = timezone.now()
    waiting = waiting_registrations(user)
    if count := waiting.count():
        oldest = waiting.aggregate(first=Min("submitted_at"))["first"]
        waited = now - oldest
        note = _("最早提交的已等 %s 天") % waited.days if waited.days else ""
        url = f"{reverse('registrations')}?state=submitted"
        yield Waiting(_("负责人登记待审核"), count, url, note=note, urgent=waited > OLD)


def _questions(user: User) -> Iterator[Waiting]:
    now = timezone.now()
    numbers = waiting_questions(user).order_by().aggregate(count=Count("pk"), first=Min("asked_at"))
    if numbers["count"]:
        waited = now - numbers["first"]
        note = _("最早提出的已等 %s 天") % waited.days if waited.days else ""
        url = f"{reverse('questions')}?show=waiting"
        yield Waiting(_("提问等您答复"), numbers["count"], url, note=note, urgent=waited > OLD)


def _calls(user: User) -> Iterator[Waiting]:
    """Drafts to publish, and doors that shut within three days with the board behind them."""
    now = timezone.now()
    own = {authority.pk for authority in authorities_issuing(user)}
    calls = [
        call for call in calls_of(user).filter(state__in=[CallState.DRAFT, CallState.OPEN]) if call.issued_by_id in own
    ]
    drafts = [call for call in calls if call.state == CallState.DRAFT]
    if drafts and user.has_right("calls.publish"):
        yield Waiting(_("征集草稿待发布"), len(drafts), reverse("calls-desk") + "?state=draft")
    for call in calls:
        for stage in (Stage.REGISTRATION, Stage.SUBMISSION):
            end = windows.effective_end(call, stage)
            if call.state == CallState.OPEN and end and timedelta(0) < end - now < SOON:
                url = reverse("call-board", args=[call.number]) + "?standing=unfinished"
                title = _("%(call)s：%(stage)s即将截止") % {"call": call.title, "stage": stage.label}
                yield Waiting(title, 1, url, due_at=end, note=_("看看谁还没有完成"), urgent=True)


def _to_confirm(user: User) -> Iterator[Waiting]:
    """Calls that a reporter's institutions could join in one click."""
    now = timezone.now()
    for institution in institutions_of(user):
        for call in calls_for(institution):
            end = windows.effective_end(call, Stage.SUBMISSION, institution)
            if (end is None or now < end) and joined(call, institution) is None:
                note = _("确认续用负责人即可参加")
                yield Waiting(call.title, 1, reverse("call", args=[call.number]), due_at=end, note=note)


def dates_for(user: User) -> Iterator[Date]:
    """The ends of the stages: for officers of every open call, for a reporter of the calls the institution may answer."""
    if user.has_right("calls.read"):
        for call in calls_of(user).filter(state=CallState.OPEN):
            address = reverse("call-board", args=[call.number])
            yield from _ends(call, list(Stage), None, address)
    if "reporter" in roles_of(user):
        for institution in institutions_of(user):
            for call in calls_for(institution):
                yield from _ends(call, [Stage.SUBMISSION], institution, reverse("call", args=[call.number]))


def _ends(call: Call, stages: Iterable[Stage], institution: Institution | None, address: str) -> Iterator[Date]:
    now = timezone.now()
    for stage in stages:
        end = windows.effective_end(call, stage, institution)
        if end and end > now:
            yield Date(end, windows.deadline(end), _("%s截止") % stage.label, call.title, address)


def menu_for(user: User) -> Iterator[Entry]:
    if user.has_right("calls.read"):
        yield Entry(_("征集"), reverse("calls-desk"), _("征集"), 20, sets=True)
    if user.has_right("registrations.check"):
        yield Entry(_("负责人登记"), reverse("registrations"), _("征集"), 21)
    if user.has_right("questions.answer"):
        yield Entry(_("提问与答复"), reverse("questions"), _("征集"), 23)
    elif "reporter" in roles_of(user):
        yield Entry(_("提问与答复"), reverse("questions"), _("资源报送"), 26)

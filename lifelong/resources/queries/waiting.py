"""What waits on the first page of a reporter and of an institution's reviewer, and where they can go."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.accounts.policy import roles_of
from lifelong.institutions.queries import institutions_of
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.resources.queries.calling import deadline_for
from lifelong.resources.queries.reach import reach_of
from lifelong.web.desk import Entry, Waiting

SOON = timedelta(days=3)


def waiting_for(user: User) -> Iterator[Waiting]:
    """Returned ones with their due date, drafts with the end of submission, signatures to give."""
    reach, now = reach_of(user), timezone.now()
    if not reach.own:
        return
    counts = Version.objects.filter(resource__institution_id__in=reach.own, deleted_at__isnull=True).aggregate(
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        due_at=Min("return_due_at", filter=Q(state=State.RETURNED)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
        unit_review=Count("pk", filter=Q(state=State.UNIT_REVIEW, resource__institution_id__in=reach.signs_for)),
        under_review=Count("pk", filter=Q(state__in=[State.SUBMITTED, State.FORWARDED])),
    )
    index = reverse("resources:index")
    if counts["unit_review"]:
        yield Waiting(
            _("资源等您单位自审"),
            counts["unit_review"],
            reverse("resources:unit-review"),
            note=_("签署承诺后即报送"),
            urgent=True,
        )
    if not reach.reports_for:
        return
    if counts["returned"]:
        due_at = counts["due_at"]
        yield Waiting(
            _("资源被退回，等您修改"), counts["returned"], f"{index}?state=returned", due_at=due_at,
            note=_("修改后重新报送"), urgent=due_at is not None and due_at - now < SOON,
        )  # fmt: skip
    if counts["drafts"]:
        due_at = deadline_for(institutions_of(user).filter(pk__in=reach.reports_for), now)
        yield Waiting(
            _("草稿还没有报送"), counts["drafts"], reverse("resources:missing"), due_at=due_at, note=_("看看还缺什么"),
            urgent=due_at is not None and due_at - now < SOON,
        )  # fmt: skip
    if counts["under_review"]:
        yield Waiting(_("资源正在审核"), counts["under_review"], f"{index}?state=submitted&state=forwarded")


def menu_for(user: User) -> Iterator[Entry]:
    if user.has_right("resources.prepare"):
        group = _("资源报送")
        yield Entry(_("本单位资源"), reverse("resources:index"), group, 20)
        yield Entry(_("新建资源"), reverse("resources:new"), group, 21)
        yield Entry(_("用表格导入"), reverse("resources:imports"), group, 21)
        yield Entry(_("批量上传文件"), reverse("resources:sending"), group, 21)
        yield Entry(_("还缺什么"), reverse("resources:missing"), group, 22)
        yield Entry(_("报送汇总表"), reverse("resources:summaries"), group, 23)
        yield Entry(_("系列"), reverse("resources:series"), group, 24)
        yield Entry(_("回收站"), reverse("resources:trash"), group, 25)
    elif user.has_right("resources.sign"):
        yield Entry(_("本单位资源"), reverse("resources:index"), _("资源报送"), 20)
    if "institution_reviewer" in roles_of(user):
        yield Entry(_("单位自审"), reverse("resources:unit-review"), _("资源报送"), 23)

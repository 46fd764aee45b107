"""The queue of a stage, and decisions for many at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.resources.lifecycle import State
from lifelong.resources.queries.reading import text_of
from lifelong.review import policy
from lifelong.review.actions.decisions import decide_many
from lifelong.review.forms import ManyForm
from lifelong.review.lifecycle import LEADS_TO, WAITS_IN, Outcome, Stage
from lifelong.review.queries import desk
from lifelong.review.queries.phrases import phrases_for
from lifelong.web import workbooks
from lifelong.web.refusals import REASON_MOST
from lifelong.web.rights import right
from lifelong.web.templatetags.web import clock
from lifelong.web.workbooks import Column

PAGE = 50
COLUMNS = [
    Column("回执编号", 18), Column("资源ID", 14), Column("资源名称", 36), Column("报送单位", 26), Column("所属领域", 14),
    Column("资源类型", 14), Column("时长", 10), Column("报送时间", 18), Column("状态", 12), Column("不符合", 8), Column("禁用词", 8),
    Column("豁免", 8), Column("留意", 8), Column("在办", 12),
]  # fmt: skip


def stage_of(request: HttpRequest, stage: str) -> Stage:
    """The stage named in the address, if this person may open its desk."""
    if stage not in Stage.values:
        raise Http404
    if Stage(stage) not in policy.stages_of(request.user):
        raise PermissionDenied
    return Stage(stage)


@right("review.open")
def choose(request: HttpRequest) -> HttpResponse:
    stages = policy.stages_of(request.user)
    return redirect("review_queue", stages[0])


@right("review.open")
def queue(request: HttpRequest, stage: str) -> HttpResponse:
    wanted = stage_of(request, stage)
    filters = desk.Filters.of(request.GET)
    rounds = desk.queue(request.user, wanted, filters)
    left = []
    if request.method == "POST":
        left = bulk(request, wanted)
        if not left:
            return redirect(request.get_full_path())
    paginator, numbers = Paginator(rounds, PAGE), desk.waiting_numbers(request.user, wanted)
    if filters in (desk.Filters(), desk.Filters(look="clean")):  # counted already
        paginator.count = numbers[filters.look or "waiting"]  # type: ignore[misc]
    page = paginator.get_page(request.GET.get("page"))
    page.object_list = desk.described_page(page.object_list, wanted)
    waiting = filters.show == "waiting"
    may_decide = request.user.has_right(policy.DECIDE[wanted]) and waiting
    may_convene = policy.can_convene(request.user, wanted) and waiting
    return render(
        request,
        "review/queue.html",
        {
            "stage": wanted, "filters": filters, "page": page, "left": left, "choices": desk.choices(request.user, wanted),
            "numbers": numbers, "stages": policy.stages_of(request.user),
            "outcomes": [o for s, o in LEADS_TO if s == wanted], "phrases": phrases_for(request.user), "types": ["A01", "A02", "A03"],
            "shown": [(show, desk.SHOWN[show]) for show in desk.shows_of(wanted)],
            "may_decide": may_decide, "may_convene": may_convene, "may_tick": may_decide or may_convene,
        },
    )  # fmt: skip


@right("review.open")
def export(request: HttpRequest, stage: str) -> HttpResponse:
    """What the queue shows under these filters, every page of it."""
    wanted, filters = stage_of(request, stage), desk.Filters.of(request.GET)
    found: Any = desk.described(desk.queue(request.user, wanted, filters), wanted)
    rows = (
        [
            round.receipt_number, round.version.resource.resource_id, round.version.title,
            round.version.resource.institution.name, text_of("area", round.version.area),
            text_of("type", round.version.type), clock(round.version.duration), round.submitted_at,
            str(State(round.version.state).label), round.fails, round.blocks, round.waived, round.looks,
            round.holder or "",
        ]
        for round in found
    )  # fmt: skip
    words = desk.filters_in_words(filters)
    content = workbooks.workbook(str(wanted.label), COLUMNS, rows, filters=words)
    return workbooks.answer(content, str(wanted.label))


def bulk(request: HttpRequest, stage: Stage) -> list[tuple]:
    """Decides the ticked rows; what did not go comes back with its reason."""
    waiting = desk.rounds_in_reach(request.user, stage).filter(version__state=WAITS_IN[stage])
    form = ManyForm(request.POST, offered=waiting.values_list("pk", flat=True))
    if not form.is_valid():
        messages.error(request, what_is_wrong(form))
        return []
    reasons = [{"field": "", "text": form.cleaned_data["reason"]}]
    result = decide_many(
        waiting.filter(pk__in=form.cleaned_data["id"]), stage=stage, outcome=Outcome(form.cleaned_data["do"]),
        by=request.user, at=timezone.now(), reasons=reasons,
    )  # fmt: skip
    (messages.warning if result.left else messages.success)(request, str(result))
    return result.left


def what_is_wrong(form: ManyForm) -> str:
    if "id" in form.errors:
        return _("请先勾选要处理的资源；有的可能刚刚被其他人员处理。")
    if "do" in form.errors:
        return _("请选择要作的决定。")
    return _("理由最多 %(most)s 字，现在有 %(n)s 字，请缩短后再提交。") % {
        "most": REASON_MOST, "n": len(form.data.get("reason", "").strip()),
    }  # fmt: skip

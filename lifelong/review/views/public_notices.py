"""公示 before the public: the list, an objection, what became of it, a feed. Nothing here needs an account."""

import unicodedata

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.accounts.limits import allow
from lifelong.review.actions import objections
from lifelong.review.forms import ObjectionForm
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Objection, PublicNotice
from lifelong.review.queries import public_notices as queries
from lifelong.texts.queries import operator_now
from lifelong.web.attempts import show_refusal
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, right
from lifelong.web.templatetags.web import deadline

ROWS = 100
FEED = 30


@require_safe
@right(PUBLIC)
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """The list as long as it is before the public, and ever after with what became of it."""
    found = notice_or_404(number)
    now = timezone.now()
    page = Paginator(queries.noticed_items(found), ROWS).get_page(request.GET.get("page"))
    shown = {
        "notice": found, "batch": found.batch, "page": page, "running": found.is_running(now),
        "published": found.batch.state == BatchState.PUBLISHED, "cancelled": found.batch.state == BatchState.CANCELLED,
        "early": found.overridden_at is not None and found.batch.state == BatchState.PUBLISHED,
    }  # fmt: skip
    return render(request, "review/notice.html", shown)


def notice_or_404(number: str) -> PublicNotice:
    found = queries.notice_of(number, timezone.now())
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def object_to(request: HttpRequest, number: str) -> HttpResponse:
    """``?item=`` names what it is about. What was typed comes back with every refusal."""
    found = notice_or_404(number)
    items = list(queries.noticed_items(found).living())
    form = ObjectionForm(request.POST or None, items=items, initial={"item": numeral(request.GET.get("item", ""))})
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        version = next(one.version for one in items if one.pk == clean["item"])
        try:
            allow("objection", request, times=5, seconds=3600)
            filed = objections.object_to(
                found, version, name=clean["name"], contact=clean["contact"], reason=clean["reason"], at=timezone.now()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            return render(request, "review/object.html", {"form": form, "notice": found}, status=refusal.status)
        messages.success(request, _("已收到。请记下异议编号 %(number)s，可随时查询答复。") % {"number": filed.number})
        return redirect("objection_state", filed.number)
    shown = {"form": form, "notice": found, "running": found.is_running(timezone.now())}
    return render(request, "review/object.html", shown, status=422 if request.method == "POST" else 200)


@require_safe
@right(PUBLIC)
def find(request: HttpRequest) -> HttpResponse:
    """As on the receipt: a telephone's keyboard gives small and broad letters and puts spaces between."""
    typed = request.GET.get("number", "")[:40]
    number = "".join(unicodedata.normalize("NFKC", typed).upper().split())[:20]
    if number and "\x00" not in number and Objection.objects.filter(number=number).exists():
        return redirect("objection_state", number)
    return render(request, "review/objection_find.html", {"number": number})


@require_safe
@right(PUBLIC)
def state(request: HttpRequest, number: str) -> HttpResponse:
    """What was objected and the answer; neither who objected nor who answered."""
    found = get_object_or_404(queries.objections(), number=number)
    return render(request, "review/objection.html", {"objection": found, "batch": found.notice.batch})


@require_safe
@right(PUBLIC)
def feed(request: HttpRequest) -> HttpResponse:
    """Public notices as Atom, newest first."""
    place = f"{settings.SITE_URL}/batches/"
    atom = Atom1Feed(
        title=_("推荐批次公示"), link=place, description=_("推荐批次公示"), language="zh-hans",
        feed_url=f"{settings.SITE_URL}/feeds/batches/notices.atom", author_name=operator_now()["name"],
    )  # fmt: skip
    for one in queries.begun_notices(timezone.now())[:FEED]:
        address = f"{settings.SITE_URL}/batches/{one.batch.number}/notice"
        atom.add_item(
            title=_("%(title)s 公示") % {"title": one.batch.title}, link=address,
            description=_("公示到 %(end)s，期间任何人可以提出异议。") % {"end": deadline(one.ends_at)},
            pubdate=one.begins_at, updateddate=one.called_off_at or one.begins_at, unique_id=f"{address}#{one.pk}",
        )  # fmt: skip
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")

"""xAPI: the learner's own yes and own file; the operator's stores."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.limits import allow
from lifelong.learning.actions import forwarding
from lifelong.learning.actions import statements as acts
from lifelong.learning.forms import StoreForm
from lifelong.learning.models import DeliveryState, StatementStore
from lifelong.learning.queries import statements
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import SIGNED_IN, right

SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    """``do`` = agree (``by`` = account or email) or withdraw."""
    user: Any = request.user
    now, back = timezone.now(), reverse("my_statements")
    if request.method == "POST" and request.POST.get("do") == "withdraw":
        return attempt(request, lambda: acts.withdraw(user, at=now), done=_("已停止转送。"), back=back)
    if request.method == "POST":
        by_email = request.POST.get("by") == "email"
        done = _("已同意转送今后的学习记录。")
        return attempt(request, lambda: acts.agree(user, by_email=by_email, at=now), done=done, back=back)
    consent, stores = statements.consent_of(user), list(StatementStore.objects.filter(is_open=True))
    standing = consent if consent and consent.withdrawn_at is None else None
    newer = [store for store in stores if standing and store.agreed_from > standing.given_at]
    return render(request, "learning/statements.html", {"consent": standing, "stores": stores, "newer": newer})


@never_cache
@require_safe
@right(SIGNED_IN)
def mine_file(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    allow("statements", request, times=12, seconds=3600, key=f"user-{user.pk}")
    content = json.dumps(statements.statements_of(user), ensure_ascii=False, indent=1)
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, _("我的学习陈述.json"))
    return answer


@require_safe
@right("statements.manage")
def stores(request: HttpRequest) -> HttpResponse:
    return render(request, "learning/desk_stores.html", {"stores": statements.stores_with_counts()})


@require_http_methods(["GET", "HEAD", "POST"])
@right("statements.manage")
def store(request: HttpRequest, number: int | None = None) -> HttpResponse:
    found = get_object_or_404(statements.stores_with_counts(), pk=number) if number else None
    names = ("name", "endpoint", "key", "is_open")
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = StoreForm(request.POST if request.method == "POST" else None, initial=initial, is_new=found is None)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            saved = forwarding.save_store(**form.cleaned_data, by=user, at=timezone.now(), store=found)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("statement_store", saved.pk)
    refused = found.deliveries.filter(state=DeliveryState.REFUSED).order_by("-pk")[:SHOWN] if found else []
    shown = {"form": form, "store": found, "refused": refused}
    return render(request, "learning/desk_store.html", shown, status=422 if form.errors else 200)


@require_POST
@right("statements.manage")
def test(request: HttpRequest, number: int) -> HttpResponse:
    found, user, now = get_object_or_404(StatementStore, pk=number), request.user, timezone.now()
    done = _("正在后台测试，稍后刷新本页看结果。")
    back = reverse("statement_store", args=[number])
    return attempt(request, lambda: forwarding.ask_for_test(found, by=user, at=now), done=done, back=back)  # type: ignore[arg-type]


@require_POST
@right("statements.manage")
def refused(request: HttpRequest, number: int) -> HttpResponse:
    """``do`` = again or drop."""
    found, user, now = get_object_or_404(StatementStore, pk=number), request.user, timezone.now()
    again = request.POST.get("do") == "again"
    done = _("已放回待发送。") if again else _("已放弃。")
    back = reverse("statement_store", args=[number])
    return attempt(
        request, lambda: forwarding.settle_refused(found, again=again, by=user, at=now), done=done, back=back  # type: ignore[arg-type]
    )  # fmt: skip

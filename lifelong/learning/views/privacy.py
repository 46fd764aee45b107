"""One's own data: what is known, to take along, to end."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.actions import agree
from lifelong.accounts.limits import allow
from lifelong.accounts.models import User
from lifelong.accounts.queries import consent_is_withdrawn, consents_of, texts_to_agree
from lifelong.learning.actions import privacy
from lifelong.learning.queries.privacy import archive
from lifelong.web.attempts import attempt
from lifelong.web.refusals import Refusal
from lifelong.web.rights import SIGNED_IN, right


@never_cache
@require_safe
@right(SIGNED_IN)
def privacy_and_data(request: HttpRequest) -> HttpResponse:
    user = request.user
    context = {
        "consents": consents_of(user), "withdrawn": consent_is_withdrawn(user), "renewed": texts_to_agree(user, timezone.now()),
    }  # fmt: skip
    return render(request, "learning/privacy.html", context)


@never_cache
@require_POST
@right(SIGNED_IN)
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """Made on request; a copy of everything asks for the password again, like a deletion."""
    allow("export", request, times=6, seconds=3600, key=f"user-{request.user.pk}")
    now = timezone.now()
    privacy.note_export(request.user, at=now)
    answer = HttpResponse(archive(request.user, at=now), content_type="application/zip")
    name = _("我的数据-%s.zip") % f"{timezone.localtime(now):%Y%m%d}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@require_POST
@right(SIGNED_IN)
def consent(request: HttpRequest) -> HttpResponse:
    """``do`` = withdraw or agree."""
    user, now = request.user, timezone.now()
    if request.POST.get("do") == "withdraw":
        done = _("已撤回同意。以后不再保存您的收藏、笔记、评论和学习进度；不登录仍可学习全部资源。")
        return attempt(
            request,
            lambda: privacy.withdraw_consent(user, by=user, at=now),
            done=done,
            back=reverse("privacy_and_data"),
        )
    return attempt(
        request, lambda: agree(user, by=user, at=now), done=_("已同意现行版本。"), back=reverse("privacy_and_data")
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
@reauthentication_required
def delete(request: HttpRequest) -> HttpResponse:
    """Says what becomes of what, after the password was shown again; a POST with ``sure`` ends the account."""
    refusal: Refusal | None = None
    missing = request.method == "POST" and request.POST.get("sure") != "1"
    if request.method == "POST" and not missing:
        person = User.objects.get(pk=request.user.pk)
        try:
            privacy.delete_account(person, by=person, at=timezone.now())
        except Refusal as no:
            refusal = no
        else:
            logout(request)
            messages.success(request, _("账号已删除。全部资源不用账号也能学。"))
            return redirect("/")
    status = refusal.status if refusal else 422 if missing else 200
    return render(request, "learning/delete_account.html", {"refusal": refusal, "missing": missing}, status=status)

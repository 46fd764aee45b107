"""One's own notices, and the outbox of those who run the platform."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.audit.masks import mask_email
from lifelong.notices import queries
from lifelong.notices.actions import choosing, delivering, reading
from lifelong.notices.forms import MailChoiceForm
from lifelong.notices.groups import groups_for
from lifelong.notices.models import Mail, MailState
from lifelong.web import workbooks
from lifelong.web.rights import SIGNED_IN, right
from lifelong.web.workbooks import Column

PER_PAGE = 50
MOST_MAILS = 5000
MAILS = [
    Column("标题", 46), Column("收件人", 26), Column("状态", 14), Column("时间", 18), Column("发送时间", 18), Column("次数", 8),
    Column("错误", 40),
]  # fmt: skip


@require_GET
@right(SIGNED_IN)
def notices(request: HttpRequest) -> HttpResponse:
    unread_only = request.GET.get("unread") == "1"
    found = Paginator(queries.notices_of(request.user, unread_only=unread_only), PER_PAGE)
    facts = {"page": found.get_page(request.GET.get("page")), "unread_only": unread_only}
    return render(request, "notices/notices.html", facts)


@require_http_methods(["GET", "POST"])
@right(SIGNED_IN)
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """POST marks it as read and leads to the place it speaks of; GET shows it whole."""
    found = get_object_or_404(queries.notices_of(request.user), pk=number)
    reading.mark_read(found, by=request.user, at=timezone.now())
    if request.method == "POST" and found.url and url_has_allowed_host_and_scheme(found.url, {request.get_host()}):
        return redirect(found.url)
    return render(request, "notices/notice.html", {"notice": found})


@require_POST
@right(SIGNED_IN)
def read_all(request: HttpRequest) -> HttpResponse:
    reading.mark_all_read(by=request.user, at=timezone.now())
    messages.success(request, _("全部标为已读。"))
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def mail_choice(request: HttpRequest) -> HttpResponse:
    """How one's own notices come by mail."""
    groups, known = groups_for(request.user), queries.choice_of(request.user)
    form = MailChoiceForm(request.POST or None, groups=groups, choice=known)
    if request.method == "POST" and form.is_valid():
        choosing.choose(**form.values(), by=request.user, at=timezone.now())
        messages.success(request, _("已保存。从现在起的消息按新的方式告诉您。"))
        return redirect("mail-choice")
    facts = {"form": form, "may_choose": bool(groups)}
    return render(request, "notices/mail_choice.html", facts, status=422 if form.errors else 200)


@require_GET
@right("outbox.read")
def outbox(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in MailState.values else ""
    words = request.GET.get("words", "").strip()
    found = queries.mails(state=state, words=words)
    if workbooks.is_wanted(request):
        return _sheet(found, state, words)
    facts = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "words": words,
        "states": MailState.choices,
        "kept": queries.number_kept(),
        "server_set": bool(settings.EMAIL_URL),
    }
    return render(request, "notices/outbox.html", facts)


def _sheet(found: QuerySet[Mail], state: str, words: str) -> HttpResponse:
    """Addresses masked, as on the page; the newest ones where there are very many."""
    head = [_("状态：%s") % MailState(state).label] if state else []
    head += [_("查找：%s") % (mask_email(words) if "@" in words else words)] if words else []
    head += [_("最多列最近的 %s 封") % MOST_MAILS]
    rows = (
        [one.subject, mask_email(one.address), str(one.get_state_display()), one.created_at, one.sent_at, one.attempts, one.error]
        for one in found[:MOST_MAILS]
    )  # fmt: skip
    return workbooks.listed(_("发件箱"), MAILS, rows, filters=head)


@require_GET
@right("outbox.read")
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """Head of one mail; its body in demo mode alone (spec 9)."""
    found = get_object_or_404(Mail, pk=number)
    return render(request, "notices/mail.html", {"mail": found, "body": found.text if settings.DEMO else None})


@require_POST
@right("outbox.read")
def resend(request: HttpRequest, number: int) -> HttpResponse:
    delivering.resend(get_object_or_404(Mail, pk=number), by=request.user, at=timezone.now())
    messages.success(request, _("已重新排队，马上发送。"))
    return redirect("outbox")


@require_POST
@right("outbox.read")
def send_kept(request: HttpRequest) -> HttpResponse:
    number = delivering.send_kept(by=request.user, at=timezone.now())
    messages.success(request, _("%(number)s 封邮件已重新排队。") % {"number": number})
    return redirect("outbox")


@require_POST
@right("outbox.read")
def send_test(request: HttpRequest) -> HttpResponse:
    delivering.send_test(by=request.user, at=timezone.now())
    messages.success(request, _("测试邮件已排队，发往您自己的邮箱。稍后在下面的列表里看结果。"))
    return redirect("outbox")

"""People and roles, for the security and the system administrator."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts import actions, policy, queries
from lifelong.accounts.forms import AppointmentForm, ReasonForm
from lifelong.accounts.models import Appointment, FactorReset, Role, User
from lifelong.audit.masks import mask_email
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 50
COLUMNS = [
    Column("姓名", 12), Column("邮箱", 24), Column("任职", 40), Column("第二因素", 10), Column("账号", 10),
    Column("最近登录", 18),
]  # fmt: skip


@require_safe
@right("people.read")
def people(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    role, authority, text = (request.GET.get(name, "") for name in ("role", "authority", "q"))
    authority = str(numeral(authority) or "")
    found = Paginator(queries.people(role=role, authority=authority, text=text, at=now), PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "enrolled": queries.with_second_factor(list(page)),
        "roles": Role.choices,
        "authorities": queries.authorities(),
        "resets": [reset for reset in queries.open_factor_resets(now) if _may_answer(request.user, reset)],
        "now": now,
        "may_appoint": request.user.has_right("roles.grant"),
    }
    return render(request, "accounts/people.html", context)


@require_safe
@right("people.read")
def export(request: HttpRequest) -> HttpResponse:
    """What is on screen, e-mails masked."""
    role, authority, text = (request.GET.get(name, "") for name in ("role", "authority", "q"))
    found = list(queries.people(role=role, authority=str(numeral(authority) or ""), text=text))
    enrolled = queries.with_second_factor(found)
    words = [_("角色：%s") % Role(role).label] if role in Role.values else []
    rows = (
        [
            person.name, mask_email(person.email),
            "；".join(f"{one.authority} {one.get_role_display()}" for one in person.open_appointments),  # type: ignore[attr-defined]
            _("已设置") if person.pk in enrolled else "", "" if person.is_active else _("已停用"), person.last_login,
        ]
        for person in found
    )  # fmt: skip
    return workbooks.answer(workbooks.workbook(_("人员与角色"), COLUMNS, rows, filters=words), _("人员与角色"))


def _may_answer(user: User, reset: FactorReset) -> bool:
    return policy.can_confirm_factor_reset(user, reset.user, reset.requested_by)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right("roles.grant")
def appoint(request: HttpRequest) -> HttpResponse:
    form = AppointmentForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid():
        try:
            appointment, invitation = actions.appoint(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return _after_invitation(request, appointment.user, invitation, _("已任命。"))
    return render(request, "accounts/appoint.html", {"form": form}, status=422 if form.errors else 200)


def _after_invitation(request: HttpRequest, person: User, invitation: actions.Invitation, done: str) -> HttpResponse:
    """Back to the person; a link that no mail carries is shown here once, and that is in the audit."""
    if invitation.url and not invitation.mailed:
        context = {"invitation": invitation, "done": done, "back": reverse("person", args=[person.pk])}
        return render(request, "accounts/link_once.html", context)
    messages.success(request, done)
    return redirect("person", pk=person.pk)


@require_safe
@right("people.read")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    now = timezone.now()
    return render(request, "accounts/person.html", _context_of(request.user, found) | {"now": now})


def _context_of(user: User, found: User) -> dict[str, Any]:
    now = timezone.now()
    reset = queries.open_factor_resets(now).filter(user=found).first()
    return {
        "person": found,
        "appointments": found.appointments.select_related("authority").order_by("-begins_at"),
        "locked_until": queries.locked_until(found.email, now),
        "second_factor": found.pk in queries.with_second_factor([found]),
        "signs_in": queries.can_sign_in(found),
        "reset": reset,
        "may_answer_reset": bool(reset) and _may_answer(user, reset),
        "may_change_roles": policy.can_change_roles(user, found),
        "may_unlock": policy.can_unlock(user, found),
        "may_ask_reset": policy.can_ask_factor_reset(user, found),
        "may_send": policy.can_send_activation(user, found),
        "may_close": user.has_right("accounts.manage") and user.pk != found.pk,
        "reason_form": ReasonForm(),
    }


@require_POST
@right("roles.grant")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    appointment = get_object_or_404(Appointment, pk=pk)
    back = reverse("person", args=[appointment.user_id])
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: actions.withdraw(appointment, by=request.user, at=timezone.now(), reason=reason),
        done=_("角色已收回，立即生效。"), back=back,
    )  # fmt: skip


@require_POST
@right("accounts.unlock")
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    return attempt(
        request,
        lambda: actions.unlock(found, by=request.user, at=timezone.now()),
        done=_("已解除锁定，可以立即登录。"), back=reverse("person", args=[pk]),
    )  # fmt: skip


@require_POST
@right("accounts.unlock")
def ask_reset(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    return attempt(
        request,
        lambda: actions.ask_factor_reset(
            found, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now()
        ),
        done=_("已提出申请，等待另一位管理员在 24 小时内确认。"), back=reverse("person", args=[pk]),
    )  # fmt: skip


@require_POST
@right("people.read")
def answer_reset(request: HttpRequest, pk: int) -> HttpResponse:
    reset = get_object_or_404(FactorReset, pk=pk)
    agree = request.POST.get("answer") == "confirm"
    act = actions.confirm_factor_reset if agree else actions.refuse_factor_reset
    return attempt(
        request,
        lambda: act(reset, by=request.user, at=timezone.now()),
        done=_("已重置，本人下次登录时重新设置。") if agree else _("已驳回。"), back=reverse("people"),
    )  # fmt: skip


@never_cache
@require_POST
@right("people.read")
def send_activation(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    try:
        invitation = actions.send_activation_again(found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("person", pk=pk)
    done = _("新的激活链接已生成，旧链接作废。")
    if invitation.mailed:
        done = _("新的激活链接已发往 %s，旧链接作废。") % mask_email(found.email)
    return _after_invitation(request, found, invitation, done)


@require_POST
@right("accounts.manage")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: actions.close_account(found, reason=reason, by=request.user, at=timezone.now()),
        done=_("账号已停用，已打开的页面同时退出。"), back=reverse("person", args=[pk]),
    )  # fmt: skip


@require_POST
@right("accounts.manage")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    return attempt(
        request,
        lambda: actions.open_account(found, by=request.user, at=timezone.now()),
        done=_("账号已恢复。"), back=reverse("person", args=[pk]),
    )  # fmt: skip

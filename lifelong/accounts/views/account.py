"""A person's own page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lifelong.accounts import actions
from lifelong.accounts.forms import DetailsForm
from lifelong.accounts.keeping import forget, kept_for
from lifelong.accounts.models import User
from lifelong.accounts.policy import needs_second_factor
from lifelong.accounts.queries import with_second_factor
from lifelong.web.rights import SIGNED_IN, right


@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """Name and mobile to change; ways of signing in, offices and mandates to see."""
    user = request.user
    assert isinstance(user, User)
    at_work = user.has_right("desk")
    form = DetailsForm(request.POST or None, initial={"name": user.name, "mobile": user.mobile}, at_work=at_work)
    if request.method == "POST" and form.is_valid():
        actions.change_details(user, **form.cleaned_data, by=user, at=timezone.now())
        messages.success(request, _("已保存。"))
        return redirect("account")
    now = timezone.now()
    context = {
        "form": form,
        "appointments": user.appointments.open_at(now).select_related("authority"),
        "mandates": user.mandates.open_at(now).select_related("institution"),
        "second_factor": user.pk in with_second_factor([user]),
        "needs_second_factor": needs_second_factor(user),
    }
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def resume(request: HttpRequest) -> HttpResponse:
    """The form that came too late is offered once more; sending it on is the person's own click. POST throws it away."""
    assert isinstance(request.user, User)
    kept = kept_for(request, request.user)
    if kept is None:
        return redirect("desk")
    if request.method == "POST":
        forget(request)
        return redirect(kept.page)
    return render(request, "accounts/resume.html", {"kept": kept})

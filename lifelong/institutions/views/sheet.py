"""The register from a sheet: a dry run that shows what it would do, then the taking in."""

import json

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lifelong.accounts.encryption import seal, unseal
from lifelong.institutions import actions, policy, sheets
from lifelong.institutions.forms import SheetForm
from lifelong.web import workbooks
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right

WANTED = [*sheets.HEADINGS.values(), "地区代码"]
REQUIRED = ["单位名称", "单位类型"]


@require_http_methods(["GET", "HEAD", "POST"])
@right("institutions.manage")
def dry_run(request: HttpRequest) -> HttpResponse:
    """Nothing is changed; what is ready goes back sealed in the page and is taken in by the next button."""
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            rows = workbooks.read(form.cleaned_data["sheet"].read(), WANTED, required=REQUIRED)
            report = sheets.judge(rows, policy.regions_managed_by(request.user))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            ready = json.dumps({"user": request.user.pk, "rows": report.ready}, ensure_ascii=False)
            context |= {"report": report, "sealed": seal(ready.encode()).decode("ascii")}
    return render(request, "institutions/sheet.html", context, status=422 if form.errors else 200)


@require_POST
@right("institutions.manage")
def take_in(request: HttpRequest) -> HttpResponse:
    try:
        ready = json.loads(unseal(request.POST.get("sealed", "").encode("ascii", "ignore")))
    except (InvalidToken, ValueError):
        ready = {}
    if ready.get("user") != request.user.pk:
        messages.error(request, _("请重新上传表格。"))
        return redirect("institutions-sheet")
    try:
        counts = actions.take_in_sheet(ready["rows"], by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, _("没有导入：%s") % refusal)
        return redirect("institutions-sheet")
    messages.success(request, _("已导入：新增 %(new)s 个，修改 %(changed)s 个。") % counts)
    return redirect("institutions")

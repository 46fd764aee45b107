"""What came by e-mail or as a sheet, entered by an officer."""

import json
import re
from pathlib import PurePath
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lifelong.accounts.encryption import seal, unseal
from lifelong.calls import actions, form, queries, sheets
from lifelong.calls.actions.registering import institutions_offered
from lifelong.calls.forms import EnterForm, FilesForm
from lifelong.calls.forms.registering import initial_from_word
from lifelong.calls.models import Call
from lifelong.calls.values import normal
from lifelong.calls.views.deciding import calls_to_take_in
from lifelong.institutions.forms import SheetForm
from lifelong.web import workbooks
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right

NOISE = re.compile(r"(扫描件|扫描|盖章版?|签章|已?盖章|登记表|附件\s*\d*|信息|负责人|[\s\d()（）_\-—.])")


def chosen_call(request: HttpRequest) -> tuple[Call | None, list[Call]]:
    """The call that is worked on: the one named, else the only one there is."""
    calls = calls_to_take_in(request)
    number = request.POST.get("call") or request.GET.get("call", "")
    found = next((call for call in calls if call.number == number), None)
    if number and found is None:
        raise Http404
    return found or (calls[0] if calls else None), calls


@require_http_methods(["GET", "HEAD", "POST"])
@right("registrations.check")
def take_in(request: HttpRequest) -> HttpResponse:
    """Drop Word forms and stamped PDFs together; each Word form becomes a registration, or a sentence why not."""
    call, calls = chosen_call(request)
    files_form = FilesForm(request.POST or None, request.FILES or None)
    outcomes: list[dict[str, Any]] = []
    if request.method == "POST" and call and files_form.is_valid():
        files = [(file.name, file.read()) for file in files_form.cleaned_data["papers"]]
        outcomes = _take_in_all(request, call, files)
    context = {"call": call, "calls": calls, "form": files_form, "outcomes": outcomes}
    return render(request, "calls/take_in.html", context, status=422 if files_form.errors else 200)


def _take_in_all(request: HttpRequest, call: Call, files: list[tuple[str, bytes]]) -> list[dict[str, Any]]:
    pdfs = [file for file in files if file[1][:5] == b"%PDF-"]
    forms = [file for file in files if file not in pdfs]
    outcomes, used = [], set()
    for name, content in forms:
        try:
            values = form.read(content)
            match = _stamped_for(name, values.institution, pdfs, alone=len(forms) == 1)
            outcome = _take_in_one(request, call, (name, content), values, match)
            if match and "registration" in outcome:
                used.add(match[0])
        except Refusal as refusal:
            outcome = {"name": name, "problems": [str(refusal)]}
        outcomes.append(outcome)
    left = [name for name, _content in pdfs if name not in used]
    return outcomes + [{"name": name, "problems": [_("没有找到与它同名的 Word 登记表，未使用。")]} for name in left]


def _take_in_one(
    request: HttpRequest, call: Call, file: tuple[str, bytes], values: form.FormValues, match: tuple[str, bytes] | None
) -> dict[str, Any]:
    clean, problems = normal(initial_from_word(values))
    if problems:
        labels = form.LABELS | {"institution_name": form.LABELS["institution"]}
        return {"name": file[0], "problems": [f"{labels[key]}：{text}" for key, text in problems.items()]}
    made = actions.take_in(call, clean, by=request.user, at=timezone.now(), form_file=file, stamped_file=match)
    missing = [] if match else [_("没有同名的盖章 PDF，请在办理页补传。")]
    return {"name": file[0], "registration": made, "problems": missing}


def _stamped_for(
    name: str, institution: str, pdfs: list[tuple[str, bytes]], *, alone: bool
) -> tuple[str, bytes] | None:
    """The PDF of the same name, whatever was added to it; or named after the institution; or the only one."""
    stem = NOISE.sub("", PurePath(name).stem)
    for pdf in pdfs:
        other = NOISE.sub("", PurePath(pdf[0]).stem)
        if PurePath(name).stem == PurePath(pdf[0]).stem or (stem and stem == other):
            return pdf
        if institution and institution in "".join(pdf[0].split()):
            return pdf
    return pdfs[0] if alone and len(pdfs) == 1 else None


@require_http_methods(["GET", "HEAD", "POST"])
@right("registrations.check")
def enter(request: HttpRequest) -> HttpResponse:
    """Typed in by an officer for somebody, with the papers where they are at hand."""
    call, calls = chosen_call(request)
    if call is None:
        return render(request, "calls/enter.html", {"call": None, "calls": calls})
    enter_form = EnterForm(request.POST or None, request.FILES or None, call=call)
    if request.method == "POST" and enter_form.is_valid():
        files = {
            f"{kind}_file": (file.name, file.read())
            for kind, name in (("form", "word"), ("stamped", "stamped"))
            if (file := enter_form.cleaned_data[name])
        }
        try:
            made = actions.take_in(call, enter_form.values(), by=request.user, at=timezone.now(), **files)
        except Refusal as refusal:
            show_refusal(enter_form, refusal)
        else:
            messages.success(request, _("已录入，编号 %s。") % made.number)
            return redirect("registration", number=made.number)
    context = {"call": call, "calls": calls, "form": enter_form, "names": institutions_offered(call)}
    return render(request, "calls/enter.html", context, status=422 if enter_form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@right("registrations.check")
def sheet(request: HttpRequest) -> HttpResponse:
    """The register from a sheet: a dry run first; what is ready goes back sealed in the page."""
    call, calls = chosen_call(request)
    sheet_form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": sheet_form, "call": call, "calls": calls}
    if request.method == "POST" and call and sheet_form.is_valid():
        try:
            wanted = list(sheets.HEADINGS.values())
            rows = workbooks.read(sheet_form.cleaned_data["sheet"].read(), wanted, required=wanted[1:7])
            report = sheets.judge(rows, call, queries.registrations(request.user, call=call.number))
        except Refusal as refusal:
            show_refusal(sheet_form, refusal)
        else:
            ready = {"user": request.user.pk, "call": call.pk, "rows": report.ready}
            sealed = seal(json.dumps(ready, ensure_ascii=False).encode()).decode("ascii")
            context |= {"report": report, "sealed": sealed}
    return render(request, "calls/sheet.html", context, status=422 if sheet_form.errors else 200)


@require_POST
@right("registrations.check")
def take_in_sheet(request: HttpRequest) -> HttpResponse:
    try:
        ready = json.loads(unseal(request.POST.get("sealed", "").encode("ascii", "ignore")))
    except (InvalidToken, ValueError):
        ready = {}
    if ready.get("user") != request.user.pk:
        messages.error(request, _("请重新上传表格。"))
        return redirect("registrations-sheet")
    call = queries.calls_of(request.user).get(pk=ready["call"])
    try:
        counts = actions.take_in_sheet(call, ready["rows"], by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, _("没有导入：%s") % refusal)
        return redirect("registrations-sheet")
    messages.success(request, _("已导入：新增 %(new)s 份，修改 %(changed)s 份。") % counts)
    return redirect("registrations")

"""用表格导入: hand in a sheet, see what is wrong with it, bring it in; and the sheets handed in before."""

from functools import cache
from io import BytesIO
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.jobs.queries import job_of
from lifelong.media import storage
from lifelong.media.queries import signed_url, upload_address
from lifelong.resources.actions import imports
from lifelong.resources.forms import SheetForm
from lifelong.resources.models import ImportRun, Version
from lifelong.resources.queries.calling import open_calls
from lifelong.resources.queries.reach import institutions_reported_by, reach_of
from lifelong.resources.queries.sending import archives_of
from lifelong.resources.views.loading import WorkRequest, reported_institution, told
from lifelong.standards.metadata.sheets import template as blank_sheet
from lifelong.standards.queries import category_tree
from lifelong.web import workbooks
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column, answer

IMPORTS = [
    Column("表格", 36), Column("单位", 26), Column("状态", 14), Column("上传人", 12), Column("上传时间", 18), Column("完成时间", 18),
    Column("未通过的原因", 40),
]  # fmt: skip
RUNS, PROBLEMS, DRAFTS = 20, 100, 50
_SHOWN = {"error": "fail", "notice": "warn"}


@require_http_methods(["GET", "POST"])
@right("resources.prepare")
def index(request: HttpRequest) -> HttpResponse:
    """The door: a blank sheet out, a filled one in; below it what was handed in before."""
    institution = reported_institution(request)
    calls = open_calls(institution, timezone.now()).own
    form = SheetForm(calls, request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        form = SheetForm(calls, request.POST, request.FILES)
        if form.is_valid():
            try:
                return redirect("resources:import", _take(request, institution, form).pk)
            except Refusal as refusal:
                form.add_error("sheet" if "sheet" in refusal.fields else "archive", refusal.message)
        status = 422
    runs = ImportRun.objects.filter(institution__in=institutions_reported_by(request.user)).defer("report")
    runs = runs.select_related("by", "institution").order_by("-pk")
    if workbooks.is_wanted(request):
        return workbooks.listed(_("以前的导入"), IMPORTS, map(_row, runs))
    page = Paginator(runs, RUNS).get_page(request.GET.get("page"))
    facts = {
        "form": form, "page": page, "institution": institution,
        "institutions": list(institutions_reported_by(request.user)),
    }  # fmt: skip
    return render(request, "resources/imports.html", facts, status=status)


def _row(run: ImportRun) -> list[Any]:
    said = render_to_string("resources/_import_state.html", {"run": run})
    return [
        run.name, str(run.institution), " ".join(strip_tags(said).split()), run.by.get_full_name() if run.by else "",
        run.created_at, run.finished_at, run.failure,
    ]  # fmt: skip


def _take(request: HttpRequest, institution: Any, form: SheetForm) -> ImportRun:
    sheet, archive = form.cleaned_data["sheet"], form.cleaned_data["archive"]
    return imports.take_sheet(
        institution=institution, name=sheet.name, content=sheet.read(), by=request.user, at=timezone.now(),
        archive=archive.read() if archive else b"", call=form.chosen_call(),
    )  # fmt: skip


@require_POST
@right("resources.prepare")
def open_archive(request: WorkRequest) -> HttpResponse:
    """For the upload island: a ZIP of sheet and files, of any size."""
    institution = reported_institution(request)
    given = told(request)
    calls = {call.number: call for call in open_calls(institution, timezone.now()).own}
    call = next(iter(calls.values())) if len(calls) == 1 else calls.get(request.GET.get("call", ""))
    upload = imports.open_archive(
        institution=institution, name=str(given.get("name", "")), size=numeral(str(given.get("size", ""))) or 0,
        mark=str(given.get("mark", "")), call=call, by=request.user, at=timezone.now(),
    )  # fmt: skip
    return JsonResponse({"id": str(upload.pk), "url": upload_address(upload)}, status=201)


@require_GET
@right("resources.prepare")
def archives(request: WorkRequest) -> HttpResponse:
    """JSON for the island: ZIPs on their way, and what came of those that have just arrived."""
    return JsonResponse({"files": archives_of(reported_institution(request), at=timezone.now())})


@require_GET
@right("resources.prepare")
def blank(request: HttpRequest) -> HttpResponse:
    return answer(_blank(category_tree().version), _("资源元数据表"))


@cache
def _blank(_version: str) -> bytes:
    """Made once per state of the category tree."""
    out = BytesIO()
    blank_sheet(out, tree=category_tree())
    return out.getvalue()


@require_GET
@right("resources.prepare")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """While it is worked on its progress, then what came of it."""
    found = _run(request, pk)
    working, stuck = found.state in {"waiting", "running", "undoing"}, imports.is_stuck(found)
    facts: dict[str, Any] = {"run": found, "working": working and not stuck, "stuck": stuck, "job": None}
    if working:
        facts["job"] = job_of(found.job_id)
    if "X-Fragment" in request.headers:
        return render(request, "resources/_import_progress.html", facts)
    if found.state in {"done", "undone"}:
        facts |= _report(request, found)
    answered = render(request, "resources/import.html", facts)
    answered.headers["Cache-Control"] = "no-store"
    return answered


def _report(request: HttpRequest, found: ImportRun) -> dict[str, Any]:
    report, asked = found.report, request.GET
    problems = [
        {"verdict": _SHOWN[problem["severity"]], "title": _where(problem), "message": problem["message"]}
        for problem in report.get("problems", [])
        if asked.get("severity", "") in {"", problem["severity"]}
        and asked.get("column", "") in {"", problem["column"]}
        and asked.get("row", "").strip() in {"", str(problem["row"])}
    ]
    annotated = (storage.files() / found.path).with_name("annotated.xlsx")
    beside = annotated.with_name("files.zip")
    written = Version.objects.filter(pk__in=report.get("versions", [])[:DRAFTS]).select_related("resource")
    return {
        "report": report,
        "with_files": found.archive_id is not None or beside.exists(),
        "page": Paginator(problems, PROBLEMS).get_page(asked.get("page")),
        "columns": sorted({problem["column"] for problem in report.get("problems", [])}),
        "hidden": report.get("found", 0) - len(report.get("problems", [])),
        "errors": sum(problem["severity"] == "error" for problem in report.get("problems", [])),
        "annotated_url": _download(request, annotated, found) if annotated.exists() else "",
        "written": list(written.order_by("pk")) if not found.dry_run else [],
    }


def _where(problem: dict[str, Any]) -> str:
    return _("第 %(row)s 行 · %(column)s") % problem


def _download(request: HttpRequest, path: Any, found: ImportRun) -> str:
    name = _("%(name)s（检查结果）.xlsx") % {"name": found.name.rsplit(".", 1)[0]}
    return signed_url(path.relative_to(storage.files()), request=request, download_name=name)


@require_POST
@right("resources.prepare")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    imports.confirm(_run(request, pk), by=request.user, at=timezone.now())
    return redirect("resources:import", pk)


@require_POST
@right("resources.prepare")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    imports.undo(_run(request, pk), by=request.user, at=timezone.now())
    return redirect("resources:import", pk)


@require_POST
@right("resources.prepare")
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    imports.try_again(_run(request, pk), by=request.user, at=timezone.now())
    return redirect("resources:import", pk)


def _run(request: HttpRequest, pk: int) -> ImportRun:
    return get_object_or_404(
        ImportRun.objects.select_related("institution", "call", "by"),
        pk=pk,
        institution_id__in=reach_of(request.user).reports_for,
    )

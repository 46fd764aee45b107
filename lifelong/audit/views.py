"""The auditor's pages: the trail, one entry, the state of the chain, exports."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lifelong import jobs
from lifelong.audit import queries
from lifelong.audit.actions.exporting import order_export
from lifelong.audit.actions.recording import record
from lifelong.audit.forms import TrailFilter, kind_choices, verb_choices
from lifelong.audit.models import AuditEntry
from lifelong.audit.sheet import FORMATS
from lifelong.jobs.queries import job_of, last_of
from lifelong.web.rights import right

PER_PAGE = 50
VERIFY = "lifelong.audit.tasks.verify_trail"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_GET
@right("audit.read")
def trail(request: HttpRequest) -> HttpResponse:
    """Newest first, fifty at a time; paged by id, so a trail of millions answers as fast as a short one."""
    form = TrailFilter(request.GET)
    found = queries.entries(**form.wanted())
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    shown = list(found[: PER_PAGE + 1])
    facts: dict[str, Any] = {
        "form": form,
        "entries": shown[:PER_PAGE],
        "older": shown[PER_PAGE - 1].pk if len(shown) > PER_PAGE else None,
        "paged": bool(before),
        "verbs": verb_choices(),
        "kinds": kind_choices(),
        "chain": queries.chain_state(),
        "checked": last_of(VERIFY),
        "filters": {name: value for name, value in request.GET.items() if name in form.fields and value},
    }
    return render(request, "audit/trail.html", facts)


@require_GET
@right("audit.read")
def entry(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(AuditEntry, pk=number)
    return render(request, "audit/entry.html", {"entry": found, "seal": queries.seal_of(found)})


@require_POST
@right("audit.read")
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole chain now, as a job."""
    record("audit.verified", by=request.user, at=timezone.now())
    return redirect("job", jobs.enqueue(VERIFY, owner=request.user, priority=10).id)


@require_POST
@right("audit.read")
def export(request: HttpRequest) -> HttpResponse:
    """The list on screen as a file, made by a job."""
    filters = {name: request.POST.get(name, "")[:254] for name in TrailFilter.base_fields if request.POST.get(name)}
    form = request.POST.get("form", "")
    return redirect(
        "job", order_export(filters, form if form in FORMATS else "xlsx", by=request.user, at=timezone.now())
    )


@require_GET
@right("audit.read")
def download(request: HttpRequest, number: int) -> HttpResponse:
    """The file of one's own export, for a day."""
    job = job_of(number)
    if job is None or job.owner_id != request.user.pk or not isinstance(job.result, dict):
        raise Http404
    name = str(job.result.get("name", ""))
    if not name.startswith("exports/audit/") or not default_storage.exists(name):
        raise Http404
    with default_storage.open(name) as file:
        content = file.read()
    form = name.rpartition(".")[2]
    stamp = f"{timezone.localtime(job.created_at):%Y%m%d-%H%M}"
    return HttpResponse(
        content,
        content_type=TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="audit-{stamp}.{form}"',
            "Cache-Control": "no-store",
        },
    )

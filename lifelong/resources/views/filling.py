"""统一填写: what would change is shown first; done, it can be undone from its own page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lifelong.resources.actions import filling
from lifelong.resources.forms import FillForm
from lifelong.resources.models import Fill, Version
from lifelong.resources.queries import lists
from lifelong.resources.queries.timeline import heading_of
from lifelong.resources.views.loading import WorkRequest, chosen
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


def preview(request: WorkRequest, versions: list[Version]) -> HttpResponse:
    """The page between the bar below the list and the filling; nothing is written yet."""
    form, back = FillForm(request.POST), request.POST.get("query", "")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(f"{reverse('resources:index')}?{back}".rstrip("?"))
    told = form.cleaned_data
    changes = filling.plan(versions, **told, by=request.user, at=timezone.now())
    context = {
        **told, "heading": heading_of(told["field"]), "changes": changes, "query_kept": back,
        "taken": sum(not change.why for change in changes),
    }  # fmt: skip
    return render(request, "resources/fill.html", context)


@require_POST
@right("resources.prepare")
def fill(request: WorkRequest) -> HttpResponse:
    """What the preview showed; a draft saved in between is left as it is and named."""
    versions, form = chosen(request, lists.versions_of_institutions(request.user)), FillForm(request.POST)
    if not versions or not form.is_valid():
        return redirect("resources:index")
    revisions = {one.pk: numeral(request.POST.get(f"revision-{one.pk}", "")) or 0 for one in versions}
    made, left = filling.fill(versions, **form.cleaned_data, revisions=revisions, by=request.user, at=timezone.now())
    if done := len(made.lines):
        messages.success(request, ngettext("已填写 %(n)s 项资源。", "已填写 %(n)s 项资源。", done) % {"n": done})
    _name_left(request, left)
    return redirect("resources:filled", made.pk)


def _own(request: WorkRequest, pk: int) -> Fill:
    return get_object_or_404(Fill, pk=pk, by=request.user)


@require_GET
@right("resources.prepare")
def filled(request: WorkRequest, pk: int) -> HttpResponse:
    made = _own(request, pk)
    before = {line["version"]: line["before"] for line in made.lines}
    versions = lists.versions_of_institutions(request.user).filter(pk__in=before).select_related("resource")
    rows = [(version, before[version.pk]) for version in versions]
    return render(request, "resources/filled.html", {"made": made, "heading": heading_of(made.field), "rows": rows})


@require_POST
@right("resources.prepare")
def undo(request: WorkRequest, pk: int) -> HttpResponse:
    made = _own(request, pk)
    try:
        left = filling.undo(made, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已撤销，恢复为原来的内容。"))
        _name_left(request, left)
    return redirect("resources:filled", pk)


def _name_left(request: WorkRequest, left: list[filling.Change]) -> None:
    for change in left:
        messages.warning(request, f"《{change.version.title or change.version.resource}》{change.why}")

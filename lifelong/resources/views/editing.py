"""A draft: begun, filled in, saved as one types, copied, deleted, brought back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.calls.scope import Area, ResourceType
from lifelong.media.queries import signed_url
from lifelong.resources import policy
from lifelong.resources.actions import attachments, drafts
from lifelong.resources.actions.values import as_typed
from lifelong.resources.forms import VersionForm
from lifelong.resources.lifecycle import Availability
from lifelong.resources.models import Version
from lifelong.resources.queries.differences import differences
from lifelong.resources.queries.duplicates import near_titles
from lifelong.resources.queries.missing import address, what_is_missing
from lifelong.resources.queries.reach import institutions_reported_by
from lifelong.resources.queries.reading import contents_of
from lifelong.resources.views.loading import WorkRequest, page_key, reported_institution, shell, version_or_404
from lifelong.resources.views.reading import read_only
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.templatetags.web import moment


@require_http_methods(["GET", "POST"])
@right("resources.prepare")
def new(request: WorkRequest) -> HttpResponse:
    """GET asks only for title, type and area; POST makes the draft and leads to its form."""
    institution = reported_institution(request)
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in ("title", "type", "area")}
        version = drafts.create_draft(
            institution=institution, by=request.user, at=timezone.now(), values=values, page=_page(request)
        )
        return redirect(address(version, "edit"))
    return render(
        request, "resources/new.html",
        {
            "institution": institution, "institutions": list(institutions_reported_by(request.user)),
            "areas": Area.choices, "types": ResourceType.choices, "page_key": page_key(),
        },
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@right("desk")
def edit(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """The form, or, where the version is not this person's to change, the version as it reads."""
    version = version_or_404(request, resource_id, number)
    if request.method == "POST":
        return _save(request, version)
    if not policy.can_edit(request.user, version):
        return read_only(request, version)
    return _form(request, version, VersionForm(version, as_typed(version), problems=version.problems))


def _save(request: WorkRequest, version: Version) -> HttpResponse:
    """Autosave asks for JSON; the button for a page. What was typed comes back in every case."""
    machine = request.headers.get("X-Autosave") == "1"
    form = VersionForm(version, request.POST)
    values = form.values(finished=not machine)
    try:
        saved = drafts.save_draft(
            version, values=values, revision=_revision(request), by=request.user, at=timezone.now(),
            page=_page(request),
        )  # fmt: skip
    except drafts.EditConflict as conflict:
        return _conflict(request, version, conflict, machine)
    except Refusal as refusal:
        if machine:
            return JsonResponse({"title": refusal.message, "fields": refusal.fields}, status=refusal.status)
        messages.error(request, refusal.message)
        return _form(request, version, form, status=refusal.status)
    if machine:
        return JsonResponse(_saved(saved))
    if not _keep_files(request, saved):
        return redirect(address(saved, "edit"))
    messages.success(request, _("已保存。"))
    next_page = {"files": "files", "preview": "preview", "submit": "submit"}.get(request.POST.get("then", ""), "edit")
    return redirect(address(saved, next_page))


def _keep_files(request: WorkRequest, version: Version) -> bool:
    """Cover and rights file come with the form where they were chosen; a refusal leaves the texts saved."""
    kept = True
    for name, keep in (("cover", attachments.set_cover), ("rights_file", attachments.set_rights_file)):
        try:
            if file := request.FILES.get(name):
                said = keep(version, name=file.name or "", content=file.read(), by=request.user, at=timezone.now())
                for sentence in said:
                    messages.info(request, sentence)
            elif request.POST.get(f"{name}_remove"):
                attachments.remove(version, field=name, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, _("文字已保存，文件没有收下：%(why)s") % {"why": refusal})
            kept = False
    return kept


def _saved(version: Version) -> dict[str, Any]:
    at = timezone.localtime(version.saved_at)
    wrong = [p for p in version.problems if p["severity"] == "error"]
    return {
        "revision": version.revision,
        "saved_at": at.isoformat(),
        "said": _("已保存 %(time)s") % {"time": f"{at:%H:%M}"},
        "problems": version.problems,
        "errors": {problem["field"]: problem["message"] for problem in wrong},
        "missing": len(what_is_missing(version, at=timezone.now())),
        "title": version.title,
    }


def _conflict(request: WorkRequest, version: Version, conflict: drafts.EditConflict, machine: bool) -> HttpResponse:
    """Both versions side by side; saving again from this page keeps mine knowingly."""
    theirs: Version = conflict.facts["theirs"]
    context = {
        "message": conflict.message,
        "differences": differences(as_typed(theirs), conflict.facts["mine"]),
        "theirs": theirs,
    }
    if machine:
        html = render_to_string("resources/_conflict.html", {**shell(theirs, request.user), **context}, request)
        return HttpResponse(html, status=conflict.status, headers={"X-Revision": str(theirs.revision)})
    return _form(request, theirs, VersionForm(theirs, request.POST), status=conflict.status, **context)


def _form(request: WorkRequest, version: Version, form: VersionForm, status: int = 200, **more: Any) -> HttpResponse:
    beside = _beside(version)
    context = {
        **shell(version, request.user),
        "form": form,
        **beside,
        "step": "edit",
        "cover_address": signed_url(version.cover, request=request) if version.cover else "",
        "rights_wanted": any(gap.field == "rights_file" for gap in beside["gaps"]),
        "cover_accept": attachments.COVER_ACCEPT,
        "paper_accept": attachments.PAPER_ACCEPT,
        "saved_words": _("已保存 %(when)s") % {"when": moment(version.saved_at)},
        **more,
    }
    return render(request, "resources/edit.html", context, status=status)


@require_GET
@right("resources.prepare")
def beside(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """What stands beside the form, fetched again after each autosave."""
    version = version_or_404(request, resource_id, number, "edit")
    return render(request, "resources/_beside.html", {**shell(version, request.user), **_beside(version)})


def _beside(version: Version) -> dict[str, Any]:
    return {
        "gaps": what_is_missing(version, at=timezone.now()),
        "contents": contents_of(version.outline),
        "near": near_titles(version),
    }


def _page(request: WorkRequest) -> str:
    return request.POST.get("page", "")[:32]


def _revision(request: WorkRequest) -> int:
    return numeral(request.POST.get("revision", "")) or 0


@require_POST
@right("resources.prepare")
def copy(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "copy")
    made = drafts.copy_draft(version, by=request.user, at=timezone.now(), page=_page(request))
    messages.success(request, _("已复制为新的草稿，文件和封面需要另行上传。"))
    return redirect(address(made, "edit"))


@require_POST
@right("resources.prepare")
def start_version(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "start_version")
    made = drafts.start_version(version, by=request.user, at=timezone.now())
    if version.resource.availability == Availability.ONLINE:
        words = _("已开始第 %(number)s 版，审核通过并上线之前，公众看到的仍是现在的版本。")
    else:
        words = _("已开始第 %(number)s 版。资源目前不在线上，新版本审核通过并上线以后，公众才能看到。")
    messages.success(request, words % {"number": made.number})
    return redirect(address(made, "edit"))


@require_POST
@right("resources.prepare")
def delete(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "delete")
    drafts.delete_draft(version, by=request.user, at=timezone.now())
    messages.success(request, _("草稿已删除，30 天内可以在回收站恢复。"))
    return redirect("resources:index")


@require_POST
@right("resources.prepare")
def restore(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "restore")
    drafts.restore_draft(version, by=request.user, at=timezone.now())
    messages.success(request, _("草稿已恢复。"))
    return redirect(address(version, "edit"))

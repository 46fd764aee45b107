"""媒体文件: the upload page of a version, its findings with their explanations, and what the upload island asks."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifelong.media.queries import upload_address, upload_state
from lifelong.resources.actions import captions, explanations, files, links, repairs
from lifelong.resources.models import Language, Version
from lifelong.resources.queries.duplicates import alike_files, same_files
from lifelong.resources.queries.filing import file_states, link_state, moving, running_uploads
from lifelong.resources.queries.missing import address, what_is_missing
from lifelong.resources.views.loading import WorkRequest, shell, told, version_or_404
from lifelong.web.middleware import wants_json
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_GET
@right("desk")
def index(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number, "preview")
    return render(request, "resources/files.html", {**_listed(request, version), "step": "files"})


def _listed(request: WorkRequest, version: Version) -> dict[str, Any]:
    files_now, link = file_states(version), link_state(version)
    media_files = [entry.media_file for entry in version.files.select_related("media_file")]
    return {
        **shell(version, request.user),
        "files": files_now,
        "uploads": [upload_state(upload) for upload in running_uploads(version)],
        "checking": any(f.state == "checking" or f.mending.running for f in files_now) or link.checking,
        "link": link,
        "languages": Language.choices,
        "caption_accept": captions.ACCEPT,
        "duplicates": same_files(version, media_files),
        "alike": alike_files(version, media_files),
        "gaps": what_is_missing(version, at=timezone.now()),
    }


@require_GET
@right("resources.prepare")
def state(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """JSON for the island: what is on its way and what is being checked, with the verdicts so far."""
    return JsonResponse({"files": moving(version_or_404(request, resource_id, number))})


@require_GET
@right("desk")
def list_fragment(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """The files and what was found of each, for a page that brings itself up to date."""
    version = version_or_404(request, resource_id, number, "preview")
    return render(request, "resources/_files.html", _listed(request, version))


@require_POST
@right("resources.prepare")
def open_upload(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """``name``, ``size`` and perhaps ``sha256`` in, the upload with its address out; JSON or form alike."""
    version = version_or_404(request, resource_id, number)
    given = told(request)
    size = str(given.get("size", ""))
    upload = files.open_upload(
        version, name=str(given.get("name", "")), size=numeral(size) or 0,
        sha256=str(given.get("sha256", "")), mark=str(given.get("mark", "")), by=request.user, at=timezone.now(),
    )  # fmt: skip
    return JsonResponse({"id": str(upload.pk), "url": upload_address(upload)}, status=201)


@require_POST
@right("resources.prepare")
def cancel_upload(request: WorkRequest, resource_id: str, number: int, upload: str) -> HttpResponse:
    version = version_or_404(request, resource_id, number)
    files.cancel_upload(version, upload_id=upload, by=request.user, at=timezone.now())
    return _back(request, version, _("已取消上传。"))


@require_POST
@right("resources.prepare")
def send(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """Without a script: files of up to 20 MB in all through the form itself."""
    version = version_or_404(request, resource_id, number, "upload")
    sent = request.FILES.getlist("files")
    if not sent:
        messages.warning(request, _("还没有选择文件。"))
    for file in sent:
        try:
            files.take_small(version, name=file.name or "", content=file.read(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, f"{file.name}：{refusal}")
        else:
            messages.success(request, _("已收到“%(name)s”，正在检测。") % {"name": file.name})
    return redirect(address(version, "files"))


@require_POST
@right("resources.prepare")
def change(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """Order and titles of all files at once; or one file moved, or taken out, by its own button."""
    version = version_or_404(request, resource_id, number)
    entries = list(version.files.all())
    by, at = request.user, timezone.now()
    if remove := request.POST.get("remove"):
        files.remove_file(version, entry_id=numeral(remove) or 0, by=by, at=at)
        return _back(request, version, _("文件已移出。"))
    titles = {entry.pk: request.POST[f"title-{entry.pk}"] for entry in entries if f"title-{entry.pk}" in request.POST}
    if titles:
        files.name_files(version, titles=titles, by=by, at=at)
    order = _order(request, [entry.pk for entry in entries])
    if order != [entry.pk for entry in entries]:
        files.order_files(version, entry_ids=order, by=by, at=at)
    return _back(request, version, _("已保存文件的次序和标题。"))


def _order(request: WorkRequest, now: list[int]) -> list[int]:
    """By the numbers typed, by one step up or down, or by name."""
    for name, step in (("up", -1), ("down", 1)):
        moved = numeral(request.POST.get(name, ""))
        if moved in now:
            place = now.index(moved)
            other = min(max(place + step, 0), len(now) - 1)
            now[place], now[other] = now[other], now[place]
            return now

    def wanted(pk: int) -> tuple[int, int]:
        typed = numeral(request.POST.get(f"position-{pk}", ""))
        return (now.index(pk) + 1 if typed is None else typed, now.index(pk))

    return sorted(now, key=wanted)


@require_POST
@right("resources.prepare")
def repair(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """修复 one file, or use the original again, each by its own button."""
    version = version_or_404(request, resource_id, number)
    by, at = request.user, timezone.now()
    if undo := request.POST.get("undo"):
        repairs.undo(version, entry_id=numeral(undo) or 0, by=by, at=at)
        return _back(request, version, _("已改回原文件。"))
    repairs.begin(version, entry_id=numeral(request.POST.get("file", "")) or 0, by=by, at=at)
    return _back(request, version, _("已开始修复，进度就在文件下面；可以离开这个页面。"))


@require_POST
@right("resources.prepare")
def add_caption(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """字幕 of one file in one language: sent, or taken out by its own button."""
    version = version_or_404(request, resource_id, number)
    by, at = request.user, timezone.now()
    if remove := request.POST.get("remove"):
        captions.remove_caption(version, caption_id=numeral(remove) or 0, by=by, at=at)
        return _back(request, version, _("字幕已移出。"))
    sent = request.FILES.get("caption")
    if sent is None:
        messages.warning(request, _("还没有选择字幕文件。"))
        return redirect(address(version, "files"))
    try:
        captions.set_caption(
            version, entry_id=numeral(request.POST.get("file", "")) or 0, language=request.POST.get("language", ""),
            name=sent.name or "", content=sent.read(), by=by, at=at,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, f"{sent.name}：{refusal}")
        return redirect(address(version, "files"))
    return _back(request, version, _("已收到字幕“%(name)s”。") % {"name": sent.name})


@require_POST
@right("resources.prepare")
def explain(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """The reporter's one sentence for each fail (spec 1, What stops what)."""
    version = version_or_404(request, resource_id, number)
    given = {
        finding: str(text)
        for name, text in request.POST.items()
        if name.startswith("explanation-") and (finding := numeral(name.removeprefix("explanation-"))) is not None
    }
    explanations.explain(version, sentences=given, by=request.user, at=timezone.now())
    return _back(request, version, _("说明已保存。"))


@require_POST
@right("resources.prepare")
def check_link(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    version = version_or_404(request, resource_id, number)
    links.ask_for_check(version, by=request.user, at=timezone.now())
    return _back(request, version, _("已开始检查链接，稍后刷新查看结果。"))


def _back(request: WorkRequest, version: Version, said: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"said": said})
    messages.success(request, said)
    return redirect(address(version, "files"))

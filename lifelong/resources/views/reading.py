"""Pages that only show: the resource as a whole, a version, its preview, a receipt."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifelong.calls.views.files import download
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.queries import playable, rendition, signed_url
from lifelong.resources import policy
from lifelong.resources.actions import asking
from lifelong.resources.models import Finding, Resource, Round, Version
from lifelong.resources.papers import receipt_pdf
from lifelong.resources.queries.preview import face_of, pieces_of
from lifelong.resources.queries.reach import under_way
from lifelong.resources.queries.reading import contents_of, lines_of, lines_of_version, titled
from lifelong.resources.queries.timeline import submitted_for, timeline, whereabouts
from lifelong.resources.views.loading import WorkRequest, licence, resource_or_404, shell, version_or_404
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_GET
@right("desk")
def overview(request: WorkRequest, resource_id: str) -> HttpResponse:
    """Where it is, with whom, expected by when; its versions and everything that happened."""
    resource, versions = resource_or_404(request, resource_id)
    return _overview(request, resource, versions)


@require_POST
@right("desk")
def ask(request: WorkRequest, resource_id: str) -> HttpResponse:
    resource, versions = resource_or_404(request, resource_id)
    text = request.POST.get("text", "")
    try:
        asking.ask_about(versions[0], text=text, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _overview(request, resource, versions, typed=text, status=refusal.status)
    messages.success(request, _("已提交，答复后会通知您。"))
    return redirect("resources:overview", resource.resource_id)


def _overview(
    request: WorkRequest, resource: Resource, versions: list[Version], *, typed: str = "", status: int = 200
) -> HttpResponse:
    newest = versions[0]
    return render(
        request,
        "resources/overview.html",
        {
            **shell(newest, request.user),
            "startable": _startable(request, versions),
            "versions": versions,
            "where": whereabouts(newest, timezone.now()),
            "entries": timeline(resource, request.user),
            "rounds": newest.rounds.order_by("-number"),
            "own": policy.is_own(request.user, newest),
            "typed": typed,
        },
        status=status,
    )


def _startable(request: WorkRequest, versions: list[Version]) -> Version | None:
    """The public version, where no newer one is under way: one that was withdrawn or refused is over."""
    if under_way(versions[0].resource) is not None:
        return None
    return next((version for version in versions if policy.can_start_version(request.user, version)), None)


def read_only(request: WorkRequest, version: Version) -> HttpResponse:
    """The version as it reads; officers are shown what was handed in, never the draft that follows it."""
    shown = version.rounds.order_by("-number").first() if not _own(request, version) else None
    values = shown.values if shown else None
    return render(
        request,
        "resources/version.html",
        {
            **shell(version, request.user),
            "round": shown,
            "lines": lines_of(values) if values else lines_of_version(version),
            "contents": contents_of(values["outline"] if values else version.outline),
            "findings": _findings(version, shown),
            "where": whereabouts(version, timezone.now()),
            **licence(request, version, shown),
        },
    )


def _own(request: WorkRequest, version: Version) -> bool:
    return policy.is_own(request.user, version)


def _findings(version: Version, shown: Round | None) -> list[Finding]:
    newest = shown or version.rounds.order_by("-number").first()
    return titled(version.findings.filter(round=newest).select_related("media_file"))


@require_GET
@right("desk")
def preview(request: WorkRequest, resource_id: str, number: int) -> HttpResponse:
    """The public page itself, with addresses that are good for this session alone."""
    version = version_or_404(request, resource_id, number, "preview")
    pieces = pieces_of(version)
    for piece in pieces:
        if piece.ready:
            file = piece.entry.media_file
            piece.url = signed_url(playable(file) or file, request=request)
            poster = rendition(file, RenditionKind.POSTER)
            piece.poster = signed_url(poster, request=request) if poster else ""
    cover = signed_url(version.cover, request=request) if version.cover else ""
    template, context = face_of(version, pieces, cover)
    shown = _asked_for(request, context["files"])
    start = request.GET.get("t", "")
    context |= {
        **shell(version, request.user),
        "resource": context["resource"],
        "face": template,
        "file": shown,
        "sound": shown.get("kind") == "mp3",
        "mime": "audio/mpeg" if shown.get("kind") == "mp3" else "video/mp4",
        "poster": context["poster"] or shown.get("poster", ""),
        "start": start if start.isascii() and start.isdigit() else "",
        "waiting": any(not piece.ready for piece in pieces),
    }
    return render(request, "resources/preview.html", context)


def _asked_for(request: WorkRequest, files: list[dict[str, Any]]) -> dict[str, Any]:
    """``?file=2`` of a course of many, the first else; empty where there is none."""
    asked = request.GET.get("file", "")
    return next((file for file in files if str(file["position"]) == asked), files[0] if files else {})


@require_GET
@right("desk")
def receipt(request: WorkRequest, resource_id: str, number: int, receipt_number: str) -> HttpResponse:
    version = version_or_404(request, resource_id, number)
    found = _round_or_404(version, receipt_number)
    return render(
        request,
        "resources/receipt.html",
        {
            **shell(version, request.user),
            "round": found,
            "on_behalf_of": submitted_for(found),
            "where": whereabouts(version, timezone.now()),
        },
    )


@require_GET
@right("desk")
def receipt_paper(request: WorkRequest, resource_id: str, number: int, receipt_number: str) -> HttpResponse:
    """The receipt to print or to file."""
    found = _round_or_404(version_or_404(request, resource_id, number), receipt_number)
    content = receipt_pdf(found, on_behalf_of=submitted_for(found), at=timezone.now())
    return download(content, f"{_('报送回执')}-{found.receipt_number}.pdf", "application/pdf")


def _round_or_404(version: Version, receipt_number: str) -> Round:
    rounds = version.rounds.select_related("call", "submitted_by", "signature", "version__resource__institution")
    found = rounds.filter(receipt_number=receipt_number).first()
    if found is None:
        raise Http404
    return found

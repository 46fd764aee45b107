"""The page of a resource, and what is shared of it."""

import io
import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.marks import marks_of
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries import crosswalks, pages
from lifelong.catalogue.queries.transcripts import said_around
from lifelong.resources.identifiers import as_written
from lifelong.web.rights import PUBLIC, right

MIME = {"mp4": "video/mp4", "mp3": "audio/mpeg"}


@require_safe
@right(PUBLIC)
def resource(request: HttpRequest, resource_id: str) -> HttpResponse:
    """Player first. Suspended: 404 that says so; retired: 410; another way to write the id leads to the right one."""
    entry = pages.entry_at(resource_id)
    if entry is None:
        known = as_written(resource_id)
        if known and known != resource_id and pages.entry_at(known) is not None:
            return _on_to(request, known)
        raise Http404
    if entry.visibility != Visibility.ONLINE:
        return out_of_library(request, entry)
    page = pages.resource_page(entry)
    file = file_asked_for(request, entry)
    kind = file["kind"] if file else ""
    start = second_asked_for(request)
    shown = {
        "entry": entry, "resource": page, "file": file, "area": entry.area, "marks": marks_of(entry.resource_id),
        "mime": MIME.get(kind, "video/mp4"), "sound": kind == "mp3",
        "part": file["title"] if file and len(entry.files) > 1 else "", "following": following(entry, page, file),
        "start": start, "said": said_around(entry.resource_id, file["position"], start) if start is not None and file else [],
        "address": address_of(entry), "short": f"{settings.SITE_URL}/r/{entry.identifier}",
        "citation": citation(entry), "json_ld": crosswalks.json_ld(entry, page, settings.SITE_URL),
        "poster": (file or {}).get("poster") or entry.cover or entry.poster, "image": absolute(entry.cover or entry.poster),
    }  # fmt: skip
    return render(request, "catalogue/resource.html", shown)


@require_safe
@right(PUBLIC)
def short_link(request: HttpRequest, resource_id: str) -> HttpResponse:
    known = as_written(resource_id) or resource_id
    entry = pages.entry_at(known)
    if entry is not None and entry.visibility != Visibility.ONLINE:
        return out_of_library(request, entry)
    return _on_to(request, known)


def _on_to(request: HttpRequest, identifier: str) -> HttpResponse:
    """To the page itself, at the second and the file that were asked for."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"/resources/{identifier}" + (f"?{query}" if query else ""), permanent=True)


@require_safe
@right(PUBLIC)
def qr_code(request: HttpRequest, resource_id: str) -> HttpResponse:
    """The short link as an SVG that prints sharp at any size."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    entry = pages.entry_at(resource_id)
    if entry is None:
        raise Http404
    if entry.visibility != Visibility.ONLINE:
        return out_of_library(request, entry)
    out = io.BytesIO()
    qrcode.make(f"{settings.SITE_URL}/r/{entry.identifier}", image_factory=SvgPathImage, border=2).save(out)
    answer = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    patch_cache_control(answer, public=True, max_age=86_400)
    return answer


def out_of_library(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Whatever address of it was asked for: why it is not here, since when, and what is like it."""
    shown = {"entry": entry, "reason": pages.hidden_reason(entry), "alike": pages.alike(entry)}
    status = 410 if entry.visibility == Visibility.GONE else 404
    return render(request, "catalogue/resource_out.html", shown | {"status": status}, status=status)


def file_asked_for(request: HttpRequest, entry: Entry) -> dict[str, Any] | None:
    """``?file=2`` of a course of many; the first else."""
    asked = request.GET.get("file", "")
    return next(
        (file for file in entry.files if str(file["position"]) == asked), entry.files[0] if entry.files else None
    )


def following(entry: Entry, page: pages.ResourcePage, file: dict[str, Any] | None) -> dict[str, str] | None:
    """What is offered after the file on the page: the next part of a course of many, then the next one of its series."""
    later = next((one for one in entry.files if file and one["position"] > file["position"]), None)
    if later:
        return {"url": f"?file={later['position']}", "title": later["title"]}
    return {"url": page.after.get_absolute_url(), "title": page.after.title} if page.after else None


MOMENTS = (
    re.compile(r"(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,4})m)?(?:(?P<s>\d{1,6})s?)?", re.ASCII),
    re.compile(r"(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,4}):(?P<s>\d{1,2})", re.ASCII),
)


def second_asked_for(request: HttpRequest) -> int | None:
    return second_of(request.GET.get("t", ""))


def second_of(asked: str) -> int | None:
    """``65``, and as other platforms and people write it: ``65s``, ``1m5s``, ``1:05``; 0 is the start. What else it may be asks for nothing."""
    found = next((match for one in MOMENTS if (match := one.fullmatch(asked.lower())) and any(match.groups())), None)
    if found is None:
        return None
    hours, minutes, seconds = (int(found[name] or 0) for name in "hms")
    return hours * 3600 + minutes * 60 + seconds


def address_of(entry: Entry) -> str:
    return f"{settings.SITE_URL}{entry.get_absolute_url()}"


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}" if path else ""


def citation(entry: Entry) -> str:
    """After GB/T 7714: who, what, where, when, address."""
    who = ", ".join(one["name"] for one in entry.speakers) or entry.rights_holder or entry.institution.name
    when = timezone.localtime(entry.published_at) if entry.published_at else None
    return _("%(who)s. %(title)s[EB/OL]. %(institution)s%(when)s. %(address)s.") % {
        "who": who, "title": entry.title, "institution": entry.institution_name,
        "when": f", ({when:%Y-%m-%d})" if when else "", "address": address_of(entry),
    }  # fmt: skip

"""Our player in other people's pages: /embed/<id> inside a frame, /oembed for programs that ask how to show an address."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.oai.markup import held
from lifelong.catalogue.queries import pages
from lifelong.catalogue.views.resources import MIME, absolute, address_of, file_asked_for, second_asked_for, second_of
from lifelong.resources.identifiers import as_written
from lifelong.web.rights import PUBLIC, right

WIDTH, HEIGHT = 640, 360
#: Any page may frame this one address; in exchange it may do less than the others: no form, nothing from elsewhere.
FRAMED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)


@require_safe
@right(PUBLIC)
@xframe_options_exempt
def embed(request: HttpRequest, resource_id: str) -> HttpResponse:
    """The player alone, with whose it is and the way to its page. Sets and needs no cookie."""
    return framed(request, pages.entry_at(as_written(resource_id) or resource_id))


def framed(request: HttpRequest, entry: Entry | None, *, ancestors: str = "*", **more: Any) -> HttpResponse:
    if entry is None or entry.visibility != Visibility.ONLINE:
        status = 410 if entry is not None and entry.visibility == Visibility.GONE else 404
        answer = render(request, "catalogue/embed_nothing.html", {"gone": status == 410, "known": entry}, status=status)
    else:
        file = file_asked_for(request, entry)
        kind = file["kind"] if file else ""
        shown = {
            "entry": entry, "file": file, "mime": MIME.get(kind, "video/mp4"), "sound": kind == "mp3",
            "start": second_asked_for(request), "address": address_of(entry),
            "poster": (file or {}).get("poster") or entry.cover or entry.poster, **more,
        }  # fmt: skip
        answer = render(request, "catalogue/embed.html", shown)
    answer["Content-Security-Policy"] = FRAMED.format(ancestors=ancestors)
    return answer


class NotToShow(Exception):
    """An oEmbed request that is answered by a status alone."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@require_safe
@right(PUBLIC)
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0. 404: no such address here; 401: it is not public now; 410: it was retired; 501: a format we do not write."""
    try:
        form = request.GET.get("format", "json")
        if form not in {"json", "xml"}:
            raise NotToShow(501, _("只有 json 和 xml 两种格式。"))
        entry, query = entry_of(request.GET.get("url", ""))
        told = described(entry, query, *bounds(request))
    except NotToShow as no:
        return cross_origin(HttpResponse(str(no), status=no.status, content_type="text/plain; charset=utf-8"))
    if form == "json":
        return cross_origin(JsonResponse(told, json_dumps_params={"ensure_ascii": False}))
    inside = "".join(f"<{name}>{escape(held(value))}</{name}>" for name, value in told.items())
    text = f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{inside}</oembed>'
    return cross_origin(HttpResponse(text, content_type="text/xml; charset=utf-8"))


def cross_origin(answer: HttpResponse) -> HttpResponse:
    """Public facts: a script of any site may read them."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "no-cache"
    return answer


def entry_of(address: str) -> tuple[Entry, str]:
    """The resource an address of ours shows, and the second and file it names. Raises ``NotToShow``."""
    nowhere = NotToShow(404, _("这不是本平台资源的网址。"))
    try:
        parts = urlsplit(address)
        ours = parts.netloc.lower() in {urlsplit(settings.SITE_URL).netloc.lower()} and parts.scheme in {
            "http",
            "https",
        }
    except ValueError as error:
        raise nowhere from error
    _slash, place, key = (*parts.path.split("/"), "", "", "")[:3]
    if not ours or place not in {"resources", "r", "embed"} or parts.path.count("/") != 2 or not key:
        raise nowhere
    entry = pages.entry_at(as_written(key) or key)
    if entry is None:
        raise nowhere
    if entry.visibility == Visibility.GONE:
        raise NotToShow(410, _("这项资源已出库，不再提供。"))
    if entry.visibility != Visibility.ONLINE:
        raise NotToShow(401, _("这项资源已下架，暂时不公开。"))
    asked = parse_qs(parts.query)
    file, start = asked.get("file", [""])[0], second_of(asked.get("t", [""])[0])
    kept = [f"file={file}"] if file.isascii() and file.isdigit() else []
    kept += [f"t={start}"] if start is not None else []
    return entry, "?" + "&".join(kept) if kept else ""


def bounds(request: HttpRequest) -> tuple[int, int]:
    found = []
    for name in ("maxwidth", "maxheight"):
        asked = request.GET.get(name, "")
        if asked and not (asked.isascii() and asked.isdigit() and int(asked[:9]) > 0 and len(asked) < 9):
            raise NotToShow(400, _("maxwidth 和 maxheight 应是大于 0 的整数。"))
        found.append(int(asked) if asked else 10**6)
    return found[0], found[1]


def described(entry: Entry, query: str, most_wide: int, most_high: int) -> dict[str, Any]:
    width = max(1, min(WIDTH, most_wide, most_high * WIDTH // HEIGHT))
    height = max(1, min(HEIGHT, most_high, -(-width * HEIGHT // WIDTH)))
    frame = format_html(
        '<iframe src="{}/embed/{}{}" width="{}" height="{}" title="{}" allow="fullscreen; picture-in-picture" allowfullscreen '
        'loading="lazy" referrerpolicy="strict-origin-when-cross-origin" style="border:0"></iframe>',
        settings.SITE_URL, entry.identifier, query, width, height, entry.title,
    )  # fmt: skip
    return {
        "version": "1.0", "type": "video" if entry.type == "A01" and entry.files else "rich", "title": entry.title,
        "author_name": entry.institution_shown, "author_url": absolute(f"/institutions/{entry.institution.code}"),
        "provider_name": _("终身教育平台"), "provider_url": settings.SITE_URL, "cache_age": 600, "html": str(frame),
        "width": width, "height": height,
    }  # fmt: skip

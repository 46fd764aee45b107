"""文稿: the captions of a resource as text that leads back into the film; a page, and a part of the resource page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries import pages
from lifelong.catalogue.queries.listing import address_at
from lifelong.catalogue.queries.transcripts import Source, lines_of, sources_of
from lifelong.catalogue.search import text
from lifelong.catalogue.search.highlight import marked
from lifelong.catalogue.views.paging import page_number
from lifelong.catalogue.views.resources import file_asked_for, out_of_library, second_asked_for
from lifelong.resources.models import Language
from lifelong.web.rights import PUBLIC, right

LINES = 400  # of a page
LONGEST_WISH = 60


@dataclass(frozen=True)
class Row:
    url: str
    second: int
    text: SafeString


@require_safe
@right(PUBLIC)
def transcript(request: HttpRequest, resource_id: str) -> HttpResponse:
    """``file``, ``lang``, ``find``, ``page`` or ``t`` choose what is shown; ``part=1`` is the piece for the resource page."""
    entry = pages.entry_at(resource_id)
    if entry is not None and entry.visibility != Visibility.ONLINE:
        return out_of_library(request, entry)
    if entry is None or not entry.files:
        raise Http404
    file = file_asked_for(request, entry)
    assert file is not None  # there are files
    sources = [
        one for one in sources_of([entry.resource_id]).get(entry.resource_id, []) if one.file == file["position"]
    ]
    if not sources:
        raise Http404
    source = next((one for one in sources if one.language == request.GET.get("lang")), sources[0])
    wish = " ".join(request.GET.get("find", "").replace("\x00", " ").split())[:LONGEST_WISH]
    shown = {"entry": entry, "file": file, "find": wish, "many": len(entry.files) > 1, "area": entry.area}
    shown |= rows(request, entry, source, wish) | {"languages": languages(entry, sources, source, wish)}
    part = "part" in request.GET
    return render(request, "catalogue/_transcript.html" if part else "catalogue/transcript.html", shown)


def rows(request: HttpRequest, entry: Entry, source: Source, wish: str) -> dict[str, Any]:
    lines = lines_of(source)
    words = tuple(text.fold(wish).split())
    kept = [line for line in lines if all(word in text.fold(line.text) for word in words)] if words else list(lines)
    last = max(1, -(-len(kept) // LINES))
    here = page_number(request)
    if "page" not in request.GET and not words:
        here = sum(line.start_s < (second_asked_for(request) or 0) + 1 for line in kept[:-1]) // LINES + 1
    here = min(here, last)
    asked = {"file": str(source.file), "lang": source.language, "find": wish}
    turn = {"before": here - 1, "after": here + 1 if here < last else 0}
    address = f"{entry.get_absolute_url()}/transcript"
    return {
        "rows": [
            Row(address_at(entry.identifier, source.file, int(line.start_s)), int(line.start_s), marked(line.text, words))
            for line in kept[(here - 1) * LINES : here * LINES]
        ],
        "total": len(kept), "here": here, "last": last, "source": source, "action": address,
        "turn": {name: f"{address}?{urlencode({**asked, 'page': n})}" for name, n in turn.items() if n},
    }  # fmt: skip


def languages(entry: Entry, sources: list[Source], chosen: Source, wish: str) -> list[tuple[str, str, bool]]:
    """``(address, name, whether it is shown)``, where there is a choice."""
    if len(sources) < 2:
        return []
    return [
        (
            f"{entry.get_absolute_url()}/transcript?{urlencode({'file': one.file, 'lang': one.language, 'find': wish})}",
            str(Language(one.language).label), one == chosen,
        )
        for one in sources
    ]  # fmt: skip

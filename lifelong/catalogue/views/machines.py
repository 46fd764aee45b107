"""robots.txt, sitemap and feeds: what machines read besides the REST interface."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from lifelong.catalogue.models import Entry
from lifelong.catalogue.oai.markup import held
from lifelong.catalogue.queries import pages
from lifelong.catalogue.queries.categories import category, category_path
from lifelong.texts.queries import operator_now
from lifelong.web.rights import PUBLIC, right
from lifelong.web.vocabulary import AREAS

SLICE = 5_000  # resources of one sitemap file: made within a moment; the protocol allows fifty thousand
FEED = 30
CLOSED = (
    "/work/",
    "/accounts/",
    "/learning/",
    "/lti/",
    "/report?",
)  # an account's or an answer's, never a page to be found


@require_safe
@right(PUBLIC)
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be read; names the sitemap, which nobody finds otherwise."""
    closed = "".join(f"Disallow: {place}\n" for place in CLOSED)
    return HttpResponse(
        f"User-agent: *\n{closed}\nSitemap: {settings.SITE_URL}/sitemap.xml\n", content_type="text/plain"
    )


@require_safe
@right(PUBLIC)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index of the sitemap files: one for the lists, then one for every slice of keys."""
    keys = Entry.objects.values_list("pk", flat=True)
    first, last = keys.order_by("pk").first(), keys.order_by("-pk").first()  # asked for together, SQLite walks them all
    slices = range(0) if first is None or last is None else range(first // SLICE, last // SLICE + 1)
    names = ["lists", *map(str, slices)]
    body = "".join(f"<sitemap><loc>{settings.SITE_URL}/sitemap-{name}.xml</loc></sitemap>" for name in names)
    return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>')


@require_safe
@right(PUBLIC)
def sitemap_part(request: HttpRequest, name: str) -> HttpResponse:
    if name == "lists":
        return xml(urlset([(place, None) for place in pages.lists_with_something()]))
    if not (name.isascii() and name.isdigit()) or len(name) > 9:
        raise Http404
    start = int(name) * SLICE
    rows = Entry.objects.online().filter(pk__gte=start, pk__lt=start + SLICE).order_by("pk")
    found = [(f"/resources/{key}", at) for key, at in rows.values_list("identifier", "harvested_at")]
    if not found:
        raise Http404
    return xml(urlset(found))


def urlset(places: Sequence[tuple[str, datetime | None]]) -> str:
    lines = (
        f"<url><loc>{escape(settings.SITE_URL + place)}</loc>"
        + (f"<lastmod>{timezone.localtime(at).isoformat(timespec='seconds')}</lastmod>" if at else "")
        + "</url>"
        for place, at in places
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(lines)}</urlset>'


def xml(body: str) -> HttpResponse:
    return HttpResponse(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', content_type="application/xml")


@require_safe
@right(PUBLIC)
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """The newest of an area or a category as Atom."""
    node = category(code)
    if node is None and code not in AREAS:
        raise Http404
    title = " · ".join(one.name for one in category_path(node.pk)) if node else str(AREAS[code])
    where: dict[str, Any] = (
        {"category": [node.code]} if node and node.code not in AREAS else {"area": [node.code if node else code]}
    )
    place = f"/areas/{code}" if code in AREAS else f"/categories/{code}"
    _answer, cards = pages.listing(sort="newest", size=FEED, **where)
    atom = Atom1Feed(
        title=title, link=settings.SITE_URL + place, description=title, language="zh-hans",
        feed_url=f"{settings.SITE_URL}/feeds/{code}.atom", author_name=operator_now()["name"],
    )  # fmt: skip
    for card in cards:
        atom.add_item(
            title=held(card.title), link=settings.SITE_URL + card.url, description=escape(held(f"{card.speakers} · {card.institution}")),
            pubdate=card.published_at, updateddate=card.published_at or timezone.now() - timedelta(days=1),
            unique_id=settings.SITE_URL + card.url, author_name=held(card.institution),
        )  # fmt: skip
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")

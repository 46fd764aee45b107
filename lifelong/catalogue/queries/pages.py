"""What each public page tells, read from entries and the index; a constant number of queries."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.db.models import Max
from django.utils import timezone

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry, Speaker
from lifelong.catalogue.queries.categories import category_path, category_tree
from lifelong.catalogue.queries.home import FilledSection, sections_on
from lifelong.catalogue.queries.labels import Value, facet_values
from lifelong.catalogue.queries.listing import (
    CARD,
    PICTURE,
    Card,
    card,
    cards_of,
    facet_counts,
    online_keys,
    picture_of,
    rows_of,
    view_now,
)
from lifelong.catalogue.search.asking import Answer, Question, ask
from lifelong.catalogue.search.related import related
from lifelong.catalogue.search.shelf import View
from lifelong.institutions.models import Institution
from lifelong.resources.models import Series
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Batch, BatchItem
from lifelong.standards.models import CategoryNode
from lifelong.standards.outline import OutlineError, parse
from lifelong.web.vocabulary import AREAS

NEIGHBOURS = 400  # of a series, in the list beside the player


@dataclass
class SeriesLine:
    """A series on the home page."""

    key: int
    title: str
    institution: str
    size: int
    cover_url: str
    area: str


@dataclass
class Home:
    view: View | None
    doors: dict[str, int] = field(default_factory=dict)
    total: int = 0
    composed: list[FilledSection] = field(default_factory=list)
    batch: Batch | None = None
    new: list[Card] = field(default_factory=list)
    popular: list[Card] = field(default_factory=list)
    series: list[SeriesLine] = field(default_factory=list)
    institutions: list[Value] = field(default_factory=list)
    institution_count: int = 0
    batch_count: int = 0
    words: list[str] = field(default_factory=list)


def home() -> Home:
    view = view_now()
    page = Home(view, composed=sections_on(timezone.localdate(), view))
    published = Batch.objects.filter(state=BatchState.PUBLISHED).exclude(origin="load").order_by("-published_at")
    batches = list(published.only("number", "title", "published_at"))
    page.batch, page.batch_count = (batches[0] if batches else None), len(batches)
    if view is None:
        page.new = [card(row) for row in Entry.objects.online().order_by("-pk").values(*CARD)[:8]]
        return page
    newest = ask(view, Question.of("", {"batch": [page.batch.number]} if page.batch else {}, sort="newest", limit=8))
    answer = ask(view, Question.of("", sort="views", limit=8, facets=("area", "institution", "series")))
    found = {row["resource_id"]: card(row) for row in rows_of([*newest.ids, *answer.ids])}
    page.new = [found[key] for key in newest.ids if key in found]
    popular = [key for key in answer.ids if key in found]
    page.popular = [found[key] for key in ([key for key in popular if key not in newest.ids] or popular)[:4]]
    page.total, page.doors = answer.total, dict(answer.facets["area"])
    page.series = series_lines(view, [(int(key), size) for key, size in answer.facets["series"] if size > 1][:6])
    page.institution_count = len(answer.facets["institution"])
    page.institutions = facet_values("institution", answer.facets["institution"], most=12)
    return page


def series_lines(view: View, sizes: list[tuple[int, int]]) -> list[SeriesLine]:
    """Series with their number of resources and the cover of the first; two queries."""
    titles = {one.pk: one for one in Series.objects.filter(pk__in=dict(sizes)).select_related("institution")}
    firsts = [ask(view, Question.of("", {"series": [str(key)]}, sort="series", limit=1)).ids for key, _ in sizes]
    covers = {row["resource_id"]: row for row in rows_of([key for ids in firsts for key in ids], COVERS)}
    return [
        SeriesLine(
            key, titles[key].title, titles[key].institution.name, size, picture_of(covers[ids[0]]),
            covers[ids[0]]["area"],
        )
        for (key, size), ids in zip(sizes, firsts, strict=True)
        if key in titles and ids and ids[0] in covers
    ]  # fmt: skip


COVERS = ("resource_id", "visibility", *PICTURE, "area")


@dataclass
class Chapter:
    """A line of the contents; ``start_s`` where it can be jumped to, ``file`` the place of the file it lies in."""

    level: int
    number: str
    title: str
    start_s: int | None
    duration_s: int | None
    file: int | None


@dataclass
class ResourcePage:
    entry: Entry
    path: tuple[CategoryNode, ...]
    chapters: list[Chapter]
    series: list[Entry]
    before: Entry | None
    after: Entry | None
    related: list[Card]


def entry_at(identifier: str) -> Entry | None:
    """The one entry of a resource that is or was public; suspended and retired ones too."""
    entries = Entry.objects.shown_or_not().with_counts().select_related("category", "region")
    return entries.filter(identifier=identifier).first()


def resource_page(entry: Entry) -> ResourcePage:
    neighbours = series_entries(entry.series_id)
    place = next((at for at, one in enumerate(neighbours) if one.pk == entry.pk), None)
    before = neighbours[place - 1] if place else None
    after = neighbours[place + 1] if place is not None and place + 1 < len(neighbours) else None
    likest = alike(entry, {one.resource_id for one in neighbours})
    return ResourcePage(entry, category_path(entry.category_id), chapters_of(entry), neighbours, before, after, likest)


def alike(entry: Entry, together: Collection[int] = ()) -> list[Card]:
    """What is online and like it; what stands ``together`` with it on the page anyway only where there is nothing else."""
    view = view_now()
    if view is None:
        return []
    code = entry.category.code if entry.category else ""
    ids = related(view, entry.resource_id, entry.title, entry.keyword_list, code, entry.area, limit=8)
    return cards_of([key for key in ids if key not in together] or ids)[:6]


def series_entries(series_key: int | None) -> list[Entry]:
    if not series_key:
        return []
    shown = Entry.objects.online().filter(series=series_key).order_by("series_position", "series_order", "pk")
    return list(
        shown.only(
            "version", "resource_id", "identifier", "title", "series_order", "duration_s", "type", "area", *PICTURE
        )[:NEIGHBOURS]
    )


def chapters_of(entry: Entry) -> list[Chapter]:
    """The outline as contents; nothing where an old library brought something unreadable."""
    if not entry.outline:
        return []
    try:
        outline = parse(entry.outline)
    except OutlineError:
        return []
    places = {name: file["position"] for file in entry.files for name in (file.get("name"), file.get("title")) if name}
    return [
        Chapter(
            level, item.number, item.title, item.start_s, item.duration_s, places.get(item.file) if item.file else None
        )
        for level, item in outline.walk()
    ]


def listing(
    text: str = "", *, page: int = 1, size: int = 24, sort: str = "newest", facets: tuple[str, ...] = (), **filters: Any
) -> tuple[Answer | None, list[Card]]:
    """A page of cards for a filter; None instead of an answer while there is no index."""
    view = view_now()
    if view is None:
        return None, []
    answer = ask(view, Question.of(text, filters, sort=sort, offset=(page - 1) * size, limit=size, facets=facets))
    return answer, cards_of(answer.ids)


def cards_at(identifiers: list[str]) -> list[Card]:
    """Those of them that are online, in the order given."""
    keys = online_keys(identifiers)
    return cards_of([keys[one] for one in identifiers if one in keys])


def children_with_counts(code: str, counts: dict[str, int]) -> list[Value]:
    """The categories right below a node, in the tree's own order."""
    tree = category_tree()
    node = tree.by_code.get(code)
    below = tree.children.get(node.pk if node else None, [])
    return [Value(child.code, child.name, counts.get(child.code, 0)) for child in below]


@dataclass
class BatchLine:
    """A line of a published batch; a pulled one keeps it, struck through, with date and reason."""

    position: int
    title: str
    url: str
    institution: str
    type: str
    area: str
    item: BatchItem


def batch_at(number: str) -> Batch | None:
    return Batch.objects.filter(number=number, state=BatchState.PUBLISHED).first()


def batch_size(batch: Batch) -> int:
    """How many lines; of a loaded batch, which only grows at its end, its last position: it may hold a million."""
    if batch.origin == "load":
        return batch.items.aggregate(last=Max("position"))["last"] or 0
    return batch.items.went_live().count()


def batch_lines(batch: Batch, start: int, size: int) -> list[BatchLine]:
    """A page of the lines. Titles are those of the published version, whatever became of it since."""
    live = batch.items.all() if batch.origin == "load" else batch.items.went_live()
    keys = list(live.order_by("position", "pk").values_list("pk", flat=True)[start : start + size])
    items = BatchItem.objects.filter(pk__in=keys).select_related("version__resource__institution")
    page = list(items.order_by("position", "pk"))
    shown = set(
        Entry.objects.online()
        .filter(resource_id__in=[item.version.resource_id for item in page])
        .values_list("resource_id", flat=True)
    )
    return [
        BatchLine(
            start + at, item.version.title,
            f"/resources/{item.version.resource.resource_id}" if item.version.resource_id in shown else "",
            item.version.resource.institution.name, item.version.type, item.version.area, item,
        )
        for at, item in enumerate(page, 1)
    ]  # fmt: skip


def institutions_by_size(most: int = 2_000) -> list[tuple[Institution, int]]:
    """Institutions that have something online, with how much; by region and name on the page."""
    counts = facet_counts(view_now(), "institution")
    found = Institution.objects.filter(code__in=list(counts)[:most]).select_related("region")
    return [(institution, counts[institution.code]) for institution in found]


def lists_with_something(most: int = 20_000) -> list[str]:
    """Addresses of the lists that hold something now, for the sitemap: areas, categories, institutions, batches."""
    found = [f"/areas/{code}" for code in AREAS]
    if (view := view_now()) is not None:
        facets = ask(view, Question.of("", limit=1, facets=("category", "institution", "batch"))).facets
        found += [f"/categories/{code}" for code in dict(facets["category"]) if code not in AREAS]
        found += [f"/institutions/{code}" for code in list(dict(facets["institution"]))[:most]]
        found += [f"/batches/{quote(number)}" for number in list(dict(facets["batch"]))[:most]]
    return ["/", "/search", "/institutions/", "/batches/", *found]


def speaker_at(key: int) -> Speaker | None:
    return Speaker.objects.select_related("institution").filter(pk=key).first()


def spoke_in_what_is_out(speaker: Speaker) -> bool:
    """Whether a resource that left the library was theirs; the few that did, of one institution."""
    out = Entry.objects.shown_or_not().filter(institution=speaker.institution_id, out_at__isnull=False)
    return any(one["id"] == speaker.pk for speakers in out.values_list("speakers", flat=True) for one in speakers)


def hidden_reason(entry: Entry) -> str:
    """Why it is not public: what was told with the suspension or the retirement."""
    return entry.resource.availability_reason if entry.visibility != Visibility.ONLINE else ""

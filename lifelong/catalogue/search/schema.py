"""What the index holds of a resource. Texts are not stored: it answers with ids, the database with rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log1p
from typing import Any

from tantivy import Document, Index, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from lifelong.catalogue.search import text
from lifelong.catalogue.search.speech import Speech

VERSION = 5  # raise it with every change here, in speech.py or in text.py: the feeder then builds anew

# facet → the field that counts it; a path like 410000/410300 is counted as one value and rolled up in Python,
# which is five times faster than counting a field of many values (measured, research/search-spike pitfall 7)
FACETS = {
    "area": "area", "category": "category", "type": "type", "institution": "institution", "region": "region",
    "year": "year", "length": "length", "batch": "batch", "captions": "captions", "series": "series",
}  # fmt: skip
PATHS = {"category", "region"}
# several facets as one value, counted in one pass and taken apart in Python: a pass over 377,000 hits takes 3 ms;
# together they have few values (at most some hundreds, and a few for each institution)
MIXES = {"kinds": ("area", "type", "year", "length", "captions"), "places": ("institution", "region")}
# filter → the field whose terms it matches
FILTERS = {**FACETS, "category": "categories", "region": "regions", "speaker": "speakers"}
SORTS = {"views": "views", "learners": "learners", "newest": "newest", "series": "order"}
LENGTHS = [("short", 600), ("medium", 1800), ("long", 3600), ("longer", None)]  # seconds, upper bound
LENGTH_NAMES = [*(name for name, _bound in LENGTHS), "unknown"]


@dataclass
class Facts:
    """One published resource as search knows it. Paths go from the top: ``("410000", "410300")``."""

    id: int
    identifier: str
    title: str
    type: str
    area: str
    keywords: list[str] = field(default_factory=list)
    series_id: int | None = None
    series: str = ""
    series_position: int = 0
    speakers: list[tuple[int, str]] = field(default_factory=list)
    institution: str = ""
    institution_name: str = ""
    region: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    category_names: tuple[str, ...] = ()
    belongs: tuple[str, ...] = ()  # what it is filed under besides, in words and codes
    summary: str = ""
    outline: str = ""
    duration_s: int | None = None
    year: int = 0
    batch: str = ""
    captions: bool = False
    views: int = 0
    declared_views: int = 0
    learners: int = 0
    declared_learners: int = 0
    published_s: int = 0
    change: int = 0
    speech: Speech | None = None


def build_schema() -> Schema:
    build = SchemaBuilder()
    build.add_unsigned_field("id", indexed=True, fast=True)
    build.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("cursor", stored=True)
    build.add_unsigned_field("change", fast=True)  # which state of the entry this is, for the nightly comparison
    build.add_unsigned_field(
        "speech", fast=True
    )  # which captions the second index holds of it, for the same comparison
    build.add_text_field("all", tokenizer_name="words", index_option="freq")
    build.add_text_field("sounds", tokenizer_name="words", index_option="basic")
    for name in ("words", "heard", "completions", "titles", "categories", "regions", "speakers"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*FACETS.values(), *MIXES):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in SORTS.values():
        build.add_unsigned_field(name, fast=True)
    build.add_float_field("weight", fast=True)
    return build.build()


SCHEMA = build_schema()


def register(index: Index) -> None:
    """The index forgets its tokenizers: at every open."""
    index.register_tokenizer("words", TextAnalyzerBuilder(Tokenizer.whitespace()).build())


def length_of(duration_s: int | None) -> str:
    if duration_s is None:
        return "unknown"
    return next(name for name, bound in LENGTHS if bound is None or duration_s < bound)


def document(facts: Facts) -> Document:
    title = text.fold(facts.title)
    title_words = text.index_words(title)
    keywords = [text.short_words(word) for word in facts.keywords]
    series = text.short_words(facts.series)
    speakers = [text.short_words(name) for _, name in facts.speakers]
    known = _known_words([title_words, *(words for _, words in (*keywords, series))], [*keywords, *speakers])
    sounds = [(word, text.sound(word), text.initials(word)) for word in known]
    weighted = [
        *title_words * 4,
        *text.characters(title),
        *(one for folded, _ in keywords for one in text.characters(folded)),
        *(word for _, words in keywords for word in (*words, *words)),
    ]
    return Document.from_dict(
        {
            "id": facts.id,
            "change": facts.change,
            "speech": facts.speech.source if facts.speech else 0,
            "all": " ".join([*weighted, *_once(facts, series, speakers)]),
            "sounds": " ".join(key for _, *keys in sounds for key in keys if len(key) > 2),
            "words": [word for word in known if len(word) > 2],
            "heard": [f"{key}\t{word}" for word, *keys in sounds for key in keys if len(key) > 1],
            "completions": _completions(
                [*keywords, series, *speakers], [*facts.keywords, facts.series, *_names(facts)]
            ),
            "titles": [f"{title}\t{facts.title.strip()}"],
            **_filters(facts),
            **_order(facts),
        },
        SCHEMA,
    )


Short = tuple[str, tuple[str, ...]]  # as text.short_words gives it


def _once(facts: Facts, series: Short, speakers: list[Short]) -> Iterable[str]:
    """Words that count once; the title's stand four times and the keywords' twice: one field beats boosted ones."""
    yield from series[1]
    for folded, words in speakers:
        yield folded.replace(" ", "")
        yield from words
    for other in (facts.institution_name, *facts.category_names, *facts.belongs):
        yield from text.short_words(other)[1]
    for long in (facts.summary, facts.outline):
        yield from text.index_words(text.fold(long))
    yield facts.identifier.lower()


def _names(facts: Facts) -> list[str]:
    return [name for _, name in facts.speakers]


def _known_words(cut: list[Iterable[str]], whole: list[Short]) -> list[str]:
    """Words worth being found by sound and offered against a slip: of title, keywords and series; names as they are."""
    found = dict.fromkeys(word for words in cut for word in words if len(word) > 1)
    found.update(dict.fromkeys(folded for folded, _ in whole if 1 < len(folded) <= 12))
    return list(found)


def _completions(keys: list[Short], shown: list[str]) -> list[str]:
    pairs = zip(keys, shown, strict=True)
    return list(dict.fromkeys(f"{key}\t{label.strip()}" for (key, _), label in pairs if key))


def _filters(facts: Facts) -> dict[str, Any]:
    values: dict[str, Any] = {
        "area": facts.area,
        "type": facts.type,
        "institution": facts.institution,
        "year": str(facts.year) if facts.year else "",
        "length": length_of(facts.duration_s),
        "batch": facts.batch,
        "captions": "yes" if facts.captions else "no",
        "category": "/".join(facts.category),
        "region": "/".join(facts.region),
        "series": str(facts.series_id or ""),
    }
    for mix, names in MIXES.items():
        values[mix] = "\t".join(values[name] for name in names)
    values = {name: value for name, value in values.items() if value}
    return values | {
        "categories": list(facts.category),
        "regions": list(facts.region),
        "speakers": [str(key) for key, _ in facts.speakers],
    }


def _order(facts: Facts) -> dict[str, Any]:
    """Sort keys. "Most viewed" sorts by measured, then by declared: the two share a number and are never summed."""
    low = 0xFFFF_FFFF
    in_series = (min(facts.series_id, 0xFFF_FFFF) << 32 | min(facts.series_position, low)) if facts.series_id else 0
    return {
        "views": min(facts.views, low) << 32 | min(facts.declared_views, low),
        "learners": min(facts.learners, low) << 32 | min(facts.declared_learners, low),
        "newest": facts.published_s << 28 | min(facts.id, 0xFFF_FFFF),
        "order": in_series or 0xFFFF_FFFF_FFFF_FFF0,
        "weight": min(0.15, 0.012 * log1p(facts.declared_views)) + min(0.25, 0.03 * log1p(facts.views)),
    }

"""A question put to the index: which ids, how many exactly, and how many in each facet."""

import time
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from tantivy import Occur, Order, Query

from lifelong.catalogue.search import reading
from lifelong.catalogue.search.kept import Kept
from lifelong.catalogue.search.said import NOWHERE, Said, Spoken, spoken
from lifelong.catalogue.search.schema import FACETS, FILTERS, MIXES, PATHS, SCHEMA, SORTS
from lifelong.catalogue.search.shelf import CURSOR, View, count_of, keys_at

DEEPEST = 10_000  # results; a listing that goes deeper wants a harvest, not a search
MOST_VALUES = 2_000  # of a facet
MOST_MIXED = 20_000  # of several together


class TooDeep(Exception):
    """A page beyond the 10,000th result was asked for."""


@dataclass(frozen=True)
class Question:
    """``filters`` maps a name of ``schema.FILTERS`` to the values of which one must hold.

    ``where``: ``about`` asks what is written of a resource, ``said`` what is said in it.
    """

    text: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = "relevance"
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = ()
    where: str = "about"

    @classmethod
    def of(cls, text: str = "", filters: Mapping[str, Iterable[str]] | None = None, **other: Any) -> "Question":
        chosen = {name: tuple(dict.fromkeys(values)) for name, values in (filters or {}).items()}
        return cls(text.strip(), tuple(sorted((name, values) for name, values in chosen.items() if values)), **other)


@dataclass
class Answer:
    """``kind`` and ``shown`` say how the words were taken (``reading.Reading``); ``meant`` another wording to offer."""

    ids: Sequence[int]
    total: int
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    kind: str = "all"
    words: tuple[str, ...] = ()
    shown: str = ""
    meant: str = ""
    without_filters: int = 0  # hits of the words alone, counted where the filters leave none
    seconds: float = 0.0
    generation: str = ""
    said: Said = NOWHERE.said
    totals: dict[str, int] = field(default_factory=dict)  # of each ``where``, with the same filters


FIRST_RANKED = 60  # results: to put more of them in order costs little, to find them again much

_facets_kept = Kept(512)
_answers_kept = Kept(400)


def ask(view: View, question: Question) -> Answer:
    """Exact total, one page of ids, facets that ignore their own filter. Raises ``TooDeep``.

    Kept for the view, with more results than the page holds: who turns the page is answered from the same order.
    """
    end = question.offset + question.limit
    if end > DEEPEST:
        raise TooDeep
    begun = time.perf_counter()
    key = (view.generation, replace(question, offset=0, limit=0))
    kept: Answer | None = _answers_kept.get(key)
    if kept is None or len(kept.ids) < min(end, kept.total):
        ranked = FIRST_RANKED if end <= FIRST_RANKED else min(DEEPEST, 2 * end)
        kept = _asked(view, replace(question, offset=0, limit=ranked))
        _answers_kept.put(key, kept)
    return replace(kept, ids=list(kept.ids[question.offset : end]), seconds=time.perf_counter() - begun)


def _asked(view: View, question: Question) -> Answer:
    filters = dict(question.filters)
    if question.where == "said":
        taken = reading.read(view.searcher, question.text)
        speech = spoken(view, question.text, taken)
        base: Query | None = speech.within()
        answer = _in_order(view, combine(base, filters), question, speech)
        answer.kind, answer.words, answer.shown = speech.said.kind, speech.said.words, speech.said.shown
        other = count_of(view.searcher, combine(taken.query, filters))
    else:
        understood, found = _first_found(view, question, filters)
        base = understood.query if understood else None
        answer = Answer(_keys_of(view, found), found.count or 0)
        speech = spoken(view, question.text, understood)
        other = _count_said(view, speech, filters)
        if understood:
            answer.kind, answer.words, answer.shown = understood.kind, understood.words, understood.shown
            if understood.kind == "all":
                answer.meant = reading.meant(view.searcher, question.text, answer.total)
    answer.generation, answer.said = view.generation, speech.said
    answer.totals = {question.where: answer.total, "about" if question.where == "said" else "said": other}
    if base is not None and not answer.total and filters:
        answer.without_filters = count_of(view.searcher, base)
    answer.facets = _facets(view, base, question)
    return answer


def _first_found(
    view: View, question: Question, filters: Mapping[str, tuple[str, ...]]
) -> tuple[reading.Reading | None, Any]:
    """The first understanding that finds anything, with or without the filters, and what it finds with them."""
    if not question.text:
        return None, _search(view, combine(None, filters), question, scored=False)
    for taken in reading.readings(view.searcher, question.text):
        found = _search(view, combine(taken.query, filters), question, scored=True)
        if found.count or (filters and reading.finds(view.searcher, taken)):
            break
    return taken, found


def _count_said(view: View, speech: Spoken, filters: Mapping[str, tuple[str, ...]]) -> int:
    return count_of(view.searcher, combine(speech.within(), filters)) if speech.keys else 0


def _in_order(view: View, query: Query, question: Question, speech: Spoken) -> Answer:
    """Resources that say it, by how often where nothing else is asked for."""
    if question.sort != "relevance":
        found = _search(view, query, question, scored=True)
        return Answer(_keys_of(view, found), found.count or 0)
    found = view.searcher.search(query, max(1, len(speech.keys)))
    passing = set(keys_at(view.searcher, [address for _, address in found.hits]))
    ids = array("Q", (key for key in speech.keys if key in passing))
    return Answer(ids, len(ids))


def _keys_of(view: View, found: Any) -> "array[int]":
    return array("Q", keys_at(view.searcher, [address for _, address in found.hits]))


def combine(base: Query | None, filters: Mapping[str, tuple[str, ...]]) -> Query:
    """The words and every filter; a filter neither scores nor, where it repeats, excludes (「或」)."""
    clauses = [(Occur.Must, base)] if base is not None else []
    for name, values in filters.items():
        terms = Query.term_set_query(SCHEMA, FILTERS[name], list(values))
        if len(values) == 1:
            terms = Query.term_query(SCHEMA, FILTERS[name], values[0])
        clauses.append((Occur.Must, Query.const_score_query(terms, 0.0)))
    if not clauses:
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, CURSOR)])
    return Query.boolean_query(clauses) if len(clauses) > 1 else clauses[0][1]


def _search(view: View, query: Query, question: Question, *, scored: bool) -> Any:
    sort = question.sort if scored or question.sort != "relevance" else "newest"
    if sort == "relevance":
        return view.searcher.search(query, question.limit, weight_by_field="weight")
    order = Order.Asc if sort == "series" else Order.Desc
    return view.searcher.search(query, question.limit, order_by_field=SORTS[sort], order=order)


def _facets(view: View, base: Query | None, question: Question) -> dict[str, list[tuple[str, int]]]:
    if not question.facets:
        return {}
    key = (view.generation, question.where, question.text, question.filters, question.facets)
    if (kept := _facets_kept.get(key)) is not None:
        return dict(kept)
    filters = dict(question.filters)
    counted: dict[str, list[tuple[str, int]]] = {}
    together = [name for name in question.facets if name not in filters]
    for names in [together, *([name] for name in question.facets if name in filters)]:
        others = {name: values for name, values in filters.items() if name not in names}
        counted |= _counted(view, combine(base, others), names)
    _facets_kept.put(key, counted)
    return counted


def _counted(view: View, query: Query, names: list[str]) -> dict[str, list[tuple[str, int]]]:
    if not names:
        return {}
    mixed = {mix: members for mix, members in MIXES.items() if len(set(members).intersection(names)) > 1}
    alone = [name for name in names if not any(name in members for members in mixed.values())]
    wanted = {name: {"terms": {"field": FACETS[name], "size": MOST_VALUES}} for name in alone}
    wanted |= {mix: {"terms": {"field": mix, "size": MOST_MIXED}} for mix in mixed}
    raw = view.searcher.aggregate(query, wanted)
    counts = {name: [(bucket["key"], bucket["doc_count"]) for bucket in raw[name]["buckets"]] for name in alone}
    for mix, members in mixed.items():
        counts |= taken_apart(raw[mix]["buckets"], members)
    return {name: rolled_up(counts[name]) if name in PATHS else counts[name] for name in names}


def taken_apart(buckets: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
    """Counts of ``a<tab>b`` as counts of each part, the commonest first; an empty part counts for nothing."""
    counts: list[defaultdict[str, int]] = [defaultdict(int) for _ in names]
    for bucket in buckets:
        count = bucket["doc_count"]
        for of, part in zip(counts, _parts(bucket["key"]), strict=True):
            of[part] += count
    return {
        name: sorted(((part, count) for part, count in of.items() if part), key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES]
        for name, of in zip(names, counts, strict=True)
    }  # fmt: skip


@lru_cache(maxsize=MOST_MIXED)
def _parts(mixed: str) -> tuple[str, ...]:
    return tuple(mixed.split("\t"))


def rolled_up(paths: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Counts of paths as counts of every node on them: ``a/b: 2, a: 1`` → ``a: 3, b: 2``."""
    counts: dict[str, int] = {}
    for path, count in paths:
        for node in path.split("/"):
            counts[node] = counts.get(node, 0) + count
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

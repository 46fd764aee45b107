"""Completions while typing: keywords, series, titles and speakers that begin so, or sound so."""

from tantivy import Query, Searcher

from lifelong.catalogue.search import text
from lifelong.catalogue.search.kept import Kept
from lifelong.catalogue.search.schema import SCHEMA
from lifelong.catalogue.search.shelf import View

SMALL = 50_000  # resources; beyond, one character begins too many titles to look through while someone types
_kept = Kept(2_000)


def suggest(view: View, typed: str, limit: int = 10) -> list[str]:
    """Up to ``limit`` completions, the commonest first, words before whole titles."""
    begun = text.fold(typed[:60]).strip()
    if not begun:
        return []
    key = (view.generation, begun, limit)
    if (kept := _kept.get(key)) is not None:
        return list(kept)
    found: dict[str, str] = {}  # folded → shown: 摄影 and 攝影 are one
    from_titles = 1 if view.searcher.num_docs < SMALL else 2
    for field, least in (("completions", 1), ("heard", 2), ("titles", from_titles)):
        if len(found) >= limit or len(begun) < least or (field == "heard" and not begun.isascii()):
            continue
        for term, _ in view.searcher.terms_with_prefix(field, begun, limit=limit * 2):
            shown = term.partition("\t")[2]
            if text.fold(shown) not in found and _is_alive(view.searcher, field, term):
                found[text.fold(shown)] = shown
    complete = list(found.values())[:limit]
    _kept.put(key, complete)
    return complete


def _is_alive(searcher: Searcher, field: str, term: str) -> bool:
    """Whether a resource still has it: the index keeps the terms of what was taken out until it merges its parts."""
    return bool(searcher.search(Query.term_query(SCHEMA, field, term), 1, count=False).hits)

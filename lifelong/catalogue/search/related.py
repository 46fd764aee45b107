"""What is like a resource: the most of its words, in its own branch of the tree first; then what its area watches most."""

from typing import Any

from tantivy import Occur, Query

from lifelong.catalogue.search import text
from lifelong.catalogue.search.kept import Kept
from lifelong.catalogue.search.schema import SCHEMA, SORTS
from lifelong.catalogue.search.shelf import View, keys_at

_kept = Kept(1_000)
MOST_WORDS = 16


def related(
    view: View, key: int, title: str, keywords: list[str], category: str, area: str, limit: int = 6
) -> list[int]:
    """Ids of other resources, the likest first; ``category`` is the code of its node or empty."""
    asked = (view.generation, key, limit)
    if (kept := _kept.get(asked)) is not None:
        return list(kept)
    words = dict.fromkeys(word for part in (*keywords, title) for word in text.cut(text.fold(part)) if len(word) > 1)
    telling = [word for word in words if word not in text.FILLERS][:MOST_WORDS]
    clauses = [(Occur.Should, Query.term_query(SCHEMA, "all", word)) for word in telling]
    if category:
        clauses.append((Occur.Should, Query.const_score_query(Query.term_query(SCHEMA, "categories", category), 1.0)))
    ids = _found(view, Query.boolean_query(clauses), key, limit) if clauses else []
    if len(ids) < limit:
        nearby = Query.term_query(SCHEMA, "area", area)
        ids += [one for one in _found(view, nearby, key, limit, order_by_field=SORTS["views"]) if one not in ids]
    ids = ids[:limit]
    _kept.put(asked, ids)
    return ids


def _found(view: View, query: Query, key: int, limit: int, **order: Any) -> list[int]:
    others = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, Query.term_query(SCHEMA, "id", key))])
    hits = view.searcher.search(others, limit, count=False, **order).hits
    return [found for found in keys_at(view.searcher, [place for _, place in hits]) if found]

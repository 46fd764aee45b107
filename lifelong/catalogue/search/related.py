"""What is like a resource: the most of its words, in its own branch of the tree first."""

from tantivy import Occur, Query

from lifelong.catalogue.search import text
from lifelong.catalogue.search.kept import Kept
from lifelong.catalogue.search.schema import SCHEMA
from lifelong.catalogue.search.shelf import View, keys_at

_kept = Kept(1_000)
MOST_WORDS = 16


def related(view: View, key: int, title: str, keywords: list[str], category: str, limit: int = 6) -> list[int]:
    """Ids of other resources, the likest first; ``category`` is the code of its node or empty."""
    asked = (view.generation, key, limit)
    if (kept := _kept.get(asked)) is not None:
        return list(kept)
    words = dict.fromkeys(word for part in (*keywords, title) for word in text.cut(text.fold(part)) if len(word) > 1)
    telling = [word for word in words if word not in text.FILLERS][:MOST_WORDS]
    clauses = [(Occur.Should, Query.term_query(SCHEMA, "all", word)) for word in telling]
    if category:
        clauses.append((Occur.Should, Query.const_score_query(Query.term_query(SCHEMA, "categories", category), 1.0)))
    if not clauses:
        return []
    like = Query.boolean_query(
        [(Occur.Must, Query.boolean_query(clauses)), (Occur.MustNot, Query.term_query(SCHEMA, "id", key))]
    )
    hits = view.searcher.search(like, limit, count=False).hits
    ids = [found for found in keys_at(view.searcher, [place for _, place in hits]) if found]
    _kept.put(asked, ids)
    return ids

"""How a question is understood: the words it asks for, and what else it may have meant where nothing is found.

The ladder, each rung only where the one above finds nothing: all words → all but the words around a wish
(我想学太极拳) → the library's words for what people say (做饭: 烹饪) → what sounds or is spelled like it (太级拳, taijiquan,
phtoshop) → a part of every word (老年人手机: 老年 手机) → any of the words → any of the characters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

from tantivy import Occur, Query, Searcher

from lifelong.catalogue.search import everyday, text
from lifelong.catalogue.search.correcting import corrected, word_heard_as
from lifelong.catalogue.search.schema import SCHEMA
from lifelong.catalogue.search.shelf import count_of

LONGEST_QUESTION = 120  # characters; what is longer is cut
MOST_WORDS = 24
LONGEST_NAME = 4  # characters
SURELY = 100  # documents of a word, of which some may be deleted already, but hardly all
MOST_COMBINED = 20  # combinations of some of the words


@dataclass(frozen=True)
class Reading:
    """One understanding of a question. ``kind``: all | wish | related | corrected | some | characters | nothing."""

    kind: str
    words: tuple[str, ...]
    query: Query
    shown: str = ""  # what the question was taken for, where that is not what was typed


def read(searcher: Searcher, question: str) -> Reading:
    """The first rung of the ladder that finds anything."""
    return next(
        reading for reading in readings(searcher, question) if reading.kind == "nothing" or finds(searcher, reading)
    )


def readings(searcher: Searcher, question: str) -> Iterator[Reading]:
    """Every rung of the ladder, each worked out only when asked for; the last finds nothing."""
    words = _rejoined(searcher, text.cut(text.asked(question[:LONGEST_QUESTION]))[:MOST_WORDS])
    if words:
        yield from _rungs(searcher, words)
    yield Reading("nothing", tuple(words), Query.empty_query())


def _rejoined(searcher: Searcher, words: list[str]) -> list[str]:
    """Characters that the cut left alone, with their neighbours as the word that the library knows: names (侯志云), 书 法."""
    found: list[str] = []
    start = 0
    while start < len(words):
        runs = (words[start:end] for end in range(min(len(words), start + LONGEST_NAME), start + 1, -1))
        run = next((run for run in runs if _is_a_name(searcher, run)), words[start : start + 1])
        found.append("".join(run))
        start += len(run)
    return found


def _is_a_name(searcher: Searcher, run: list[str]) -> bool:
    whole = "".join(run)
    alone = any(len(word) == 1 for word in run) and all(map(text.is_chinese, run))
    return alone and len(whole) <= LONGEST_NAME and bool(searcher.doc_freq("all", whole))


def finds(searcher: Searcher, reading: Reading) -> bool:
    one = reading.words[0] if len(reading.words) == 1 else ""
    if one and searcher.doc_freq("all", one) > SURELY:  # to look for one document scores them all
        return True
    return bool(searcher.search(reading.query, 1, count=False).hits)


def meant(searcher: Searcher, question: str, total: int) -> str:
    """Another wording that finds far more, for a question that looks misspelled: ``太级拳`` → ``太极拳``; else empty."""
    words = text.cut(text.asked(question[:LONGEST_QUESTION]))[:MOST_WORDS]
    if total > 1_000 or not _looks_broken(words):
        return ""
    fixed = corrected(searcher, words)
    if fixed == words:
        return ""
    found = count_of(searcher, all_of(searcher, fixed))
    return "".join(joined(fixed)) if found > 5 * total else ""


def all_of(searcher: Searcher, words: list[str]) -> Query:
    return Query.boolean_query([(Occur.Must, one_word(searcher, word)) for word in words])


def one_word(searcher: Searcher, word: str) -> Query:
    """A word as it stands; letters may be pinyin; a word the library does not know is asked for by its parts."""
    plain = Query.term_query(SCHEMA, "all", word)
    if text.is_chinese(word):
        if word in text.ORDINALS:
            return Query.boolean_query([(Occur.Should, plain), (Occur.Should, _numbered(text.ORDINALS[word]))])
        if searcher.doc_freq("all", word):
            return plain
        pieces = [piece for piece in text.parts(word) if len(piece) > 1]
        return Query.boolean_query([(Occur.Must, one_word(searcher, piece)) for piece in pieces]) if pieces else plain
    options = [(Occur.Should, plain)]
    if searcher.doc_freq("sounds", word):
        options.append((Occur.Should, Query.boost_query(Query.term_query(SCHEMA, "sounds", word), 0.8)))
        if heard := word_heard_as(searcher, word):  # as a word it weighs by where it stands, as a sound it does not
            options.append((Occur.Should, Query.term_query(SCHEMA, "all", heard)))
    elif len(word) == 4 and word.isdecimal():
        options.append((Occur.Should, Query.term_query(SCHEMA, "year", word)))
    return Query.boolean_query(options) if len(options) > 1 else plain


def _numbered(number: int) -> Query:
    """第3讲 as it stands in a text: the number is a word of its own there."""
    return Query.boolean_query([(Occur.Must, Query.term_query(SCHEMA, "all", word)) for word in ("第", str(number))])


def _rungs(searcher: Searcher, words: list[str]) -> Iterator[Reading]:
    things, others = everyday.things(words)
    wish = [word for word in words if word not in text.FILLERS or (word not in others and word not in things)]
    core = [word for word in words if word not in text.ASKING] or words
    broken = _looks_broken(core)
    # characters stand in many a title, and parts of a word mean something else: 朋友圈 is no 朋友
    unknown = broken or not all(searcher.doc_freq("all", thing) for thing in things)
    if unknown:
        yield from _in_library_words(searcher, things, others)
    if core == words or all(len(word) == 1 for word in wish):
        yield Reading("all", _to_mark(searcher, words), all_of(searcher, words))
    if broken and (fixed := corrected(searcher, core)) != core:
        yield Reading("corrected", tuple(fixed), all_of(searcher, fixed), "".join(joined(fixed)))
    if wish and wish != words:
        spoken = [word for word in words if word not in wish and len(word) > 1]
        yield Reading(
            "wish", _to_mark(searcher, wish), _better_with(spoken, all_of(searcher, wish)), "".join(joined(wish))
        )
    if not unknown:
        yield from _in_library_words(searcher, things, others)
    wish = wish or words
    if any(word.isascii() for word in wish):
        heard = [word for word in wish if word not in text.filler_sounds()]
        if heard and heard != wish:
            yield Reading("wish", tuple(heard), all_of(searcher, heard), "".join(joined(heard)))
    if (not broken or wish != core) and (fixed := corrected(searcher, wish)) != wish:
        yield Reading("corrected", tuple(fixed), all_of(searcher, fixed), "".join(joined(fixed)))
    yield from _in_parts(searcher, wish)
    single = list(dict.fromkeys(text.characters("".join(wish))))
    if len(single) > 1:
        yield Reading("characters", tuple(single), at_least(-(-len(single) * 3 // 5), single))


def _in_library_words(searcher: Searcher, things: list[str], others: list[str]) -> Iterator[Reading]:
    """What is said at home by the words that the library has for it, first with the rest of the question."""
    known = [has for thing in things if (has := [word for word in everyday.WORDS[thing] if _is_there(searcher, word)])]
    if not known:
        return
    literally = [_whole(thing) for thing in things if any(len(word) > 1 for word in text.cut(thing))]
    options = [[(Occur.Should, query) for query in (*map(_whole, of), *literally)] for of in known]
    meant = [(Occur.Must, Query.boolean_query(of)) for of in options]
    marks = tuple(dict.fromkeys(word for of in known for word in of))
    rest = [word for word in others if word not in text.FILLERS]
    if rest:
        both = Query.boolean_query([(Occur.Must, all_of(searcher, rest)), *meant])
        yield Reading("related", (*rest, *marks), both, "、".join(dict.fromkeys((*rest, *marks))))
    yield Reading("related", marks, Query.boolean_query(meant), "、".join(marks))
    yield Reading("related", marks, Query.boolean_query([one for of in options for one in of]), "、".join(marks))


def _whole(word: str) -> Query:
    """The word and not its parts: 短视频 is not every 视频."""
    return Query.boolean_query([(Occur.Must, Query.term_query(SCHEMA, "all", one)) for one in text.cut(word)])


def _is_there(searcher: Searcher, word: str) -> bool:
    return bool(searcher.search(_whole(word), 1, count=False).hits)


def _to_mark(searcher: Searcher, words: list[str]) -> tuple[str, ...]:
    """The words, and what else they are found as: pinyin as the word it sounds like, 第三 as 第3."""
    heard = [found for word in words if word.isascii() and (found := word_heard_as(searcher, word))]
    return (*words, *heard, *(f"第{text.ORDINALS[word]}" for word in words if word in text.ORDINALS))


def _better_with(words: list[str], query: Query) -> Query:
    """What matches ``query``; what holds the words as well comes first."""
    better = [(Occur.Should, Query.term_query(SCHEMA, "all", word)) for word in words]
    return Query.boolean_query([(Occur.Must, query), *better]) if better else query


def _in_parts(searcher: Searcher, words: list[str]) -> Iterator[Reading]:
    """A part of every word that the library knows, then so many of the words and parts; a part weighs less."""
    parts = {word: [piece for piece in text.parts(word) if len(piece) > 1] if len(word) > 2 else [] for word in words}
    known = [word for word in words if any(searcher.doc_freq("all", one) for one in (word, *parts[word]))]
    pieces = tuple(dict.fromkeys(piece for word in known for piece in (word, *parts[word])))
    if len(known) > 1:
        every = Query.boolean_query([(Occur.Must, _any_of([word, *parts[word]])) for word in known])
        yield Reading("some", pieces, every)
    some = [word for word in pieces if len(word) > 1]
    if some:
        lesser = frozenset(some).difference(words)
        yield Reading("some", pieces, at_least(max(1, len(known) // 2), some, lesser))


def _any_of(words: list[str]) -> Query:
    return Query.boolean_query([(Occur.Should, Query.term_query(SCHEMA, "all", word)) for word in words])


def at_least(count: int, words: list[str], lesser: frozenset[str] = frozenset()) -> Query:
    """So many of the words. Few are asked for in every combination: the index walks common words apart, rare ones together."""
    terms = [(Occur.Should, _weighed(word, word in lesser)) for word in words]
    if count < 2 or comb(len(words), count) > MOST_COMBINED:
        return Query.boolean_query(terms, count)
    together = [[(Occur.Must, term) for _, term in some] for some in combinations(terms, count)]
    return Query.boolean_query([(Occur.Should, Query.boolean_query(some)) for some in together])


def _weighed(word: str, less: bool) -> Query:
    plain = Query.term_query(SCHEMA, "all", word)
    return Query.boost_query(plain, 0.3) if less else plain


def _looks_broken(words: list[str]) -> bool:
    """Two single characters in a row are what an unknown word falls into; not two that only surround a wish (了, 好)."""
    pairs = [one + two for one, two in pairwise(words) if len(one) == len(two) == 1]
    return any(text.is_chinese(pair) and not text.FILLERS.issuperset(pair) for pair in pairs)


def joined(words: list[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        yield " " if at and not (text.is_chinese(word) and text.is_chinese(words[at - 1])) else ""
        yield word

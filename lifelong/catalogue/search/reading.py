"""How a question is understood: the words it asks for, and what else it may have meant where nothing is found.

The ladder, each rung only where the one above finds nothing: all words → all but the words around a wish
(我想学太极拳) → what sounds or is spelled like it (太级拳, taijiquan, phtoshop) → a part of every word (老年人手机: 老年 手机)
→ any of the words → any of the characters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise
from math import comb

from tantivy import Occur, Query, Searcher

from lifelong.catalogue.search import text
from lifelong.catalogue.search.schema import SCHEMA
from lifelong.catalogue.search.shelf import count_of

LONGEST_QUESTION = 120  # characters; what is longer is cut
MOST_WORDS = 24
SURELY = 100  # documents of a word, of which some may be deleted already, but hardly all
MOST_COMBINED = 20  # combinations of some of the words
MOST_TO_CORRECT = 10  # words; a longer text was pasted, not mistyped


@dataclass(frozen=True)
class Reading:
    """One understanding of a question. ``kind``: all | wish | corrected | some | characters | nothing."""

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
    folded = text.fold(question[:LONGEST_QUESTION])
    words = text.cut(folded)[:MOST_WORDS]
    if words:
        yield from _rungs(searcher, folded, words)
    yield Reading("nothing", tuple(words), Query.empty_query())


def finds(searcher: Searcher, reading: Reading) -> bool:
    one = reading.words[0] if len(reading.words) == 1 else ""
    if one and searcher.doc_freq("all", one) > SURELY:  # to look for one document scores them all
        return True
    return bool(searcher.search(reading.query, 1, count=False).hits)


def meant(searcher: Searcher, question: str, total: int) -> str:
    """Another wording that finds far more, for a question that looks misspelled: ``太级拳`` → ``太极拳``; else empty."""
    words = text.cut(text.fold(question[:LONGEST_QUESTION]))[:MOST_WORDS]
    if total > 50 or not _looks_broken(words):
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
        if searcher.doc_freq("all", word):
            return plain
        pieces = [piece for piece in text.parts(word) if len(piece) > 1]
        return Query.boolean_query([(Occur.Must, one_word(searcher, piece)) for piece in pieces]) if pieces else plain
    options = [(Occur.Should, plain)]
    if searcher.doc_freq("sounds", word):
        options.append((Occur.Should, Query.boost_query(Query.term_query(SCHEMA, "sounds", word), 0.8)))
    return Query.boolean_query(options) if len(options) > 1 else plain


def _rungs(searcher: Searcher, folded: str, words: list[str]) -> Iterator[Reading]:
    yield Reading("all", tuple(words), all_of(searcher, words))
    wish = [word for word in words if word not in text.FILLERS]
    if wish and wish != words:
        yield Reading("wish", tuple(wish), all_of(searcher, wish), "".join(joined(wish)))
    wish = wish or words
    if any(word.isascii() for word in wish):
        heard = [word for word in wish if word not in text.filler_sounds()]
        if heard and heard != wish:
            yield Reading("wish", tuple(heard), all_of(searcher, heard), "".join(joined(heard)))
    fixed = corrected(searcher, wish)
    if fixed != wish:
        yield Reading("corrected", tuple(fixed), all_of(searcher, fixed), "".join(joined(fixed)))
    pieces = list(
        dict.fromkeys(piece for word in wish for piece in ([word, *text.parts(word)] if len(word) > 2 else [word]))
    )
    if len(wish) > 1:
        yield Reading("some", tuple(pieces), Query.boolean_query([(Occur.Must, _any_part(word)) for word in wish]))
    some = [word for word in pieces if len(word) > 1]
    if some:
        yield Reading("some", tuple(pieces), at_least(max(1, len(wish) // 2), some))
    single = list(dict.fromkeys(text.characters("".join(wish))))
    if len(single) > 1:
        yield Reading("characters", tuple(single), at_least(-(-len(single) * 3 // 5), single))


def at_least(count: int, words: list[str]) -> Query:
    """So many of the words. Few are asked for in every combination: the index walks common words apart, rare ones together."""
    terms = [(Occur.Should, Query.term_query(SCHEMA, "all", word)) for word in words]
    if count < 2 or comb(len(words), count) > MOST_COMBINED:
        return Query.boolean_query(terms, count)
    together = [[(Occur.Must, term) for _, term in some] for some in combinations(terms, count)]
    return Query.boolean_query([(Occur.Should, Query.boolean_query(some)) for some in together])


def _any_part(word: str) -> Query:
    """The word or a shorter word inside it (老年人: 老年)."""
    options = [word, *(piece for piece in text.parts(word) if len(piece) > 1)]
    return Query.boolean_query([(Occur.Should, Query.term_query(SCHEMA, "all", one)) for one in options])


def corrected(searcher: Searcher, words: list[str]) -> list[str]:
    """The same question with unknown words replaced by known ones that sound or are spelled alike; short ones only."""
    fixed: list[str] = []
    if len(words) > MOST_TO_CORRECT:
        return words
    for chinese, group in groupby(words, key=text.is_chinese):
        members = list(group)
        fixed += _chinese_fixed(searcher, members) if chinese else _letters_fixed(searcher, members)
    return list(dict.fromkeys(fixed))


def _looks_broken(words: list[str]) -> bool:
    """Two single characters in a row are what an unknown word falls into."""
    return any(len(one) == len(two) == 1 and text.is_chinese(one + two) for one, two in pairwise(words))


def _chinese_fixed(searcher: Searcher, words: list[str]) -> list[str]:
    fixed: list[str] = []
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            if end - start == 1 and (searcher.doc_freq("all", words[start]) or len(words[start]) == 1):
                fixed.append(words[start])
                start += 1
                break
            run = "".join(words[start:end])
            if len(run) > 8 or (end - start > 1 and all(len(word) > 1 for word in words[start:end])):
                continue
            if found := _sounding_like(searcher, run) or (_one_character_off(searcher, run) if len(run) > 2 else ""):
                fixed.append(found)
                start = end
                break
        else:
            fixed.append(words[start])
            start += 1
    return fixed


def _sounding_like(searcher: Searcher, run: str) -> str:
    sounds = text.sounds_of(run)
    for letters in [*sounds, *(near for sound in sounds[:2] for near in text.near_sounds(sound))]:
        if found := word_heard_as(searcher, letters, len(run)):
            return found
    return ""


def word_heard_as(searcher: Searcher, letters: str, length: int = 0) -> str:
    """The commonest word with this pinyin (of ``length`` characters, where given); empty where there is none."""
    for term, _ in searcher.terms_with_prefix("heard", f"{letters}\t", limit=5):
        word = term.partition("\t")[2]
        if not length or len(word) == length:
            return str(word)
    return ""


def _one_character_off(searcher: Searcher, run: str) -> str:
    """A known word of the same length that differs in one character and begins or ends alike."""
    for term, _ in searcher.terms_with_prefix("words", run[0], limit=200):
        if len(term) == len(run) and sum(a != b for a, b in zip(term, run, strict=True)) == 1:
            return str(term)
    return ""


def _letters_fixed(searcher: Searcher, words: list[str]) -> list[str]:
    """Letters as pinyin in one or several words (``tai ji quan``, ``laonianshouji``), else a slip in a Latin word."""
    unknown = [word for word in words if not _known(searcher, word)]
    if not unknown:
        joined = "".join(words)
        return [found] if len(words) > 1 and (found := word_heard_as(searcher, joined)) else words
    if all(word.isascii() and word.isalpha() for word in words) and (spelled := _spelled(searcher, "".join(words))):
        return spelled
    return [word if word not in unknown else _one_slip(searcher, word) or word for word in words]


def _known(searcher: Searcher, word: str) -> bool:
    return bool(searcher.doc_freq("all", word) or searcher.doc_freq("sounds", word))


def _spelled(searcher: Searcher, letters: str) -> list[str]:
    """``letters`` as the fewest known words in pinyin one after another; empty where that does not come out even."""
    if not 2 < len(letters) <= 40:
        return []
    best: list[list[str] | None] = [[], *([None] * len(letters))]
    for end in range(2, len(letters) + 1):
        for start in range(max(0, end - 24), end - 2):
            before = best[start]
            known = best[end]
            if before is None or (known is not None and len(known) <= len(before) + 1):
                continue
            if word := word_heard_as(searcher, letters[start:end]):
                best[end] = [*before, word]
    return best[-1] or []


def _one_slip(searcher: Searcher, word: str) -> str:
    """The commonest known word one slip away from a Latin word of four letters or more."""
    if len(word) < 4 or len(word) > 20 or not word.isascii():
        return ""
    letters = "abcdefghijklmnopqrstuvwxyz"
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = {a + b[1:] for a, b in splits if b}
    near |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    near |= {a + c + b[1:] for a, b in splits if b for c in letters}
    near |= {a + c + b for a, b in splits for c in letters}
    counted = [(searcher.doc_freq("words", one) + searcher.doc_freq("sounds", one), one) for one in near - {word}]
    count, found = max(counted)
    return found if count else ""


def joined(words: list[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        yield " " if at and not (text.is_chinese(word) and text.is_chinese(words[at - 1])) else ""
        yield word

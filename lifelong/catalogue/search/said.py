"""Words asked of the captions: in which resources they are said, and at which seconds.

Words count as said together where one document holds them all: within 30 s, or a little more across its border.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString
from tantivy import Occur, Order, Query, Searcher

from lifelong.catalogue.search import reading, speech, text
from lifelong.catalogue.search.correcting import word_heard_as
from lifelong.catalogue.search.highlight import excerpt
from lifelong.catalogue.search.kept import Kept
from lifelong.catalogue.search.schema import SCHEMA
from lifelong.catalogue.search.shelf import View

MOST = 10_000  # resources; of words that are said in more, those that say them most
SHOWN = 3  # places of a resource in a list
LONGEST = 46  # characters of a piece


@dataclass(frozen=True)
class Said:
    """How a question is asked of the captions; ``kind`` and ``shown`` as ``reading.Reading`` has them."""

    words: tuple[str, ...]
    query: Query
    kind: str = "all"
    shown: str = ""


class Spoken(NamedTuple):
    """``keys`` of the resources in which it is said, those that say it most first."""

    said: Said
    keys: "array[int]"

    def within(self) -> Query:
        """These resources, for the first index: it filters, counts and sorts them."""
        return Query.const_score_query(Query.term_set_query(SCHEMA, "id", self.keys.tolist()), 0.0)


@dataclass(frozen=True)
class Place:
    """A line in which it is said: the ``file`` of the resource from 1, the whole second at which the line begins."""

    file: int
    second: int
    text: str
    piece: SafeString  # with what was found marked


_kept = Kept(64)
NOWHERE = Spoken(Said((), Query.empty_query(), "nothing"), array("Q"))


def spoken(view: View, question: str, taken: reading.Reading | None = None) -> Spoken:
    """The first understanding that is said anywhere; ``taken`` is how the first index understood the question."""
    if not view.speech.num_docs or not question:
        return NOWHERE
    key = (view.generation, question)
    if (kept := _kept.get(key)) is not None:
        return kept  # type: ignore[no-any-return]
    found = NOWHERE
    for kind, words in _readings(view, question, taken):
        query = _all_of(view.speech, list(words))
        if view.speech.search(query, 1, count=False).hits:
            shown = "" if kind == "all" else "".join(reading.joined(list(words)))
            found = Spoken(Said(words, query, kind, shown), _resources(view.speech, query))
            break
    _kept.put(key, found)
    return found


def _readings(view: View, question: str, taken: reading.Reading | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """As typed → without the words around a wish → pinyin as the words it stands for → as the first index took it."""
    words = tuple(text.cut(text.asked(question[: reading.LONGEST_QUESTION]))[: reading.MOST_WORDS])
    if not words:
        return
    yield "all", words
    wish = tuple(word for word in words if word not in text.FILLERS)
    if wish and wish != words:
        yield "wish", wish
    heard = tuple(word_heard_as(view.searcher, word) or word if word.isascii() else word for word in wish)
    if heard != wish:
        yield "wish", heard
    if taken and taken.kind == "corrected" and taken.words not in (words, wish, heard):
        yield "corrected", taken.words


def _all_of(searcher: Searcher, words: list[str]) -> Query:
    clauses = [(Occur.Must, _one_word(searcher, word)) for word in words]
    return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)


def _one_word(searcher: Searcher, word: str) -> Query:
    """A word as it stands; one that is said nowhere is asked for by its parts, a name by its characters."""
    plain = Query.term_query(speech.SCHEMA, "words", word)
    if len(word) == 1 or not text.is_chinese(word) or searcher.doc_freq("words", word):
        return plain
    pieces = [piece for piece in text.parts(word) if len(piece) > 1]
    return _all_of(searcher, pieces if pieces and word not in pieces else list(word))


def _resources(searcher: Searcher, query: Query) -> "array[int]":
    counted = searcher.aggregate(query, {"by": {"terms": {"field": "id", "size": MOST}}})["by"]["buckets"]
    counted.sort(key=lambda bucket: (-bucket["doc_count"], -bucket["key"]))
    return array("Q", (int(bucket["key"]) for bucket in counted))


def places(view: View, key: int, said: Said, most: int = SHOWN) -> list[Place]:
    """The first places of a resource where it is said, in order; a line each, none twice."""
    if not said.words:
        return []
    within = Query.boolean_query([(Occur.Must, speech.of(key)), (Occur.Must, said.query)])
    found: dict[tuple[int, int], Place] = {}
    # an interpretation into another language says it at the same moment: twice as many are looked at
    hits = view.speech.search(within, most * 2, count=False, order_by_field="place", order=Order.Asc).hits
    for _, address in hits:
        if len(found) > most:
            break
        track = speech.unpacked(view.speech.doc(address)["lines"][0])
        place = place_in(track, said.words)
        found[place.file, place.second] = (
            place  # of two stretches that share a line, the one it begins in knows more after it
        )
    return sorted(found.values(), key=lambda place: (place.file, place.second))[:most]


def place_in(track: speech.Track, words: tuple[str, ...]) -> Place:
    """The line of a stretch that says the most of the words, the first of them; a word may run into the next line."""
    folded = text.fold("\n".join(line.text for line in track.lines)).split("\n")  # at once: each call costs as much
    following = [*folded[1:], ""]
    pairs = [one + other for one, other in zip(folded, following, strict=True)]
    alone = [sum(word in line for word in words) for line in folded]
    together = [sum(word in pair for word in words) for pair in pairs]
    # a pair counts where it says more than the better of its lines
    worth = [
        max(own, both - 0.5 if both > max(own, other) else 0)
        for own, both, other in zip(alone, together, [*alone[1:], 0], strict=True)
    ]
    best = max(range(len(worth)), key=lambda at: (worth[at], -at))
    first = track.lines[best]
    piece = first.text
    for line in track.lines[best + 1 :]:
        if len(piece) + len(line.text) >= LONGEST:
            break
        piece += f" {line.text}"
    return Place(track.file, int(first.start_s), piece, excerpt(piece, words, LONGEST * 2))

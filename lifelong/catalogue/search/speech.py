"""What the second index holds: what is said in a resource, one document per 30 s of its captions, with the lines themselves.

It lies inside the build of the first, and is committed just before it: what a kill leaves in one is repeated in both.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from tantivy import Document, Index, Occur, Query, Schema, SchemaBuilder, Searcher, TextAnalyzerBuilder, Tokenizer

from lifelong.catalogue.search import text

FOLDER = "speech"
WINDOW_S = 30
TAIL_S = 10  # of the next stretch: what is said across the border is found as well


class Line(NamedTuple):
    start_s: float
    text: str


@dataclass(frozen=True)
class Track:
    """The captions of one file in one language; lines in the order of time."""

    file: int
    language: str
    lines: list[Line]


@dataclass(frozen=True)
class Speech:
    """All captions of a resource. ``source`` names their content (never 0), so that what did not change is left alone."""

    source: int
    read: Callable[[], Iterable[Track]]


def build_schema() -> Schema:
    build = SchemaBuilder()
    build.add_unsigned_field("id", indexed=True, fast=True)
    build.add_unsigned_field("source", fast=True)
    build.add_unsigned_field("place", fast=True)  # file and second, to be read in order
    build.add_text_field(
        "first", tokenizer_name="raw", index_option="basic"
    )  # the one document that stands for them all
    build.add_text_field("words", tokenizer_name="words", index_option="basic")
    build.add_bytes_field("lines", stored=True, indexed=False)
    return build.build()


SCHEMA = build_schema()
FIRST = Query.term_query(SCHEMA, "first", "yes")


def of(key: int) -> Query:
    """Every document of a resource."""
    return Query.term_query(SCHEMA, "id", key)


def opened(folder: Path, *, make: bool = False) -> Index:
    """The second index of a build."""
    place = folder / FOLDER
    if make:
        place.mkdir(exist_ok=True)
    index = Index(SCHEMA, str(place)) if make else Index.open(str(place))
    index.register_tokenizer("words", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index


class SpeechWriter:
    """The single writer of a build's second index; costs nothing where there are no captions."""

    def __init__(self, folder: Path, heap_bytes: int = 30_000_000) -> None:
        self.index = opened(folder, make=True)
        self.heap_bytes = heap_bytes
        self.searcher = self.index.searcher()
        self._writer: Any = None

    @property
    def writer(self) -> Any:
        if self._writer is None:
            self._writer = self.index.writer(self.heap_bytes, 1)
        return self._writer

    def put(self, key: int, speech: Speech | None) -> None:
        """What is said in a resource, in the place of what was; nothing is read again where it is the same."""
        known = source_of(self.searcher, key)
        if known == (speech.source if speech else 0):
            return
        if known:
            self.writer.delete_documents_by_query(of(key))
        if speech:
            for document in documents(key, speech):
                self.writer.add_document(document)

    def commit(self) -> None:
        if self._writer is not None:
            self._writer.commit()
            self.index.reload()
            self.searcher = self.index.searcher()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None


def source_of(searcher: Searcher, key: int) -> int:
    """Which captions of a resource are indexed; 0 where none are."""
    if not searcher.num_docs:
        return 0
    hits = searcher.search(Query.boolean_query([(Occur.Must, FIRST), (Occur.Must, of(key))]), 1, count=False).hits
    return int(searcher.fast_field_values("source", [hits[0][1]])[0] or 0) if hits else 0


def documents(key: int, speech: Speech) -> Iterator[Document]:
    """At least one where there are captions, though nothing be said in them: they are known to be here."""
    first = {"first": "yes"}
    for track in speech.read():
        for start_s, lines in stretches(track.lines):
            yield Document.from_dict(
                {
                    "id": key, "source": speech.source, "place": track.file << 32 | start_s, **first,
                    "words": " ".join(words_of([line.text for line in lines])), "lines": packed(track, lines),
                },
                SCHEMA,
            )  # fmt: skip
            first = {}
    if first:
        yield Document.from_dict({"id": key, "source": speech.source, **first}, SCHEMA)


def stretches(lines: list[Line]) -> Iterator[tuple[int, list[Line]]]:
    """``(its first second, its lines and the beginning of the next)`` of every 30 s in which something is said."""
    said = [line for line in lines if line.text]
    after = 0
    for number, group in groupby(said, key=lambda line: int(line.start_s // WINDOW_S)):
        own = list(group)
        after += len(own)
        border = (number + 1) * WINDOW_S
        tail = [line for line in said[after : after + 20] if line.start_s < border + TAIL_S]
        # a line that stood long: the one after it is still the next thing said
        tail = tail or [line for line in said[after : after + 1] if line.start_s < own[-1].start_s + WINDOW_S]
        yield number * WINDOW_S, own + tail


def words_of(texts: list[str]) -> set[str]:
    """Words within lines, words that run from a line into the next, and characters: in speech every name is one."""
    apart = text.fold("\n".join(texts))
    joined = apart.replace("\n", "")
    return {*text.index_words(apart), *text.index_words(joined), *text.characters(joined)}


def packed(track: Track, lines: list[Line]) -> bytes:
    rows = [f"{track.file}\t{track.language}", *(f"{line.start_s:.3f}\t{line.text}" for line in lines)]
    return "\n".join(rows).encode()


def unpacked(raw: Any) -> Track:
    head, *rows = bytes(raw).decode().split("\n")
    file, language = head.split("\t")
    lines = [Line(float(start), said) for start, said in (row.split("\t", 1) for row in rows)]
    return Track(int(file), language, lines)

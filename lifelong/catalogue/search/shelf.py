"""Where the index lies: a folder per build, a pointer to the current one, one writer per machine.

``current`` names the folder that readers open. A rebuild fills another folder and moves the pointer: nobody waits.
"""

import os
import shutil
import time
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from tantivy import Document, FieldType, Index, Occur, Query, Schema, Searcher

from lifelong.catalogue.search import schema, speech
from lifelong.catalogue.search.schema import SCHEMA, Facts


class IndexMissing(Exception):
    """There is no index on this machine yet; the feeder is about to build it."""


class Shelf:
    """The index folder of a machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pointer = root / "current"

    def current(self) -> Path | None:
        """The folder in use; None where there is none, or where it was built for another schema."""
        try:
            name = self.pointer.read_text().strip()
        except FileNotFoundError:
            return None
        folder = self.root / name
        return folder if name.startswith(f"{schema.VERSION}-") and (folder / "meta.json").exists() else None

    def fresh(self) -> Path:
        folder = self.root / f"{schema.VERSION}-{time.time_ns():x}"
        folder.mkdir(parents=True)
        return folder

    def switch(self, folder: Path) -> None:
        """Readers open ``folder`` from now on; what they have open stays readable until they let go."""
        draft = self.root / f"current.{os.getpid()}"
        draft.write_text(folder.name)
        draft.replace(self.pointer)

    def sweep(self) -> None:
        """Remove builds that are not in use and older than ten minutes (a younger one may be growing)."""
        keep = self.current()
        for folder in self.root.glob("*-*"):
            if folder != keep and folder.is_dir() and time.time() - folder.stat().st_mtime > 600:
                shutil.rmtree(folder, ignore_errors=True)


class Writer:
    """The single writer of one build. ``commit`` puts the cursor into the same commit as the documents.

    What is said goes first: a kill between the two leaves the cursor behind, and the work is repeated in both.
    """

    def __init__(self, folder: Path, heap_bytes: int = 50_000_000) -> None:
        self.folder = folder
        self.index = Index(SCHEMA, str(folder))
        schema.register(self.index)
        self.writer = self.index.writer(heap_bytes, 1)
        self.speech = speech.SpeechWriter(folder)

    def put(self, facts: Facts, *, new: bool = False) -> None:
        """Index a resource; ``new`` spares the removal where the build cannot hold it yet."""
        if not new:
            self.forget(facts.id)
        self.writer.add_document(schema.document(facts))
        self.speech.put(facts.id, facts.speech)

    def remove(self, key: int) -> None:
        """Take a resource out, and what is said in it."""
        self.forget(key)
        self.speech.put(key, None)

    def forget(self, key: int) -> None:
        """Its document alone: it comes back in another state.

        Of what is said, what did not change stays as it is.
        """
        # delete_documents_by_term silently deletes nothing on an unsigned field (tantivy 0.27)
        self.writer.delete_documents_by_query(Query.term_query(SCHEMA, "id", key))

    def commit(self, cursor: int) -> None:
        self.speech.commit()
        self.writer.delete_documents_by_query(CURSOR)
        self.writer.add_document(Document.from_dict({"kind": "cursor", "cursor": cursor}, SCHEMA))
        self.writer.commit()

    def close(self) -> None:
        self.speech.close()
        self.writer.wait_merging_threads()


CURSOR = Query.term_query(SCHEMA, "kind", "cursor")


def keys_at(searcher: Searcher, places: list[Any]) -> list[int]:
    """Resource keys of documents, in the order given."""
    return [int(key or 0) for key in searcher.fast_field_values("id", places)]


def count_of(searcher: Searcher, query: Query) -> int:
    """Exactly how many documents a query matches."""
    found: Any = searcher.search(query, 1)  # the stub of tantivy 0.27 does not know ``count``
    return int(found.count or 0)


class View(NamedTuple):
    """One moment of the index: everything a request reads comes from the same one."""

    searcher: Searcher
    cursor: int
    build: str
    speech: Searcher

    @property
    def generation(self) -> str:
        return f"{self.build}.{self.cursor}"

    def highest(self) -> int:
        """The last resource key that a document has."""
        return max(last_key(self.searcher), last_key(self.speech))

    def states(self, start: int, end: int) -> dict[int, int]:
        """Resource key → state of its entry, of the documents whose key lies within ``start`` and before ``end``."""
        return values_by_key(self.searcher, SCHEMA, Query.all_query(), "change", start, end)

    def captions(self, start: int, end: int) -> tuple[dict[int, int], dict[int, int]]:
        """Resource key → which captions it has, as the first index knows it and as the second does; 0 and none are one."""
        here = values_by_key(self.searcher, SCHEMA, Query.all_query(), "speech", start, end)
        there = values_by_key(self.speech, speech.SCHEMA, speech.FIRST, "source", start, end)
        return {key: source for key, source in here.items() if source}, there


def last_key(searcher: Searcher) -> int:
    last = searcher.search(Query.all_query(), 1, count=False, order_by_field="id").hits
    return keys_at(searcher, [last[0][1]])[0] if last else 0


def values_by_key(searcher: Searcher, of: Schema, which: Query, name: str, start: int, end: int) -> dict[int, int]:
    """Resource key → value of a fast field, of the documents of which there is one a resource."""
    within = Query.range_query(of, "id", FieldType.Unsigned, start, end, include_upper=False)
    both = Query.boolean_query([(Occur.Must, within), (Occur.Must, which)])
    places = [place for _, place in searcher.search(both, end - start, count=False).hits]
    keys = searcher.fast_field_values("id", places)
    values = searcher.fast_field_values(name, places)
    return {int(key or 0): int(value or 0) for key, value in zip(keys, values, strict=True)}


def view_of(index: Index, folder: Path, said: Index | None = None) -> View:
    """The last commit as it is now; ``said`` is its second index, where it is open already."""
    index.reload()
    searcher = index.searcher()
    found = searcher.search(CURSOR, 1, count=False).hits
    said = said or speech.opened(folder)
    said.reload()
    return View(searcher, searcher.doc(found[0][1])["cursor"][0] if found else 0, folder.name, said.searcher())


class Reader:
    """A process' window on the index. Looks for a newer commit at most every ``every_s`` seconds, for a few µs."""

    def __init__(self, root: Path, every_s: float = 0.2) -> None:
        self.shelf = Shelf(root)
        self.every_s = every_s
        self._lock = Lock()
        self._next = 0.0
        self._seen: tuple[Any, ...] = ()
        self._index: Index | None = None
        self._speech: Index | None = None
        self._view: View | None = None

    def now(self) -> View:
        """The newest view. Raises ``IndexMissing``."""
        if time.monotonic() >= self._next or self._view is None:
            with self._lock:
                if time.monotonic() >= self._next or self._view is None:
                    self._look()
        if self._view is None:
            raise IndexMissing
        return self._view

    def _look(self) -> None:
        self._next = time.monotonic() + self.every_s
        folder = self.shelf.current()
        if folder is None:
            self._view = self._index = None
            self._seen = ()
            return
        stat = (folder / "meta.json").stat()
        seen = (folder, stat.st_mtime_ns, stat.st_ino)
        if seen == self._seen:
            return
        if self._index is None or self._seen[0] != folder:
            self._index = Index.open(str(folder))
            schema.register(self._index)
            self._index.config_reader("manual")
            self._speech = speech.opened(folder)
        self._view = view_of(self._index, folder, self._speech)
        self._seen = seen


_readers: dict[Path, Reader] = {}


def reader(root: Path) -> Reader:
    """The one reader of this process for ``root``."""
    if root not in _readers:
        _readers.setdefault(root, Reader(root))
    return _readers[root]

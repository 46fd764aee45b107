"""Walking through a file to load: chunk by chunk, each whole or not at all, going on where a break left off."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.catalogue import events
from lifelong.catalogue.actions.loading.chunk import Owners, not_known, write
from lifelong.catalogue.actions.loading.lines import Line, judge
from lifelong.catalogue.models import Entry, LoadRun
from lifelong.regions.queries import tree as region_tree
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Batch
from lifelong.standards.metadata import Context

CHUNK = 2_000  # lines of one transaction
AHEAD = 2  # chunks that are judged while one is written


@dataclass
class Chunk:
    """Lines as they were judged; ``last`` the number of the last one read, ``end`` where in the file it ends."""

    judged: list[Line]
    last: int
    end: int


@dataclass
class Progress:
    """What became of a file. ``known``: was in the library already; ``went_on_at`` the line where a break left off."""

    batch: str
    lines: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    rejected_file: str = ""
    went_on_at: int = 0


def load(path: Path, *, at: datetime, context: Context, tell: Callable[[int], None] = lambda size: None) -> Progress:
    """Bring a file in. Repeating it makes no doubles; bad lines go to ``FILE.rejected.jsonl`` with their reasons.

    ``tell(bytes)`` is called after every chunk with what was read of the file so far.
    """
    rejects = path.with_name(path.name.removesuffix(".jsonl") + ".rejected.jsonl")
    run = _begin(path, at=at)
    progress = Progress(run.batch.number, run.read_lines, run.accepted, run.known, run.rejected, "", run.read_lines)
    owners = Owners()
    with path.open("rb") as file, rejects.open("ab") as bad:
        file.seek(run.read_bytes)
        bad.truncate(run.rejected_bytes)
        for chunk in _chunks(file, progress.lines, partial(judge, context=context, now=at)):
            progress.lines = chunk.last
            _keep(run, chunk, progress, owners, bad, at=at)
            tell(chunk.end)
    if progress.rejected:
        progress.rejected_file = str(rejects)
    else:
        rejects.unlink(missing_ok=True)
    _finish(run, at=timezone.now())
    return progress


def _begin(path: Path, *, at: datetime) -> LoadRun:
    """The run of this very file: a new one, one that broke off, or, where it was finished, the same from its start."""
    sha256 = _hash(path)
    with transaction.atomic():
        run = LoadRun.objects.select_related("batch").filter(sha256=sha256).first()
        if run is None:
            number = f"LOAD-{timezone.localtime(at):%Y%m%d}-{sha256[:6].upper()}"
            batch = Batch.objects.create(
                number=number, title=_("既有资源导入：%(name)s") % {"name": path.name[:60]}, state=BatchState.PUBLISHED,
                published_at=at, origin="load", created_at=at,
            )  # fmt: skip
            run = LoadRun.objects.create(sha256=sha256, name=path.name[:200], batch=batch, began_at=at)
            audit.record("catalogue.load_began", of=batch, at=at, detail={"sha256": sha256, "file": path.name[:200]})
        elif run.finished_at is not None:
            run.read_bytes = run.read_lines = run.rejected_bytes = run.rejected = run.known = run.accepted = 0
    return run


Judge = Callable[[int, bytes], Line]
_judge_here: Judge  # the child's, inherited and never sent: it holds the whole standard


def _in_child(judge: Judge) -> None:
    global _judge_here  # noqa: PLW0603
    _judge_here = judge


def _judged_there(lines: list[tuple[int, bytes]]) -> list[Line]:
    return _judged(lines, _judge_here)


def _judged(lines: list[tuple[int, bytes]], judge: Judge) -> list[Line]:
    return [judge(number, raw) for number, raw in lines if raw.strip()]


def _chunks(file: IO[bytes], last: int, judge: Judge) -> Iterator[Chunk]:
    """The rest of the file. A child judges the next chunks while this process writes one: judging is two fifths of the work."""
    region_tree()  # read before the child is made, which must not ask the database over its parent's line
    lines = _next(file, last)
    if len(lines) < CHUNK or (os.cpu_count() or 1) < 2:
        while lines:
            yield Chunk(_judged(lines, judge), lines[-1][0], file.tell())
            lines = _next(file, lines[-1][0])
        return
    waiting: deque[tuple[Future[list[Line]], int, int]] = deque()
    with ProcessPoolExecutor(1, get_context("fork"), _in_child, (judge,)) as child:
        while lines or waiting:
            while lines and len(waiting) <= AHEAD:
                waiting.append((child.submit(_judged_there, lines), lines[-1][0], file.tell()))
                lines = _next(file, lines[-1][0])
            future, number, end = waiting.popleft()
            yield Chunk(future.result(), number, end)


def _next(file: IO[bytes], last: int) -> list[tuple[int, bytes]]:
    lines = []
    for number in range(last + 1, last + 1 + CHUNK):
        raw = file.readline()
        if not raw:
            break
        lines.append((number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw))
    return lines


def _keep(run: LoadRun, chunk: Chunk, progress: Progress, owners: Owners, bad: IO[bytes], *, at: datetime) -> None:
    """Rejected lines to their file first, then everything else and the place to go on at in one transaction."""
    judged = chunk.judged
    wrong = [line for line in judged if line.problems]
    for line in wrong:
        bad.write(line.to_json().encode("utf-8", "surrogatepass") + b"\n")
    bad.flush()
    good = [line for line in judged if not line.problems]
    try:
        with transaction.atomic():
            fresh = not_known(good)
            position = run.batch.items.count() if not progress.accepted else progress.accepted
            keys = write(fresh, owners, run.batch, at=at, position=position) if fresh else []
            progress.accepted += len(fresh)
            progress.known += len(good) - len(fresh)
            progress.rejected += len(wrong)
            _remember(run, progress, chunk.end, bad.tell())
            if judged:
                detail = {
                    "sha256": run.sha256, "lines": [judged[0].number, judged[-1].number], "accepted": len(fresh),
                    "known": len(good) - len(fresh), "rejected": len(wrong),
                }  # fmt: skip
                audit.record("catalogue.loaded", of=run.batch, at=timezone.now(), detail=detail)
            if keys:
                events.entries_published.send(sender=Entry, batch=run.batch, resource_ids=keys, at=at)
    except BaseException:
        owners.forget()
        raise


def _remember(run: LoadRun, progress: Progress, read: int, rejected: int) -> None:
    run.read_bytes, run.read_lines, run.rejected_bytes = read, progress.lines, rejected
    run.accepted, run.known, run.rejected, run.finished_at = progress.accepted, progress.known, progress.rejected, None
    run.save()


def _finish(run: LoadRun, *, at: datetime) -> None:
    run.finished_at = at
    run.save(update_fields=["finished_at"])


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

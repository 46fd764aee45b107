"""One run of inspection: whose turn it is, claimed, looked at, recorded. A kill loses the look, never the turn."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from lifelong import audit
from lifelong.catalogue.models import Entry
from lifelong.jobs import progress
from lifelong.monitoring.actions.inspection_looks import record
from lifelong.monitoring.actions.inspection_targets import claim, forget_paces, give_back, rest_host
from lifelong.monitoring.lifecycle import LookOutcome, Subject
from lifelong.monitoring.looks import Seen, files, links, unknown, words
from lifelong.monitoring.models import InspectionTarget
from lifelong.monitoring.queries.inspection_turns import (
    MOST_OUT_OF_TURN,
    due,
    limits,
    next_links,
    out_of_turn,
    plans,
)
from lifelong.resources.actions.screening import screen_round
from lifelong.resources.models import Round
from lifelong.standards.links.checker import LinkFacts, check_link

LINK_BUDGET_S, FILE_BUDGET_S = 240.0, 150.0
AT_ONCE = 24  # hosts
MOST_CLAIMS = 3  # what ended its checker so often is told, not tried for ever
FEW_HOSTS, NEARLY_ALL = 5, 0.9
ASKED_TO_WAIT_S = 600  # by a 429 that does not say how long
STORED = [Subject.FILE, Subject.RENDITION]
REST = [Subject.PLAYBACK, Subject.COVER, Subject.CAPTION, Subject.EVIDENCE, Subject.TEXT]
logger = logging.getLogger(__name__)
Visit = Callable[[str], LinkFacts]
Clock = Callable[[], datetime]


@dataclass
class Done:
    looked: int = 0
    bad: int = 0
    unknown: int = 0
    read_bytes: int = 0

    def add(self, seen: Seen) -> None:
        self.looked += 1
        self.bad += seen.outcome == LookOutcome.BAD
        self.unknown += seen.outcome == LookOutcome.UNKNOWN
        self.read_bytes += seen.read_bytes


# Links


def inspect_links(
    *,
    visit: Visit = check_link,
    now: Clock = timezone.now,
    pause_s: float | None = None,
    budget_s: float = LINK_BUDGET_S,
) -> Done:
    """Many hosts side by side, each one link after the other with a pause between."""
    at, plan = now(), plans()[Subject.LINK]
    pause = float(limits()["host_pause_s"]) if pause_s is None else pause_s
    of_a_host = max(1, int(budget_s / max(pause, 0.1)))
    total = InspectionTarget.objects.filter(subject=Subject.LINK).count()
    taken = claim(next_links(plan, plan.quota(total), of_a_host=of_a_host, at=at), at=at)
    forget_paces(at=at)
    for target in [one for one in taken if one.claims > MOST_CLAIMS]:
        inspect_one(target, now=now)
        taken.remove(target)
    left = {target.pk: target for target in taken}
    done, held = Done(), list[tuple[InspectionTarget, Seen]]()
    try:
        for target, facts in rounds(taken, visit=visit, pause_s=pause, budget_s=budget_s):
            progress.report(done.looked + len(held), len(taken))
            if facts is None:
                continue  # its host wants to be left alone
            if facts.retry_after_s is not None or facts.status == 429:
                wait = min(facts.retry_after_s or ASKED_TO_WAIT_S, 86_400)
                rest_host(target.host, until=now() + timedelta(seconds=wait))
            seen = links.judged(facts, at=now())
            if seen.trouble in links.LINE_TROUBLES:
                held.append((target, seen))  # theirs or ours? that shows when the others have answered
                continue
            record(target, seen, at=now())
            left.pop(target.pk)
            done.add(seen)
        for target, seen in mistrusted(held, done):
            record(target, seen, at=now())
            left.pop(target.pk)
            done.add(seen)
    finally:
        give_back(left.values())
    return done


def mistrusted(held: list[tuple[InspectionTarget, Seen]], done: Done) -> Iterable[tuple[InspectionTarget, Seen]]:
    """Where nearly every host of a run is dead at once, it is our own line that is: nothing is known of them then."""
    hosts = {target.host for target, _seen in held}
    if len(hosts) < FEW_HOSTS or len(held) < NEARLY_ALL * (len(held) + done.looked):
        return held
    audit.record("monitoring.line_mistrusted", detail={"hosts": len(hosts), "links": len(held)})
    words_for_it = _("几乎所有网站同时打不开，可能是本平台的网络有问题，因此没有结论。")
    return [(target, unknown(words_for_it, evidence=seen.evidence)) for target, seen in held]


def rounds(
    targets: Iterable[InspectionTarget], *, visit: Visit, pause_s: float, budget_s: float
) -> Iterator[tuple[InspectionTarget, LinkFacts | None]]:
    """Each with what came, in the order in which it came; None for those there was no time for. Threads touch no database."""
    by_host: dict[str, list[InspectionTarget]] = {}
    for target in targets:
        by_host.setdefault(target.host, []).append(target)
    waiting, came = (
        queue.SimpleQueue[list[InspectionTarget]](),
        queue.SimpleQueue[tuple[InspectionTarget, LinkFacts | None]](),
    )
    for of_host in sorted(by_host.values(), key=len, reverse=True):
        waiting.put(of_host)
    end, over = time.monotonic() + budget_s, threading.Event()

    def work() -> None:
        while True:
            try:
                of_host = waiting.get_nowait()
            except queue.Empty:
                return
            for place, target in enumerate(of_host):
                if (place and over.wait(pause_s)) or over.is_set() or time.monotonic() > end:
                    put_all(of_host[place:])
                    break
                try:
                    facts = visit(target.address)
                except Exception:  # one address must not keep all others from their turn
                    logger.exception("inspection of %s", target.address)
                    facts = LinkFacts(target.address, "offline", detail="the checker failed")
                came.put((target, facts))
                if facts.retry_after_s is not None or facts.status == 429:
                    put_all(of_host[place + 1 :])
                    break

    def put_all(rest: list[InspectionTarget]) -> None:
        for target in rest:
            came.put((target, None))

    count = sum(map(len, by_host.values()))
    for number in range(min(AT_ONCE, len(by_host))):
        threading.Thread(target=work, name=f"inspect-{number}", daemon=True).start()
    try:
        for _number in range(count):
            yield came.get()
    finally:
        over.set()


# What lies here


def inspect_stored(*, now: Clock = timezone.now, budget_s: float = FILE_BUDGET_S) -> Done:
    """Hashes, by bytes: a file larger than the bound of a run is read all the same, as the only one."""
    return _inspect(STORED, now=now, budget_s=budget_s)


def inspect_rest(*, now: Clock = timezone.now, budget_s: float = FILE_BUDGET_S) -> Done:
    return _inspect(REST, now=now, budget_s=budget_s)


def _inspect(subjects: list[Subject], *, now: Clock, budget_s: float) -> Done:
    end, done = time.monotonic() + budget_s, Done()
    for target in _line(subjects, now):
        if time.monotonic() > end:
            break
        progress.report(done.looked)
        if mine := claim([target], at=now()):
            done.add(inspect_one(mine[0], now=now))
    return done


def _line(subjects: list[Subject], now: Clock) -> Iterator[InspectionTarget]:
    """Second looks and asked ones, then the turns; at last all texts after the word lists changed, while there is time."""
    yield from out_of_turn([one for one in subjects if one != Subject.TEXT], at=now())[:MOST_OUT_OF_TURN]
    for subject in subjects:
        yield from _turns(subject, now())
    while Subject.TEXT in subjects and (some := list(out_of_turn([Subject.TEXT], at=now())[:MOST_OUT_OF_TURN])):
        yield from some


def _turns(subject: Subject, at: datetime) -> list[InspectionTarget]:
    plan = plans()[subject]
    sums = InspectionTarget.objects.filter(subject=subject).aggregate(total=Count("pk"), size=Sum("size"))
    rest = plan.bytes_quota(sums["size"] or 0) if plan.most_bytes else None
    chosen: list[InspectionTarget] = []
    for target in due(plan, at=at)[: plan.quota(sums["total"])]:
        chosen.append(target)
        if rest is not None:
            rest -= target.size
            if rest <= 0:
                break  # the one that goes beyond is read all the same, or a large file never had its turn
    return chosen


def inspect_one(target: InspectionTarget, *, now: Clock = timezone.now, visit: Visit = check_link) -> Seen:
    """A claimed target, from fresh."""
    if target.claims > MOST_CLAIMS:
        seen = unknown(_("检查程序在这里多次中断，请平台运营查看后台任务。"))
    elif target.subject == Subject.LINK:
        seen = links.judged(visit(target.address), at=now())
    else:
        seen = LOOKS[Subject(target.subject)](target, now())
    record(target, seen, at=now())
    return seen


def look_now(target_pk: int, *, now: Clock = timezone.now, visit: Visit = check_link) -> Seen | None:
    """Asked for by somebody who waits. None where another is at it."""
    found = InspectionTarget.objects.filter(pk=target_pk)
    mine = claim(found, at=now())
    return inspect_one(mine[0], now=now, visit=visit) if mine else None


def _stored(target: InspectionTarget, at: datetime) -> Seen:
    return files.original(target.media_file) if target.media_file else unknown("")


def _made(target: InspectionTarget, at: datetime) -> Seen:
    return files.rendition(target.rendition, target.known) if target.rendition else unknown("")


def _played(target: InspectionTarget, at: datetime) -> Seen:
    return files.playback(target.media_file, turn=at.toordinal()) if target.media_file else unknown("")


def _cover(target: InspectionTarget, at: datetime) -> Seen:
    return files.cover(target.media_file) if target.media_file else unknown("")


def _caption(target: InspectionTarget, at: datetime) -> Seen:
    if target.media_file is None:
        return unknown("")
    facts = (
        Entry.objects.filter(
            resource=target.resource_id, version__files__captions__media_file=target.media_file
        ).values_list("version__files__media_file__facts", flat=True)
    ).first()
    return files.caption(target.media_file, (facts or {}).get("duration_s"))


def _proof(target: InspectionTarget, at: datetime) -> Seen:
    today = timezone.localdate(at)
    return words.licence(target.key, today=today) if target.key else words.protection(target.host, today=today)


def _text(target: InspectionTarget, at: datetime) -> Seen:
    entry = Entry.objects.shown_or_not().select_related("version").filter(resource=target.resource_id).first()
    if entry is None:
        return unknown("")
    round = Round.objects.filter(version=entry.version).order_by("-number").first()
    if round is None:
        return words.unreviewed(entry)
    screen_round(round, at=at)
    return words.reviewed(round)


LOOKS: dict[Subject, Callable[[InspectionTarget, datetime], Seen]] = {
    Subject.FILE: _stored,
    Subject.RENDITION: _made,
    Subject.PLAYBACK: _played,
    Subject.COVER: _cover,
    Subject.CAPTION: _caption,
    Subject.EVIDENCE: _proof,
    Subject.TEXT: _text,
}

"""Whether the trail is what it was: rows against seals, seals against each other, seals against the anchor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lifelong.audit import triggers
from lifelong.audit.actions.sealing import LATE_DAYS
from lifelong.audit.anchor import anchored
from lifelong.audit.canonical import GENESIS, line, seal_hash
from lifelong.audit.models import AuditEntry, Purge, Seal

MOST_PROBLEMS = 100


@dataclass
class Report:
    problems: list[str] = field(default_factory=list)
    seals: int = 0
    sealed: int = 0
    purged: int = 0
    unsealed: int = 0
    anchors: int = 0

    @property
    def sound(self) -> bool:
        return not self.problems

    def found(self, text: str, **facts: object) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(text % facts)


def verify(*, at: datetime, tell: Callable[[int, int], None] = lambda done, total: None) -> Report:
    """Read the whole trail once, in constant memory but for holes. ``tell(done, total)`` hears of progress in seals."""
    report = Report()
    _check_triggers(report)
    anchors = _anchors(report)  # before the newest seal is looked up: what is anchored is committed
    newest = Seal.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    walk = _Walk(report, at)
    total = Seal.objects.filter(pk__lte=newest).count()
    for number, seal in enumerate(_pages(Seal.objects.filter(pk__lte=newest), 500), 1):
        walk.check(seal)
        if (hashes := anchors.pop(seal.pk, None)) and hashes != {seal.hash}:
            report.found(_("封存 #%(seal)s 与锚文件不一致：数据库里的链被改写过。"), seal=seal.pk)
        if number % 500 == 0:
            tell(number, total)
    for missing in sorted(anchors):
        report.found(_("锚文件里的封存 #%(seal)s 在数据库中不存在：链尾被截去，或数据库来自更早的备份。"), seal=missing)
    walk.end()
    tell(total, total)
    return report


def _check_triggers(report: Report) -> None:
    for name in sorted(triggers.wanted(connection) - triggers.present(connection)):
        report.found(_("数据库触发器 %(name)s 不见了：审计表不再受「只增不改」的保护。"), name=name)


def _anchors(report: Report) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for number, digest in anchored():
        found.setdefault(number, set()).add(digest)
        report.anchors += 1
    return found


def _pages(rows: Any, size: int) -> Iterator[Any]:
    """All rows by id, page by page: no cursor stays open, so the same connection may write meanwhile."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield from page
        last = page[-1].pk


class _Walk:
    """Entries and seals read side by side, both ascending."""

    def __init__(self, report: Report, at: datetime) -> None:
        self.report, self.at = report, at
        self.entries: Iterator[AuditEntry] = _pages(AuditEntry.objects.all(), 2000)
        self.ahead = next(self.entries, None)
        self.previous, self.next_id = GENESIS, 1
        self.in_holes: dict[int, tuple[bytes, datetime]] = {}  # id → line, when the hole was sealed
        self.purged_to = Purge.objects.order_by("-seal_id").values_list("seal_id", flat=True).first() or 0

    def check(self, seal: Seal) -> None:
        self.report.seals += 1
        if seal.previous != self.previous:
            self.report.found(_("封存 #%(seal)s 没有接在前一个封存之后：链在这里断开。"), seal=seal.pk)
        if seal.first_id != self.next_id:
            self.report.found(
                _("封存 #%(seal)s 从记录 %(first)s 开始，应从 %(wanted)s 开始。"),
                seal=seal.pk, first=seal.first_id, wanted=self.next_id,
            )  # fmt: skip
        lines = [*self._covered(seal), *self._late(seal)]
        if seal.pk <= self.purged_to:
            self._check_purged(seal, lines)
        else:
            self._check_rows(seal, lines)
        self.previous, self.next_id = seal.hash, seal.last_id + 1

    def _covered(self, seal: Seal) -> Iterator[bytes]:
        while self.ahead is not None and self.ahead.pk <= seal.last_id:
            entry, self.ahead = self.ahead, next(self.entries, None)
            if any(first <= entry.pk <= last for first, last in seal.missing):
                self.in_holes[entry.pk] = line(entry), seal.at
            else:
                yield line(entry)

    def _late(self, seal: Seal) -> list[bytes]:
        return [self.in_holes.pop(number)[0] for number in seal.late if number in self.in_holes]

    def _check_purged(self, seal: Seal, lines: list[bytes]) -> None:
        self.report.purged += seal.count
        if lines:
            self.report.found(
                _("封存 #%(seal)s 的记录已登记为清除，却还有 %(count)s 条。"), seal=seal.pk, count=len(lines)
            )

    def _check_rows(self, seal: Seal, lines: list[bytes]) -> None:
        digest, count = seal_hash(
            previous=seal.previous, first_id=seal.first_id, last_id=seal.last_id,
            missing=seal.missing, late=seal.late, lines=lines,
        )  # fmt: skip
        self.report.sealed += count
        if count != seal.count:
            self.report.found(
                _("记录 %(first)s–%(last)s：应有 %(wanted)s 条，现有 %(count)s 条（封存 #%(seal)s）。有记录被删除或插入。"),
                first=seal.first_id, last=seal.last_id, wanted=seal.count, count=count, seal=seal.pk,
            )  # fmt: skip
        elif digest != seal.hash:
            self.report.found(
                _("记录 %(first)s–%(last)s 的内容与封存 #%(seal)s 不符：有记录被改动。"),
                first=seal.first_id, last=seal.last_id, seal=seal.pk,
            )  # fmt: skip

    def end(self) -> None:
        while self.ahead is not None:
            self.report.unsealed += 1
            self.ahead = next(self.entries, None)
        for number, (_text, sealed_at) in sorted(self.in_holes.items()):
            self.report.unsealed += 1
            if sealed_at < self.at - timedelta(days=LATE_DAYS):
                self.report.found(_("记录 %(entry)s 出现在已封存的范围里，却不在任何封存之内。"), entry=number)
        self._check_purges()

    def _check_purges(self) -> None:
        told = set(AuditEntry.objects.filter(verb="audit.purged").values_list("target_id", flat=True))
        newest = Purge.objects.order_by("-id").first()
        if newest is None:
            return
        for mark in Purge.objects.filter(at__gte=newest.before).order_by("id"):  # older ones' entries are purged too
            if str(mark.pk) not in told:
                self.report.found(_("清除记录 #%(mark)s 没有对应的审计记录。"), mark=mark.pk)

"""The rules of counting once more, one row at a time and in plain Python, to hold DuckDB's answer against."""

import json
from collections import defaultdict
from dataclasses import astuple, dataclass
from math import ceil, floor
from typing import Any

from lifelong.learning.intervals import DONE_SHARE, FASTEST, LONGEST_GAP_S, length, union
from lifelong.monitoring.usage.rollup import FIGURES
from lifelong.monitoring.usage.rules import BINS, DOUBLE_CLICK_S, FIRST_S, PLAY_S, SLACK_S


@dataclass(frozen=True)
class Row:
    """``at`` in ms, ``length`` in tenths; in the order by which the earliest of a key is found."""

    at: int
    key: str
    kind: str
    resource: int
    file: int = 1
    visitor: str = "v"
    session: str = "s"
    person: str = ""
    standing: str = "public"
    length: int = 0
    spans: tuple[tuple[float, float], ...] = ()


def as_it_lies(row: Row) -> tuple[Any, ...]:
    """The spans as the text that is stored."""
    return (*astuple(row)[:-1], json.dumps(row.spans))


def tenths(row: Row) -> list[tuple[int, int]]:
    ends = [(max(0, floor(a * 10 + 1e-6)), floor(b * 10 + 1e-6)) for a, b in row.spans]
    return [
        (a, min(b, row.length) if row.length else b) for a, b in ends if a < (min(b, row.length) if row.length else b)
    ]


def count(rows: list[Row], belongs: list[tuple[int, str, str]]) -> dict[str, Any]:  # noqa: PLR0912 - the rules told through in one go
    excluded: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    once: dict[str, Row] = {}
    for row in sorted(rows, key=as_it_lies):
        if row.key in once:
            excluded[row.resource]["repeat"] += 1
        else:
            once[row.key] = row
    public = []
    for row in once.values():
        if row.standing == "public":
            public.append(row)
        else:
            excluded[row.resource][row.standing] += 1

    clicks: dict[Any, int] = defaultdict(int)
    clicked: dict[Any, int] = {}
    for row in sorted((r for r in public if r.kind in ("view", "go")), key=lambda r: (r.at, r.key)):
        before = clicked.get((row.kind, row.visitor, row.resource))
        if before is not None and row.at - before <= DOUBLE_CLICK_S * 1000:
            excluded[row.resource]["double"] += 1
        else:
            clicks[row.kind, row.resource] += 1
        clicked[row.kind, row.visitor, row.resource] = row.at

    ran = []
    for row in public:
        if row.kind != "watch":
            continue
        earlier = [r.at for r in public if (r.visitor, r.session) == (row.visitor, row.session) and r.at < row.at]
        gap = min(row.at - max(earlier) if earlier else FIRST_S * 1000, LONGEST_GAP_S * 1000)
        if sum(b - a for a, b in tenths(row)) <= FASTEST * gap // 100 + SLACK_S * 10:
            ran.append(row)
        else:
            excluded[row.resource]["clock"] += 1

    plays: dict[int, int] = defaultdict(int)
    for resource, visitor, session in {
        (r.resource, r.visitor, r.session) for r in public if r.kind in ("play", "watch")
    }:
        mine = [r for r in ran if (r.resource, r.visitor, r.session) == (resource, visitor, session)]
        for file in {r.file for r in mine}:
            here = [r for r in mine if r.file == file]
            long = max(r.length for r in here)
            wanted = min(PLAY_S * 10, DONE_SHARE * long) if long else PLAY_S * 10
            pieces = [piece for r in here for piece in tenths(r)]
            if pieces and length(union(pieces)) >= wanted:
                plays[resource] += 1
                break
        else:
            excluded[resource]["short"] += 1

    passed: dict[Any, int] = defaultdict(int)
    for visitor in {r.visitor for r in public}:
        before = None
        for at in sorted({r.at for r in public if r.visitor == visitor}):
            gap = min(FIRST_S * 1000 if before is None else at - before, LONGEST_GAP_S * 1000)
            before = at
            here = [r for r in ran if r.visitor == visitor and r.at == at]
            if here:
                first = min(here, key=lambda r: (r.resource, r.file, r.person, r.session, r.key))
                passed[first.resource, first.file, visitor, first.person] += int(gap)
    stays, lengths = {}, defaultdict(int)
    for r in ran:
        if tenths(r):
            who = (r.resource, r.file, r.visitor, r.person)
            seen = union([*stays.get(who, []), *tenths(r)])
            stays[who] = seen
            lengths[who] = max(lengths[who], r.length)
    valid = {who: min(length(seen), passed[who] // 100) for who, seen in stays.items()}

    def done(who: Any) -> bool:
        wanted = DONE_SHARE * lengths[who]
        return lengths[who] > 0 and length(stays[who]) >= wanted and valid[who] * FASTEST >= wanted

    days = {}
    for resource in {r.resource for r in rows}:
        mine = [who for who in stays if who[0] == resource]
        here = [r for r in public if r.resource == resource]
        values = (
            clicks["view", resource], clicks["go", resource], plays[resource],
            len({r.visitor for r in here if r.kind in ("view", "play", "watch")}),
            len({who[3] for who in mine if who[3] and valid[who]}), sum(valid[who] for who in mine) // 10,
            sum(done(who) for who in mine),
            len({r.person for r in here if r.kind == "keep"}), len({r.person for r in here if r.kind == "rate"}),
        )  # fmt: skip
        days[resource] = dict(zip(FIGURES, values, strict=True))

    totals = {}
    for scope, key in {(scope, key) for resource, scope, key in belongs if resource in days}:
        within = {resource for resource, *to in belongs if to == [scope, key] and resource in days}
        total = {name: sum(days[resource][name] for resource in within) for name in FIGURES}
        total["visitors"] = len(
            {r.visitor for r in public if r.resource in within and r.kind in ("view", "play", "watch")}
        )
        total["learners"] = len({who[3] for who in stays if who[0] in within and who[3] and valid[who]})
        totals[scope, key] = total

    curves = {}
    for resource, file in {(who[0], who[1]) for who in stays}:
        mine = [who for who in stays if who[:2] == (resource, file)]
        long = max(lengths[who] for who in mine)
        if not long:
            continue
        passes: set[tuple[str, int]] = set()
        for who in mine:
            for a, b in stays[who]:
                first = max(0, ceil((2 * BINS * a - long) / (2 * long)))
                last = min(BINS, ceil((2 * BINS * b - long) / (2 * long)))
                passes |= {(who[2], place) for place in range(first, last)}
        curves[resource, file] = (long, [sum(place == n for _, place in passes) for n in range(BINS)])
    return {
        "days": days, "totals": totals, "curves": curves,
        "excluded": {resource: dict(why) for resource, why in excluded.items() if why},
        "learners": sorted({(who[0], who[3]) for who in stays if who[3] and valid[who]}),
    }  # fmt: skip

"""What counts: DuckDB's answer against a plain second telling of the rules, in any order and with anything doubled."""

import json
from dataclasses import asdict
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.monitoring.tests import usage_oracle
from lifelong.monitoring.tests.usage_oracle import Row
from lifelong.monitoring.usage import rollup
from lifelong.monitoring.usage.rules import RULES

NOON = 1_790_000_000_000
BELONGS = [(1, "all", ""), (2, "all", ""), (3, "all", ""), (1, "inst", "A"), (2, "inst", "A"), (3, "inst", "B"),
           (1, "region", "330000"), (1, "region", "330100"), (2, "region", "330000")]  # fmt: skip


def counted(rows: list[Row]) -> dict[str, Any]:
    with rollup.bench() as (base, _folder):
        rollup.make_raw(base)
        if rows:
            values = [
                [
                    json.dumps(row.spans) if name == "spans" else asdict(row)["at" if name == "ms" else name]
                    for name in rollup.COLUMNS
                ]
                for row in rows
            ]
            base.executemany(f"INSERT INTO raw VALUES ({', '.join('?' * len(rollup.COLUMNS))})", values)
        found = asdict(rollup.count(base, BELONGS))
    assert found.pop("events") == len(rows)
    return found


spans = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 45)).map(lambda p: (p[0] / 2, (p[0] + p[1]) / 2)), max_size=3
)
rows = st.builds(
    Row, at=st.integers(0, 60).map(lambda n: NOON + n * 2_500), key=st.integers(0, 40).map(str),
    kind=st.sampled_from(["view", "go", "play", "watch", "watch", "watch", "keep", "rate"]), resource=st.integers(1, 3),
    file=st.integers(1, 2), visitor=st.sampled_from(["v1", "v2"]), session=st.sampled_from(["s1", "s2"]),
    person=st.sampled_from(["", "p1", "p2"]), standing=st.sampled_from(["public"] * 6 + ["robot", "staff", "own"]),
    length=st.sampled_from([0, 60, 300, 455]), spans=spans.map(tuple),
)  # fmt: skip


@settings(max_examples=20)
@given(st.lists(rows, max_size=40), st.integers(0, 1_000))
def test_a_day_counts_as_the_rules_say_in_any_order_and_with_anything_sent_again(found: list[Row], seed: int) -> None:
    wanted = usage_oracle.count(found, BELONGS)
    assert counted(found) == wanted
    again = found + found[: len(found) // 2]
    Random(seed).shuffle(again)
    twice = counted(again)
    for part in ("days", "totals", "curves", "learners"):
        assert twice[part] == wanted[part]


def watch(after_s: float, start: float, end: float, **given: Any) -> Row:
    told = {"key": f"{given}{after_s}", "kind": "watch", "resource": 1, "length": 36_000, "spans": ((start, end),)}
    return Row(NOON + round(after_s * 1000), **{**told, **given})


def view(after_s: float, **given: Any) -> Row:
    return Row(NOON + round(after_s * 1000), **{"key": f"{given}{after_s}", "kind": "view", "resource": 1, **given})


def day(*found: Row) -> tuple[dict[str, int], dict[str, int]]:
    made = counted(list(found))
    return made["days"][1], made["excluded"].get(1, {})


def test_200_people_behind_one_address_are_200_and_one_who_reloads_is_one() -> None:
    campus = [view(n * 0.01, visitor=f"v{n}", session=f"s{n}") for n in range(200)]
    reloads = [view(100 + n * 29, visitor="v0", session=f"r{n}") for n in range(10)]
    figures, why = day(*campus, *reloads)
    assert (figures["views"], figures["visitors"]) == (201, 200)
    assert why == {"double": 9}


def test_a_double_click_ends_after_thirty_seconds() -> None:
    assert day(view(0), view(30))[0]["views"] == 1
    assert day(view(0), view(30.001))[0]["views"] == 2


def test_watching_again_adds_no_time_and_two_players_at_once_earn_one_clock() -> None:
    again = [view(0), *(watch(20 * n, 0, 20) for n in range(1, 10))]
    assert day(*again)[0]["seconds"] == 20  # PeerTube adds up: 180
    rows = [view(0), view(0, resource=2, session="t")]
    for n in range(1, 7):
        rows += [watch(20 * n, 20 * n - 20, 20 * n), watch(20 * n + 5, 20 * n - 20, 20 * n, resource=2, session="t")]
    made = counted(rows)["days"]
    assert made[1]["seconds"] + made[2]["seconds"] == 125  # the time that passed, not twice as much


def test_a_forged_film_in_a_moment_earns_nothing() -> None:
    figures, why = day(view(0), watch(5, 0, 3600), watch(6, 0, 3600, session="x"))
    assert (figures["plays"], figures["seconds"], figures["completions"]) == (0, 0, 0)
    assert why == {"clock": 2, "short": 2}


def test_whoever_resumes_late_in_a_film_is_counted_and_longer_than_a_day_never() -> None:
    assert day(view(0), watch(12, 3000, 3011))[0]["plays"] == 1  # Marsha saw only what began at 0–30 s
    assert day(view(0), watch(11, 3000, 3009.9))[0]["plays"] == 0
    days = [view(0), *(watch(60 * n, 60 * n - 60, 60 * n) for n in range(1, 61))]
    assert day(*days)[0]["seconds"] == 3600
    assert day(*days)[0]["completions"] == 1


def test_a_short_clip_is_played_when_it_has_run() -> None:
    assert day(view(0), watch(7, 0, 5.6, length=60))[0]["plays"] == 1
    assert day(view(0), watch(7, 0, 5.2, length=60))[0]["plays"] == 0


def test_the_words_of_every_rule_are_filled_from_its_numbers() -> None:
    for rule in RULES:
        assert "%(" not in rule.words
        assert "{" not in rule.statement.replace("{}", "")

"""How often one address may ask."""

from pathlib import Path

import pytest

from lifelong.config.server import limits
from lifelong.config.server.limits import Limits, Rate, begin_anew


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    return clock


RATE = Rate.read("2/10")


def passed(table: Limits, address: str, count: int, kind: str = "pages") -> int:
    return sum(table.wait_for(address, kind, RATE) == 0 for _ in range(count))


def test_a_burst_passes_then_the_steady_rate(tmp_path: Path, clock: Clock):
    table = Limits(tmp_path / "limits")
    assert passed(table, "203.0.113.1", 50) == 10
    clock.now += 5
    assert passed(table, "203.0.113.1", 50) == 10
    clock.now += 1
    assert passed(table, "203.0.113.1", 50) == 2


def test_it_is_said_how_long_to_wait_and_that_is_enough(tmp_path: Path, clock: Clock):
    table = Limits(tmp_path / "limits")
    passed(table, "203.0.113.1", 50)
    clock.now += table.wait_for("203.0.113.1", "pages", RATE) + 1e-6
    assert table.wait_for("203.0.113.1", "pages", RATE) == 0


def test_what_was_refused_does_not_count(tmp_path: Path, clock: Clock):
    table = Limits(tmp_path / "limits")
    passed(table, "203.0.113.1", 5000)
    clock.now += 0.5
    assert table.wait_for("203.0.113.1", "pages", RATE) == 0


def test_others_and_other_kinds_are_counted_apart(tmp_path: Path, clock: Clock):
    table = Limits(tmp_path / "limits")
    passed(table, "203.0.113.1", 50)
    assert passed(table, "203.0.113.2", 50) == 10
    assert passed(table, "203.0.113.1", 50, "files") == 10


def test_every_process_sees_the_same_table(tmp_path: Path, clock: Clock):
    one, other = Limits(tmp_path / "limits"), Limits(tmp_path / "limits")
    assert passed(one, "203.0.113.1", 6) + passed(other, "203.0.113.1", 6) == 10


def test_a_customer_of_ipv6_is_a_network(tmp_path: Path, clock: Clock):
    table = Limits(tmp_path / "limits")
    passed(table, "2001:db8::1", 50)
    assert table.wait_for("2001:db8::2", "pages", RATE) > 0
    assert table.wait_for("2001:db8:0:1::1", "pages", RATE) == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.8.8", "no address", ""])
def test_this_machine_never_waits(tmp_path: Path, clock: Clock, address: str):
    assert passed(Limits(tmp_path / "limits"), address, 200) == 200


def test_many_strangers_leave_the_table_small_and_nobody_waits_for_them(tmp_path: Path, clock: Clock):
    table = Limits(tmp_path / "limits")
    waited = sum(
        table.wait_for(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "pages", RATE) > 0
        for number in range(100_000)
    )
    assert waited == 0
    assert (tmp_path / "limits").stat().st_size == 1 << 20


def test_a_new_start_forgets(tmp_path: Path, clock: Clock):
    passed(Limits(tmp_path / "limits"), "203.0.113.1", 50)
    begin_anew(tmp_path / "limits")
    assert passed(Limits(tmp_path / "limits"), "203.0.113.1", 50) == 10

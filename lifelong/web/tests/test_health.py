"""The registry behind the operator's desk: what is said of a figure, and that a silent chapter is heard."""

from datetime import UTC, datetime, timedelta

import pytest

from lifelong.web import health
from lifelong.web.health import Level, Part, Sign, Wait

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def sign(figure: float, **more) -> Sign:
    return Sign("a.b", Part.BROKEN, "甲", figure, **({"watch_from": 3, "alarm_from": 5} | more))


@pytest.mark.parametrize(("figure", "level"), [(2, "well"), (3, "watch"), (4.9, "watch"), (5, "alarm"), (99, "alarm")])
def test_a_figure_is_well_or_to_be_watched_or_an_alarm(figure, level):
    assert sign(figure).level == level
    assert sign(figure, alarm_from=None).level == ("well" if level == "well" else "watch")


@pytest.mark.parametrize(("figure", "level"), [(31, "well"), (30, "watch"), (7, "alarm"), (0, "alarm")])
def test_a_figure_may_get_worse_as_it_falls(figure, level):
    assert sign(figure, falls=True, watch_from=30, alarm_from=7).level == level


def test_a_chapter_that_fails_is_itself_a_sign_and_silences_no_other(monkeypatch):
    def broken(at):
        yield sign(1)
        raise OSError("away")

    monkeypatch.setattr(health, "_signs", [broken, lambda at: [sign(2)]])
    monkeypatch.setattr(health, "_waits", [broken, lambda at: [Wait("乙", "丙", 1), Wait("丁", "丙", 0)]])
    silent, other = health.signs_at(NOW)[-2:]
    assert (silent.level, silent.note, other.figure) == (Level.ALARM, "OSError: away", 2)
    assert "乙" in [wait.title for wait in health.waits_at(NOW)]
    assert len(health.waits_at(NOW)) == 2


def test_who_waits_longest_stands_first(monkeypatch):
    waits = [
        Wait("无日期", "甲", 9),
        Wait("昨天", "甲", 1, NOW - timedelta(days=1)),
        Wait("上周", "甲", 1, NOW - timedelta(days=7)),
    ]
    monkeypatch.setattr(health, "_waits", [lambda at: waits])
    assert [wait.title for wait in health.waits_at(NOW)] == ["上周", "昨天", "无日期"]

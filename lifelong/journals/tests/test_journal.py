"""Nothing that was acknowledged is lost, whatever disk and clock do."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from lifelong.journals import journal as journals
from lifelong.journals.journal import Journal


def kept(folder: Path, *lines: bytes) -> None:
    async def write() -> None:
        journal = Journal(folder, asyncio.get_running_loop())
        await asyncio.gather(*(journal.add(line) for line in lines))
        await asyncio.to_thread(journal.close)

    asyncio.run(write())


def test_a_crowd_is_on_the_disk_with_few_visits_to_it(tmp_path, monkeypatch):
    visits = []
    really = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda file: (visits.append(1), really(file)))
    kept(tmp_path, *(b"%d\n" % n for n in range(500)))
    (path,) = tmp_path.glob("*.jsonl")
    assert sorted(map(int, path.read_bytes().split())) == list(range(500))
    assert len(visits) < 20


def test_nothing_is_acknowledged_that_could_not_be_written(tmp_path, monkeypatch):
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    async def write() -> None:
        journal = Journal(tmp_path, asyncio.get_running_loop())
        with monkeypatch.context() as patch:
            patch.setattr(journals.os, "fdatasync", full)
            with pytest.raises(OSError, match="space"):
                await journal.add(b"lost\n")
        await journal.add(b"kept\n")
        await asyncio.to_thread(journal.close)

    asyncio.run(write())
    (path,) = tmp_path.glob("*.jsonl")
    assert path.read_bytes() == b"kept\n"


def test_a_clock_that_is_set_back_does_not_hold_a_journal_up(tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "TURN_SECONDS", 0.05)
    really = time.time

    async def write() -> None:
        journal = Journal(tmp_path, asyncio.get_running_loop())
        await journal.add(b"kept\n")
        monkeypatch.setattr(time, "time", lambda: really() - 7200)
        for _turn in range(1000):
            if list(tmp_path.glob("*.jsonl")):
                break
            await asyncio.sleep(0.01)
        assert list(tmp_path.glob("*.jsonl"))
        await asyncio.to_thread(journal.close)

    asyncio.run(write())

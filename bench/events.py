"""Events of use acknowledged a second, against a bare bulk insert of the same rows, and pages meanwhile: ``python bench/events.py [seconds]``"""

import json
import multiprocessing
import os
import sqlite3
import sys
import threading
import time

os.environ.setdefault("RATE_FILES", "1000000/1000000")  # all visitors sit at one address here
os.environ.setdefault("RATE_PAGES", "1000000/1000000")

from served import Tally, load, served

VISITORS = 2_000
RESOURCES = 50
MAKING = """
import json, time
from lifelong.monitoring.intake import visitors
from lifelong.monitoring.intake.tickets import Ticket
day = visitors.day_of(time.time())
print(json.dumps([
    [Ticket(n + 1, 1, 36000.0).written() for n in range({resources})],
    [visitors.signed(visitors.fresh(f"page-of-a-visitor-{{n}}", day), day) for n in range({visitors})],
]))
"""
COUNTED = "from lifelong.monitoring.models import *\nprint(UsageEvent.objects.count(), UsageEvent.objects.values('key').distinct().count(), UsageEvent.objects.values('visitor').distinct().count())"
WAITING = "from pathlib import Path\nfrom django.conf import settings\nprint(len([*(Path(settings.DATA) / 'events').glob('*.[jp]*')]))"
AGENT = b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


def batch(tickets: list[str], cookies: list[str], number: int) -> bytes:
    """One event each, as pages send them: a view, then stretches of twenty seconds."""
    who, turn = number % VISITORS, number // VISITORS
    event = {"key": f"event-{number:016}", "kind": "watch", "spans": [[turn * 20, turn * 20 + 19.9]]}
    if not turn:
        event = {"key": event["key"], "kind": "view"}
    said = {"use": tickets[who % RESOURCES], "session": f"session-{who:012}", "events": [event]}
    body = json.dumps(said).encode()
    head = b"POST /events HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nUser-Agent: %s\r\nCookie: visitor=%s\r\nContent-Length: %d\r\n\r\n"
    return head % (AGENT, cookies[who].encode(), len(body)) + body


def read(port: int, seconds: float, pages: dict[str, Tally], name: str, path: bytes) -> None:
    """One reader; where the address has a number, each page is another."""

    def page(number: int) -> bytes:
        return b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (path % number if b"%d" in path else path)

    pages[name] = load(port, page, seconds=seconds, clients=1, processes=1)[1]


def inserted(path: str, rows: int) -> float:
    """Rows a second of a bare bulk insert of what an event says, in batches of 400."""
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute(
            "CREATE TABLE bare (day TEXT, at TEXT, key TEXT, kind TEXT, resource INT, file INT, visitor TEXT, person TEXT, "
            "session TEXT, standing TEXT, length REAL, spans TEXT)"
        )
        base.execute("CREATE INDEX bare_day ON bare (day)")
        began = time.perf_counter()
        for start in range(0, rows, 400):
            lines = [
                ("2026-11-27", "2026-11-27 08:00:00.123456", f"event-{n:016}", "watch", n % 50, 1, "ab" * 16, "", "cd" * 12,
                 "public", 36000.0, "[[0.0, 19.9]]")
                for n in range(start, start + 400)
            ]  # fmt: skip
            base.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", lines)
            base.commit()
        return rows / (time.perf_counter() - began)


def main(seconds: float) -> None:
    with served() as site:
        tickets, cookies = json.loads(site.python(MAKING.format(resources=RESOURCES, visitors=VISITORS)))
        counter = multiprocessing.Value("L", 0)

        def next_batch(_number: int) -> bytes:
            with counter.get_lock():
                number, counter.value = counter.value, counter.value + 1
            return batch(tickets, cookies, number)

        pages: dict[str, Tally] = {}
        readers = [
            threading.Thread(target=read, args=(site.port, seconds, pages, *each))
            for each in (("kept", b"/areas/older"), ("made anew", b"/areas/older?n=%d"))
        ]
        for reader in readers:
            reader.start()
        each_second, tally = load(site.port, next_batch, seconds=seconds, clients=128, processes=2)
        for reader in readers:
            reader.join()
        deadline = time.monotonic() + 120
        while int(site.python(WAITING)) and time.monotonic() < deadline:
            time.sleep(1)
        bare = inserted(str(site.data / "bare.sqlite3"), 50_000)
        rows, keys, visitors = site.python(COUNTED).split()
        print(f"{each_second:.0f} events/s acknowledged, p99 {tally.quantile(0.99):.0f} ms, {tally.errors} errors")
        print(f"bare bulk insert {bare:.0f} rows/s; ratio {each_second / bare:.0%}")
        for name, one in pages.items():
            print(
                f"pages {name} meanwhile: {one.count / seconds:.0f}/s, p50 {one.quantile(0.5):.1f} ms, p99 {one.quantile(0.99):.0f} ms"
            )
        print(f"acknowledged {tally.count - tally.errors}, rows {rows}, keys {keys}, visitors {visitors} of {VISITORS}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)

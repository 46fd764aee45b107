"""Heartbeats acknowledged a second, against a bare bulk insert of the same rows, and pages meanwhile: ``python bench/beats.py [seconds]``"""

import json
import multiprocessing
import os
import sqlite3
import sys
import threading
import time

os.environ.setdefault("RATE_FILES", "1000000/1000000")  # all learners sit at one address here
os.environ.setdefault("RATE_PAGES", "1000000/1000000")

from served import Tally, load, served

LEARNERS = 2_000
MAKING = """
import json
from datetime import timedelta
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.learning.actions import study
from lifelong.learning.models import Progress, StudySession
from lifelong.learning.beats import tickets
from lifelong.learning.tests.studying import playable
now = timezone.now() - timedelta(minutes=20)
entry = playable(length_s=36000.0)
users = User.objects.bulk_create([User(email=f"b{{n}}@example.org") for n in range({count})])
made = dict(resource=entry.resource, began_at=now)
sessions = StudySession.objects.bulk_create([StudySession(user=user, last_at=now, **made) for user in users])
rows = Progress.objects.bulk_create([Progress(user=user, length_s=36000.0, **made) for user in users])
print(json.dumps([
    tickets.issue(session=s.pk.hex, user=s.user_id, resource=s.resource_id, file=1, progress=p.pk, length_s=36000.0, at=timezone.now())
    for s, p in zip(sessions, rows)
]))
"""
COUNTED = "from django.db.models import Sum\nfrom lifelong.learning.models import *\nprint(StudySession.objects.aggregate(n=Sum('last_n'))['n'])"
WAITING = "from pathlib import Path\nfrom django.conf import settings\nprint(len([*(Path(settings.DATA) / 'beats').glob('*.[jp]*')]))"


def beat(tickets: list[str], number: int) -> bytes:
    # a learner's next heartbeat comes when all others have sent theirs
    n = number // len(tickets) + 1
    said = {
        "ticket": tickets[number % len(tickets)],
        "n": n,
        "from": n * 10,
        "to": n * 10 + 0.2,
        "speed": 1,
        "place": n * 10,
    }
    body = json.dumps(said).encode()
    return b"POST /beats HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def inserted(path: str, rows: int) -> float:
    """Rows a second of a bare bulk insert of what a heartbeat says, in batches of 500."""
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute(
            "CREATE TABLE bare (at REAL, session TEXT, user INT, n INT, a REAL, b REAL, speed REAL, place REAL)"
        )
        began = time.perf_counter()
        for start in range(0, rows, 500):
            lines = [(time.time(), "ab" * 16, n, n, 0.0, 15.0, 1.0, 15.0) for n in range(start, start + 500)]
            base.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lines)
            base.commit()
        return rows / (time.perf_counter() - began)


def main(seconds: float) -> None:
    with served() as site:
        tickets = json.loads(site.python(MAKING.format(count=LEARNERS)))
        counter = multiprocessing.Value("L", 0)

        def next_beat(_number: int) -> bytes:
            with counter.get_lock():
                number, counter.value = counter.value, counter.value + 1
            return beat(tickets, number)

        pages: list[Tally] = []
        page = b"GET /areas/older HTTP/1.1\r\nHost: localhost\r\n\r\n"
        visitor = threading.Thread(
            target=lambda: pages.append(load(site.port, lambda _n: page, seconds=seconds, clients=1, processes=1)[1])
        )
        visitor.start()
        each_second, tally = load(site.port, next_beat, seconds=seconds, clients=128, processes=2)
        visitor.join()
        deadline = time.monotonic() + 60
        while int(site.python(WAITING)) and time.monotonic() < deadline:
            time.sleep(1)
        bare = inserted(str(site.data / "bare.sqlite3"), 50_000)
        print(f"{each_second:.0f} heartbeats/s acknowledged, p99 {tally.quantile(0.99):.0f} ms, {tally.errors} errors")
        print(f"bare bulk insert {bare:.0f} rows/s; ratio {each_second / bare:.0%}")
        print(f"pages meanwhile: p50 {pages[0].quantile(0.5):.0f} ms, p99 {pages[0].quantile(0.99):.0f} ms")
        print(f"heartbeats sent {tally.count}, highest numbers taken in add up to {site.python(COUNTED)}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)

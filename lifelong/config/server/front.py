"""The front: one RSGI application per worker. Lets a request in, sends it one of six ways, sends the answer out."""

import asyncio
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from lifelong.config.server import spool
from lifelong.config.server.bridge import Application, Pages
from lifelong.config.server.counters import WAYS, Counters
from lifelong.config.server.gate import Gate, refused
from lifelong.config.server.limits import Limits, Rate
from lifelong.config.server.parent import die_with_parent
from lifelong.config.server.static import Static
from lifelong.config.server.traffic import EVERY_SECONDS, KEPT, Traffic
from lifelong.config.server.visit import Proxies, Visit
from lifelong.config.server.web import PARENT, hear_of_ending
from lifelong.learning.beats.door import Beats
from lifelong.media import serving
from lifelong.media.ranges import Answer, left_to_proxy
from lifelong.media.tus.door import Door
from lifelong.monitoring.intake.door import PICTURE, Events
from lifelong.monitoring.intake.visitors import NEWCOMERS

PAGE, MEDIA, STATIC, UPLOAD, BEAT, EVENT = range(len(WAYS))
SLOW_SECONDS = 1.0
FORGOTTEN_AFTER_SECONDS = spool.OPENED_WITHIN_SECONDS
logger = logging.getLogger("lifelong.front")


class Front:
    """``application`` is WSGI; where none is given, Django's."""

    def __init__(self, application: Application | None = None) -> None:
        self.application = application

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(hear_of_ending)
        die_with_parent(int(os.environ.get(PARENT, "0")))
        run = Path(settings.DATA) / "run"
        self.loop, self.log_every_request = loop, settings.ACCESS_LOG
        self.proxies, self.proxy_files = Proxies(settings.TRUSTED_PROXIES), settings.PROXY_FILES
        limits, newcomers = Limits(run / "limits.bin"), Rate.read(NEWCOMERS)
        self.gate = Gate(limits)
        self.counters = Counters(run / "counters.bin")
        self.static = Static()
        self.uploads = Door(loop, self.counters.taken)
        self.beats = Beats(loop)
        may_be_new = lambda address: not limits.wait_for(address, "newcomers", newcomers)  # noqa: E731
        self.events = Events(loop, may_be_new, self.counters.batch)
        self.pages = Pages(self.application or django_application(), loop)
        self.kept = kept_page if self.application is None else nothing_kept
        self.traffic = Traffic()
        if self.application is None:
            self.loop.call_later(EVERY_SECONDS, self.bring_traffic)
        spool.sweep()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.pages.close()
        self.uploads.close()
        self.beats.close()
        self.events.close()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        began = time.perf_counter()
        visit = Visit(scope, self.proxies)
        way, turned_away = PAGE, False
        try:
            answer = self.gate.refusal(visit, scope.authority)
            turned_away = answer is not None
            if answer is None:
                way, answer = await self.sent_on(visit, proto)
        except Exception:
            logger.exception("request %s: %s %s", visit.number, visit.method, visit.told)
            answer = refused(visit, 500, "出错了", f"我们已记录这个问题，编号 {visit.number}。请稍后再试。")
        self.send(proto, answer, visit)
        seconds = time.perf_counter() - began
        self.counters.answered(way, answer.status, seconds)
        self.traffic.answered(way, visit.route, answer.status, seconds, visit.address, turned_away=turned_away)
        if self.log_every_request:
            told = {"request": visit.number, "address": visit.address, "method": visit.method, "path": visit.told}
            line = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **told, "status": answer.status, "seconds": seconds}
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr)
        if way == PAGE and seconds > SLOW_SECONDS:
            logger.warning("slow page: %.1f s, request %s: %s %s", seconds, visit.number, visit.method, visit.told)

    def bring_traffic(self) -> None:
        """Every minute, in a page thread; what nobody visited costs nothing."""
        self.loop.call_later(EVERY_SECONDS, self.bring_traffic)
        taken = self.traffic.take()
        if taken.routes or taken.refused:
            self.pages.threads.submit(write_traffic, taken).add_done_callback(
                lambda done: self.loop.call_soon_threadsafe(self.traffic.give_back, taken) if done.exception() else None
            )

    async def sent_on(self, visit: Visit, proto: Any) -> tuple[int, Answer]:
        path = visit.path
        if path.startswith("/media/"):
            answer = serving.answer(visit.method, path, visit.header)
            if self.proxy_files and self.proxies.knows(visit.peer):
                return MEDIA, left_to_proxy(answer, settings.FILES, self.proxy_files)
            return MEDIA, answer
        if path.startswith(self.static.prefix):
            return STATIC, self.static.answer(visit.method, path, visit.header)
        if path == "/uploads" or path.startswith("/uploads/"):
            return UPLOAD, await self.uploads.answer(visit.method, path, visit.query, visit.header, proto)
        if path == "/beats":
            return BEAT, await self.beats.answer(visit.method, visit.header, proto)
        if path in {"/events", PICTURE}:
            return EVENT, await self.events.answer(visit.method, path, visit.query, visit.header, visit.address, proto)
        if path == "/healthz":
            return PAGE, Answer(200, [("content-type", "text/plain"), ("cache-control", "no-store")], None, b"ok\n")
        if (kept := self.kept(visit)) is not None:
            visit.route = KEPT
            return PAGE, kept
        answer = await self.pages.answer(visit, proto)
        self.counters.queued(self.pages.waiting)
        return PAGE, answer

    def send(self, proto: Any, answer: Answer, visit: Visit) -> None:
        headers = self.gate.finished(visit, answer.headers)
        if answer.file:
            proto.response_file_range(answer.status, headers, *answer.file)
            if answer.file[0].startswith(self.pages.spooled):
                self.loop.call_later(FORGOTTEN_AFTER_SECONDS, spool.forget, answer.file[0])
        elif answer.body and visit.method != "HEAD":
            proto.response_bytes(answer.status, headers, answer.body)
        else:
            proto.response_empty(answer.status, headers)


def kept_page(visit: Visit) -> Answer | None:
    """A public page that is kept for everybody, without a thread; the rules are in ``catalogue/pagecache.py``."""
    from lifelong.catalogue import pagecache

    if visit.header("content-length") or visit.header("transfer-encoding"):
        return None  # its body has to be read first
    found = pagecache.answer(visit.method, visit.path, visit.query, visit.header)
    return Answer(found[0], found[1], None, found[2]) if found else None


def write_traffic(taken: Traffic) -> None:
    from django.db import close_old_connections
    from django.utils import timezone

    from lifelong.monitoring.actions.desk import note_traffic

    close_old_connections()
    try:
        note_traffic(taken.routes, taken.refused, at=timezone.now())
    except Exception:
        logger.exception("the traffic of a minute could not be written")
        raise
    finally:
        close_old_connections()


def nothing_kept(_visit: Visit) -> None:
    return None


def django_application() -> Application:
    from lifelong.config.wsgi import application

    return application


app = Front()

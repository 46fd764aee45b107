"""A front before pages that misbehave in every way; run by granian in the tests."""

import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs

import django

django.setup()

from django.conf import settings  # noqa: E402
from granian import Granian  # noqa: E402
from granian.constants import Interfaces, Loops  # noqa: E402
from granian.log import LogLevels  # noqa: E402

from lifelong.config.server.front import Front  # noqa: E402
from lifelong.config.server.web import PARENT  # noqa: E402

CLOSED = Path(settings.DATA) / "closed"
SENT = Path(settings.DATA) / "sent.bin"


class Blocks:
    """An answer in pieces that notes that it was closed."""

    def __init__(self, count, size=1 << 16, break_at=-1):
        self.count, self.size, self.break_at = count, size, break_at

    def __iter__(self):
        for number in range(self.count):
            if number == self.break_at:
                raise RuntimeError("in mid-answer")
            yield b"x" * self.size

    def close(self):
        with CLOSED.open("ab") as file:
            file.write(b".")


def pages(environ, start_response):
    path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
    count = int(query.get("n", ["1"])[0])

    def answer(body, *headers, status="200 OK"):
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
        return body

    if path == "/echo":
        body = environ["wsgi.input"].read()
        told = {key: value for key, value in environ.items() if isinstance(value, str)}
        return answer([json.dumps({**told, "body": len(body), "pid": os.getpid()}).encode()])
    if path == "/blocks":
        return answer(Blocks(count))
    if path == "/breaks":
        return answer(Blocks(count, break_at=count - 1))
    if path == "/raises":
        raise ValueError("a bug")
    if path == "/text":
        return answer([b"text " * count], ("ETag", '"abc"'))
    if path == "/packed":
        return answer([b"text " * count], ("Content-Encoding", "br"))
    if path == "/cookies":
        return answer([b"ok"], ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    if path == "/own":
        return answer([b"ok"], ("Content-Security-Policy", "default-src 'none'"))
    if path == "/file":
        SENT.write_bytes(bytes(range(256)) * 4096)
        return answer(environ["wsgi.file_wrapper"](SENT.open("rb")), ("Content-Type", "application/zip"))
    if path == "/empty":
        return answer([], status="204 No Content")
    if path == "/sleeps":
        time.sleep(count / 10)
        return answer([b"awake"])
    return answer(["页面".encode()], status="404 Not Found" if path != "/" else "200 OK")


app = Front(pages)

if __name__ == "__main__":
    os.environ[PARENT] = str(os.getpid())
    Granian(
        "lifelong.config.tests.strange_pages:app",
        port=int(sys.argv[1]),
        workers=2,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve(target_loader=lambda: app, wrap_loader=False)

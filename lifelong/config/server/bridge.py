"""Pages: reads a small body, asks Django's WSGI application in a thread, takes the answer whole.

A thread is never held by a slow reader or writer: the body is here before a thread begins, and the answer leaves
from memory or from a file after the thread is free.
"""

import asyncio
import io
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from lifelong.config.server import spool
from lifelong.config.server.compression import squeezed
from lifelong.config.server.gate import refused
from lifelong.config.server.visit import Visit
from lifelong.media.ranges import Answer, Headers
from lifelong.media.tus.bodies import Stalled, drained, steadily

PAGE_THREADS = 2
LONGEST_BODY = 20 * 1024 * 1024
LONGEST_QUEUE = 256
MOST_SENDERS = 1024
STALL_SECONDS = 30.0
FORGED = frozenset(
    {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "forwarded", "x-real-ip",
     "x-request-id", "content-type", "content-length", "host", "proxy"}
)  # fmt: skip
ROUTE = "lifelong.route"
logger = logging.getLogger(__name__)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SentFile:
    """``wsgi.file_wrapper``: an answer that is a file of ours leaves from the disk, without passing through Python."""

    def __init__(self, file: IO[bytes], block_size: int = 1 << 16) -> None:
        self.file, self.block_size = file, block_size

    def __iter__(self) -> "SentFile":
        return self

    def __next__(self) -> bytes:
        if block := self.file.read(self.block_size):
            return block
        raise StopIteration

    def close(self) -> None:
        self.file.close()

    def stretch(self) -> tuple[str, int, int] | None:
        """``(path, start, end)`` where the open file is still what its name points to."""
        if not isinstance(self.file, io.BufferedReader | io.FileIO) or not isinstance(self.file.name, str):
            return None
        try:
            here, there = os.fstat(self.file.fileno()), Path(self.file.name).stat()
        except OSError:
            return None
        start = self.file.tell()
        if not os.path.samestat(here, there) or start >= here.st_size:
            return None
        return str(Path(self.file.name).absolute()), start, here.st_size


class Pages:
    def __init__(self, application: Application, loop: asyncio.AbstractEventLoop) -> None:
        self.application, self.loop = application, loop
        self.threads = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="page")
        self.spooled = f"{spool.folder()}{os.sep}"  # what lies there is sent once
        self.waiting = self.receiving = 0

    async def answer(self, visit: Visit, body: AsyncIterator[bytes]) -> Answer:
        length = length_of(visit)
        if length is None:
            return refused(visit, 400, "请求不完整", "Content-Length 不是数字。", ("connection", "close"))
        if self.waiting >= LONGEST_QUEUE or (length and self.receiving >= MOST_SENDERS):
            return refused(visit, 503, "访问的人太多", "请稍候几秒再试。", ("retry-after", "2"))
        try:
            if length > LONGEST_BODY:
                return await self.too_long(visit, body, length)
            with self.room_for(length) as content:
                if length and not await self.received(body, content, length):
                    return refused(visit, 400, "请求不完整", "请重新提交。", ("connection", "close"))
                content.seek(0)
                environ = environ_of(visit, content, length)
                answer = await self.in_turn(environ)
                visit.route = environ.get(ROUTE, "")
                return answer
        except Stalled:
            return refused(visit, 408, "等待超时", "请检查网络后重新提交。", ("connection", "close"))

    async def in_turn(self, environ: dict[str, Any]) -> Answer:
        self.waiting += 1
        try:
            return await self.loop.run_in_executor(self.threads, self.ask, environ)
        finally:
            self.waiting -= 1

    async def received(self, body: AsyncIterator[bytes], content: IO[bytes], length: int) -> bool:
        """Whether the whole body came; one that breaks off looks complete to the server and must be counted.

        Slow senders do not stand in the queue: they have a count of their own.
        """
        self.receiving += 1
        count = 0
        try:
            async for chunk in steadily(body, STALL_SECONDS):
                count += len(chunk)
                content.write(chunk)
        finally:
            self.receiving -= 1
        return count == length

    def room_for(self, length: int) -> IO[bytes]:
        return tempfile.SpooledTemporaryFile(spool.IN_MEMORY, dir=self.spooled) if length else io.BytesIO()

    async def too_long(self, visit: Visit, body: AsyncIterator[bytes], length: int) -> Answer:
        """A browser that is still sending shows no answer, so what is not absurd is read to its end and dropped."""
        if "expect" not in visit.headers:
            await drained(body, length, STALL_SECONDS)
        return refused(visit, 413, "内容过大", "页面最多接收 20 MB；音视频请用上传功能。", ("connection", "close"))

    def ask(self, environ: dict[str, Any]) -> Answer:
        """In a page thread. An error in mid-answer becomes a clean 500."""
        told: list[Any] = []

        def start_response(status: str, headers: Headers, error: Any = None) -> Callable[[bytes], object]:
            told[:] = [int(status[:3]), headers]
            return lambda _block: None

        result = self.application(environ, start_response)
        try:
            status, headers = told
            return whole(environ, status, headers, result)
        finally:
            if close := getattr(result, "close", None):
                close()

    def close(self) -> None:
        self.threads.shutdown(wait=True, cancel_futures=True)


def length_of(visit: Visit) -> int | None:
    given = visit.header("content-length") or "0"
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def whole(environ: dict[str, Any], status: int, headers: Headers, result: Iterable[bytes]) -> Answer:
    if isinstance(result, SentFile) and (stretch := result.stretch()):
        length = str(stretch[2] - stretch[1])
        return finished(
            environ, status, [*without(headers, "content-length"), ("content-length", length)], b"", stretch
        )
    parts: list[bytes] = []
    size = 0
    blocks = iter(result)
    for part in blocks:
        parts.append(part)
        size += len(part)
        if size > spool.IN_MEMORY:
            return spooled(environ, status, headers, parts, blocks)
    body = b"".join(parts)
    if environ["REQUEST_METHOD"] != "HEAD":
        common = "HTTP_COOKIE" not in environ
        headers, body = squeezed(headers, body, environ.get("HTTP_ACCEPT_ENCODING"), common=common)
    if status not in {204, 304}:
        headers = [*without(headers, "content-length"), ("content-length", str(len(body)))]
    return finished(environ, status, headers, body, None)


def spooled(
    environ: dict[str, Any], status: int, headers: Headers, begun: list[bytes], rest: Iterable[bytes]
) -> Answer:
    path = spool.new_file()
    try:
        with path.open("wb") as file:
            file.writelines(begun)
            for part in rest:
                file.write(part)
                if file.tell() > spool.LONGEST:
                    raise OverflowError(f"an answer longer than {spool.LONGEST} bytes: {environ['PATH_INFO']}")
            size = file.tell()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    headers = [*without(headers, "content-length"), ("content-length", str(size))]
    if environ["REQUEST_METHOD"] == "HEAD":
        path.unlink()
    return finished(environ, status, headers, b"", (str(path), 0, size))


def finished(
    environ: dict[str, Any], status: int, headers: Headers, body: bytes, file: tuple[str, int, int] | None
) -> Answer:
    if environ["REQUEST_METHOD"] == "HEAD":
        return Answer(status, headers)
    return Answer(status, headers, file, body)


def without(headers: Headers, unwanted: str) -> Headers:
    return [pair for pair in headers if pair[0].lower() != unwanted]


def environ_of(visit: Visit, content: IO[bytes], length: int) -> dict[str, Any]:
    """PEP 3333. Forwarding headers are left out: the front has read them, and nobody else may believe them."""
    host = visit.header("host") or ""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": visit.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": visit.path.encode().decode("latin-1"),
        "QUERY_STRING": visit.query,
        "SERVER_NAME": name or host,
        "SERVER_PORT": port or ("443" if visit.scheme == "https" else "80"),
        "SERVER_PROTOCOL": f"HTTP/{visit.version}",
        "REMOTE_ADDR": visit.address,
        "CONTENT_TYPE": visit.header("content-type") or "",
        "CONTENT_LENGTH": str(length) if length else "",
        "HTTP_HOST": host,
        "HTTP_X_REQUEST_ID": visit.number,
        "lifelong.forwarded": "x-forwarded-for" in visit.headers,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": visit.scheme,
        "wsgi.input": content,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": SentFile,
    }
    for header, value in visit.headers.items():
        if header in FORGED or "_" in header:
            continue
        key = "HTTP_" + header.upper().replace("-", "_")
        joint = "; " if header == "cookie" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ

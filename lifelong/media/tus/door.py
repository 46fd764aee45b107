"""Answers requests under ``/uploads/``. Never blocks a page: the disk is reached in threads of its own."""

import asyncio
import errno
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from lifelong.media import storage
from lifelong.media.queries import PARTS
from lifelong.media.ranges import Answer, Header, words
from lifelong.media.tus import endings
from lifelong.media.tus.bodies import Stalled, drained, steadily
from lifelong.media.tus.lanes import Lane
from lifelong.media.tus.parts import Gone, Hashes, InUse, Part, is_being_written, is_done, received
from lifelong.media.tus.rules import (
    VERSION,
    Patch,
    Refused,
    Ticket,
    check_version,
    creation_of,
    options,
    patch_of,
    refuse,
    ticket_of,
)

BLOCK = 1 << 20
BLOCKS_AHEAD = 4  # of one upload in memory, for the disk and for the hash
LONGEST_IN_MEMORY_SECONDS = 1.0  # of a slow sender, so that a killed server costs a second, not a megabyte
STALL_SECONDS = 30.0
WRITERS = 4
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL = "服务器存储空间不足，已收到的部分已保留，请稍后继续。"
Body = AsyncIterator[bytes]
logger = logging.getLogger(__name__)


class Door:
    """One per worker. ``taken(count)`` is told how many bytes came."""

    def __init__(self, loop: asyncio.AbstractEventLoop, taken: Callable[[int], None] = lambda _count: None) -> None:
        self.loop, self.taken, self.hashes = loop, taken, Hashes()
        self.disk = ThreadPoolExecutor(WRITERS, thread_name_prefix="upload")
        self.desk = ThreadPoolExecutor(2, thread_name_prefix="upload-end")  # these alone ask the database
        self.bucket = ThreadPoolExecutor(WRITERS, thread_name_prefix="upload-bucket")  # and these, beside the bucket

    async def answer(self, method: str, path: str, query: str, header: Header, body: Body) -> Answer:
        try:
            answer = await self.dispatch(method, path, query, header, body)
        except Refused as refusal:
            answer = refusal.answer
            if method in {"PATCH", "POST"} and not header("expect"):
                length = header("content-length") or ""
                await drained(body, int(length) if length.isascii() and length.isdigit() else 0, STALL_SECONDS)
        said = {name for name, _value in answer.headers}
        always = [("tus-resumable", VERSION), ("cache-control", "no-store")]
        if method == "HEAD":
            answer = Answer(answer.status, answer.headers)
        return Answer(answer.status, [*answer.headers, *(p for p in always if p[0] not in said)], None, answer.body)

    async def dispatch(self, method: str, path: str, query: str, header: Header, body: Body) -> Answer:
        if method == "OPTIONS":
            return Answer(204, options(settings.LARGEST_UPLOAD_BYTES))
        if path.endswith(PARTS):
            return await self.lead(method, ticket_of(path.removesuffix(PARTS), query, header))
        check_version(header)
        if method == "POST":
            return self.create(path, header)
        if method not in {"HEAD", "PATCH", "DELETE"}:
            return words(405, "这里只能上传。", ("allow", "OPTIONS, POST, HEAD, PATCH, DELETE"))
        ticket = ticket_of(path, query, header)
        if method == "HEAD":
            return self.tell(ticket)
        if method == "DELETE":
            return await self.end(ticket)
        return await self.add(ticket, patch_of(header), body)

    async def lead(self, method: str, ticket: Ticket) -> Answer:
        """To the bucket: which parts it still wants, and where they go."""
        if method == "DELETE":
            return await self.end(ticket)
        if method != "POST":
            return words(405, "这里只能上传。", ("allow", "OPTIONS, POST, DELETE"))
        status, told = await self.loop.run_in_executor(self.bucket, endings.next_parts, ticket.upload_id)
        if status != 200:
            return words(status, told, ("retry-after", "5"))
        return Answer(200, [("content-type", "application/json"), ticket.expiry], None, told.encode())

    def create(self, path: str, header: Header) -> Answer:
        """The upload was opened by a page; this only tells where it is."""
        if path not in {"/uploads/", "/uploads"}:
            raise refuse(404, "没有这个上传。")
        ticket = creation_of(header)
        if received(ticket.upload_id) is None and not is_done(ticket.upload_id):
            raise gone()
        return Answer(201, [("location", f"/uploads/{ticket.upload_id}?ticket={ticket.text}"), ticket.expiry])

    def tell(self, ticket: Ticket) -> Answer:
        offset = received(ticket.upload_id)
        if offset is None:
            if not is_done(ticket.upload_id):
                raise gone()
            offset = ticket.size
        elif offset == ticket.size and not is_being_written(ticket.upload_id):  # the end was lost with a server
            self.loop.run_in_executor(self.desk, endings.end, ticket.upload_id, "", "")
        return Answer(200, [*where(offset, ticket), ("upload-length", str(ticket.size))])

    async def end(self, ticket: Ticket) -> Answer:
        if is_done(ticket.upload_id):
            raise refuse(403, "文件已经收妥，请在页面上移除。")
        if not await self.loop.run_in_executor(self.desk, endings.cancel, ticket.upload_id):
            raise gone()
        return Answer(204)

    async def add(self, ticket: Ticket, patch: Patch, body: Body) -> Answer:
        try:
            part = await Part.opened(ticket.upload_id)
        except InUse:
            raise refuse(423, "这个文件正在另一个窗口上传。", ("retry-after", "5")) from None
        except Gone:
            if is_done(ticket.upload_id):
                raise refuse(409, "文件已经收妥。", *where(ticket.size, ticket)) from None
            raise gone() from None
        try:
            if patch.offset != part.size:
                raise refuse(409, "起点与已收到的不符，请先查询进度。", *where(part.size, ticket))
            if patch.offset + patch.length > ticket.size:
                raise refuse(413, "内容超出登记的文件大小。", *where(part.size, ticket))
            return await self.take(ticket, patch, part, body)
        finally:
            part.close()

    async def take(self, ticket: Ticket, patch: Patch, part: Part, body: Body) -> Answer:
        """Writes what comes. A line that drops keeps it; a chunk with a checksum counts whole or not at all."""
        if await self.loop.run_in_executor(self.disk, storage.is_nearly_full, patch.length):
            raise refuse(507, FULL, *where(part.size, ticket))  # before the last bytes of the disk are gone
        running = self.hashes.take(ticket.upload_id, patch.offset)
        before = running.copy() if running and patch.checksum else None
        chunk = hashlib.new(patch.checksum[0], usedforsecurity=False) if patch.checksum else None
        stalled = False
        try:
            await self.write(part, body, [each for each in (running, chunk) if each])
        except Stalled:
            stalled = True
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise
            if patch.checksum:
                part.shorten(patch.offset)
            raise refuse(507, FULL, *where(part.size, ticket)) from error
        whole_chunk = part.size == patch.offset + patch.length
        if patch.checksum and not (whole_chunk and chunk and hmac.compare_digest(chunk.digest(), patch.checksum[1])):
            part.shorten(patch.offset)
            running = before
        self.hashes.keep(ticket.upload_id, part.size, running)
        self.taken(part.size - patch.offset)
        if stalled:
            return words(408, "等待超时，请继续上传。", *where(part.size, ticket), ("connection", "close"))
        if not whole_chunk:
            return words(400, "这一段没有收全，请继续上传。", *where(part.size, ticket), ("connection", "close"))
        if part.size < patch.offset + patch.length:
            return words(460, "这一段在传输中出错，请重新发送。", *where(part.size, ticket))
        if part.size == ticket.size:
            return await self.arrived(ticket, patch, running.hexdigest() if running else "")
        return Answer(204, where(part.size, ticket))

    async def write(self, part: Part, body: Body, sums: "list[hashlib._Hash]") -> None:
        """Blocks are written and hashed while the next ones come in."""

        def add(blocks: list[bytes]) -> None:
            for running in sums:
                for block in blocks:
                    running.update(block)

        lanes = [Lane(self.disk, part.append), *([Lane(self.disk, add)] if sums else [])]
        blocks: list[bytes] = []
        size, due = 0, self.loop.time() + LONGEST_IN_MEMORY_SECONDS
        try:
            async for block in steadily(body, STALL_SECONDS, part.lock.wanted):
                blocks.append(block)
                size += len(block)
                if size >= BLOCK or self.loop.time() > due:
                    for lane in lanes:
                        lane.put(list(blocks))
                        await lane.room(BLOCKS_AHEAD)
                    blocks, size, due = [], 0, self.loop.time() + LONGEST_IN_MEMORY_SECONDS
        finally:
            for lane in lanes:
                if blocks:
                    lane.put(list(blocks))
            for lane in lanes:
                await lane.room(0)

    async def arrived(self, ticket: Ticket, patch: Patch, sha256: str) -> Answer:
        """Every byte is here. What goes wrong from now on, a job takes up again."""
        asked = self.loop.run_in_executor(self.desk, endings.end, ticket.upload_id, sha256, patch.whole)
        status, told = await asked
        return Answer(204, where(ticket.size, ticket)) if status == 204 else words(status, told)

    def close(self) -> None:
        self.bucket.shutdown(wait=True)
        self.disk.shutdown(wait=True)
        self.desk.shutdown(wait=True)


def where(offset: int, ticket: Ticket) -> list[tuple[str, str]]:
    return [("upload-offset", str(offset)), ticket.expiry]


def gone() -> Refused:
    return refuse(410, endings.GONE)

"""Bodies of requests as they come in: watched, so that who falls silent gives way."""

import asyncio
from collections.abc import AsyncIterator, Callable

from lifelong.media.ranges import Header
from lifelong.media.tus.rules import refuse

TICK_SECONDS = 1.0
WORTH_READING = 64 * 1024 * 1024
STALL_SECONDS, LONGEST_SECONDS = 10.0, 30.0  # of a body that is read whole: between two pieces, and in all


class Stalled(Exception):
    """The sender fell silent, or gave way to another connection of the same upload."""


class Watch:
    """Cancels the wait for the next chunk when it has lasted too long; never anything else."""

    def __init__(self, task: "asyncio.Task[object]", seconds: float, gives_way: Callable[[float], bool]) -> None:
        self.loop, self.task = asyncio.get_running_loop(), task
        self.seconds, self.gives_way = seconds, gives_way
        self.seen, self.waiting, self.fired = self.loop.time(), False, False
        self.timer = self.loop.call_later(TICK_SECONDS, self.tick)

    def tick(self) -> None:
        silent = self.loop.time() - self.seen
        if self.waiting and (silent > self.seconds or self.gives_way(silent)):
            self.fired = True
            self.task.cancel()
            return
        self.timer = self.loop.call_later(TICK_SECONDS, self.tick)


def never(_silent: float) -> bool:
    return False


async def steadily(
    body: AsyncIterator[bytes], seconds: float, gives_way: Callable[[float], bool] = never
) -> AsyncIterator[bytes]:
    """The chunks of ``body``; raises ``Stalled`` after ``seconds`` without one, or when ``gives_way(silent)`` says so.

    A client that drops the line ends the iteration like one that is done: compare with the announced length.
    """
    task = asyncio.current_task()
    assert task is not None
    watch = Watch(task, seconds, gives_way)
    try:
        stream = aiter(body)
        while True:
            watch.waiting = True
            try:
                chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except asyncio.CancelledError:
                if not watch.fired:
                    raise
                task.uncancel()
                raise Stalled from None
            finally:
                watch.waiting = False
            watch.seen = watch.loop.time()
            if chunk:
                yield chunk
    finally:
        watch.timer.cancel()


async def drained(body: AsyncIterator[bytes], length: int, seconds: float) -> None:
    """Reads and drops a body, so that its sender gets to see the answer; one that is absurdly long is left alone."""
    if length > WORTH_READING:
        return
    try:
        async for _chunk in steadily(body, seconds):
            pass
    except Stalled:
        return


async def whole(header: Header, body: AsyncIterator[bytes], largest: int) -> bytes:
    """A small body; raises ``Refused`` for one that is too big, too slow or cut short."""
    given = header("content-length") or ""
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise refuse(411, "请给出 Content-Length。", ("connection", "close"))
    if int(given) > largest:
        await drained(body, int(given), STALL_SECONDS)
        raise refuse(413, f"一次最多 {largest} 字节。")
    end = asyncio.get_running_loop().time() + LONGEST_SECONDS
    too_long = lambda _silent: asyncio.get_running_loop().time() > end  # noqa: E731
    try:
        content = b"".join([chunk async for chunk in steadily(body, STALL_SECONDS, too_long)])
    except Stalled:
        raise refuse(408, "等待超时，请重新发送。", ("connection", "close")) from None
    if len(content) != int(given):
        raise refuse(400, "内容没有收全，请重新发送。", ("connection", "close"))
    return content

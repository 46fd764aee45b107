"""Bodies of requests as they come in: watched, so that who falls silent gives way."""

import asyncio
from collections.abc import AsyncIterator, Callable

TICK_SECONDS = 1.0
WORTH_READING = 64 * 1024 * 1024


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

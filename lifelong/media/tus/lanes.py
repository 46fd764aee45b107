"""Work on blocks beside the event loop, in order: one lane writes, one hashes, while the next blocks come in."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Blocks = list[bytes]


class Lane:
    """Hands blocks to ``work`` in a thread, one after the other. The thread stays as long as there are any."""

    def __init__(self, pool: ThreadPoolExecutor, work: Callable[[Blocks], None]) -> None:
        self.loop, self.pool, self.work = asyncio.get_running_loop(), pool, work
        self.waiting: deque[Blocks] = deque()
        self.job: asyncio.Future[None] | None = None
        self.moved = asyncio.Event()

    def put(self, blocks: Blocks) -> None:
        self.waiting.append(blocks)
        if self.job is None:
            self.begin()

    def begin(self) -> None:
        self.job = self.loop.run_in_executor(self.pool, self.run)
        self.job.add_done_callback(self.ended)

    def run(self) -> None:
        while self.waiting:
            self.work(self.waiting.popleft())
            self.loop.call_soon_threadsafe(self.moved.set)

    def ended(self, job: "asyncio.Future[None]") -> None:
        """What was put in while the thread was on its way out begins it again; after an error nothing does."""
        self.moved.set()
        if job.exception() is None:
            self.job = None
            if self.waiting:
                self.begin()

    async def room(self, most: int) -> None:
        """Until at most so many blocks wait. Raises what the work raised."""
        while len(self.waiting) > most or (most == 0 and self.job is not None):
            if self.job is not None and self.job.done():
                self.job.result()
            self.moved.clear()
            await self.moved.wait()
        if self.job is not None and self.job.done():
            self.job.result()

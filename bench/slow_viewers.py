"""Page latency while many watch at half a megabyte a second: ``python bench/slow_viewers.py [viewers] [seconds]``"""

import multiprocessing
import selectors
import socket
import sys
import time

from range import NAME, film
from served import load, served

BYTES_A_SECOND = 500_000


def watch(port: int, viewers: int, seconds: float, pipe: object) -> None:
    """Reads each line at its pace, as a player does; tells how many were fed."""
    chosen = selectors.DefaultSelector()
    read: dict[socket.socket, int] = {}
    for _ in range(viewers):
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        line.sendall(f"GET /media/p/{NAME}.mp4 HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-\r\n\r\n".encode())
        line.setblocking(False)
        chosen.register(line, selectors.EVENT_READ)
        read[line] = 0
    room = bytearray(1 << 16)
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        for key, _event in chosen.select(0.05):
            line = key.fileobj
            if read[line] < passed * BYTES_A_SECOND:
                read[line] += line.recv_into(room)
        time.sleep(0.01)
    pipe.put(sum(count > 0.8 * (seconds - 1) * BYTES_A_SECOND for count in read.values()))  # type: ignore[attr-defined]


def main(viewers: int, seconds: float) -> None:
    line = b"GET /constant HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def page(_number: int) -> bytes:
        time.sleep(0.02)
        return line

    with served("constant_site") as site:
        film(site)
        _rate, alone = load(site.port, page, seconds=3, clients=4, processes=1)
        context = multiprocessing.get_context("fork")
        pipe = context.SimpleQueue()
        crowd = context.Process(target=watch, args=(site.port, viewers, seconds + 2, pipe))
        crowd.start()
        time.sleep(1)
        _rate, beside = load(site.port, page, seconds=seconds, clients=4, processes=1)
        memory = site.megabytes()
        fed = pipe.get()
        crowd.join()
        print(f"alone: page p50 {alone.quantile(0.5):.1f} ms, p99 {alone.quantile(0.99):.1f} ms")
        print(
            f"with {viewers} viewers, {fed} fed in full: page p50 {beside.quantile(0.5):.1f} ms, "
            f"p99 {beside.quantile(0.99):.1f} ms, {beside.errors} errors; memory {memory:.0f} MB"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, float(sys.argv[2]) if len(sys.argv) > 2 else 8)

"""Random 1 MiB ranges and one long stream, against nginx over the same file: ``python bench/range.py [seconds]``

By the front alone, and by nginx before it as ``deploy/nginx`` sets it up, with ``PROXY_FILES``.
"""

import os
import random
import shutil
import sys
import time
from pathlib import Path

from served import ROOT, Served, load, nginx, served

SIZE = 512 << 20
PIECE = 1 << 20
NAME = "0" * 31 + "1"


def film(site: Served) -> Path:
    """A public file, in the page cache."""
    path = site.data / "files" / "public" / NAME[:2] / f"{NAME}.mp4"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(os.urandom(1 << 20))
    return path


def seeks(address: str):
    def request(number: int) -> bytes:
        start = random.Random(number).randrange(SIZE - PIECE)
        return f"GET {address} HTTP/1.1\r\nHost: localhost\r\nRange: bytes={start}-{start + PIECE - 1}\r\n\r\n".encode()

    return request


def measure(name: str, port: int, address: str, seconds: float) -> tuple[float, float]:
    rate, tally = load(port, seeks(address), seconds=seconds, clients=8, processes=2)
    whole = f"GET {address} HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-\r\n\r\n".encode()
    began = time.perf_counter()
    _rate, stream = load(port, lambda _n: whole, seconds=1, clients=1, processes=1)
    speed = stream.bytes / (time.perf_counter() - began) / 1e6
    print(
        f"{name}: {rate:.0f} seeks/s, p50 {tally.quantile(0.5):.1f} ms, p99 {tally.quantile(0.99):.1f} ms; "
        f"one stream {speed:.0f} MB/s; {tally.errors} errors"
    )
    return rate, speed


def behind_nginx(site: Served) -> str:
    """The places of ``deploy/nginx/lifelong.conf`` as they stand."""
    told = (ROOT / "deploy" / "nginx" / "lifelong.conf").read_text()
    places = told[told.index("proxy_http_version") : told.rindex("}")]
    places = places.replace("/srv/lifelong/data", str(site.data)).replace("/etc/nginx/", f"{ROOT}/deploy/nginx/")
    return f"upstream lifelong {{ server 127.0.0.1:{site.port}; keepalive 32; }} ---- {places}"


def handed_over(seconds: float) -> None:
    trusting = {"TRUSTED_PROXIES": "127.0.0.1", "PROXY_FILES": "/files/", "RATE_FILES": "1000000/1000000"}
    with served(**trusting) as site:
        path, ours, theirs = film(site), [], []
        bare = f"location /bare/ {{ alias {path.parent}/; }}"
        with nginx(path.parent, f"{behind_nginx(site)} {bare}") as port:
            for _ in range(3):
                ours.append(measure("front and nginx", port, f"/media/p/{NAME}.mp4", seconds))
                theirs.append(measure("nginx", port, f"/bare/{path.name}", seconds))
        tell(ours, theirs, site)


def tell(ours: list[tuple[float, float]], theirs: list[tuple[float, float]], site: Served) -> None:
    seeking = max(each[0] for each in ours) / max(each[0] for each in theirs)
    streaming = max(each[1] for each in ours) / max(each[1] for each in theirs)
    print(f"ratio: seeks {seeking:.0%}, one stream {streaming:.0%}; memory {site.megabytes():.0f} MB")


def main(seconds: float) -> None:
    with served() as site:
        path = film(site)
        ours = [measure("front", site.port, f"/media/p/{NAME}.mp4", seconds)]
        if not shutil.which("nginx"):
            print("no nginx on PATH: nothing to compare with")
            return
        with nginx(path.parent) as port:
            theirs = []
            for _ in range(2):
                theirs.append(measure("nginx", port, f"/{path.name}", seconds))
                ours.append(measure("front", site.port, f"/media/p/{NAME}.mp4", seconds))
        tell(ours, theirs, site)
    handed_over(seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)

"""A long upload by tus and straight into a bucket, one after the other: ``python bench/bucket.py [megabytes]``

The bucket is OpenStack Swift on the same machine (lifelong/media/tests/swift.py): Python throughout, far slower than a
service elsewhere. What counts is what the platform itself has to do.
"""

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

from served import Served, served
from upload import OPENING, send

from lifelong.media.bucket.place import Place
from lifelong.media.bucket.rest import Bucket
from lifelong.media.tests import swift

LINES = 2  # as frontend/src/islands/upload-parts.ts


def straight(site: Served, source: Path) -> float:
    """Seconds until the platform says that every part is there."""
    address = f"http://localhost:{site.port}{site.python(OPENING.format(size=source.stat().st_size))}"
    began = time.perf_counter()
    with ThreadPoolExecutor(LINES) as lines:
        while not (now := json.loads(urlopen(Request(address, method="POST", data=b"")).read()))["done"]:
            list(lines.map(partial(put, source), now["parts"]))
    return time.perf_counter() - began


def put(source: Path, part: tuple[int, int, str]) -> None:
    start, end, address = part
    with source.open("rb") as file:
        file.seek(start)
        urlopen(Request(address, method="PUT", data=file.read(end - start))).read()


def by_tus(site: Served, source: Path) -> float:
    return send(site, source, site.python(OPENING.format(size=source.stat().st_size)).replace("/parts?", "?"))


def main(megabytes: int) -> None:
    own = tempfile.TemporaryDirectory(prefix="lifelong-swift-", dir=os.environ.get("BENCH_DIR"))
    with own as folder, swift.a_swift(Path(folder)) as endpoint:
        url = f"s3://films?endpoint={endpoint}"
        Bucket(Place.read(url, key=swift.KEY, secret=swift.SECRET)).ask("PUT")
        os.environ.update(STORAGE_URL=url, STORAGE_KEY=swift.KEY, STORAGE_SECRET=swift.SECRET)
        compare(megabytes)


def compare(megabytes: int) -> None:
    with served() as site:
        source = site.data / "source"
        with source.open("wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
        for _ in range(3):
            for name, way in (("tus", by_tus), ("straight", straight)):
                used, seconds = site.processor_seconds(), way(site, source)
                used = site.processor_seconds() - used
                print(f"{name}: {megabytes / seconds:.0f} MB/s, {used:.2f} s of the platform's processor")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 256)

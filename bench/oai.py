"""A whole harvest over HTTP, ListRecords page by page; beside plain reading of the same rows.

python bench/oai.py [--records 100000] [--format oai_dc]
"""

import argparse
import http.client
import re
import sys
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))
from page import filled
from served import Served, served

READ = """
import time
from lifelong.catalogue.oai import harvest
from lifelong.catalogue.oai.harvest import RECORD
began = time.perf_counter()
n = sum(1 for _ in harvest.told().order_by("harvested_at", "pk").values(*RECORD).iterator(chunk_size=100))
print(n / (time.perf_counter() - began))
"""


def harvest(site: Served, prefix: str) -> tuple[int, float, list[float], int]:
    """Records, seconds, seconds of each page, bytes; one connection, one request after the other."""
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    query, records, pages, size = f"metadataPrefix={prefix}", 0, [], 0
    began = time.perf_counter()
    while query:
        asked = time.perf_counter()
        line.request("GET", f"/oai?verb=ListRecords&{query}", headers={"Host": "localhost"})
        answer = line.getresponse()
        body = answer.read()
        if answer.status == 429:
            time.sleep(float(answer.headers["Retry-After"]))
            continue
        pages.append(time.perf_counter() - asked)
        size += len(body)
        records += body.count(b"<record>")
        token = re.search(rb"<resumptionToken[^>]*>([^<]+)<", body)
        query = "resumptionToken=" + quote(token[1].decode()) if token else ""
    return records, time.perf_counter() - began, pages, size


def main(count: int, prefixes: list[str]) -> None:
    with served() as site:
        filled(site, count)
        plain = float(site.python(READ))
        print(f"plain reading of the same rows     {plain:8.0f} records/s")
        for prefix in prefixes:
            records, seconds, pages, size = harvest(site, prefix)
            assert records == count, f"{records} of {count}"
            rate = records / seconds
            print(
                f"harvest of {records} as {prefix:10}{rate:8.0f} records/s, {rate / plain:.0%} of plain; "
                f"page p50 {sorted(pages)[len(pages) // 2] * 1000:.0f} ms, slowest {max(pages) * 1000:.0f} ms; {size / 1e6:.0f} MB"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--format", action="append", choices=["oai_dc", "lom", "lifelong"])
    given = parser.parse_args()
    main(given.records, given.format or ["oai_dc", "lom", "lifelong"])

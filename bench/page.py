"""Anonymous pages: from the cache, and made anew; beside a constant answer through the same server.

    python bench/page.py [--records 5000] [--seconds 5]

Targets: ≥ 80 % of the constant's answers a second from the cache; ≥ 150/s made anew on two cores; ≤ 8 SQL queries.
"""

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import generate
from served import ROOT, Served, load, served


def filled(site: Served, records: int) -> str:
    """Loads the records, waits for the index, gives the address of a resource."""
    path = site.data / "records.jsonl"
    with path.open("w", encoding="utf-8") as file:
        generate.write(file, records)
    line = [sys.executable, "-m", "lifelong.config.command", "load", str(path), "--json"]
    subprocess.run(line, env=site.environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    while asked(site, "/api/v1/resources?size=1")["total"] < records:
        time.sleep(0.3)
    return asked(site, "/api/v1/resources?size=1&sort=views")["items"][0]["url"].partition("/resources/")[2]


def asked(site: Served, path: str) -> dict:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{site.port}{path}", timeout=20) as answer:
            return json.load(answer)
    except OSError:
        return {"total": -1}


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def another(path: str, numbers: Iterator[int], n: int) -> bytes:
    return request(f"{path}n={n}.{next(numbers)}")


def told(name: str, rate: float, tally, beside: float = 0) -> None:
    share = f", {rate / beside:.0%} of the constant" if beside else ""
    errors = f", {tally.errors} ERRORS" if tally.errors else ""
    print(
        f"{name:34}{rate:8.0f}/s   p50 {tally.quantile(0.5):6.1f} ms   p99 {tally.quantile(0.99):6.1f} ms{share}{errors}"
    )


def main(records: int, seconds: float) -> None:
    with served("constant_site") as site:
        resource = filled(site, records)
        constant = request("/constant")
        load(site.port, lambda _n: constant, seconds=1)
        floor, tally = load(site.port, lambda _n: constant, seconds=seconds)
        told("constant, through Django", floor, tally)
        for path in ("/", "/search?q=%E5%A4%AA%E6%9E%81%E6%8B%B3", "/areas/older", f"/resources/{resource}"):
            line = request(path)
            load(site.port, lambda _n, line=line: line, seconds=1)
            rate, tally = load(site.port, lambda _n, line=line: line, seconds=seconds)
            told(f"{path[:22]} from the cache", rate, tally, floor)
        for path in ("/?", "/search?q=%E5%A4%AA%E6%9E%81%E6%8B%B3&", "/areas/older?", f"/resources/{resource}?"):
            anew = partial(another, path, count())  # a parameter that nobody reads makes every address another one
            load(site.port, anew, seconds=1)
            rate, tally = load(site.port, anew, seconds=seconds)
            told(f"{path[:22]} made anew", rate, tally)
        print(f"memory of the whole platform: {site.megabytes():.0f} MB (sum of PSS)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=5)
    chosen = parser.parse_args()
    main(chosen.records, chosen.seconds)

"""Search over HTTP against a running server, as people type it, and the bare index beside it.

    lifelong load records.jsonl            # python bench/generate.py 100000 > records.jsonl
    python bench/search.py --port 8000 [--clients 4] [--seconds 20] [--path /api/v1/resources]

Every query is asked once, so that nothing comes from the cache of pages.
Target: p95 ≤ 60 ms after a load of 100,000; at a million p95 ≤ 1.5 × the bare index + 5 ms, ≥ 300/s at 16 clients.
"""

import argparse
import http.client
import os
import random
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.generate import ASPECTS, FORMS, REGIONS, SUBJECTS

WORDS = [word for subjects in SUBJECTS.values() for words in subjects.values() for word in words.split()]
PINYIN = ["taijiquan", "shufa", "shouji", "sheying", "yangsheng", "guangchangwu", "jiating", "erhu", "jianzhi"]


def questions(rng: random.Random):
    """``(class, parameters)`` for ever; each about as often as people ask it."""
    makers = {
        "rare": lambda: {"q": f"{rng.choice(WORDS)}{rng.choice(ASPECTS)}第{rng.randrange(1, 60)}讲"},
        "word": lambda: {"q": rng.choice(WORDS), "page": rng.randrange(1, 40)},
        "common": lambda: {"q": rng.choice(["初学者", "学习", "讲解", "实例", "掌握"]), "page": rng.randrange(1, 200)},
        "two words": lambda: {"q": f"{rng.choice(WORDS)} {rng.choice(FORMS)}", "page": rng.randrange(1, 4)},
        "unspaced": lambda: {"q": f"{rng.choice(['老年', '社区', '家庭'])}{rng.choice(WORDS)}{rng.choice(FORMS)}"},
        "one character": lambda: {"q": rng.choice("拳书画茶车药法数学医"), "page": rng.randrange(1, 60)},
        "pinyin": lambda: {"q": rng.choice(PINYIN), "page": rng.randrange(1, 20)},
        "wish": lambda: {"q": f"我想学{rng.choice(WORDS)}", "page": rng.randrange(1, 10)},
        "slip": lambda: {"q": "".join(rng.sample(rng.choice(WORDS), 2)) + rng.choice("法学课")},
        "filtered": lambda: {
            "q": rng.choice(WORDS), "area": rng.choice(list(SUBJECTS)), "type": rng.choice(["A01", "A02", "A03"]),
            "region": rng.choice(REGIONS), "page": rng.randrange(1, 3),
        },
        "sorted": lambda: {
            "q": rng.choice(WORDS), "sort": rng.choice(["views", "newest", "learners"]), "page": rng.randrange(1, 40)
        },
        "browse": lambda: {"area": rng.choice(list(SUBJECTS)), "page": rng.randrange(1, 400)},
    }  # fmt: skip
    seen: set[str] = set()
    while True:
        kind = rng.choice(list(makers))
        asked = makers[kind]()
        if (key := urlencode(asked)) not in seen:
            seen.add(key)
            yield kind, key


def client(port: int, path: str, jobs, until: float, out: list, lock: threading.Lock) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        with lock:
            kind, query = next(jobs)
        begun = time.perf_counter()
        line.request("GET", f"{path}?{query}", headers={"Host": f"localhost:{port}", "Accept-Encoding": "gzip"})
        answer = line.getresponse()
        answer.read()
        out.append((kind, time.perf_counter() - begun, answer.status))


def over_http(port: int, path: str, clients: int, seconds: float, seed: int) -> list:
    jobs, lock, out = questions(random.Random(seed)), threading.Lock(), []
    for warm in range(20):
        client(port, path, questions(random.Random(f"warm {warm}")), time.perf_counter() + 0.01, [], lock)
    until = time.perf_counter() + seconds
    crowd = [threading.Thread(target=client, args=(port, path, jobs, until, out, lock)) for _ in range(clients)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return out


FACETS = ("area", "category", "type", "institution", "region", "year", "length", "batch", "captions")


def bare(seed: int, count: int, facets: tuple[str, ...]) -> list:
    """The index alone, as its library is used by the book: the same questions, twenty hits of the same page with an exact
    total and a plain count of every facet; the words as they are cut, no ladder of meanings, nothing kept."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from tantivy import Occur, Order, Query

    from lifelong.catalogue.search import text
    from lifelong.catalogue.search.schema import FILTERS, SCHEMA, SORTS
    from lifelong.catalogue.search.shelf import Reader

    searcher = Reader(Path(settings.INDEX)).now().searcher
    wanted = {name: {"terms": {"field": name, "size": 100}} for name in facets}
    jobs, out = questions(random.Random(seed)), []
    for _ in range(count):
        kind, asked = next(jobs)
        said = dict(parse_qsl(asked))
        begun = time.perf_counter()
        terms = [("all", word) for word in text.cut(text.fold(said.get("q", "")))]
        terms += [(FILTERS[name], value) for name, value in said.items() if name in FILTERS]
        query = Query.boolean_query([(Occur.Must, Query.term_query(SCHEMA, *term)) for term in terms])
        order: dict[str, Any] = {"order_by_field": SORTS[said["sort"]], "order": Order.Desc} if "sort" in said else {}
        found = searcher.search(query, 20, offset=20 * (int(said.get("page", 1)) - 1), **order)
        searcher.fast_field_values("id", [place for _, place in found.hits])
        searcher.aggregate(query, wanted)
        out.append((kind, time.perf_counter() - begun, 200))
    return out


def at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def tell(out: list, seconds: float) -> None:
    kinds = defaultdict(list)
    for kind, took, status in out:
        kinds[kind if status == 200 else f"answered {status}"].append(took)
    print(f"{'class':16}{'n':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind, times in [*sorted(kinds.items()), ("all", [took for _, took, _ in out])]:
        print(f"{kind:16}{len(times):7}{at(times, 0.5):9.1f}{at(times, 0.95):9.1f}{at(times, 0.99):9.1f}")
    print(f"{len(out) / seconds:.0f} answers/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--path", default="/api/v1/resources")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bare", action="store_true", help="also the index alone (LIFELONG_DATA names its folder)")
    chosen = parser.parse_args()
    answers = over_http(chosen.port, chosen.path, chosen.clients, chosen.seconds, chosen.seed)
    tell(answers, chosen.seconds)
    if chosen.bare:
        for facets in (FACETS[:3], FACETS):
            alone = bare(chosen.seed, len(answers), facets)
            print(f"\nthe bare index, the same questions with {len(facets)} facets")
            tell(alone, sum(took for _, took, _ in alone))

"""Search in captions: the answer as pages ask for it, and the bare index beside it, in one run. Needs no server.

    python bench/captions.py --resources 4000 --minutes 15

Builds an index of its own in a temporary folder (both indexes of it, by the writer that the feeder uses) and asks every
question once. Also told: the size of the second index per hour of captions, and what a search of what is written costs
with and without captions beside it.
"""

import argparse
import random
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.generate import ASPECTS, PEOPLE, SENTENCES, SUBJECTS

WORDS = [word for subjects in SUBJECTS.values() for words in subjects.values() for word in words.split()]
LINE_S = 5


def lines(key: int, minutes: int):
    """About 250 characters a minute, as people speak; each resource has a topic of its own."""
    from lifelong.catalogue.search.speech import Line

    rng = random.Random(f"captions {key}")
    topic = rng.choice(WORDS)
    for start in range(0, minutes * 60, LINE_S):
        a, b, c = rng.sample(ASPECTS, 3)
        told = rng.choice(SENTENCES).format(
            topic=topic, other=rng.choice(WORDS), a=a, b=b, c=c, people=rng.choice(PEOPLE)
        )
        yield Line(start + rng.random(), told)


def built(folder: Path, resources: int, minutes: int, *, captions: bool):
    from lifelong.catalogue.search.schema import Facts
    from lifelong.catalogue.search.shelf import Shelf, Writer, view_of
    from lifelong.catalogue.search.speech import Speech, Track

    writer = Writer(Shelf(folder).fresh())
    for key in range(1, resources + 1):
        rng = random.Random(key)
        title = f"{rng.choice(WORDS)}{rng.choice(ASPECTS)}"
        speech = Speech(key, partial(lambda key: [Track(1, "zh-Hans", list(lines(key, minutes)))], key))
        area = rng.choice(list(SUBJECTS))
        writer.put(Facts(key, f"{key:09}", title, "A01", area, speech=speech if captions else None), new=True)
    writer.commit(1)
    writer.close()
    return view_of(writer.index, writer.folder)


def measured(questions, act) -> str:
    times = []
    for question in questions:
        begun = time.perf_counter()
        act(question)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return f"p50 {times[len(times) // 2]:6.2f}  p95 {times[int(len(times) * 0.95)]:6.2f} ms"


def main(resources: int, minutes: int) -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    import django

    django.setup()
    from tantivy import Query

    from lifelong.catalogue.search import speech
    from lifelong.catalogue.search.asking import Question, ask
    from lifelong.catalogue.search.said import places

    facets = ("area", "type", "year", "length")
    single = [*WORDS, *ASPECTS]
    several = [f"{a} {b}" for a in WORDS[:40] for b in ASPECTS[:5]]

    def shown(view, where: str, words: str) -> None:
        answer = ask(view, Question.of(words, where=where, facets=facets))
        for key in answer.ids:
            places(view, key, answer.said)

    def bare(view, word: str) -> None:
        found = view.speech.search(Query.term_query(speech.SCHEMA, "words", word), 20)
        view.speech.fast_field_values("id", [place for _, place in found.hits])

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        without = built(Path(other), resources, minutes, captions=False)
        begun = time.perf_counter()
        view = built(Path(one), resources, minutes, captions=True)
        took = time.perf_counter() - begun
        hours = resources * minutes / 60
        size = sum(file.stat().st_size for file in (Path(one)).glob(f"*/{speech.FOLDER}/*"))
        print(f"{hours:,.0f} h of captions: {size / 1e6:.1f} MB, {size / hours / 1e3:.1f} KB/h; built in {took:.0f} s")
        print("bare second index, 20 hits      ", measured(single, partial(bare, view)))
        print("said, a word, facets, places    ", measured(single, partial(shown, view, "said")))
        print("said, two words                 ", measured(several, partial(shown, view, "said")))
        words = [f"{word} " + aspect for word in WORDS for aspect in ASPECTS[5:6]]
        print("written, no captions beside it  ", measured(words, partial(shown, without, "about")))
        print("written, tab and lines included ", measured(words, partial(shown, view, "about")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=4_000)
    parser.add_argument("--minutes", type=int, default=15)
    chosen = parser.parse_args()
    main(chosen.resources, chosen.minutes)

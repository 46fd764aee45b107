"""Of the records that hold a word, how many does search find: the index beside a walk through the database.

    LIFELONG_DATA=… python bench/recall.py [--words 200]

The words are those of the records themselves: keywords and words of titles, common and rare ones, of two characters and more.
A record holds a word where it stands in its title, keywords, series, speakers or summary. Target: 100 %.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
FIELDS = ("title", "keywords", "series_title", "summary", "speakers", "resource_id")


def main(words: int, seed: int) -> None:
    import django

    django.setup()
    from django.conf import settings

    from lifelong.catalogue.models import Entry
    from lifelong.catalogue.search import reading, text
    from lifelong.catalogue.search.shelf import reader

    online = Entry.objects.online().values_list(*FIELDS)
    seen: Counter[str] = Counter()
    for title, keywords, *_ in online.order_by("pk")[:50_000].iterator():
        seen.update(
            {word for word in text.cut(text.fold(f"{title} {keywords}")) if len(word) > 1 and text.is_chinese(word)}
        )
    ranked = [word for word, _ in seen.most_common()]
    rng = random.Random(seed)
    chosen = ranked[: words // 4] + rng.sample(ranked[words // 4 :], min(len(ranked) - words // 4, words - words // 4))
    holders: dict[str, set[int]] = {word: set() for word in chosen}
    for *texts, speakers, key in online.iterator(chunk_size=5_000):
        whole = "\n".join([*texts, *(one["name"] for one in speakers)])
        for word in chosen:
            if word in whole:
                holders[word].add(key)
    searcher = reader(Path(settings.INDEX)).now().searcher
    held = found = more = 0
    missed: list[tuple[str, int, int]] = []
    begun = time.perf_counter()
    for word, keys in holders.items():
        query = reading.read(searcher, word).query
        places = [place for _, place in searcher.search(query, max(1, searcher.num_docs), count=False).hits]
        hits = {int(key) for key in searcher.fast_field_values("id", places) if key is not None}
        held, found, more = held + len(keys), found + len(keys & hits), more + len(hits - keys)
        if keys - hits:
            missed.append((word, len(keys), len(keys - hits)))
    print(
        f"{len(chosen)} words in {time.perf_counter() - begun:.1f} s: {held} held, {found} found, recall {found / held:.4%}; {more} found elsewhere (category, institution, kind, place)"
    )
    for word, count, lost in sorted(missed, key=lambda line: -line[2])[:20]:
        print(f"  {word}: {lost} of {count} not found")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    main(**vars(parser.parse_args()))

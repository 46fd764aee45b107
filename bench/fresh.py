"""How soon every page of the public knows: a resource is taken down and put back, and each page is asked until it shows so.

    LIFELONG_DATA=… python bench/fresh.py --port 8000 [--rounds 5]

For a database of the bench: it takes real resources of the running platform down and up again.
Targets: what appears is on every page within 2 s, what is suspended off every page within 10 s.
"""

import argparse
import gzip
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
PATIENCE_S = 30


def fetched(port: int, path: str) -> str:
    """The page's text; of a page that is gone its status."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"localhost:{port}", "Accept-Encoding": "gzip"})  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
            return (gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body).decode()
    except urllib.error.HTTPError as error:
        return str(error.code)


def pages_that_show(port: int, item: dict, entry) -> list[str]:
    """Those of the portal's pages on which this resource stands now."""
    asked = [
        "/", f"/resources/{item['resource_id']}", f"/search?q={quote(item['title'])}", "/search?sort=newest",
        f"/search?area={item['area']}&sort=newest", f"/areas/{item['area']}", f"/institutions/{quote(item['institution'])}",
        f"/categories/{item['category_code']}", *(f"/speakers/{one['id']}" for one in entry.speakers[:1]),
        *([f"/series/{entry.series_id}"] if entry.series_id else []), f"/feeds/{item['area']}.atom",
        "/api/v1/resources?sort=newest", f"/api/v1/resources/{item['resource_id']}", f"/embed/{item['resource_id']}",
        f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{item['resource_id']}",
    ]  # fmt: skip
    return [path for path in asked if mark(path, item) in fetched(port, path)]


def mark(path: str, item: dict) -> str:
    """What stands on the page exactly while the resource is public: harvesters go on seeing its id, as deleted."""
    return item["title"] if path.startswith("/oai") else item["resource_id"]


def waited(port: int, paths: list[str], item: dict, *, shown: bool) -> dict[str, float]:
    begun, missing, took = time.perf_counter(), list(paths), {}
    while missing and time.perf_counter() - begun < PATIENCE_S:
        for path in list(missing):
            if (mark(path, item) in fetched(port, path)) == shown:
                took[path] = time.perf_counter() - begun
                missing.remove(path)
        time.sleep(0.02)
    return took | dict.fromkeys(missing, float("inf"))


def main(port: int, rounds: int) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from lifelong.accounts.models import Appointment, Authority, AuthorityKind, Role, User
    from lifelong.catalogue.actions.availability import restore, suspend
    from lifelong.catalogue.models import Entry

    by, made = User.objects.get_or_create(email="bench@example.org")
    if made:
        ministry, _ = Authority.objects.get_or_create(name="bench", kind=AuthorityKind.MINISTRY)
        Appointment.objects.create(user=by, role=Role.FINAL_REVIEWER, authority=ministry)
    items = json.loads(fetched(port, f"/api/v1/resources?sort=newest&size={rounds}"))["items"]
    slowest: dict[str, dict[str, float]] = {"off": {}, "on": {}}
    for item in items:
        entry = Entry.objects.online().get(identifier=item["resource_id"])
        paths = pages_that_show(port, item, entry)
        for word, act, shown in (("off", suspend, False), ("on", restore, True)):
            act(entry.resource, by=by, reason="bench", at=timezone.now())
            for path, took in waited(port, paths, item, shown=shown).items():
                kind = path.replace(item["resource_id"], "…").partition("?")[0]
                slowest[word][kind] = max(took, slowest[word].get(kind, 0))
    print(f"{'page':36}{'off s':>8}{'on s':>8}    slowest of {len(items)}")
    for kind in slowest["off"]:
        print(f"{kind:36}{slowest['off'][kind]:8.2f}{slowest['on'].get(kind, float('nan')):8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--rounds", type=int, default=5)
    main(**vars(parser.parse_args()))

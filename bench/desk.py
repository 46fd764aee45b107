"""Working pages over a whole call: 20,000 resources of 300 institutions in every state, 40 officers; what each page costs.

    python bench/desk.py [--institutions 300] [--resources 20000] [--officers 40] [--data FOLDER] [--over 80]

The pages are asked in this process, thrice, the cheapest counts: seconds of processor, which other work on the machine does not
touch, SQL queries and their share. ``--data`` keeps the folder, and measures it again where it is there already; on another
database with DATABASE_URL. Exit code 1 where a page takes more milliseconds of processor than ``--over``.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from generate import record

SEED, CALL, AT_ONCE = 4, "henan-2026", 2_000
#: State: its share, and the steps that led there.
STATES: dict[str, tuple[int, list[str]]] = {
    "draft": (14, []), "unit_review": (2, []), "submitted": (36, ["submitted"]), "forwarded": (14, ["submitted", "forwarded"]),
    "returned": (6, ["submitted", "returned"]), "refused": (5, ["submitted", "refused"]), "withdrawn": (2, ["submitted", "withdrawn"]),
    "accepted": (11, ["submitted", "forwarded", "accepted"]), "published": (10, ["submitted", "forwarded", "accepted", "published"]),
}  # fmt: skip
DECIDED = {"forwarded": ("provincial", "forward"), "returned": ("provincial", "return"), "refused": ("provincial", "refuse"),
           "accepted": ("final", "accept")}  # fmt: skip


def main(chosen: argparse.Namespace) -> int:
    with folder(chosen.data) as data:
        os.environ |= {"LIFELONG_DATA": data, "DJANGO_SETTINGS_MODULE": "lifelong.config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        from django.conf import settings

        from lifelong.calls.models import Call

        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in with one
        call_command("migrate", verbosity=0)
        if not Call.objects.exists():
            began = time.perf_counter()
            fill(chosen.institutions, chosen.resources, chosen.officers)
            print(f"made in {time.perf_counter() - began:.0f} s")
        return measure(chosen.over, chosen.only)


@contextmanager
def folder(named: str) -> Iterator[str]:
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="lifelong-desk-") as made:
        yield made


def fill(institutions: int, resources: int, officers: int) -> None:
    """One resource goes the way by the actions; the others are its copies, with texts of their own."""
    from django.db import connection, transaction
    from django.utils import timezone

    from lifelong.accounts.actions.appointments import open_appointment
    from lifelong.accounts.models import AuthorityKind, Role
    from lifelong.accounts.tests.cast import HENAN, authority, person
    from lifelong.jobs.tasks import learn_sizes
    from lifelong.resources.actions import submission
    from lifelong.resources.tests import cast

    now = timezone.now()
    call = cast.call(CALL)
    ministry, province = authority(AuthorityKind.MINISTRY), authority(AuthorityKind.PROVINCE, HENAN, "河南省教育厅")
    places, people, desks = [], [], []
    with transaction.atomic():
        for n in range(institutions):
            place = cast.institution(f"42{n:06}", f"第{n + 1}社区学院", f"41{n % 17 + 1:02}00")
            cast.join(call, place)
            places.append(place.pk)
            people.append(cast.member(place))
            if n == 0:
                first = place
        for n in range(officers):
            final = n % 4 == 3
            desks.append(person(f"officer-{n}@example.org", "周慎行"))
            open_appointment(
                desks[-1], role=Role.FINAL_REVIEWER if final else Role.DECIDING_OFFICER,
                authority=ministry if final else province, by=None, at=now,
            )  # fmt: skip
        open_appointment(
            person("operator@example.org", "运营"), role=Role.OPERATOR, authority=authority(AuthorityKind.OPERATOR, "", "运营"),
            by=None, at=now,
        )  # fmt: skip
    version = cast.ready(first, people[0])
    cast.measure_whole(version.files.get().media_file)
    signature = cast.signed(version, people[0])
    submission.submit(version, call=call, signature=signature, by=people[0], at=now)
    for start in range(0, resources, AT_ONCE):
        with transaction.atomic():
            copies(range(start, min(resources, start + AT_ONCE)), places, people, desks)
    learn_sizes.call()
    if connection.vendor == "postgresql":  # autovacuum comes a minute later
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def copies(numbers: range, places: list[int], people: list[Any], desks: list[Any]) -> None:
    from django.utils import timezone

    from lifelong.media.models import MediaFile, Rendition
    from lifelong.notices.models import Notice
    from lifelong.resources.actions.bulk import next_keys, write_rows
    from lifelong.resources.identifiers import new_id
    from lifelong.resources.models import Finding, Resource, Round, ScreeningHit, Step, Version, VersionFile
    from lifelong.review.models import Decision

    now = timezone.now()
    model = Version.objects.get(number=1, resource_id=Resource.objects.order_by("pk").first().pk)
    film, round = model.files.get().media_file, model.rounds.get()
    frozen = [as_row(finding) for finding in round.findings.all()]
    living = [as_row(finding) for finding in model.findings.filter(round__isnull=True)]
    weights = [share for share, _ in STATES.values()]
    keys = {kind: iter(next_keys(kind, 2 * len(numbers))) for kind in (Resource, Version, MediaFile, Round)}
    rows: dict[Any, list[dict[str, Any]]] = {
        kind: []
        for kind in (
            Resource, MediaFile, Rendition, Version, VersionFile, Round, Finding, ScreeningHit, Step, Decision, Notice,
        )
    }  # fmt: skip
    for n in numbers:
        rng = random.Random(f"{SEED} {n}")
        told, state = record(SEED, n + 1, 300), rng.choices(list(STATES), weights)[0]
        steps = STATES[state][1]
        at = now - timedelta(minutes=60 + rng.randrange(60 * 24 * 10))
        place, who = places[n % len(places)], people[n % len(people)]
        resource, version, cover, media = (next(keys[kind]) for kind in (Resource, Version, MediaFile, MediaFile))
        rows[Resource].append({
            "id": resource, "resource_id": new_id(), "institution_id": place, "created_at": at,
            "availability": "online" if state == "published" else "never",
        })  # fmt: skip
        for pk, kind, source in ((cover, "cover", model.cover), (media, "media", film)):
            digest = f"{n:08}{kind:0>56}"
            rows[MediaFile].append(
                as_row(source) | {"id": pk, "institution_id": place, "sha256": digest, "path": f"originals/{digest}"}
            )
        for kind, of, width in (
            ("cover", cover, 480),
            ("cover", cover, 960),
            ("mp4", media, None),
            ("poster", media, 1280),
        ):
            rows[Rendition].append({
                "media_file_id": of, "kind": kind, "path": f"renditions/{of}-{kind}-{width}", "size": 9, "sha256": "0" * 64,
                "width": width,
            })  # fmt: skip
        turn = next(keys[Round]) if steps else None
        rows[Version].append(as_row(model) | {
            "id": version, "resource_id": resource, "state": state, "state_at": at, "saved_at": at, "created_at": at,
            "created_by_id": who.pk, "saved_by_id": who.pk, "cover_id": cover, "title": told["title"], "summary": told["summary"],
            "title_key": told["title"][:40], "speakers": told["speakers"], "keywords": told["keywords"], "area": told["area"],
            "type": "A01" if told["type"] == "A03" else told["type"],
            "first_submitted_at": at if steps else None, "handed_in_at": at if steps else None, "last_round_id": turn, "call_id": round.call_id if steps else None,
            "return_due_at": now + timedelta(days=3) if state == "returned" else None, "import_run_id": None,
        })  # fmt: skip
        rows[VersionFile].append({"version_id": version, "media_file_id": media, "position": 1})
        own = {"version_id": version, "media_file_id": media}
        rows[Finding] += [finding | own | fails(rng) for finding in living]
        rows[Step].append({"version_id": version, "verb": "created", "to_state": "draft", "by_id": who.pk, "at": at})
        if not steps:
            continue
        rows[Round].append(as_row(round) | {
            "id": turn, "version_id": version, "submitted_by_id": who.pk, "submitted_at": at, "receipt_number": f"{at:%Y%m%d}-{n:06}",
            "values": round.values | {"title": told["title"], "summary": told["summary"]},
            "files": [file | {"id": media if file.get("kind", "media") == "media" else cover} for file in round.files],
            "closed_at": at if state in {"returned", "refused", "withdrawn", "published"} else None,
        })  # fmt: skip
        rows[Finding] += [finding | own | {"round_id": turn} | fails(rng) for finding in frozen]
        if rng.random() < 0.06:
            rows[ScreeningHit].append({
                "round_id": turn, "field": "summary", "start": 0, "end": 4, "word": "包治百病",
                "severity": rng.choice(["block", "look"]), "context": "此方法包治百病",
            })  # fmt: skip
        before = "draft"
        for step in steps:
            at += timedelta(minutes=7)
            stage, outcome = DECIDED.get(step, ("", ""))
            officer = desks[3 if stage == "final" else n % 3 + 4 * (n % (len(desks) // 4))] if stage else who
            rows[Step].append({
                "version_id": version, "round_id": turn, "verb": step, "from_state": before, "to_state": step, "by_id": officer.pk, "at": at,
            })  # fmt: skip
            before = step
            if stage:
                seat = officer.appointments.values_list("authority", flat=True)
                rows[Decision].append({
                    "round_id": turn, "stage": stage, "outcome": outcome, "by_id": officer.pk, "at": at, "request_key": uuid4(),
                    "authority_id": known(officer.pk, lambda seat=seat: seat[0]),
                })  # fmt: skip
                rows[Notice].append({
                    "user_id": who.pk, "subject": f"《{told['title']}》有了审核结果", "kind": "review.decided", "at": at, "read_at": None,
                    "url": "/work/resources/",
                })  # fmt: skip
    for kind, found in rows.items():
        write_rows(kind, found)


_known: dict[int, int] = {}


def known(pk: int, ask: Any) -> int:
    if pk not in _known:
        _known[pk] = ask()
    return _known[pk]


def as_row(one: Any) -> dict[str, Any]:
    return {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields if not field.primary_key}


def fails(rng: random.Random) -> dict[str, str]:
    return {"verdict": "fail"} if rng.random() < 0.01 else {}


def pages() -> list[tuple[str, str, str]]:
    """Who, what, where."""
    from lifelong.resources.models import Version
    from lifelong.review.models import Decision

    mine = Version.objects.filter(resource__institution__code="42000007")
    draft, returned = mine.filter(state="draft").first(), mine.filter(state="returned").first() or mine.first()
    work = f"/work/resources/{draft.resource.resource_id}"
    waiting = Version.objects.filter(state="submitted").order_by("pk")[9].rounds.get().pk
    final = Version.objects.filter(state="forwarded").order_by("pk")[9].rounds.get().pk
    decided = Decision.objects.filter(stage="provincial").order_by("pk")[9].round_id
    common = [("home", "/work/"), ("notices", "/work/notices/"), ("style of mail", "/work/notices/mail")]
    reporter = [
        ("list", "/work/resources/"), ("list, searched", "/work/resources/?q=太极"), ("list, by state", "/work/resources/?state=submitted"),
        ("list, exported", "/work/resources/export.xlsx"), ("missing", "/work/resources/missing"), ("new", "/work/resources/new"),
        ("upload", "/work/resources/upload/"), ("summaries", "/work/resources/summaries/"), ("series", "/work/resources/series"),
        ("summary", f"/work/resources/summaries/{CALL}/42000007/"), ("import", "/work/resources/import/"), ("storage", "/work/resources/storage"),
        ("trash", "/work/resources/trash"), ("overview", f"{work}/"), ("edit", f"{work}/v1/"), ("files", f"{work}/v1/files"), ("submit", f"{work}/v1/submit"),
        ("sign", f"{work}/v1/sign"), ("preview", f"{work}/v1/preview"),
        ("overview, returned", f"/work/resources/{returned.resource.resource_id}/"), ("questions", "/work/questions/"),
        ("letters", "/work/letters/"),
    ]  # fmt: skip
    desk = "/work/review/provincial/"
    officer = [
        ("queue", desk), ("queue, page 100", f"{desk}?page=100"), ("queue, clean", f"{desk}?look=clean"), ("queue, fails", f"{desk}?look=fail"),
        ("queue, free", f"{desk}?hands=free"), ("queue, all", f"{desk}?show=all"), ("queue, accepted", f"{desk}?show=accepted"),
        ("queue, area", f"{desk}?area=older"), ("queue, call", f"{desk}?call={CALL}"), ("queue, institution", f"{desk}?institution=42000007"),
        ("queue, searched", f"{desk}?q=太极"), ("round", f"{desk}{waiting}/"), ("round, clean", f"{desk}{waiting}/?look=clean"),
        ("round, decided", f"{desk}{decided}/"), ("calls", "/work/calls/"), ("call", f"/work/calls/{CALL}/"), ("board", f"/work/calls/{CALL}/board"),
        ("board, late", f"/work/calls/{CALL}/board?standing=late"), ("board, exported", f"/work/calls/{CALL}/board.xlsx"),
        ("statistics", f"/work/calls/{CALL}/statistics"), ("statistics, exported", f"/work/calls/{CALL}/statistics.xlsx"),
        ("archive", f"/work/calls/{CALL}/archive"), ("registrations", "/work/registrations/"), ("institutions", "/work/institutions/"),
        ("panels", "/work/panels/"), ("experts", "/work/experts/"), ("batches", "/work/batches/"), ("letters", "/work/letters/"),
        ("summaries", "/work/resources/summaries/"), ("people", "/work/people/"), ("questions", "/work/questions/"),
        ("exported, one institution", f"{desk}export.xlsx?institution=42000007"), ("usage", "/work/usage/"), ("inspection", "/work/inspection/"),
    ]  # fmt: skip
    desk = "/work/review/final/"
    ministry = [("queue", desk), ("queue, clean", f"{desk}?look=clean"), ("round", f"{desk}{final}/"), ("calls", "/work/calls/"),
                ("statistics", f"/work/calls/{CALL}/statistics"), ("batches", "/work/batches/")]  # fmt: skip
    operator = [("operations", "/work/operations/"), ("storage", "/work/storage/"), ("jobs", "/work/jobs/"), ("audit", "/work/audit/"),
                ("catalogue", "/work/catalogue/"), ("people", "/work/people/"), ("outbox", "/work/outbox/")]  # fmt: skip
    who = {
        "reporter-42000007@example.org": common + reporter, "officer-0@example.org": common + officer,
        "officer-3@example.org": common + ministry, "operator@example.org": common + operator,
    }  # fmt: skip
    return [(person, name, path) for person, each in who.items() for name, path in each]


def measure(most: float, only: str) -> int:
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from lifelong.accounts.models import User
    from lifelong.accounts.tests.cast import signed_in

    settings.ALLOWED_HOSTS = ["*"]
    clients, over = {}, 0
    print(f"{'who':10}{'page':28}{'CPU ms':>8}{'ms':>8}{'SQL':>5}{'SQL ms':>8}{'slowest':>8}{'KB':>6}")
    for person, name, path in pages():
        if only not in f"{person} {name} {path}":
            continue
        client = clients.get(person) or clients.setdefault(person, signed_in(User.objects.get(email=person)))
        best: tuple[float, ...] = (1e9,)
        for _ in range(3):
            wall, began = time.perf_counter(), time.process_time()
            answer = client.get(path)
            took = ((time.process_time() - began) * 1000, (time.perf_counter() - wall) * 1000)
            best = min(best, took)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        times = [float(query["time"]) * 1000 for query in asked.captured_queries]
        over += best[0] > most
        size = 0 if answer.streaming else len(answer.content) / 1024
        said = "" if answer.status_code == 200 else f" {answer.status_code}"
        print(f"{person[:8]:10}{name:28}{best[0]:8.0f}{best[1]:8.0f}{len(times):5}{sum(times):8.0f}{max(times, default=0):8.0f}{size:6.0f}"
              f"{' *' if best[0] > most else ''}{said}", flush=True)  # fmt: skip
    print(f"{over} pages over {most:.0f} ms of processor; load {os.getloadavg()[0]:.1f}")
    return 1 if over else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--institutions", type=int, default=300)
    parser.add_argument("--resources", type=int, default=20_000)
    parser.add_argument("--officers", type=int, default=40)
    parser.add_argument("--data", default="")
    parser.add_argument("--over", type=float, default=80)
    parser.add_argument("--only", default="", help="pages whose person, name or address contains this")
    sys.exit(main(parser.parse_args()))

"""A whole call in a few minutes: institutions upload and submit, officers decide, while processes are killed and the disk fills.

    python bench/province.py [--institutions 300] [--resources 2000] [--filled 0] [--officers 40] [--seconds 900] [--pace 1] [--calm]

Everything goes over HTTP as a browser would send it. What the platform acknowledged is written down here and afterwards looked
for in its database: nothing lost, nothing double, every file byte for byte, every decision once.
Films and pictures are made before the clock starts. The clients share the machine with the platform; as root they go before it,
so that what is measured is the platform's time and not their own waiting. How the processors were shared is told at the end.
``--filled`` resources of the same institutions, in every state, stand in the database before (``bench/desk.py``).
``--calm`` kills nothing and leaves the disk alone. As root the platform lives on a small file system of its own in memory, which
is filled for a while; otherwise that part is left out, and said so. Target: pages p95 ≤ 300 ms meanwhile.
"""

import argparse
import contextlib
import io
import json
import os
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import requests

os.environ |= {
    "RATE_PAGES": "1000000/1000000",
    "RATE_FILES": "1000000/1000000",
    "LIFELONG_DEMO": "1",
}  # one address here
os.environ.setdefault("DISK_KEPT_FREE_BYTES", str(200 << 20))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from served import Served, busy_seconds, family, served

AT_ONCE = 24  # reporters who are at their desks at the same time; the others come after them
SETTING = """
import json, sys
from django.core.signing import Signer
from lifelong.accounts.models import User
from lifelong.demo.links import SALT
from lifelong.resources.checklist import checklist
sys.path.insert(0, "bench")
from desk import fill
fill({institutions}, {filled}, {officers})
def ticket(email): return Signer(salt=SALT).sign(User.objects.get(email=email).email)
reporters = [ticket(f"reporter-42{{n:06}}@example.org") for n in range({institutions})]
officers = [["final" if n % 4 == 3 else "provincial", ticket(f"officer-{{n}}@example.org")] for n in range({officers})]
print(json.dumps({{"reporters": reporters, "officers": officers, "items": [item.id for item in checklist().items], "name": "苗秀兰"}}))
"""
FOUND = """
import json
from django.db.models import Count
from lifelong.resources.models import Round, Version
from lifelong.review.models import Decision
from lifelong.jobs.models import Job
receipts = {r.receipt_number: [r.version.resource.resource_id, r.version.title, [f.media_file.sha256 for f in r.version.files.all()], r.version.state]
            for r in Round.objects.select_related("version__resource").prefetch_related("version__files__media_file").iterator(400)}
print(json.dumps({
    "receipts": receipts,
    "titles": list(Version.objects.values_list("title", flat=True)),
    "decisions": list(Decision.objects.values_list("round_id", "stage", "outcome")),
    "jobs": dict(Job.objects.values_list("state").annotate(n=Count("pk"))),
}))
"""


@dataclass
class Spent:
    """Seconds of processor."""

    platform: float
    clients: float
    everybody: float

    @classmethod
    def so_far(cls, site: Served) -> "Spent":
        return cls(site.processor_seconds(), time.process_time(), busy_seconds())

    def since(self, before: "Spent", took: float) -> str:
        there = took * (os.cpu_count() or 1) / 100
        platform, clients = self.platform - before.platform, self.clients - before.clients
        others = self.everybody - before.everybody - platform - clients
        return (f"of {os.cpu_count()} processors the platform used {platform / there:.0f} %, its clients {clients / there:.0f} %, "
                f"others {others / there:.0f} %; load {os.getloadavg()[0]:.1f}")  # fmt: skip


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Ledger:
    """What the platform acknowledged, how long pages took, and what went wrong on the way."""

    submitted: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # receipt → resource id, title, sha256
    decided: list[tuple[int, str, str]] = field(default_factory=list)  # round, stage, outcome
    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    hitches: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)  # what nobody should have met
    lock: threading.Lock = field(default_factory=threading.Lock)


class Gone(Exception):
    """No answer, or one that a later attempt may change."""


class Person:
    """A browser: one session, which tries again where the line or the platform was away."""

    def __init__(self, site: Served, ledger: Ledger, ticket: str, until: float) -> None:
        self.site, self.ledger, self.until = site, ledger, until
        self.address = f"http://127.0.0.1:{site.port}"
        self.session = requests.Session()
        self.session.headers["Host"] = f"localhost:{site.port}"
        self.asked("GET", f"/demo/enter/{ticket}")

    def asked(self, method: str, path: str, *, kind: str = "", **sent: object) -> requests.Response:
        """Until it answers with less than 500 and 507; ``kind`` names a page whose time counts."""
        while True:
            begun = time.perf_counter()
            try:
                answer = self.session.request(method, self.address + path, timeout=60, allow_redirects=False, **sent)
            except requests.RequestException as error:
                self.hitch(type(error).__name__)
            else:
                if kind:
                    self.ledger.pages[kind].append(time.perf_counter() - begun)
                if answer.status_code < 500:
                    return answer
                self.hitch(f"{answer.status_code} {kind or path.rsplit('/', 1)[-1]}")
            if time.perf_counter() > self.until:
                raise Gone
            time.sleep(1)

    def hitch(self, what: str) -> None:
        with self.ledger.lock:
            self.ledger.hitches[what] += 1

    def read(self, path: str, kind: str) -> str:
        answer = self.asked("GET", path, kind=kind)
        if answer.status_code != 200:
            raise AssertionError(f"{path}: {answer.status_code} {answer.headers.get('Location', '')}")
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        return answer.text

    def post(self, path: str, data: dict[str, object], kind: str, **more: object) -> requests.Response:
        headers = {
            "X-CSRFToken": self.token,
            "Referer": f"http://localhost:{self.site.port}/",
            **more.pop("headers", {}),
        }
        return self.asked("POST", path, kind=kind, data=data, headers=headers, **more)


def plain(page: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page)


class Reporter(Person):
    def __init__(self, pace: float, *arguments: object) -> None:
        self.pace = pace
        super().__init__(*arguments)

    def think(self) -> None:
        """A person reads and types: three to nine seconds before each of four steps, no two people in step."""
        time.sleep(random.uniform(3, 9) / self.pace)

    def bring(self, title: str, film: bytes, cover: bytes, cast: dict, rng: random.Random) -> None:
        """One resource, from the empty form to the receipt."""
        self.read("/work/resources/new", "new")
        self.think()
        made = self.post("/work/resources/new", {"title": title, "type": "A01", "area": "community"}, "make draft")
        base = re.search(r"/work/resources/[^/]+/v\d+/", made.headers["Location"])[0]
        fields = {
            "title": title, "type": "A01", "area": "community", "then": "files", "rights_holder": title.partition("公开课")[0],
            "summary": f"{title}：从头讲起，一步一步演示，适合初学者。", "speakers": "张建华", "keywords": "社区;学习",
            "category": "社区教育-社区发展",
        }  # fmt: skip
        self.save(base, fields, cover)
        self.think()
        self.read(f"{base}files", "files")
        self.upload(base, film, rng)
        self.wait(base)
        self.think()
        self.read(f"{base}sign", "sign")
        self.think()
        answers = {f"answer-{item}": "yes" for item in cast["items"]}
        receipt = self.hand_in(base, answers | {"name": cast["name"], "call": "henan-2026"})
        with self.ledger.lock:
            self.ledger.submitted[receipt] = (base.split("/")[3], title, sha256(film).hexdigest())

    def save(self, base: str, fields: dict[str, object], cover: bytes) -> None:
        """Until the platform says that it is saved, cover included."""
        form = self.read(base, "edit")
        while True:
            self.think()
            revision = re.search(r'name="revision" value="(\d+)"', form)[1]
            files = {"cover": ("封面.jpg", cover, "image/jpeg")}
            answer = self.post(base, {**fields, "revision": revision}, "save draft", files=files)
            if answer.headers.get("Location", "").endswith("/files"):
                return
            self.hitch(f"save draft {answer.status_code}")
            if time.perf_counter() > self.until:
                raise Gone
            form = self.read(base, "edit")

    def hand_in(self, base: str, data: dict[str, object]) -> str:
        """A receipt: of this attempt, or, where its answer was lost, the one that the platform has of it."""
        answer = self.post(f"{base}sign", data, "submit")
        if "receipts" not in answer.headers.get("Location", ""):
            there = self.read(f"{base.rsplit('/', 2)[0]}/", "overview")
            found = re.search(r"receipts/([^\"]+)", there)
            assert found, f"{base}: {answer.status_code} {plain(answer.text)[-1500:]}"
            return found[1]
        return answer.headers["Location"].rsplit("/", 1)[-1]

    def upload(self, base: str, film: bytes, rng: random.Random) -> None:
        told = {"name": "第一讲.mp4", "size": str(len(film))}
        opened = self.post(f"{base}files/open", told, "open upload", headers={"Accept": "application/json"})
        if opened.status_code != 201:
            raise AssertionError(opened.text[:300])
        address, offset = opened.json()["url"], 0
        while offset < len(film):
            end = (
                len(film) if rng.random() < 0.7 else rng.randrange(offset + 1, len(film) + 1)
            )  # a third of the lines drops
            headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}  # fmt: skip
            try:
                answer = self.session.patch(self.address + address, data=film[offset:end], headers=headers, timeout=60)
                if answer.status_code >= 500:
                    self.hitch(f"{answer.status_code} upload")
                    time.sleep(1)
            except requests.RequestException as error:
                self.hitch(f"{type(error).__name__} upload")
                time.sleep(0.5)
            told_of = self.asked("HEAD", address, headers={"Tus-Resumable": "1.0.0"})
            if told_of.status_code in {404, 410}:
                return  # it is whole already; the answer was lost
            offset = int(told_of.headers["Upload-Offset"])

    def wait(self, base: str) -> None:
        """Until the machine has judged the file."""
        while True:
            page = self.read(f"{base}submit", "submit page")
            if f"{base}sign" in page:
                return
            assert "检测" in page, plain(page)[-600:]
            if time.perf_counter() > self.until:
                raise Gone
            time.sleep(1)


class Officer(Person):
    def __init__(self, stage: str, pace: float, *arguments: object) -> None:
        self.stage, self.pace = stage, pace
        super().__init__(*arguments)

    def work(self, rng: random.Random, over: threading.Event) -> None:
        self.read_for = lambda: over.wait(rng.uniform(4.5, 13.5) / self.pace)  # twice for each of 200 decisions an hour
        self.read_for()
        while not over.is_set() and time.perf_counter() < self.until:
            queue = self.read(f"/work/review/{self.stage}/", "queue")
            waiting = list(dict.fromkeys(re.findall(rf"/work/review/{self.stage}/(\d+)/", queue)))
            if not waiting:
                self.read_for()
                continue
            for key in rng.sample(waiting, min(5, len(waiting))):
                self.decide(key, rng, over)
                self.read_for()
                if over.is_set():
                    return

    def decide(self, key: str, rng: random.Random, over: threading.Event) -> None:
        path = f"/work/review/{self.stage}/{key}/"
        answer = self.asked("GET", path, kind="round")
        if answer.status_code != 200 or not (found := TOKEN.search(answer.text)):
            return  # another officer was quicker
        self.token = found[1]
        self.read_for()
        if over.is_set():
            return  # or all would press at once
        yes = "forward" if self.stage == "provincial" else "accept"
        outcome = yes if rng.random() < 0.85 else "refuse"
        data = {
            "outcome": outcome,
            "text_0": "内容与本次征集不符。" if outcome == "refuse" else "",
            "request_key": str(uuid4()),
        }
        told = self.post(f"{path}decide", data, "decide", headers={"X-Desk": "1", "Accept": "application/json"})
        if told.status_code == 200:
            with self.ledger.lock:
                self.ledger.decided.append((int(key), self.stage, outcome))
        else:
            self.hitch(f"decide {told.status_code} {told.json().get('code', '')}")


def visit(site: Served, ledger: Ledger, over: threading.Event, rng: random.Random) -> None:
    """Somebody who reads the portal meanwhile."""
    reader = requests.Session()
    while not over.is_set():
        path = rng.choice(["/", "/search?q=社区", "/areas/community", "/institutions/"])
        begun = time.perf_counter()
        try:
            reader.get(f"http://127.0.0.1:{site.port}{path}", headers={"Host": f"localhost:{site.port}"}, timeout=30)
        except requests.RequestException as error:
            ledger.hitches[f"{type(error).__name__} portal"] += 1
        ledger.pages["portal"].append(time.perf_counter() - begun)
        over.wait(0.5)


def trouble(site: Served, over: threading.Event, rng: random.Random, done: Counter[str], small: bool) -> None:
    """Kills a child of the platform every twenty seconds, and fills the disk once for fifteen."""
    filled = not small
    while not over.wait(20):
        if not filled and sum(done.values()) >= 3:
            filled = True
            ballast = site.data / "ballast"
            room = os.statvfs(site.data)
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - (64 << 20)))
            over.wait(15)
            ballast.unlink()
            done["disk full, 15 s"] += 1
            continue
        pid = rng.choice([child for child in family(site.pid) if child != site.pid])
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            os.kill(pid, signal.SIGKILL)
            done["killed: " + next((word for word in ("worker", "feeder") if f" {word}" in line), "web")] += 1


def films() -> list[bytes]:
    """A dozen films that keep the standard; each copy that is sent gets an end of its own."""
    from lifelong.demo.films import Film, make_film

    made = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(12):
            path = Path(folder, f"{seed}.mp4")
            make_film(Film(title=f"第 {seed} 讲", seed=seed, frames=50, rounds=1), path)
            made.append(path.read_bytes())
    return made


def cover() -> bytes:
    from PIL import Image

    kept = io.BytesIO()
    Image.linear_gradient("L").resize((1280, 720)).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def own_copy(film: bytes) -> bytes:
    return film + struct.pack(">I4s", 24, b"free") + os.urandom(16)


@contextmanager
def small_disk(megabytes: int) -> Iterator[bool]:
    """A file system of its own in memory under ``BENCH_DIR``; whether there is one."""
    if os.geteuid() != 0:
        yield False
        return
    with tempfile.TemporaryDirectory(prefix="lifelong-province-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
        os.environ["BENCH_DIR"] = folder
        try:
            yield True
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def minded(ledger: Ledger) -> Iterator[None]:
    """One person's work: whoever meets a fault goes home, the others go on."""
    try:
        yield
    except Gone:
        pass
    except Exception as error:
        with ledger.lock:
            ledger.faults.append(f"{type(error).__name__}: {error}"[:1000])


def run(site: Served, chosen: argparse.Namespace, small: bool) -> bool:
    ledger, over, done, rng = Ledger(), threading.Event(), Counter(), random.Random(chosen.seed)
    cast = json.loads(
        site.python(
            SETTING.format(institutions=chosen.institutions, officers=chosen.officers, filled=chosen.filled)
        ).splitlines()[-1]
    )
    shelf, picture, until = films(), cover(), time.perf_counter() + chosen.seconds
    share, rest = divmod(chosen.resources, chosen.institutions)
    begun, spent = time.perf_counter(), Spent.so_far(site)

    def report(number: int) -> None:
        ticket = cast["reporters"][number]
        chance = random.Random(f"{chosen.seed} {number}")
        with minded(ledger):
            reporter = Reporter(chosen.pace, site, ledger, ticket, until)
            for n in range(share + (number < rest)):
                if time.perf_counter() > until:
                    return
                title = f"第{number + 1}社区学院公开课第 {n + 1} 讲"
                reporter.bring(title, own_copy(chance.choice(shelf)), picture, cast, chance)

    def decide(number: int) -> None:
        stage, ticket = cast["officers"][number]
        with minded(ledger):
            Officer(stage, chosen.pace, site, ledger, ticket, until).work(
                random.Random(f"{chosen.seed} o{number}"), over
            )

    with ThreadPoolExecutor(AT_ONCE) as desks, ThreadPoolExecutor(chosen.officers + 2) as beside:
        officers = [beside.submit(decide, number) for number in range(chosen.officers)]
        officers.append(beside.submit(visit, site, ledger, over, rng))
        if not chosen.calm:
            officers.append(beside.submit(trouble, site, over, rng, done, small))
        for future in [desks.submit(report, number) for number in range(chosen.institutions)]:
            future.result()
        took, used = time.perf_counter() - begun, Spent.so_far(site)
        over.set()
        for future in officers:
            future.result()
    print(used.since(spent, took))
    return told(site, chosen, ledger, done, took, small)


def told(
    site: Served, chosen: argparse.Namespace, ledger: Ledger, done: Counter[str], took: float, small: bool
) -> bool:
    found = json.loads(site.python(FOUND).splitlines()[-1])
    titles, decided = Counter(found["titles"]), Counter(tuple(line) for line in found["decisions"])
    wrong = list(ledger.faults)
    for receipt, (resource, title, digest) in ledger.submitted.items():
        there = found["receipts"].get(receipt)
        if there is None or there[:3] != [resource, title, [digest]]:
            wrong.append(f"lost or changed: {receipt} {title} {there}")
        if titles[title] != 1:
            wrong.append(f"{title} stands {titles[title]} times")
    wrong += [f"decision lost or double: {line} {decided[line]}" for line in ledger.decided if decided[line] != 1]
    twice = Counter((key, stage) for key, stage, _ in decided.elements())
    wrong += [f"decided twice: {key}" for key, count in twice.items() if count > 1]
    print(f"{len(ledger.submitted)} of {chosen.resources} resources submitted by {chosen.institutions} institutions, "
          f"{len(ledger.decided)} decisions by {chosen.officers} officers, in {took:.0f} s")  # fmt: skip
    print(f"in between: {dict(done) or 'nothing'}{'' if small or chosen.calm else '; no small disk without root'}")
    print(f"hitches that were tried again: {dict(ledger.hitches.most_common())}")
    print(f"jobs: {found['jobs']}")
    print(f"{'page':16}{'n':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    everything = [second for times in ledger.pages.values() for second in times]
    for kind, times in [*sorted(ledger.pages.items()), ("all", everything)]:
        ordered = sorted(times)
        shares = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
        print(f"{kind:16}{len(times):7}{shares[0]:9.0f}{shares[1]:9.0f}{shares[2]:9.0f}")
    print("nothing lost, nothing double" if not wrong else "\n".join(wrong[:40]))
    return not wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--institutions", type=int, default=300)
    parser.add_argument("--resources", type=int, default=2000)
    parser.add_argument("--filled", type=int, default=0)
    parser.add_argument("--officers", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=900, help="after that nothing new is tried")
    parser.add_argument("--pace", type=float, default=1.0, help="how many times as quick as people are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true")
    options = parser.parse_args()
    with (
        small_disk(1024 + 4 * options.resources + options.filled // 10) as limited,
        served("lifelong.config.settings", "--workers", "2") as platform,
    ):
        if os.geteuid() == 0:
            os.nice(-5)
        sys.exit(0 if run(platform, options, limited) else 1)

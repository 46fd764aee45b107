"""The platform under the stories: served with web workers, job worker and feeder; its people invited, a call open."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import FilePayload, expect

from lifelong.config.install import translations
from lifelong.config.testing import LiveFront, database_of_its_own

SERVE = ("-m", "lifelong.config.command", "serve", "--port", "{port}", "--workers", "1")
OPEN_CALL = "2026-71"
SETTING = f"""
from datetime import timedelta
from django.utils import timezone, translation
from lifelong.demo.actions import calls, cast, registrations
from lifelong.demo.world import World, world
now = timezone.now()
all_of_it = world()
few = World(all_of_it.institutions[:2] + all_of_it.institutions[6:8], all_of_it.platforms, all_of_it.words, ())
with translation.override("zh-hans"):
    players = cast.gather(few, at=now - timedelta(days=30))
    call = calls.proclaim(players, number={OPEN_CALL!r}, title="数字化学习资源征集（演练）", days=(9, 16, 24, 35), at=now - timedelta(days=8))
    registrations.register_all(few, players, call, at=now - timedelta(days=6))
result = {{place.code: place.name for place in few.institutions}}
"""
LIBRARY = """
from datetime import timedelta
from pathlib import Path
from django.utils import timezone, translation
from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.demo.actions import reviews, submissions
from lifelong.demo.actions.build import wait_for_checks
from lifelong.demo.covers import HUES, make_cover
from lifelong.demo.films import Film, make_film
from lifelong.demo.world import world
from lifelong.institutions.models import Institution
now = timezone.now()
call = Call.objects.get(number=CALL)
officer, final = (User.objects.get(email=f"{name}@example.org") for name in ("deciding", "final"))
made = []
with translation.override("zh-hans"):
    for wish in [wish for wish in world().resources if wish.title in TITLES]:
        reporter = User.objects.get(email="reporter-4141990101@example.org")
        unit = Institution.objects.get(code="4141990101")
        film = Path(FOLDER) / f"library-{len(made)}.mp4"
        make_film(Film(wish.title, seed=70 + len(made), rounds=4, hue=HUES[wish.area]), film)
        version = submissions.drafts.create_draft(institution=unit, by=reporter, at=now - timedelta(days=3), values=wish.values())
        cover = make_cover(wish.title, area=wish.area, seed=70 + len(made), subtitle=unit.name)
        submissions.attachments.set_cover(version, name="封面.jpg", content=cover, by=reporter, at=now - timedelta(days=3))
        submissions.send(version, film, name=wish.title, by=reporter, at=now - timedelta(days=3))
        made.append((version, reporter))
    wait_for_checks(print, most_seconds=90)
    for version, reporter in made:
        submissions.caption(version, by=reporter, at=now - timedelta(days=2), always=True)
        submissions.hand_in(version, call=call, by=reporter, at=now - timedelta(days=2))
    wait_for_checks(print, most_seconds=90)
    for version, reporter in made:
        version.refresh_from_db()
        reviews.forward(version, by=officer, at=now - timedelta(days=2))
        reviews.accept(version, by=final, at=now - timedelta(days=1))
    reviews.publish("2026-70", "演练用的第一批资源", [version for version, _ in made], by=final, at=now)
result = {version.title: version.resource.resource_id for version, _ in made}
"""
SUBMITTED = """
from pathlib import Path
from django.utils import timezone, translation
from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.demo.actions import submissions
from lifelong.demo.actions.build import wait_for_checks
from lifelong.institutions.models import Institution
now = timezone.now()
reporter, unit = User.objects.get(email="reporter-4141990101@example.org"), Institution.objects.get(code="4141990101")
values = {"title": TITLE, "type": "A01", "area": "community", "category": "社区教育", "summary": SUMMARY, "keywords": "社区;演练", "speakers": "顾长风"}
with translation.override("zh-hans"):
    version = submissions.drafts.create_draft(institution=unit, by=reporter, at=now, values=values)
    submissions.attachments.set_cover(version, name="封面.jpg", content=COVER, by=reporter, at=now)
    submissions.send(version, Path(FILM), name="演练", by=reporter, at=now)
    wait_for_checks(print, most_seconds=60)
    submissions.hand_in(version, call=Call.objects.get(number=CALL), by=reporter, at=timezone.now())
    wait_for_checks(print, most_seconds=60)
result = version.resource.resource_id
"""
PLAIN = "一段供演练用的短片，画面与声音都合乎参考技术标准，讲的是社区里一件小事怎样做好，适合所有居民。"
LIBRARY_TITLES = ["极限与连续：从一杯凉茶说起", "导数与边际成本", "积分怎样算出总收益", "太极拳云手与单鞭"]


@dataclass
class Stage:
    front: LiveFront
    folder: Path
    institutions: dict[str, str]
    made: dict[str, str] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.front.port}"

    def ask(self, code: str, **known: Any) -> Any:
        """Runs code on the platform's data; ``known`` are names it may use, ``result`` is what it answers."""
        names = "".join(f"{name} = {value!r}\n" for name, value in known.items())
        return self.front.python(names + code)

    def link_of(self, email: str) -> str:
        """The signed sign-in link of the demonstration."""
        return str(self.ask("from lifelong.demo.links import link\nresult = link(email)", email=email))

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails to an address, newest first."""
        code = "from lifelong.notices.models import Mail\nresult = list(Mail.objects.filter(address=address).order_by('-pk').values_list('text', flat=True))"
        return list(self.ask(code, address=address))

    def library(self) -> dict[str, str]:
        """Four published resources with moving pictures and captions, title → resource id; made when first asked for."""
        if self.made is None:
            self.made = self.ask(LIBRARY, CALL=OPEN_CALL, FOLDER=str(self.folder), TITLES=LIBRARY_TITLES)
            self.wait_for_index(self.made)
        return self.made

    def wait_for_index(self, made: dict[str, str], *, within_s: float = 60) -> None:
        """Until lists and search know what was published."""
        end = time.monotonic() + within_s
        while missing := [one for one in made.values() if f"/resources/{one}" not in self.newest()]:
            assert time.monotonic() < end, f"the index lags behind: {missing}"
            time.sleep(0.4)

    def newest(self) -> str:
        return str(urlopen(f"{self.front.url}/search?sort=newest").read().decode())

    def submitted(self, title: str, *, seed: int, summary: str = PLAIN) -> str:
        """A resource that keeps the standard and waits at the province; its resource id."""
        film, cover = self.film(title, seed=seed), self.cover(title, seed=seed)["buffer"]
        return str(self.ask(SUBMITTED, TITLE=title, SUMMARY=summary, FILM=str(film), COVER=cover, CALL=OPEN_CALL))

    def film(self, title: str, *, seed: int, rounds: int = 2, flaw: str = "", **wishes: Any) -> Path:
        """A real mp4 on disk, made on the spot; a round takes 3 s."""
        from lifelong.demo.films import Film, make_film

        path = self.folder / f"{title}.mp4"
        make_film(Film(title, seed=seed, rounds=rounds, flaw=flaw, **wishes), path)
        return path

    def stamped_form(self, institution: str, name: str, email: str) -> bytes:
        """What the institution's scanner gives: one page of PDF with a seal."""
        from lifelong.calls.form import FormValues
        from lifelong.demo.scans import stamped_form

        values = FormValues(
            institution=institution, name=name, position="主任", landline="", mobile="13812345678", email=email
        )
        return stamped_form(values, year=2026)

    def cover(self, title: str, *, seed: int) -> FilePayload:
        from lifelong.demo.covers import make_cover

        content = make_cover(title, area="community", seed=seed, subtitle="演练")
        return {"name": "封面.jpg", "mimeType": "image/jpeg", "buffer": content}


@contextmanager
def open_stage(folder: Path, **environ: str) -> Iterator[Stage]:
    translations()
    expect.set_options(timeout=15_000)
    data = folder / "data"
    data.mkdir()
    with database_of_its_own(data) as database:
        front = LiveFront(data, command=SERVE, database=database, LIFELONG_DEMO="1", **environ)
        front.manage("collectstatic", "--no-input", "--verbosity", "0")
        try:
            institutions = front.python(SETTING)
            front.start()
            yield Stage(front, folder, institutions)
        finally:
            (folder / "server.log").write_text(front.log)
            front.close()


__all__ = ["OPEN_CALL", "Stage", "open_stage"]

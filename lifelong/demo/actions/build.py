"""The world from nothing: people, calls, films, submissions, reviews, batches — each by the action that real use calls."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone, translation

from lifelong.accounts.models import Role
from lifelong.calls.models import Call
from lifelong.catalogue.actions import availability, home
from lifelong.demo.actions import (
    calls,
    cast,
    evaluation,
    experts,
    inspecting,
    learners,
    registrations,
    reviews,
    running,
    submissions,
    traffic,
    usage,
)
from lifelong.demo.actions.cast import Cast
from lifelong.demo.studio import open_studio
from lifelong.demo.world import Wish, World, world
from lifelong.institutions.actions.mandates import name_reviewer
from lifelong.institutions.actions.register import change_institution
from lifelong.jobs.lifecycle import State as JobState
from lifelong.jobs.models import Job
from lifelong.resources.actions import drafts, submission, withdrawal
from lifelong.resources.models import Version

DONE = {"published:1", "published:2", "superseded", "suspended", "retired"}
OPEN = {"draft", "gap", "unit_review"}
UNIT_REVIEWS = {"4141990104": "宋雨石", "411300-01": "康平川"}  # institutions where a second person signs
Say = Callable[[str], None]
Made = dict[str, Version]


def build(*, say: Say) -> None:
    """Makes everything; about a minute on two cores, most of it films."""
    began = time.monotonic()

    def told(words: str) -> None:
        say(f"{time.monotonic() - began:3.0f} s  {words}")

    with translation.override("zh-hans"):
        now = timezone.now()
        folder = Path(settings.DATA) / "demo-films"
        studio, films = open_studio(world(), folder)
        worker = subprocess.Popen([sys.executable, "-m", "lifelong.config.command", "worker"])
        try:
            _build(world(), films, now=now, say=told)
        finally:
            worker.terminate()
            worker.wait()
            studio.shutdown(cancel_futures=True)
            shutil.rmtree(folder, ignore_errors=True)


def _build(all_of_it: World, films: dict[str, Future[str]], *, now: datetime, say: Say) -> None:
    say("人员、单位、部署平台 …")
    players = cast.gather(all_of_it, at=now - timedelta(days=120))
    done, reviewing, open_call = proclaim_all(players, now=now)
    registrations.register_all(all_of_it, players, done, at=now - timedelta(days=95))
    registrations.confirm_all(players, [reviewing, open_call], at=now - timedelta(days=18))
    registrations.leave_some_waiting(players, open_call, at=now - timedelta(hours=20))
    say("视频、音频、封面 …")
    made = write_all(all_of_it, films, players, now=now)
    wait_for_checks(say)
    say("报送、审核、批次 …")
    finish_the_first(all_of_it, players, done, made, now=now)
    fill_the_second(all_of_it, players, reviewing, made, now=now)
    fill_the_third(all_of_it, players, open_call, made, now=now)
    experts.score_some(players, reviewing, at=timezone.now())
    running.leave_work(players, at=timezone.now())
    inspecting.inspect(at=timezone.now())
    traffic.three_days(at=timezone.now())
    learners.learn(operator=players.of(Role.OPERATOR), at=now - timedelta(days=3))
    usage.use(at=now)
    evaluation.evaluate(operator=players.of(Role.OPERATOR), final=players.of(Role.FINAL_REVIEWER), at=timezone.now())
    wait_for_checks(say)


def proclaim_all(players: Cast, *, now: datetime) -> tuple[Call, Call, Call]:
    year = timezone.localdate(now).year
    done = calls.proclaim(
        players, number=f"{year}-01", title=f"{year} 年第一批数字化学习资源征集", days=(-90, -75, -60, -45),
        at=now - timedelta(days=112),
    )  # fmt: skip
    reviewing = calls.proclaim(
        players, number=f"{year}-02", title=f"{year} 年第二批数字化学习资源征集", days=(-14, -4, 0, 10),
        at=now - timedelta(days=34),
    )  # fmt: skip
    open_call = calls.proclaim(
        players, number=f"{year}-03", title=f"{year} 年老年教育与社区教育专题征集", days=(9, 16, 24, 35),
        at=now - timedelta(days=8),
    )  # fmt: skip
    calls.remind(players, open_call, at=now - timedelta(days=2))
    return done, reviewing, open_call


def write_all(all_of_it: World, films: dict[str, Future[str]], players: Cast, *, now: datetime) -> Made:
    """Every resource as a draft with cover and film, at the time when its reporter would have written it."""
    made: Made = {}
    for number, wish in enumerate(all_of_it.resources):
        days = 80 if wish.fate in DONE else 3 if wish.fate in OPEN else 6
        made[wish.title] = submissions.begin(
            wish, all_of_it.seed(wish), films.get(wish.title), institution=players.institutions[wish.institution],
            by=players.reporters[wish.institution], at=now - timedelta(days=days, minutes=7 * number),
        )  # fmt: skip
    return made


def wait_for_checks(say: Say, *, most_seconds: int = 600) -> None:
    """Until the worker has measured and read every film; what may take its time goes on when the platform serves."""
    until = time.monotonic() + most_seconds
    open_states = [JobState.READY, JobState.RUNNING]
    while time.monotonic() < until:
        pressing = Job.objects.filter(state__in=open_states, path__startswith="lifelong.", priority__gte=0)
        left = pressing.filter(run_after__lte=timezone.now())
        if not left.exists():
            return
        time.sleep(0.3)
    say("有些检测还没有做完，平台启动后会继续。")


def with_fate(all_of_it: World, made: Made, fates: Iterable[str]) -> list[tuple[Wish, Version]]:
    wanted = set(fates)
    return [(wish, made[wish.title]) for wish in all_of_it.resources if wish.fate in wanted]


def finish_the_first(all_of_it: World, players: Cast, call: Call, made: Made, *, now: datetime) -> None:
    """The call that is done: two batches online, one item suspended, one retired, one superseded by its second version."""
    officer, final = players.of(Role.DECIDING_OFFICER), players.of(Role.FINAL_REVIEWER)
    lines = with_fate(all_of_it, made, DONE)
    hand_in_all(lines, players, call, begin=now - timedelta(days=78))
    wait_for_checks(lambda words: None)
    for number, (_wish, version) in enumerate(lines):
        at = now - timedelta(days=66, minutes=-9 * number)
        reviews.forward(version, by=officer, at=at)
        reviews.accept(version, by=final, at=at + timedelta(days=12))
    year = timezone.localdate(now).year
    first = [v for w, v in lines if w.fate != "published:2"]
    second = [v for w, v in lines if w.fate == "published:2"]
    reviews.publish(f"{year}-01", f"{year} 年第一批推荐资源", first, by=final, at=now - timedelta(days=44))
    reviews.publish(f"{year}-03", f"{year} 年第二批推荐资源", second, by=final, at=now - timedelta(days=5))
    operator = players.of(Role.OPERATOR)
    elders = {"text": "", "filters": {"area": ["older"]}, "sort": "newest"}
    section = {
        "title": "银龄课堂",
        "note": "适合老年朋友，从头慢慢学",
        "query": "area=older&sort=newest",
        "search": elders,
    }
    home.save_section(None, section, by=operator, at=now - timedelta(days=4))
    for wish, version in lines:
        version.refresh_from_db()
        if wish.fate == "suspended":
            availability.suspend(
                version.resource,
                by=operator,
                at=now - timedelta(days=2),
                reason="接到反映，操作示范有一处不规范，暂停核实。",
            )
        elif wish.fate == "retired":
            availability.suspend(
                version.resource, by=operator, at=now - timedelta(days=20), reason="公约已修订，内容过时。"
            )
            availability.retire(
                version.resource, by=final, at=now - timedelta(days=19), reason="公约已修订，由新版资源替代。"
            )


def hand_in_all(lines: list[tuple[Wish, Version]], players: Cast, call: Call, *, begin: datetime) -> None:
    for number, (wish, version) in enumerate(lines):
        at = begin + timedelta(minutes=9 * number)
        submissions.hand_in(version, call=call, by=players.reporters[wish.institution], at=at)


def fill_the_second(all_of_it: World, players: Cast, call: Call, made: Made, *, now: datetime) -> None:
    """The call in review: something in every state between submitted and accepted."""
    officer, final = players.of(Role.DECIDING_OFFICER), players.of(Role.FINAL_REVIEWER)
    lines = [(w, made[w.title]) for w in all_of_it.resources if w.fate not in DONE | OPEN]
    renew = [(w, made[w.title]) for w in all_of_it.resources if w.fate == "superseded"]
    hand_in_all(lines, players, call, begin=now - timedelta(days=5))
    seconds = [
        (wish, drafts.start_version(version, by=players.reporters[wish.institution], at=now - timedelta(days=16)))
        for wish, version in renew
    ]
    hand_in_all(seconds, players, call, begin=now - timedelta(days=15))
    wait_for_checks(lambda words: None)
    for number, (wish, version) in enumerate(lines):
        decide(wish, version, players, at=now - timedelta(days=2, minutes=-11 * number))
    for _wish, second in seconds:
        reviews.forward(second, by=officer, at=now - timedelta(days=12))
        reviews.accept(second, by=final, at=now - timedelta(days=10))
        year = timezone.localdate(now).year
        reviews.publish(f"{year}-02", f"{year} 年更新资源", [second], by=final, at=now - timedelta(days=8))


def decide(wish: Wish, version: Version, players: Cast, *, at: datetime) -> None:
    officer, final = players.of(Role.DECIDING_OFFICER), players.of(Role.FINAL_REVIEWER)
    reporter = players.reporters[wish.institution]
    version.refresh_from_db()
    match wish.fate:
        case "forwarded":
            reviews.forward(version, by=officer, at=at)
        case "accepted":
            reviews.forward(version, by=officer, at=at)
            reviews.accept(version, by=final, at=at + timedelta(days=1))
        case "ministry_return":
            reviews.forward(version, by=officer, at=at)
            reviews.give_back_to_province(version, by=final, at=at + timedelta(days=1))
        case "waived":
            reviews.waive_all(reviews.latest(version), by=officer, at=at)
        case "returned":
            reviews.give_back(version, by=officer, at=at)
        case "refused":
            reviews.refuse(version, by=officer, at=at)
        case "withdrawn":
            withdrawal.withdraw(version, by=reporter, at=at, reason="发现配乐授权已到期，更换后再报。")


def fill_the_third(all_of_it: World, players: Cast, call: Call, made: Made, *, now: datetime) -> None:
    """The open call: drafts, and two that wait for a second person's signature."""
    officer = players.of(Role.DECIDING_OFFICER)
    for code, name in UNIT_REVIEWS.items():
        institution = change_institution(
            players.institutions[code], by=officer, at=now - timedelta(days=3), reporter_signs_alone=False
        )
        mandate, _invitation = name_reviewer(
            institution, email=f"reviewer-{code}@example.org", name=name, by=players.reporters[code],
            at=now - timedelta(days=3),
        )  # fmt: skip
        players.people.setdefault("institution_reviewer", mandate.user)
    for wish, version in with_fate(all_of_it, made, {"unit_review"}):
        version.refresh_from_db()
        submission.send_to_unit_review(
            version, call=call, by=players.reporters[wish.institution], at=now - timedelta(days=1)
        )  # fmt: skip

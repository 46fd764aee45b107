"""A school's own platform: its teacher picks a resource, its student watches in its frame, its gradebook hears of it."""

import html
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from playwright.sync_api import Request, Route, expect

from journeys.pages import Film
from journeys.people import Person
from journeys.stage import Stage
from lifelong.catalogue.lti import claims
from lifelong.catalogue.tests.school import ISSUER, School

TITLE = "导数与边际成本"
PLATFORM = """
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.catalogue.models import LtiPlatform
operator, now = User.objects.get(email="operator@example.org"), timezone.now()
LtiPlatform.objects.create(
    name="清溪学院学习平台", issuer=ISSUER, client_id="client-1", auth_url=f"{ISSUER}/auth", token_url=f"{ISSUER}/token",
    jwks_url=f"{ISSUER}/jwks", deployments=["dep-1"], jwks=KEYS, jwks_at=now, created_by=operator, created_at=now,
)
"""
SHARE = """
from lifelong.learning.models import SchoolScore
result = [score.share for score in SchoolScore.objects.all()]
"""
#: The job's own work, with the guard's network led to a platform on loopback: in the tests the job itself finds no such name.
REPORT = """
import tempfile
from pathlib import Path
from types import SimpleNamespace
from django.utils import timezone
from lifelong.catalogue.lti import fetching
from lifelong.catalogue.tests.school import school
from lifelong.learning.actions import scores
from lifelong.learning.models import SchoolScore
score, usual = SchoolScore.objects.select_related("learner__platform").get(), fetching.network
with tempfile.TemporaryDirectory() as folder, school(Path(folder), SimpleNamespace(setattr=setattr)) as lms:
    scores.report(score, at=timezone.now())
    result = [[path, told] for path, _headers, told in lms.scores], [asked["scope"] for asked in lms.tokens], score.share
fetching.network = usual
"""


class Course:
    """The school's pages, played in the browser: a course that frames us, the sign-in that vouches, the place to come back to."""

    def __init__(self, person: Person) -> None:
        self.school, self.picked = School(), ""
        self.message: dict[str, Any] = {}  # what the platform says about the next launch
        person.context.route(f"{ISSUER}/**", self.answer)
        person.context.route(f"{person.stage.url}/lti/login?**", self.hand_on)
        self.person = person

    def hand_on(self, route: Route) -> None:
        """Our answer leads to the platform; redirects pass by the routes, so a page follows this one."""
        led = route.fetch(max_redirects=0)
        assert led.status == 302
        route.fulfill(
            body=f"<script>location.replace({json.dumps(led.headers['location'])})</script>", content_type="text/html"
        )

    def answer(self, route: Route) -> None:
        asked, parts = route.request, urlsplit(route.request.url)
        told = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/auth":
            token = self.school.id_token(told["nonce"], **self.message)
            fields = "".join(
                f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
                for name, value in (("state", told["state"]), ("id_token", token))
            )
            page = f'<form method="post" action="{html.escape(told["redirect_uri"])}">{fields}</form><script>document.forms[0].submit()</script>'
        elif parts.path == "/deep":
            self.picked = parse_qs(asked.post_data or "")["JWT"][0]
            page = "<p>已加入课程</p>"
        else:
            page = f'<h1>高等数学</h1><iframe width="900" height="560" allow="fullscreen" src="{html.escape(told["open"])}"></iframe>'
        route.fulfill(body=f"<!doctype html><meta charset=utf-8>{page}", content_type="text/html; charset=utf-8")

    def open(self, target: str, **message: Any) -> None:
        """Third-party initiated login, inside the course's frame."""
        self.message = message
        login = urlencode({"iss": ISSUER, "login_hint": "7", "target_link_uri": target, "lti_message_hint": "m"})
        self.person.page.goto(f"{ISSUER}/course?{urlencode({'open': f'{self.person.stage.url}/lti/login?{login}'})}")


@pytest.fixture
def course(visitor: Person, stage: Stage) -> Iterator[Course]:
    course = Course(visitor)
    stage.ask(PLATFORM, ISSUER=ISSUER, KEYS=course.school.jwks())
    yield course
    stage.ask("from lifelong.catalogue.models import LtiPlatform\nLtiPlatform.objects.update(is_open=False)")


def share(stage: Stage, *, above: float, within_s: float = 45) -> float:
    """The measured share, once heartbeats have been taken in."""
    end = time.monotonic() + within_s
    while max(found := stage.ask(SHARE), default=0) <= above:
        assert time.monotonic() < end, found
        time.sleep(0.3)
    return float(found[0])


def test_a_teacher_picks_a_resource_and_a_students_watching_comes_to_the_gradebook(
    visitor: Person, stage: Stage, course: Course
) -> None:
    resource = stage.library()[TITLE]
    page, sent = visitor.page, list[Request]()
    page.on("request", lambda request: sent.append(request) if request.url.startswith(stage.url) else None)
    course.open(
        f"{stage.url}/",
        **{
            claims.MESSAGE: claims.DEEP_LINKING,
            claims.DL_SETTINGS: {
                "deep_link_return_url": f"{ISSUER}/deep", "accept_types": ["ltiResourceLink"], "data": "opaque",
            },
        },
    )  # fmt: skip
    inside = page.frame_locator("iframe")
    inside.get_by_role("searchbox").fill("边际成本")
    inside.get_by_role("button", name="搜索").click()
    inside.get_by_role("button", name=f"选用《{TITLE}》").click()
    expect(inside.get_by_text("已加入课程")).to_be_visible()
    item = told_back(course, stage)
    assert item["custom"] == {"resource": resource}
    assert (item["title"], item["url"]) == (TITLE, f"{stage.url}/embed/{resource}")

    course.open(item["url"], **{claims.CUSTOM: item["custom"]})
    frame = page.frames[1]
    frame.wait_for_url("**/lti/play?**")
    film = Film(frame)
    film.see_still()
    with page.expect_response("**/lti/study") as begun:
        film.play()
    assert begun.value.ok
    frame.wait_for_function("() => document.querySelector('video').currentTime > 3")
    assert beat_on_pausing(visitor, film) == {"ok": True, "counting": True}
    first = share(stage, above=0)
    film.play()
    frame.wait_for_function("from => document.querySelector('video').currentTime > from + 2", arg=film.place)
    beat_on_pausing(visitor, film)
    second = share(stage, above=first)

    [[path, score]], scopes, measured = stage.ask(REPORT)
    assert path == "/courses/1/lineitems/2/scores?type=3"
    assert scopes == [[claims.SCORE_SCOPE]]
    assert score["scoreGiven"] == round(measured, 3) >= round(second, 3) > 0.2
    assert (score["userId"], score["activityProgress"]) == ("student-7", "InProgress")
    assert not visitor.context.cookies()
    assert not [request.url for request in sent if "cookie" in request.all_headers()]


def told_back(course: Course, stage: Stage) -> dict[str, Any]:
    """The one item of the deep linking answer, if it is signed by the key that we publish."""
    [key] = course.person.context.request.get(f"{stage.url}/lti/jwks").json()["keys"]
    told = jwt.decode(
        course.picked, jwt.PyJWK(key).key, algorithms=["RS256"], audience=ISSUER, issuer="client-1"
    )  # fmt: skip
    assert (told[claims.MESSAGE], told[claims.DEPLOYMENT], told[claims.DL_DATA]) == (
        claims.DEEP_LINKING_ANSWER, "dep-1", "opaque",
    )  # fmt: skip
    [item] = told[claims.DL_ITEMS]
    return dict(item)


def beat_on_pausing(person: Person, film: Film) -> Any:
    with person.page.expect_response("**/beats") as beat:
        film.pause()
    return beat.value.json()

"""The demonstration world as it is written down; a journey builds it."""

from collections import Counter
from datetime import date

import pytest
from django.test import override_settings

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.demo.actions.cast import PEOPLE
from lifelong.demo.covers import make_cover
from lifelong.demo.films import Film, make_film
from lifelong.demo.links import email_of, link, roles
from lifelong.demo.world import world
from lifelong.media.covers import check_cover
from lifelong.media.probe import probe_facts
from lifelong.standards.categories import packaged
from lifelong.standards.metadata import Context, validate
from lifelong.standards.technical import judge
from lifelong.standards.technical import packaged as standard


def test_there_is_enough_of_everything():
    resources = world().resources
    areas = Counter(wish.area for wish in resources)
    assert len(resources) >= 60
    assert all(count >= 12 for count in areas.values())
    assert set(areas) == {"degree", "training", "older", "community"}
    assert {wish.type for wish in resources} == {"A01", "A02", "A03"}
    assert len({wish.series for wish in resources if wish.series}) >= 2
    assert len(world().institutions) >= 12


def test_no_two_titles_summaries_or_covers_are_alike():
    resources = world().resources
    assert len({wish.title for wish in resources}) == len(resources)
    summaries = [wish.summary for wish in resources if wish.summary]
    assert len(set(summaries)) == len(summaries)
    covers = [make_cover(wish.title, area=wish.area, seed=world().seed(wish)) for wish in resources[:8]]
    assert len(set(covers)) == 8


def test_every_institution_says_that_it_is_invented():
    assert all("虚构" in place.name for place in world().institutions)


@pytest.mark.parametrize("wish", [w for w in world().resources if w.fate != "gap"], ids=lambda w: w.title)
def test_what_the_reporters_type_keeps_the_metadata_standard(wish):
    context = Context(today=date(2030, 1, 1), tree=packaged(), stage="draft")
    assert not validate({**wish.values(), "rights_holder": "某单位"}, context=context).errors


def test_a_film_keeps_the_technical_standard_and_a_cover_is_a_picture(tmp_path):
    film = tmp_path / "film.mp4"
    make_film(Film("太极拳起势", 5, rounds=1), film)
    judged = {f.id: f.verdict for f in judge(probe_facts(film), standard())}
    assert set(judged.values()) <= {"pass", "unknown"}  # unknown: what only the whole pass can tell
    assert judged["video.bit_rate"] == judged["video.resolution"] == judged["video.frame_rate"] == "pass"
    assert check_cover(make_cover("太极拳", area="older", seed=3)).width == 1280


def test_there_is_a_sign_in_link_for_every_role():
    assert set(roles().values()) >= {email for email, _name in PEOPLE.values()}
    assert email_of(link("final@example.org").rsplit("/", 1)[1]) == "final@example.org"
    assert email_of("final@example.org:forged") == ""


@pytest.mark.django_db
def test_outside_demo_mode_the_links_lead_nowhere(client):
    user = holder(Role.OPERATOR)
    address = link(user.email).split("8000", 1)[-1]
    with override_settings(DEMO=False):
        assert client.get(address).status_code == 404
    with override_settings(DEMO=True):
        assert client.get(address).status_code == 302
        assert client.get(address, REMOTE_ADDR="203.0.113.9").status_code == 404

"""oEmbed and the player in other people's pages."""

import json
import re
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from lxml import etree

from lifelong.catalogue.actions import availability
from lifelong.catalogue.models import Entry
from lifelong.catalogue.oai.markup import held
from lifelong.catalogue.tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(final):
    world.published(final, "太极拳起势")
    return Entry.objects.get()


def oembed(client, entry, **more):
    return client.get("/oembed?" + urlencode({"url": f"http://localhost:8000/resources/{entry.identifier}", **more}))


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "http://localhost:8000"


def test_oembed_describes_the_player_in_both_formats(client, entry):
    answer = oembed(client, entry)
    told = answer.json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (told["version"], told["type"], told["title"]) == ("1.0", "video", "太极拳起势")
    assert (told["width"], told["height"]) == (640, 360)
    frame = etree.HTML(told["html"]).find(".//iframe")
    assert frame.get("src") == f"http://localhost:8000/embed/{entry.identifier}"
    assert told["author_name"] == entry.institution.name
    xml = oembed(client, entry, format="xml")
    assert xml["Content-Type"].startswith("text/xml")
    tree = etree.fromstring(xml.content)
    assert {child.tag: child.text for child in tree} == {name: str(value) for name, value in told.items()}


@pytest.mark.parametrize(
    ("bounds", "size"),
    [({"maxwidth": 320}, (320, 180)), ({"maxheight": 180}, (320, 180)), ({"maxwidth": 1920}, (640, 360)),
     ({"maxwidth": 300, "maxheight": 90}, (160, 90)), ({"maxwidth": 1}, (1, 1))],
)  # fmt: skip
def test_the_frame_keeps_within_what_is_asked(client, entry, bounds, size):
    told = oembed(client, entry, **bounds).json()
    assert (told["width"], told["height"]) == size


def test_the_second_and_the_file_come_along(client, entry):
    address = f"http://localhost:8000/r/{entry.identifier.lower()}?t=1m35s&file=1&x=2"
    told = client.get("/oembed?" + urlencode({"url": address})).json()
    assert f"/embed/{entry.identifier}?file=1&amp;t=95" in told["html"]


@pytest.mark.parametrize("url", ["", "x", "http://[", "http://evil.example/resources/{id}", "http://localhost:8000/",
                                 "http://localhost:8000/resources/NONE", "http://localhost:8000/resources/{id}/qr.svg",
                                 "ftp://localhost:8000/resources/{id}", "http://localhost:8000@evil.example/resources/{id}"])  # fmt: skip
def test_an_address_that_is_none_of_ours_is_not_found(client, entry, url):
    assert client.get("/oembed?" + urlencode({"url": url.replace("{id}", entry.identifier)})).status_code == 404


def test_other_formats_are_not_implemented_and_odd_sizes_wrong(client, entry):
    assert oembed(client, entry, format="yaml").status_code == 501
    assert oembed(client, entry, maxwidth="-1").status_code == 400
    assert oembed(client, entry, maxheight="²").status_code == 400


def test_what_is_suspended_is_private_and_what_is_retired_gone(client, entry, final):
    availability.suspend(entry.resource, by=final, reason="画面有误", at=timezone.now())
    assert oembed(client, entry).status_code == 401
    assert client.get(f"/embed/{entry.identifier}").status_code == 404
    availability.retire(entry.resource, by=final, reason="不再提供", at=timezone.now())
    assert oembed(client, entry).status_code == 410
    assert client.get(f"/embed/{entry.identifier}").status_code == 410
    assert "画面有误" not in client.get(f"/embed/{entry.identifier}").content.decode()
    assert client.get("/embed/NONE").status_code == 404


def test_resource_pages_lead_to_oembed(client, entry, feed):
    feed()
    tree = etree.HTML(client.get(f"/resources/{entry.identifier}").content)
    for kind in ("application/json+oembed", "text/xml+oembed"):
        found = tree.find(f".//link[@type='{kind}']").get("href")
        answer = client.get(found)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert (json.loads(text)["title"] if "json" in kind else text).count("太极拳起势")


def test_only_this_address_may_be_framed_and_it_may_do_less_than_others(client, entry):
    answer = client.get(f"/embed/{entry.identifier}")
    assert "X-Frame-Options" not in answer
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    for part in ("default-src 'none'", "form-action 'none'", "base-uri 'none'", "script-src 'self'"):
        assert part in policy
    assert not answer.cookies
    assert "csrf" not in answer.content.decode()
    for other in ("/", f"/resources/{entry.identifier}", "/oembed"):
        assert client.get(other)["X-Frame-Options"] == "DENY"


def test_the_player_says_whose_it_is_and_leads_back(client, entry):
    page = etree.HTML(client.get(f"/embed/{entry.identifier}").content)
    assert page.find(".//video/source").get("src") == entry.files[0]["url"]
    back = page.find(".//footer/a")
    assert (back.get("href"), back.get("target"), back.text) == (
        f"http://localhost:8000/resources/{entry.identifier}", "_blank", "太极拳起势",
    )  # fmt: skip
    foot = "".join(page.find(".//footer").itertext())
    assert entry.institution.name in foot
    assert entry.rights_holder in foot
    assert page.find(".//header") is None


def test_a_linked_course_opens_apart(client):
    world.loaded()
    page = client.get(f"/embed/{world.entry('高等数学').identifier}").content.decode()
    assert 'target="_blank" rel="noopener external"' in page
    assert "<video" not in page


def test_no_title_breaks_what_machines_read(client, entry, feed):
    nasty = "一\x0b\"'<b>&]]>\ufffe</script><img src=x onerror=alert(1)>"
    Entry.objects.update(title=nasty, summary=nasty, institution_name=nasty)
    feed()
    kept = held(nasty)
    atom = etree.fromstring(client.get(f"/feeds/{entry.area}.atom").content)
    assert atom.findtext("{*}entry/{*}title") == kept
    assert etree.fromstring(oembed(client, entry, format="xml").content).findtext("title") == kept
    frame = oembed(client, entry).json()["html"]
    assert etree.HTML(frame).find(".//iframe").get("title").startswith("一")
    assert "<img" not in frame
    for address in (f"/resources/{entry.identifier}", f"/embed/{entry.identifier}"):
        page = client.get(address).content.decode()
        assert "<img src=x" not in page
        for block in re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S):
            assert json.loads(block)["name"] == nasty
    assert etree.fromstring(client.get("/sitemap.xml").content) is not None

"""长辈版, theme and language: remembered in a cookie, changed by a press, never by opening an address."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)  # the switches stand on pages that carry no token


def test_elder_mode_stays_on_and_is_left_by_the_same_switch(client: Client) -> None:
    answer = client.post("/elder", {"on": "1", "next": "/elder?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/elder?a=1")
    assert client.cookies["elder"]["max-age"] > 300 * 24 * 3600
    page = client.get("/elder").content.decode()
    assert '<html lang="zh-hans" data-elder>' in page
    assert "退出长辈版" in page
    assert "elder-bar" in page
    client.post("/elder", {"on": "0"})
    assert "data-elder" not in client.get("/elder").content.decode()


def test_opening_the_address_changes_nothing(client: Client) -> None:
    client.get("/elder?on=1")
    assert "elder" not in client.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_switch_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    assert client.post("/theme", {"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_a_theme_is_shown_and_an_unknown_one_is_forgotten(client: Client) -> None:
    client.post("/theme", {"theme": "contrast"})
    assert 'data-theme="contrast"' in client.get("/elder").content.decode()
    client.post("/theme", {"theme": '"><script>'})
    assert "data-theme" not in client.get("/elder").content.decode()


def test_the_language_is_chosen_by_the_visitor_not_by_the_browser(client: Client) -> None:
    assert client.get("/elder", headers={"Accept-Language": "en"})["Content-Language"] == "zh-hans"
    client.post("/language", {"language": "en"})
    assert client.get("/elder")["Content-Language"] == "en"
    client.post("/language", {"language": "xx"})
    assert client.get("/elder")["Content-Language"] == "zh-hans"


def test_a_page_for_everybody_carries_no_token_and_sets_no_cookie(client: Client) -> None:
    answer = client.get("/elder")
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert not answer.cookies


def test_the_desk_wants_a_sign_in(client: Client) -> None:
    answer = client.get("/work/")
    assert answer.status_code == 302
    assert "next=/work/" in answer["Location"]


def test_the_style_guide_is_only_for_demonstrations(client: Client, settings) -> None:
    settings.DEMO = False
    assert client.get("/work/style/").status_code == 404
    settings.DEMO = True
    assert client.get("/work/style/?public").status_code == 200


def test_what_is_not_there_answers_in_words(client: Client) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_the_mark_of_the_site_is_found_where_browsers_look(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"].endswith(".svg")

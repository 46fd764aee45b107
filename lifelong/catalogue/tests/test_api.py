"""The REST interface as interfaces.md has it."""

import json
import re
from datetime import datetime

import pytest

from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.resources.identifiers import is_valid
from lifelong.standards.metadata import standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(feed, final):
    world.loaded()
    world.published(final, "太极拳起势")
    feed()
    return feed


def test_a_search_answers_total_items_and_facets(client, library):
    found = client.get("/api/v1/resources?q=太极拳&size=2").json()
    assert found["total"] == 3
    assert len(found["items"]) == 2
    named = {"resource_id", "title", "type", "area", "category", "institution", "speakers", "duration", "views", "declared_views",
             "published_at", "url"}  # fmt: skip
    for item in found["items"]:
        assert named <= set(item)
        assert is_valid(item["resource_id"])
        assert item["url"].endswith(f"/resources/{item['resource_id']}")
        assert datetime.fromisoformat(item["published_at"]).utcoffset().total_seconds() == 8 * 3600
        assert item["views"] == 0
    assert found["facets"]["area"] == [{"value": "older", "label": "老年教育", "count": 3}]


def test_filters_take_chinese_names_repeat_for_or_and_reach_below_a_province(client, library):
    def total(query):
        return client.get(f"/api/v1/resources?{query}").json()["total"]

    assert total("area=老年教育") == total("area=older") == 4
    assert total("area=older&area=degree") == 5
    assert total("region=410000") == 6
    assert total("region=410300") == 5
    assert total("institution=4110002") == 1
    assert total("type=A03&area=degree") == 1
    assert total("category=older.health") == 2
    assert total("category=older") == 3
    assert total("captions=yes") == 0


def test_a_list_tells_what_plays_elsewhere_only_as_the_entry_itself_does(client, library):
    told = {one["resource_id"]: one["linked"] for one in client.get("/api/v1/resources").json()["items"]}
    assert told == {entry.identifier: entry.is_linked for entry in Entry.objects.online()}
    assert set(told.values()) == {True, False}
    for resource_id, linked in told.items():
        assert client.get(f"/api/v1/resources/{resource_id}").json()["linked"] is linked


def test_a_facets_counts_ignore_its_own_filter(client, library):
    facets = client.get("/api/v1/resources?type=A03").json()["facets"]
    assert {one["value"]: one["count"] for one in facets["type"]} == {"A01": 4, "A02": 1, "A03": 1}
    assert {one["value"]: one["count"] for one in facets["area"]} == {"degree": 1}


def test_sorts_by_declared_where_nothing_is_measured(client, library):
    titles = [item["title"] for item in client.get("/api/v1/resources?sort=views").json()["items"]]
    assert titles[:2] == ["二十四式太极拳入门", "智能手机摄影基础"]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "size=0", "size=101", "sort=best", "in=null", "area=mars", "type=B1", "region=4101", "year=20",
     "length=huge", "page=501", "page=101&size=100", "series=x"],
)  # fmt: skip
def test_a_wrong_parameter_is_a_problem_in_words(client, library, query):
    answer = client.get(f"/api/v1/resources?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == 400
    assert re.search("[\u4e00-\u9fff]", problem["title"])
    assert problem["type"].startswith("/problems/")


def test_the_last_page_that_may_be_asked_for_answers(client, library):
    assert client.get("/api/v1/resources?page=500").status_code == 200
    assert client.get("/api/v1/resources?page=100&size=100").status_code == 200


def test_one_resource_tells_the_eighteen_fields_and_figures_apart(client, library):
    entry = world.entry("二十四式太极拳入门")
    told = client.get(f"/api/v1/resources/{entry.identifier}").json()
    assert {field.name for field in standard().fields} <= set(told) | {"cover"}
    assert (told["views"], told["declared_views"]) == (0, 36500)
    assert told["speakers"] == "张建华"
    assert told["batch"].startswith("LOAD-")
    played = client.get(f"/api/v1/resources/{world.entry('太极拳起势').identifier}").json()
    assert played["renditions"][0]["url"].startswith("http")
    assert played["institution_name"]


def test_what_the_interface_tells_of_a_loaded_record_is_that_very_record(client, library):
    told = client.get(f"/api/v1/resources/{world.entry('二十四式太极拳入门').identifier}").json()
    fields = {field.name for field in standard().fields} | {"area", "institution", "region"}
    record = {name: told[name] for name in fields if told.get(name) and name != "resource_id"}
    again = world.loaded(record, name="again.jsonl")
    assert (again.accepted, again.known, again.rejected) == (0, 1, 0)


def test_an_unknown_resource_is_a_problem(client, library):
    answer = client.get("/api/v1/resources/NOPE")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    for method in ("get", "post", "put", "options"):
        nothing = getattr(client, method)("/api/v1/nothing-here")
        assert (nothing.status_code, nothing.json()["status"]) == (404, 404)


def test_suggestions_are_ten_at_most(client, library):
    items = client.get("/api/v1/suggest?q=太").json()["items"]
    assert 0 < len(items) <= 10
    assert "太极拳" in [item["text"] for item in items]
    assert client.get("/api/v1/suggest?q=").json() == {"items": []}
    assert client.get("/api/v1/suggest").json() == {"items": []}


def test_institutions_areas_categories_and_batches(client, library):
    items = client.get("/api/v1/institutions").json()["items"]
    assert {"code", "name", "kind", "region"} <= set(items[0])
    assert [area["code"] for area in client.get("/api/v1/areas").json()["items"]] == [
        "degree",
        "training",
        "older",
        "community",
    ]
    codes = {one["code"]: one["resources"] for one in client.get("/api/v1/categories").json()["items"]}
    assert codes["older.health"] == 2
    assert client.get("/api/v1/batches").json()["items"][0]["number"] == "2026-01"


def test_the_description_describes_what_is_answered(client, library):
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    listing = described["paths"]["/api/v1/resources"]["get"]
    assert {"q", "area", "sort", "page"} <= {one["name"] for one in listing["parameters"]}
    item = described["components"]["schemas"]["FoundItem"]["properties"]
    assert set(client.get("/api/v1/resources").json()["items"][0]) == set(item)
    detail = described["components"]["schemas"]["Detail"]["properties"]
    assert set(client.get(f"/api/v1/resources/{world.entry('高等数学').identifier}").json()) == set(detail)
    page = client.get("/api/docs").content.decode()
    for path in described["paths"]:
        assert path in page
    assert "https://cdn" not in page
    for guess in ("/api/v1/", "/api/v1/docs"):
        assert client.get(guess)["Location"] == "/api/docs"


def test_an_unchanged_answer_is_not_sent_again(client, library):
    first = client.get("/api/v1/resources?q=太极拳")
    again = client.get("/api/v1/resources?q=太极拳", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_nothing_can_be_written(client, library):
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(client, method)("/api/v1/resources")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert answer["Content-Type"].startswith("application/problem+json")
        assert answer.json()["status"] == 405


def test_head_is_answered_as_get_without_the_body(client, library):
    for address in (
        "/api/v1/resources?q=太极拳",
        f"/api/v1/resources/{world.entry('高等数学').identifier}",
        "/api/v1/openapi.json",
    ):
        asked, told = client.get(address), client.head(address)
        assert (told.status_code, told.content) == (200, b"")
        assert told["Content-Type"] == asked["Content-Type"]
    assert client.head("/api/v1/resources?sort=bad").status_code == 400


def test_answers_are_plain_json_with_chinese_as_it_is(client, library):
    answer = client.get("/api/v1/resources?q=太极拳")
    assert "太极拳".encode() in answer.content
    json.loads(answer.content)


@pytest.mark.parametrize(
    "asked",
    [
        "resources?page=0", "resources?page=x", "resources?size=101", "resources?q=" + "a" * 201, "resources?sort=best",
        "resources?area=nowhere", "resources?year=20", "resources?page=1e400", "batches?page=0", "batches?size=x",
        "suggest?q=" + "a" * 101, "resources?" + "&".join(f"year={year}" for year in range(1900, 1960)), "resources?" + "year=&" * 51,
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_question_is_said_in_the_readers_language(client, db, asked):
    chinese = client.get(f"/api/v1/{asked}")
    client.cookies["django_language"] = "en"
    english = client.get(f"/api/v1/{asked}")
    assert (chinese.status_code, english.status_code) == (400, 400)
    said = chinese.json()
    assert said["type"] == "/problems/bad_query"
    for text in (said["title"], *said["fields"].values()):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), text
    told = english.json()
    for text in (told["title"], *told["fields"].values()):
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in text), text

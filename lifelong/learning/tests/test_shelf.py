"""Favourites, notes and lists, through the pages that a learner presses."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.tests.cast import signed_in
from lifelong.catalogue.actions.availability import suspend
from lifelong.learning.actions import lists, shelf
from lifelong.learning.models import Favourite, Note, Progress, StudyList, StudyListItem
from lifelong.learning.queries import shelf as queries

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client_of(learner):
    return signed_in(learner)


def address(entry, name: str) -> str:
    return f"/learning/resources/{entry.identifier}/{name}"


def test_the_resource_page_is_one_for_all_and_loads_what_is_ones_own_from_elsewhere(entry, client_of):
    page = Client().get(f"/resources/{entry.identifier}").content.decode()
    assert "csrfmiddlewaretoken" not in page
    for name in ("shelf", "notes", "voices"):
        assert f'hx-get="{address(entry, name)}"' in page
        assert f'href="{address(entry, name)}"' in page  # without a script
        answer = Client().get(address(entry, name))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("fragment", [True, False])
def test_a_favourite_is_kept_and_let_go(entry, learner, client_of, fragment):
    head = FRAGMENT if fragment else {}
    answer = client_of.post(address(entry, "favourite"), {"on": "1"}, **head)
    assert answer.status_code == (200 if fragment else 302)
    assert Favourite.objects.get().resource_id == entry.resource_id
    shown = client_of.get(address(entry, "shelf")).content.decode()
    assert "已收藏" in shown
    assert entry.title in client_of.get("/learning/favourites").content.decode()
    client_of.post(address(entry, "favourite"), {"on": "0"}, **head)
    assert not Favourite.objects.exists()


def test_a_stranger_is_shown_the_door_and_keeps_nothing(entry):
    assert "登录后收藏" in Client().get(address(entry, "shelf")).content.decode()
    assert Client().post(address(entry, "favourite"), {"on": "1"})["Location"].startswith("/accounts/login/")
    Client().post(address(entry, "notes"), {"text": "偷写"})
    assert not Note.objects.exists()


def test_nothing_is_kept_of_what_is_not_online(entry, learner, client_of, operator):
    shelf.keep(entry, by=learner, at=timezone.now())
    shelf.write_note(entry, text="留下的", second=3, by=learner, at=timezone.now())
    suspend(entry.resource, by=operator, reason="核实", at=timezone.now())
    for name in ("shelf", "notes", "voices"):
        assert client_of.get(address(entry, name)).status_code == 404
    assert client_of.post(address(entry, "favourite"), {"on": "1"}).status_code == 404
    assert entry.title not in client_of.get("/learning/favourites").content.decode()
    notes = client_of.get("/learning/notes").content.decode()
    assert "留下的" in notes  # one's own words stay one's own
    assert f"/resources/{entry.identifier}" not in notes
    entry.refresh_from_db()
    with pytest.raises(shelf.MayNotKeep):
        shelf.keep(entry, by=learner, at=timezone.now())


def test_a_note_stands_at_its_second_and_leads_there(entry, client_of):
    client_of.post(address(entry, "notes"), {"text": "起势要慢", "second": "95", "file": "1"})
    shown = client_of.get(address(entry, "notes"), **FRAGMENT).content.decode()
    assert f"/resources/{entry.identifier}?t=95" in shown
    assert 'data-second="95"' in shown
    assert "1:35" in shown


def test_an_empty_note_is_refused_beside_its_field(entry, client_of):
    answer = client_of.post(address(entry, "notes"), {"text": "  "}, **FRAGMENT)
    assert answer.status_code == 200  # the page puts in nothing else
    assert "field-error" in answer.content.decode()
    assert client_of.post(address(entry, "notes"), {"text": ""}).status_code == 422


def test_notes_are_found_changed_deleted_and_taken_along(entry, library, learner, client_of):
    now = timezone.now()
    first = shelf.write_note(entry, text="=1+1 起势", second=95, by=learner, at=now)
    shelf.write_note(library["中医养生保健"], text="早睡", second=None, by=learner, at=now)
    assert "早睡" not in client_of.get("/learning/notes?q=太极").content.decode()
    assert "早睡" in client_of.get("/learning/notes?q=养生").content.decode()
    client_of.post(f"/learning/notes/{first.pk}", {"text": "=1+1 改过"})
    text = client_of.get("/learning/notes.txt").content.decode()
    assert "改过" in text
    assert "0:01:35" in text
    sheet = load_workbook(io.BytesIO(client_of.get("/learning/notes.xlsx").content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1 改过"]
    assert cells[0].data_type == "s"
    client_of.post(f"/learning/notes/{first.pk}/delete")
    assert Note.objects.count() == 1


def test_notes_and_lists_of_others_do_not_exist(entry, learner, other):
    now = timezone.now()
    note = shelf.write_note(entry, text="我的", second=None, by=learner, at=now)
    mine = lists.make_list(title="我的", by=learner, at=now)
    item = lists.add_to_list(mine, entry, by=learner, at=now)
    rival = signed_in(other)
    assert rival.get(f"/learning/notes/{note.pk}").status_code == 404
    assert rival.post(f"/learning/notes/{note.pk}/delete").status_code == 404
    assert rival.get(f"/learning/lists/{mine.pk}").status_code == 404
    assert rival.post(f"/learning/lists/{mine.pk}/delete").status_code == 404
    assert rival.post(f"/learning/lists/{mine.pk}/items/{item.pk}", {"do": "remove"}).status_code == 404
    rival.post(address(entry, "lists"), {"study_list": mine.pk})
    assert StudyListItem.objects.count() == 1


def test_a_list_is_made_filled_ordered_and_emptied(library, learner, client_of):
    for title in ("二十四式太极拳入门", "太极拳进阶", "中医养生保健"):
        client_of.post(address(library[title], "lists"), {"title": "冬天学", "study_list": first_list()})
    row = queries.lists(learner)[0]
    assert [one.card.title for one in row.items] == ["二十四式太极拳入门", "太极拳进阶", "中医养生保健"]
    path = f"/learning/lists/{row.study_list.pk}"
    client_of.post(f"{path}/items/{row.items[2].item.pk}", {"do": "up"})
    client_of.post(f"{path}/items/{row.items[0].item.pk}", {"do": "down"})
    assert [one.card.title for one in queries.lists(learner)[0].items] == [
        "中医养生保健", "二十四式太极拳入门", "太极拳进阶",
    ]  # fmt: skip
    client_of.post(f"{path}/items/{row.items[0].item.pk}", {"do": "remove"})
    assert len(queries.lists(learner)[0].items) == 2
    client_of.post(path, {"title": "春天学", "due_date": "2030-03-01"})
    assert "春天学" in client_of.get(path).content.decode()
    client_of.post(f"{path}/delete")
    assert not StudyList.objects.exists()


def first_list() -> str:
    found = StudyList.objects.first()
    return str(found.pk) if found else ""


def test_two_lists_of_one_name_are_refused_in_words(client_of):
    client_of.post("/learning/lists", {"title": "书法"})
    answer = client_of.post("/learning/lists", {"title": " 书法 "})
    assert answer.status_code == 422
    assert "换一个名称" in answer.content.decode()


def test_progress_of_a_plan_is_told_from_what_was_studied(entry, library, learner, client_of):
    now = timezone.now()
    plan = lists.make_list(title="计划", due_date=(now - timedelta(days=3)).date(), by=learner, at=now)
    for one in (entry, library["智能手机摄影基础"]):
        lists.add_to_list(plan, one, by=learner, at=now)
    Progress.objects.create(user=learner, resource=entry.resource, completed_at=now)
    Progress.objects.create(user=learner, resource=library["智能手机摄影基础"].resource, seen_s=600)
    row = queries.lists(learner)[0]
    assert [(one.done, one.percent) for one in row.items] == [(True, 100), (False, 50)]
    assert (row.done, row.percent) == (1, 75)
    page = client_of.get("/learning/lists").content.decode()
    assert "学完 1 / 2" in page
    assert "已过期" in page


@pytest.mark.parametrize("path", ["/learning/favourites", "/learning/notes", "/learning/lists"])
def test_pages_of_ones_own_ask_a_constant_number_of_times(
    path, library, learner, client_of, django_assert_max_num_queries
):
    entries = list(library.values())
    fill(learner, entries[:1])
    client_of.get(path)
    with django_assert_max_num_queries(16) as few:
        client_of.get(path)
    fill(learner, entries[1:])
    with django_assert_max_num_queries(len(few)):
        assert client_of.get(path).status_code == 200


def fill(learner, entries) -> None:
    for entry in entries:
        now = timezone.now()
        shelf.keep(entry, by=learner, at=now)
        shelf.write_note(entry, text="记", second=1, by=learner, at=now)
        mine = lists.make_list(title=entry.title, by=learner, at=now)
        lists.add_to_list(mine, entry, by=learner, at=now)

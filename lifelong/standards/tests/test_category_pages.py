"""The operator's pages of the tree."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.standards import queries
from lifelong.standards.actions import categories as actions
from lifelong.standards.categories import from_toml
from lifelong.standards.models import CategoryNode
from lifelong.web import desk

pytestmark = pytest.mark.django_db


def act(client, at, do, **given):
    return client.post(reverse("category-desk", args=[at]), {"do": do, **{f"{do}-{k}": v for k, v in given.items()}})


def test_the_operator_adds_renames_moves_and_merges(operator):
    client = signed_in(operator)
    assert act(client, "older.health", "add", name="太极拳").status_code == 302
    code = "older.health.taijiquan"
    assert act(client, code, "rename", name="太极").status_code == 302
    assert act(client, code, "move", to="older.leisure").status_code == 302
    assert queries.category_tree().path_of(code) == "休闲娱乐-太极"
    act(client, "older.leisure", "add", name="拳术", code="boxing")
    answer = act(client, code, "merge", to="older.leisure.boxing")
    assert answer.url == reverse("category-desk", args=["older.leisure.boxing"])
    assert client.get(reverse("category-desk", args=[code])).status_code == 302
    page = client.get(answer.url).content.decode()
    assert "拳术" in page


def test_what_waits_to_be_settled_stands_on_top_and_on_the_first_page(operator, reporter):
    found = queries.category_tree().resolve("主动健康-八段锦")
    pending = actions.remember_pending(found, by=reporter, at=timezone.now())
    client = signed_in(operator)
    page = client.get(reverse("categories-desk")).content.decode()
    assert "待归类（1）" in page
    assert [w.count for w in desk.waiting_for(operator) if w.url == reverse("categories-desk")] == [1]
    assert act(client, pending.code, "settle").status_code == 302
    assert "待归类（" not in client.get(reverse("categories-desk")).content.decode()


def test_a_mistake_comes_back_on_the_form(operator):
    client = signed_in(operator)
    page = act(client, "community.science.aviation", "rename", name=" ")
    assert page.status_code == 422
    page = act(client, "community.science", "add", name="航空知识")
    assert (page.status_code, "已有「航空知识」" in page.content.decode()) == (422, True)
    page = act(client, "community.science", "rename", name="别的")
    assert "由标准规定" in page.content.decode()
    assert CategoryNode.objects.get(code="community.science").name == "科学文化"


def test_the_whole_tree_goes_out_as_a_file(operator):
    answer = signed_in(operator).get(reverse("categories-export"))
    assert [n.code for n in from_toml(answer.content.decode())] == [n.code for n in queries.category_tree()]


def test_the_page_costs_the_same_for_many_nodes(operator, django_assert_max_num_queries):
    client = signed_in(operator)
    for number in range(25):
        actions.add_node(CategoryNode.objects.get(code="older.health"), f"第{number}种", by=operator, at=timezone.now())
    with django_assert_max_num_queries(15):
        assert client.get(reverse("categories-desk")).status_code == 200
    with django_assert_max_num_queries(15):
        assert client.get(reverse("category-desk", args=["older.health"])).status_code == 200


def test_the_tree_shows_names_and_no_codes(operator):
    page = signed_in(operator).get(reverse("categories-desk")).content.decode()
    assert "社区教育 › 科学文化 › 航空知识" in page
    assert ">community.science.aviation<" not in page

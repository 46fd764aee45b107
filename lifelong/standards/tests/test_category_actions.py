"""The tree in service: whatever the operator changes, what was written before still finds its node."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.standards import events, queries
from lifelong.standards.actions import categories as actions
from lifelong.standards.categories import from_toml, packaged, to_toml
from lifelong.standards.metadata import validate
from lifelong.standards.models import CategoryNode, NodeState

pytestmark = pytest.mark.django_db


def node(code):
    return CategoryNode.objects.get(code=code)


def resolved(path):
    return queries.category_tree().resolve(path)


@pytest.fixture
def tai_chi(operator):
    return actions.add_node(node("older.health"), "太极拳", by=operator, at=timezone.now())


def test_a_new_database_holds_the_packaged_tree():
    tree = queries.category_tree()
    assert [n.code for n in tree] == [n.code for n in packaged()]
    assert actions.load_tree() == 0


def test_bringing_the_tree_in_again_leaves_what_the_operator_changed(operator, tai_chi):
    actions.rename_node(node("community.science.aviation"), "航空航天", by=operator, at=timezone.now())
    CategoryNode.objects.filter(code="community.science.aviation.engines").delete()
    assert actions.load_tree() == 1
    assert node("community.science.aviation").name == "航空航天"
    assert resolved("太极拳").node.code == tai_chi.code


def test_a_new_node_gets_a_latin_code_that_nobody_else_has(operator, tai_chi):
    assert tai_chi.code == "older.health.taijiquan"
    again = actions.add_node(node("older.leisure"), "太极拳", by=operator, at=timezone.now())
    assert again.code == "older.leisure.taijiquan"
    other = actions.add_node(node("older.health"), "太极圈", by=operator, at=timezone.now())
    assert other.code == "older.health.taijiquan-2"
    given = actions.add_node(tai_chi, "二十四式", by=operator, at=timezone.now(), code="form-24")
    assert given.code == "older.health.taijiquan.form-24"
    deep = tai_chi
    for level in range(8):
        deep = actions.add_node(deep, f"很深很深很深很深的一级{level}", by=operator, at=timezone.now())
    assert len(deep.code) <= 80


def test_a_renamed_node_is_still_found_by_its_old_name(operator, tai_chi):
    actions.rename_node(tai_chi, "太极", by=operator, at=timezone.now())
    found = resolved("主动健康-太极拳")
    assert (found.node.code, found.path, found.moved) == (tai_chi.code, "主动健康-太极", True)
    actions.rename_node(node(tai_chi.code), "太极拳", by=operator, at=timezone.now())
    assert not resolved("主动健康-太极拳").moved


def test_a_moved_node_takes_what_is_below_along_and_is_found_at_its_old_place(operator, tai_chi):
    child = actions.add_node(tai_chi, "二十四式", by=operator, at=timezone.now())
    actions.move_node(tai_chi, node("community.civility"), by=operator, at=timezone.now())
    found = resolved("老年教育-主动健康-太极拳-二十四式")
    assert (found.node.code, found.area, found.path) == (child.code, "community", "文明素养-太极拳-二十四式")
    assert node(child.code).area == "community"
    actions.move_node(node(tai_chi.code), node("older.health"), by=operator, at=timezone.now())
    assert resolved("主动健康-太极拳").node.code == tai_chi.code
    assert not resolved("主动健康-太极拳").moved


def test_a_merged_node_leads_on_with_all_below_it(operator, tai_chi):
    other = actions.add_node(node("older.health"), "打太极", by=operator, at=timezone.now())
    same = actions.add_node(other, "入门", by=operator, at=timezone.now())
    kept = actions.add_node(tai_chi, "入门", by=operator, at=timezone.now())
    only = actions.add_node(other, "提高", by=operator, at=timezone.now())
    assert actions.merge_node(other, tai_chi, by=operator, at=timezone.now()).code == tai_chi.code
    assert resolved("主动健康-打太极-入门").node.code == kept.code
    assert resolved("主动健康-打太极-提高").node.code == only.code
    assert resolved(same.code).node.code == kept.code
    assert resolved("打太极").node.code == tai_chi.code


def test_an_unknown_level_is_remembered_once_and_settled_by_the_operator(operator, reporter):
    found = resolved("主动健康-八段锦-站式")
    first = actions.remember_pending(found, by=reporter, at=timezone.now())
    again = actions.remember_pending(found, by=reporter, at=timezone.now())
    assert first == again
    assert [n.name for n in CategoryNode.objects.pending()] == ["八段锦", "站式"]
    assert resolved("主动健康-八段锦-站式").pending
    actions.settle_node(first, by=operator, at=timezone.now())
    assert node(first.code).state == NodeState.SETTLED
    assert not resolved("主动健康-八段锦-站式").pending
    with pytest.raises(actions.AlreadySettled):
        actions.settle_node(first, by=operator, at=timezone.now())


def test_a_level_is_settled_together_with_those_it_stands_below(operator, reporter):
    deepest = actions.remember_pending(resolved("主动健康-八段锦-站式"), by=reporter, at=timezone.now())
    actions.settle_node(deepest, by=operator, at=timezone.now())
    assert not CategoryNode.objects.pending().exists()


def test_the_validator_reads_the_tree_in_service(operator, tai_chi):
    context = queries.metadata_context("sheet", attached=frozenset({"cover", "files"}))
    result = validate({"title": "太极拳入门", "category": "太极拳"}, context=context)
    assert result.category.node.code == tai_chi.code
    assert "category.pending" not in [p.code for p in result.problems]


@pytest.mark.parametrize("code", ["older", "older.health"])
def test_what_the_standard_fixes_cannot_be_changed(operator, tai_chi, code):
    for verb in (
        lambda: actions.rename_node(node(code), "别的", by=operator, at=timezone.now()),
        lambda: actions.move_node(node(code), node("community.science"), by=operator, at=timezone.now()),
        lambda: actions.merge_node(node(code), tai_chi, by=operator, at=timezone.now()),
        lambda: actions.move_node(tai_chi, node("older"), by=operator, at=timezone.now()),
        lambda: actions.merge_node(tai_chi, node("older"), by=operator, at=timezone.now()),
        lambda: actions.add_node(node("older"), "第五级", by=operator, at=timezone.now()),
    ):
        with pytest.raises(actions.FixedByStandard):
            verb()


def test_a_node_cannot_be_put_below_itself_or_beside_its_namesake(operator, tai_chi):
    child = actions.add_node(tai_chi, "入门", by=operator, at=timezone.now())
    for place in (tai_chi, child):
        with pytest.raises(actions.LeadsInCircle):
            actions.move_node(tai_chi, place, by=operator, at=timezone.now())
        with pytest.raises(actions.LeadsInCircle):
            actions.merge_node(tai_chi, place, by=operator, at=timezone.now())
    with pytest.raises(actions.NameTaken):
        actions.add_node(node("older.health"), "太 极 拳", by=operator, at=timezone.now())
    with pytest.raises(actions.CategoryRefused):
        actions.rename_node(tai_chi, " ", by=operator, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        CategoryNode.objects.filter(pk=child.pk).update(parent=child)


def test_every_change_is_audited_and_told(operator):
    heard = []
    events.category_changed.connect(
        lambda **news: heard.append((news["code"], news["change"])), weak=False, dispatch_uid="t"
    )
    try:
        made = actions.add_node(node("older.health"), "太极拳", by=operator, at=timezone.now())
        actions.rename_node(made, "太极", by=operator, at=timezone.now())
        actions.move_node(made, node("older.leisure"), by=operator, at=timezone.now())
    finally:
        events.category_changed.disconnect(dispatch_uid="t")
    assert [change for _code, change in heard] == ["added", "renamed", "moved"]
    verbs = list(AuditEntry.objects.filter(verb__startswith="standards.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["standards.category_added", "standards.category_renamed", "standards.category_moved"]


def test_the_tree_is_rebuilt_only_when_it_changed(operator, django_assert_num_queries):
    before = queries.category_tree()
    with django_assert_num_queries(1):
        assert queries.category_tree() is before
    actions.add_node(node("older.health"), "太极拳", by=operator, at=timezone.now())
    assert queries.category_tree() is not before


def test_what_is_exported_can_be_read_by_precheck(operator, tai_chi):
    actions.rename_node(tai_chi, "太极", by=operator, at=timezone.now())
    actions.move_node(node(tai_chi.code), node("older.leisure"), by=operator, at=timezone.now())
    tree = queries.category_tree()
    again = from_toml(to_toml(tree))
    assert again.resolve("主动健康-太极").node == tree.resolve("主动健康-太极").node
    assert again.nodes == tree.nodes

"""The category tree: what a person writes finds its node, and nothing written is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.standards.categories import Alias, Node, Tree, from_toml, packaged, to_toml


def tree_with(*more: Node) -> Tree:
    return Tree([*packaged().nodes.values(), *more], version="test")


def test_the_example_of_the_standard_resolves_from_the_second_level():
    found = packaged().resolve("科学文化-航空知识-航空发动机")
    assert (found.node.code, found.area) == ("community.science.aviation.engines", "community")
    assert found.path == "科学文化-航空知识-航空发动机"
    assert not found.pending


@pytest.mark.parametrize(
    "written",
    [
        "社区教育-科学文化-航空知识",
        "航空知识",
        "科学文化—航空知识",
        "科学文化－航空知识",
        "科学文化——航空知识",
        " 科学文化 - 航空知识 ",
        "community.science.aviation",
    ],
)
def test_a_path_may_start_anywhere_and_use_any_dash(written):
    found = packaged().resolve(written)
    assert found.node.code == "community.science.aviation"
    assert found.path == "科学文化-航空知识"


def test_an_unknown_deeper_level_is_kept_as_written_and_waits_to_be_settled():
    found = packaged().resolve("老年教育-主动健康-太极拳—入门")
    assert found.node.code == "older.health"
    assert found.rest == ("太极拳", "入门")
    assert found.path == "主动健康-太极拳-入门"
    assert found.pending


def test_an_area_alone_is_a_category():
    assert packaged().resolve("社区教育").node.code == "community"


def test_nothing_matches_at_all():
    assert packaged().resolve("量子烹饪-入门").node is None
    assert packaged().resolve("--").node is None


def test_a_name_that_holds_a_dash_wins_by_the_longest_match():
    tree = tree_with(
        Node("community.science.it", "信息", "community.science"),
        Node("community.science.it-basics", "信息-技术", "community.science"),
        Node("community.science.it-basics.web", "网页", "community.science.it-basics"),
    )
    assert tree.resolve("科学文化-信息-技术-网页").node.code == "community.science.it-basics.web"
    assert tree.resolve("科学文化-信息—技术").node.code == "community.science.it-basics"
    assert tree.resolve("信息-安全").node.code == "community.science.it"


def test_a_name_in_two_areas_needs_the_area_and_says_where_it_stands():
    tree = tree_with(
        Node("older.health.tai-chi", "太极拳", "older.health"),
        Node("community.civility.tai-chi", "太极拳", "community.civility"),
    )
    unclear = tree.resolve("太极拳")
    assert unclear.node is None
    assert set(unclear.candidates) == {"老年教育-主动健康-太极拳", "社区教育-文明素养-太极拳"}
    assert tree.resolve("太极拳", area="older").node.code == "older.health.tai-chi"


def test_an_old_name_and_an_old_place_still_lead_to_the_node():
    tree = tree_with(
        Node(
            "older.health.tai-chi",
            "太极拳",
            "older.health",
            aliases=(Alias("太极", "older.health"), Alias("太极拳", "older.leisure")),
        ),
        Node("older.leisure.taiji", "打太极", "older.leisure", moved_to="older.health.tai-chi"),
    )
    for written in ("主动健康-太极", "休闲娱乐-太极拳", "休闲娱乐-打太极", "older.leisure.taiji"):
        found = tree.resolve(written)
        assert (found.node.code, found.moved) == ("older.health.tai-chi", True), written
    assert "older.leisure.taiji" not in [node.code for node in tree]


def test_a_living_name_stands_before_an_old_one():
    tree = tree_with(
        Node("older.health.a", "甲", "older.health", aliases=(Alias("乙", "older.health"),)),
        Node("older.health.b", "乙", "older.health"),
    )
    assert tree.resolve("乙").node.code == "older.health.b"


def test_a_circle_or_a_missing_parent_is_refused():
    with pytest.raises(ValueError, match="circle"):
        tree_with(Node("a.b", "b", "a.c"), Node("a.c", "c", "a.b"))
    with pytest.raises(ValueError, match="no parent"):
        tree_with(Node("a.b", "b", "nowhere"))
    with pytest.raises(ValueError, match="at the top"):
        tree_with(Node("fifth", "第五领域"))


names = st.text(st.sampled_from("甲乙丙丁-— ab"), min_size=1, max_size=5).filter(lambda n: n.strip(" -—"))


@given(st.lists(names, max_size=6), st.lists(st.sampled_from(["甲", "乙", "丙", "甲-乙", "older.health"]), max_size=5))
def test_the_path_kept_resolves_to_the_same_node_again(children, written):
    nodes = [Node(f"older.health.{i}", name, "older.health") for i, name in enumerate(children)]
    nodes += [Node(f"older.skills.{i}", name, "older.skills") for i, name in enumerate(children[::2])]
    tree = tree_with(*nodes)
    first = tree.resolve("-".join(["老年教育", "主动健康", *written]))
    again = tree.resolve(first.path, area=first.area)
    assert (again.node, again.path, again.rest) == (first.node, first.path, first.rest)


def test_the_exported_file_reads_back_as_the_same_tree():
    tree = tree_with(
        Node(
            "older.health.q",
            '引号"与\\',
            "older.health",
            "pending",
            (Alias("旧", "older.leisure"), Alias("旧二", "older.health")),
        ),
        Node("older.health.gone", "并走", "older.health", moved_to="older.health.q"),
    )
    again = from_toml(to_toml(tree))
    assert {**again.nodes} == {**tree.nodes}
    assert [node.code for node in again] == [node.code for node in tree]


def test_a_file_that_is_no_tree_says_what_is_wrong():
    with pytest.raises(ValueError, match="categories"):
        from_toml('version = "1"')
    with pytest.raises(ValueError, match="code and name"):
        from_toml('[[categories]]\ncode = "older"')

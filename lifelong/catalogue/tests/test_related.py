"""What stands beside a resource: the likest, and never nothing while there is anything in its area."""

from pathlib import Path

from lifelong.catalogue.search.related import related
from lifelong.catalogue.tests.test_search import resource, view_on


def test_the_likest_come_first_and_the_area_fills_up_by_views(tmp_path: Path) -> None:
    facts = [
        resource(1, "太极拳入门", keywords=["太极拳"], area="older", category=("older", "older.health")),
        resource(2, "太极拳套路", keywords=[], area="community", category=("community",)),
        resource(3, "钢笔字", keywords=[], area="older", category=("older",), views=5),
        resource(4, "合唱", keywords=[], area="older", category=("older",), views=9),
        resource(5, "会计基础", keywords=[], area="degree", category=("degree",), views=99),
    ]
    view = view_on(tmp_path, *facts)
    asked = ("太极拳入门", ["太极拳"], "older.health", "older")
    assert related(view, 1, *asked, limit=4) == [2, 4, 3]
    assert related(view, 1, *asked, limit=2) == [2, 4]
    assert related(view, 4, "合唱", [], "", "older", limit=1) == [3]

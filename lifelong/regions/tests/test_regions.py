import pytest
from django.core.management import call_command

from lifelong.regions import queries
from lifelong.regions.actions import load_regions, rows
from lifelong.regions.models import Region

DIRECT_COUNTIES = ["410181", "410225", "410482", "410526", "410783", "411381", "411481", "411525", "411628", "411729"]
pytestmark = pytest.mark.django_db


def test_henan_has_28_reporting_regions():
    found = [region.code for region in queries.reporting_regions("410000")]
    cities = [f"41{number:02}00" for number in range(1, 18)]
    assert found == sorted([*cities, *DIRECT_COUNTIES, "419001"])


def test_every_county_run_by_the_province_keeps_its_city_as_code_parent():
    for code in DIRECT_COUNTIES:
        region = queries.region(code)
        assert (region.code_parent_id, region.reporting_parent_id) == (f"{code[:4]}00", "410000")


def test_jiyuan_has_no_city_above_it():
    jiyuan = queries.region("419001")
    assert (jiyuan.name, jiyuan.code_parent_id, jiyuan.reporting_parent_id) == ("济源示范区", "410000", "410000")
    assert queries.region("419000") is None


def test_a_county_run_by_the_province_is_within_the_province_and_not_within_its_city():
    assert "410181" in queries.within("410000")
    assert "410181" not in queries.within("410100")
    assert {"410100", "410105"} <= queries.within("410100")
    assert queries.within(queries.region("410105")) == {"410105"}


def test_an_unknown_code_has_nothing_below_and_no_province():
    assert queries.within("999999") == frozenset()
    assert queries.province_of("999999") is None
    assert queries.reporting_regions("999999") == []
    assert queries.full_name("999999") == ""


def test_all_34_provinces_are_there():
    assert len(queries.provinces()) == 34
    assert [region.code for region in queries.provinces()][-3:] == ["710000", "810000", "820000"]


def test_the_province_of_anything_is_found_upwards():
    assert queries.province_of("411729").code == "410000"
    assert queries.province_of("440300").name == "广东省"
    assert queries.province_of("110000").code == "110000"
    assert queries.full_name("410100") == "河南省 郑州市"
    assert queries.full_name("410000") == "河南省"


def test_the_tree_costs_one_query_and_then_none(django_assert_num_queries):
    queries.forget_tree()
    with django_assert_num_queries(1):
        queries.tree()
    with django_assert_num_queries(0):
        queries.within("410000")
        queries.reporting_regions("410000")


def test_a_row_of_the_file_names_parents_that_fit_its_code():
    known = {row["code"]: row for row in rows()}
    assert len(known) == len(rows())
    for row in known.values():
        assert row["code"].isdigit()
        assert len(row["code"]) == 6
        if row["level"] != "province":
            assert known[row["code_parent_id"]]["code"][:2] == row["code"][:2]
            assert row["reporting_parent_id"] in {row["code_parent_id"], f"{row['code'][:2]}0000"}


def test_a_short_name_means_one_region():
    names = [row["short_name"] for row in rows()]
    assert len(names) == len(set(names))


def test_loading_again_changes_nothing_and_mends_what_was_altered():
    Region.objects.filter(code="410100").update(name="别名")
    before = Region.objects.count()
    assert load_regions() == before
    assert Region.objects.count() == before
    assert Region.objects.get(code="410100").name == "郑州市"


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_has_its_regions_again():
    call_command("flush", interactive=False, verbosity=0)
    assert len(queries.reporting_regions("410000")) == 28
    assert Region.objects.provinces().count() == 34

"""What the form's two category fields show must say again what was there, or saving a title would change it."""

import pytest

from lifelong.resources.models import Version
from lifelong.resources.queries.categories import category_choices, choice_of, split_path

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "written",
    ["社区教育", "社区教育-科学文化", "社区教育-科学文化-航空知识-航空发动机", "社区教育-没有这一类", "闻所未闻", ""],
)
def test_a_category_comes_back_from_the_form_as_it_went_in(written):
    code, more = split_path(Version(area="community"), written)
    offered = {code for _area, nodes in category_choices() for code, _name in nodes}
    assert not code or code in offered, "the select box would drop it"
    assert choice_of(code, more) == written

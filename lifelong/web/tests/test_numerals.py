import pytest

from lifelong.web.numerals import numeral, numerals


@pytest.mark.parametrize("text", ["", "-1", "²", "٣", "1.5", " 1", "9" * 19, "9" * 5000])
def test_what_is_no_plain_number_is_none(text):
    assert numeral(text) is None


def test_numbers_keep_their_order_and_the_rest_falls_out():
    assert numerals(["7", "²", "03", "x"]) == [7, 3]

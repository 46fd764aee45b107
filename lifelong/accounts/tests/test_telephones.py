import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.accounts import telephones
from lifelong.accounts.telephones import TelephoneError, landline, mobile


@pytest.mark.parametrize(
    "written",
    [
        "0379 1234567", "03791234567", "0379-1234567", "（0379）1234567", "(0379) 1234567", "０３７９－１２３４５６７",
        "+86 379 1234567", "0086-379-1234567", "0379—1234567", "0379–123 4567", " 0379\n1234567 ",
    ],
)  # fmt: skip
def test_one_landline_in_many_writings_is_one_number(written: str) -> None:
    assert landline(written) == telephones.Landline("0379-1234567")


@pytest.mark.parametrize("written", ["0379-1234567-8", "03791234567转8", "0379 1234567 分机8", "0379-1234567 ext 8"])
def test_an_extension_is_kept_apart(written: str) -> None:
    assert landline(written) == telephones.Landline("0379-1234567", "8")


def test_eight_digits_are_not_seven_and_an_extension() -> None:
    assert landline("0371-12345678") == telephones.Landline("0371-12345678")
    assert landline("01012345678-801") == telephones.Landline("010-12345678", "801")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1234567", "缺少区号"), ("0379-123456", "6 位"), ("0379-123456789", "9 位"), ("0400-1234567", "不存在"),
        ("0379-1234567、0379-7654321", "只填一个"), ("办公室", "不是号码"), ("", "不是号码"),
        ("0379-1234567/7654321", "只填一个"),
    ],
)  # fmt: skip
def test_a_wrong_landline_is_told_what_is_wrong(written: str, words: str) -> None:
    with pytest.raises(TelephoneError, match=words):
        landline(written)


@pytest.mark.parametrize(
    "written", ["13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "１３８１２３４５６７８"]
)
def test_one_mobile_in_many_writings_is_one_number(written: str) -> None:
    assert mobile(written) == "13812345678"


@pytest.mark.parametrize("written", ["12812345678", "1381234567", "138123456789", "0379-1234567", "abc", ""])
def test_what_is_no_mobile_is_refused(written: str) -> None:
    with pytest.raises(TelephoneError):
        mobile(written)


areas = st.sampled_from(sorted(telephones.AREAS))
numbers = st.from_regex(r"[1-9][0-9]{6,7}", fullmatch=True)
breaks = st.sampled_from(["", " ", "-", "—", "－", "  "])


@given(areas, numbers, breaks, st.sampled_from(["", "-8", " 转 801"]))
def test_reading_what_was_written_gives_the_same_number_again(area: str, number: str, gap: str, more: str) -> None:
    first = landline(f"{area}{gap}{number}{more}")
    assert first.number == f"{area}-{number}"
    assert landline(str(first)) == first


def test_an_address_loses_full_width_signs_and_spaces() -> None:
    assert telephones.email(" ｚｈａｎｇ＠example。org ") == "zhang@example.org"

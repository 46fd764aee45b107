from hypothesis import given
from hypothesis import strategies as st

from lifelong.resources.identifiers import ALPHABET, as_written, is_valid, new_id

ids = st.builds(new_id)


@given(ids)
def test_a_new_id_is_valid_short_and_without_look_alikes(identifier):
    assert is_valid(identifier)
    assert len(identifier) == 9
    assert not set(identifier) & set("ILOU")


@given(ids, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(identifier, place, character):
    wrong = identifier[:place] + character + identifier[place + 1 :]
    assert is_valid(wrong) == (wrong == identifier)


@given(ids, st.integers(0, 8), st.integers(0, 8))
def test_two_exchanged_characters_are_always_found(identifier, one, other):
    letters = list(identifier)
    letters[one], letters[other] = letters[other], letters[one]
    wrong = "".join(letters)
    assert is_valid(wrong) == (wrong == identifier)


@given(ids)
def test_what_a_person_copies_by_hand_is_read(identifier):
    by_hand = f" {identifier[:4].lower()}-{identifier[4:].lower()} ".replace("0", "o").replace("1", "l")
    assert as_written(by_hand) == identifier
    assert as_written("".join(chr(ord(letter) + 0xFEE0) for letter in identifier)) == identifier  # full width


def test_what_is_no_identifier_is_empty():
    assert as_written("") == as_written("资源一号") == as_written("ABCDEFGH") == ""


def test_ten_thousand_ids_are_all_different():
    assert len({new_id() for _ in range(10_000)}) == 10_000

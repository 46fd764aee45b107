"""The union of what was seen, and what a heartbeat may earn: whatever is sent, never more than time allows."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lifelong.learning import intervals
from lifelong.learning.intervals import allowed, as_seconds, as_tenths, earned, first, length, new_pieces, spent, union

number = st.integers(0, 2_000)
pieces = st.lists(st.tuples(number, number), max_size=30)
seconds = st.floats(0, 4_000, allow_nan=False)
span = st.tuples(seconds, seconds).map(sorted).map(tuple).filter(lambda pair: pair[0] < pair[1])
spans = st.lists(span, min_size=1, max_size=8)
elapsed = st.floats(-10_000, 10_000, allow_nan=False)
speed = st.floats(-100, 100, allow_nan=False)


def cells(found) -> set[int]:
    return {tenth for start, end in found for tenth in range(start, end)}


@given(pieces)
def test_a_union_is_sorted_apart_and_covers_the_same(given_pieces):
    made = union(given_pieces)
    assert all(start < end for start, end in made)
    assert all(left[1] < right[0] for left, right in pairwise(made))
    assert cells(made) == cells(given_pieces)
    assert length(made) == len(cells(given_pieces))


@given(pieces, st.randoms())
def test_a_union_knows_no_order_and_is_idempotent(given_pieces, random):
    shuffled = list(given_pieces)
    random.shuffle(shuffled)
    assert union(shuffled) == union(given_pieces) == union(union(given_pieces))


@given(pieces, pieces, st.integers(0, 3_000))
def test_new_pieces_are_what_was_never_seen_and_are_cut_to_what_is_allowed(seen, wanted, most):
    fresh = new_pieces(union(seen), union(wanted))
    assert cells(fresh) == cells(wanted) - cells(seen)
    assert length(first(fresh, most)) == min(most, length(fresh))


@given(pieces)
def test_seconds_and_tenths_are_the_same_union(given_pieces):
    made = union(given_pieces)
    assert as_tenths(as_seconds(made)) == made


@given(pieces, spans, elapsed, speed)
def test_a_gain_is_never_longer_than_what_was_claimed_or_what_time_allows(seen, claimed, passed, rate):
    before = union(seen)
    after, gain = earned(before, claimed, passed, rate)
    assert gain <= length(as_tenths(claimed))
    assert gain <= min(max(passed, 0), 600) * 2 * 10 + 1e-3
    assert length(after) - length(before) == gain
    assert cells(before) <= cells(after)


@given(pieces, spans, st.floats(-10_000, 0), speed)
def test_no_time_earns_nothing(seen, claimed, passed, rate):
    before = union(seen)
    assert earned(before, claimed, passed, rate) == (before, 0)
    assert spent(claimed, passed, rate) == 0


@given(spans, elapsed, speed)
def test_the_same_again_earns_nothing(claimed, passed, rate):
    after, _gain = earned([], claimed, 10_000, 2)
    whole = union([*after, *as_tenths(claimed)])
    assert earned(whole, claimed, passed, rate) == (whole, 0)


@given(pieces, st.lists(st.tuples(spans, st.floats(0, 900), speed), max_size=12))
def test_whatever_is_forged_content_is_at_most_twice_the_time(seen, beats):
    covered, total, passed_in_all, spent_in_all = union(seen), 0, 0.0, 0.0
    for claimed, passed, rate in beats:
        covered, gain = earned(covered, claimed, passed, rate)
        total += gain
        passed_in_all += passed
        spent_in_all += spent(claimed, passed, rate)
    assert total / 10 <= 2 * passed_in_all + 1e-6
    assert total / 10 <= 2 * spent_in_all + 0.1 * len(beats)
    assert spent_in_all <= passed_in_all + 1e-6


def test_who_shreds_a_film_into_crumbs_does_not_make_the_row_grow_without_end():
    seen = union((n * 4, n * 4 + 1) for n in range(intervals.MOST_PIECES))
    assert earned(seen, [(5_000.0, 5_001.0)], 60, 1) == (seen, 0)
    assert earned(seen, [(0.0, 1.0)], 60, 1)[1] > 0  # what closes a gap is welcome


def test_a_pause_is_not_time_spent_and_a_dropped_line_keeps_ten_minutes():
    assert spent([(0, 15)], 300, 1) == 15
    assert spent([(0, 30)], 15, 2) == 15
    assert allowed(10_000, 1) == allowed(600, 1) == 6_000
    assert allowed(10, 16) == 200

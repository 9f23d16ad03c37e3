from __future__ import annotations

import contextlib
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from medunet.cases.runs import _NUMBERS, LANDMARKS, mask_of_points, mask_of_runs, points_of
from medunet.errors import InputError


def runs_of(mask):
    """A second way to run-length text: the steps of the flattened mask."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.ravel().astype(int), [0]])))
    return " ".join(f"{start + 1} {end - start}" for start, end in edges.reshape(-1, 2))


@settings(deadline=None)
@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_there_and_back(mask):
    assert np.array_equal(mask_of_runs(runs_of(mask), mask.shape, "t, line 2", "heart"), mask)


def test_starts_count_from_one():
    assert mask_of_runs("1 1 6 1", (2, 3), "", "").tolist() == [[True, False, False], [False, False, True]]
    assert mask_of_runs("1 2 3 1", (1, 4), "", "").tolist() == [[True, True, True, False]]
    assert not mask_of_runs("", (2, 3), "", "").any()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1 2 3", "3 numbers, which is odd"),
        ("0 2", "the start 0; the least is 1"),
        ("-4 2", "the start -4"),
        ("3 0", "the length 0"),
        ("3 -1", "the length -1"),
        ("1 3 3 1", "runs that overlap, at the start 3"),
        ("5 1 1 1", "runs that are not in order, at the start 1"),
        ("6 2", "ends at 7, beyond the 6 pixels of 2 × 3"),
        ("900000000000000000 900000000000000000", "beyond the 6 pixels"),
        ("1 1.5", "'1.5', which is no whole number"),
        ("nan 1", "no whole number"),
        ("1 ²", "no whole number"),
    ],
)
def test_wrong_runs(text, fault):
    with pytest.raises(InputError, match=fault) as caught:
        mask_of_runs(text, (2, 3), "table.csv, line 7", "heart")
    assert caught.value.where == "table.csv, line 7"
    assert caught.value.what.startswith("heart ")


@settings(deadline=None)
@given(st.text(alphabet="0123456789 -.e", max_size=40))
def test_any_text_is_a_mask_or_a_fault(text):
    with contextlib.suppress(InputError):
        assert mask_of_runs(text, (4, 5), "t", "heart").shape == (4, 5)


@settings(deadline=None)
@given(st.text(alphabet="0129- \n\t\x1c\u2003\u0661.", max_size=30))
def test_all_words_together_are_numbers_where_each_is_one(text):
    alone = all(re.fullmatch(r"-?\d{1,18}", word) for word in text.split())
    assert bool(_NUMBERS.fullmatch(text)) == alone


def test_a_number_too_long_to_be_held_is_none():
    assert _NUMBERS.fullmatch("1" * 18)
    assert not _NUMBERS.fullmatch(f"1 {'1' * 19} 1")


def test_landmarks():
    words = [f"{n % 7}.0" for n in range(240)]
    for text in (",".join(words), f"[{' '.join(words)}]"):
        assert points_of(text, "t").shape == (120, 2)
    assert [end for _, end in LANDMARKS.values()] == [44, 94, 120]
    for text in (",".join(words[:-1]), ",".join([*words[:-1], "nan"]), "a,b"):
        with pytest.raises(InputError, match="Landmarks"):
            points_of(text, "t")


def test_an_outline_holds_its_line_and_stays_near_the_film():
    square = np.array([[1, 1], [3, 1], [3, 2], [1, 2]], dtype=float)
    assert mask_of_points(square, (4, 5), "t", "heart").sum() == 6
    with pytest.raises(InputError, match="beyond the 4 × 5 pixels"):
        mask_of_points(square + 40, (4, 5), "t", "heart")

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.auditing.evidence import far_off, measured


def test_one_far_value_is_found_and_does_not_hide_itself():
    distance, far = far_off([10.0, 11, 9, 10, 12, 8, 10, 60], 4)
    assert far == [7]
    assert distance[7] > 4


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=40), st.floats(0.1, 100), st.floats(-1e3, 1e3))
def test_the_median_is_never_far(values, scale, shift):
    distance, _ = far_off([scale * value + shift for value in values], 3)
    assert np.abs(distance[np.argsort(values)[len(values) // 2]]) <= np.abs(distance).max()
    assert np.isfinite(distance).all()


def test_equal_values_are_never_far():
    assert far_off([3.0] * 9, 1)[1] == []


def test_values_that_hardly_differ_are_not_far_by_a_trifle():
    values = [0.5] * 9 + [0.501]
    assert far_off(values, 4)[1] == [9]
    assert far_off(values, 4, least=0.01)[1] == []


def test_with_few_values_more_is_asked():
    few, many = [float(n % 4) for n in range(8)], [float(n % 4) for n in range(80)]
    far = next(v for v in np.arange(5.0, 40.0, 0.5) if far_off([*many, v], 4)[1])
    assert far_off([*few, far], 4)[1] == []
    assert far_off([*few, 3 * far], 4)[1] == [8]


def test_films_that_lie_wrong_are_not_upright(films, change, evidence_of):
    for folder in ("images", "masks"):
        change(films / folder / "film-03.png", lambda a: a[::-1, ::-1])
    upright = {case.id for case, _ in evidence_of(films).upright}
    assert len(upright) == 13
    assert "film-03" not in upright


def test_what_was_seen_is_sorted_by_what_could_be_read(films, evidence_of):
    path = films / "images" / "film-03.png"
    path.write_bytes(path.read_bytes()[:150])
    evidence = evidence_of(films)
    assert len(evidence.cases) == 14
    assert len(evidence.films) == len(evidence.flat) == 13
    assert len(evidence.drawn) == 14
    assert "film-03" not in evidence.pixels
    assert evidence.chests


def test_a_value_that_is_not_known_is_left_out(sound, evidence_of):
    evidence = evidence_of(sound)
    assert len(measured(evidence.drawn, lambda drawn: drawn.ctr)) == pytest.approx(14, abs=2)
    assert measured(evidence.drawn, lambda drawn: None) == []

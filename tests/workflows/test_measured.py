from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medunet.cases import Case
from medunet.errors import UsageError
from medunet.images import Grid, LabelMap
from medunet.measuring import Intervals, Residuals
from medunet.phantoms import chest_film
from medunet.workflows.measured import Statements, caption, film_of, measure_case, overlay


@pytest.fixture
def film():
    return chest_film(1, 0, size=96)


def case_of(film, **tags):
    return Case("x", film.subject, (Path("x.png"),), tags=tags)


def test_the_table_goes_before_the_file_and_the_user_fills_the_gaps(film):
    image, bare = replace(film.image, view="PA", age=40.0), replace(film.image, view=None, age=None)
    assert film_of(image, case_of(film), Statements()).view == "PA"
    assert film_of(image, case_of(film, view="AP", age="7"), Statements("lateral")).view == "AP"
    assert film_of(image, case_of(film, view="AP", age="7"), Statements()).age == 7
    assert film_of(image, case_of(film), Statements("AP")).view == "PA"
    assert film_of(bare, case_of(film), Statements("AP")).view == "AP"
    assert film_of(None, case_of(film), Statements("AP")).view == "AP"
    assert film_of(image, case_of(film, age="0"), Statements()).age == 0  # a newborn, not an unknown age
    assert film_of(None, case_of(film), Statements(adult=True)).adult


def test_words_become_statements_or_a_mistake():
    assert Statements.of("AP", True) == Statements("AP", True)
    assert Statements.of(None, False) == Statements()
    with pytest.raises(UsageError, match="--view: 'frontal' is not one of PA, AP, lateral"):
        Statements.of("frontal", False)


def test_a_mask_without_spacing_takes_that_of_its_film(film):
    bare = LabelMap(film.labels.array, Grid(film.labels.grid.shape), film.labels.scheme)
    found = {one.name: one for one in measure_case(bare, film.image, case_of(film), Statements())}
    assert found["heart_width"].unit == "mm"
    alone = {one.name: one for one in measure_case(bare, None, case_of(film), Statements())}
    assert alone["heart_width"].unit == "px"
    assert found["ctr"].value == alone["ctr"].value == pytest.approx(film.ctr)


def test_the_caption_says_the_ratio_or_why_there_is_none(film):
    measured = measure_case(film.labels, film.image, case_of(film), Statements())
    assert f"CTR {film.ctr:.3f}" in caption(case_of(film), measured)
    empty = LabelMap(np.zeros_like(film.labels.array), film.labels.grid, film.labels.scheme)
    text = caption(case_of(film), measure_case(empty, film.image, case_of(film), Statements()))
    assert text.startswith("x · no CTR: ")
    assert caption(case_of(film), ()) == "x"


def test_the_overlay_shows_contours_and_calipers(film):
    measured = measure_case(film.labels, film.image, case_of(film), Statements())
    plain = np.asarray(overlay(film.image, film.labels, (), ""))
    drawn = np.asarray(overlay(film.image, film.labels, measured, ""))
    assert drawn.shape == plain.shape
    assert (drawn != plain).any()
    assert (plain[..., 0] != plain[..., 1]).any()  # the contours have colours


def test_a_model_s_intervals_are_filled_in_and_the_caption_shows_them(film):
    intervals = Intervals({"ctr": Residuals((0.03,) * 9)}, "validation cases")
    found = measure_case(film.labels, film.image, case_of(film), Statements(), intervals=intervals)
    ratio = next(one for one in found if one.name == "ctr")
    assert (ratio.low, ratio.high, ratio.level) == (pytest.approx(film.ctr - 0.03), pytest.approx(film.ctr + 0.03), 0.9)
    parts = caption(case_of(film), [replace(one, status="flagged", reason="look") for one in found])
    assert parts == f"x · CTR {film.ctr:.3f} (90 %: {ratio.low:.3f} to {ratio.high:.3f}) · flagged"
    other = next(one for one in found if one.name == "ctr_widest")
    assert "no interval: 0 subjects; level 0.90 needs at least 9" in other.reason


def test_masks_of_no_model_have_no_interval_and_need_no_reason(film):
    found = measure_case(film.labels, film.image, case_of(film), Statements())
    assert not any("interval" in one.reason or one.low is not None for one in found)
    found = measure_case(film.labels, film.image, case_of(film), Statements(), intervals="validation chose the weights")
    assert [one.name for one in found if "no interval: validation chose the weights" in one.reason] == [
        "ctr",
        "ctr_widest",
        "ctr_midline",
    ]

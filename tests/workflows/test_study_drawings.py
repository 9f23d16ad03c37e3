from __future__ import annotations

import numpy as np
import pytest

from medunet.workflows.study_drawings import (
    box_drawing,
    cut_off_text,
    distribution_drawing,
    roc_drawing,
    value_digits,
    value_name,
)


def test_the_numbers_of_the_curve_are_its_points_its_band_and_its_cut_offs(made_study):
    drawing = roc_drawing(made_study)
    rows = [dict(zip(drawing.numbers.columns, row, strict=True)) for row in drawing.numbers.rows]
    curve = [(row["one_minus_specificity"], row["sensitivity"]) for row in rows if row["part"] == "curve"]
    assert curve[0] == (0, 0)
    assert curve[-1] == (1, 1)
    assert np.trapezoid(*zip(*[(y, x) for x, y in curve], strict=True)) == pytest.approx(
        made_study.primary.comparison.area.value
    )
    stated = next(row for row in rows if row["part"] == "0.5, stated beforehand")
    assert (stated["sensitivity"], stated["cut_off"]) == (made_study.primary.stated.sensitivity.value, 0.5)
    assert sum(row["part"] == "band" for row in rows) == 101
    assert any("chosen on these rows" in row["part"] for row in rows)


def test_every_value_is_in_the_numbers_of_the_box(made_study):
    drawing = box_drawing(made_study)
    groups = made_study.primary.groups
    values = [value for group, value in drawing.numbers.rows if group == "with cardiomegaly"]
    assert values == pytest.approx(np.sort(groups.value[groups.positive]))
    assert "with cardiomegaly: " in drawing.alt
    assert "median" in drawing.alt


def test_the_shares_of_a_distribution_add_up(made_study):
    rows = distribution_drawing(made_study).numbers.rows
    for group in ("with cardiomegaly", "without cardiomegaly"):
        assert sum(share for name, _, _, share in rows if name == group) == pytest.approx(1)


def test_a_stated_cut_off_is_written_as_it_was_stated_and_a_chosen_one_with_a_digit_more(made_study):
    assert cut_off_text(made_study.primary.stated, made_study) == "0.5"
    chosen = cut_off_text(made_study.primary.chosen, made_study)
    assert len(chosen.partition(".")[2]) == value_digits(made_study) + 1 == 4
    assert value_name(made_study) == "CTR"

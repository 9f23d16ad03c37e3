from __future__ import annotations

import pytest

from medunet.studies.subgroup_levels import levels_of, order_of


def test_words_stand_for_themselves_and_blanks_are_not_known():
    assert levels_of("view", ["PA", " AP", "", "PA"]) == ["PA", "AP", "not known", "PA"]


@pytest.mark.parametrize("column", ["age", "Patient Age", "age_years", "PatientAge"])
def test_ages_go_into_bands(column):
    found = levels_of(column, ["17", "18", "058Y", "60", "80", "", "old"])
    assert found == [
        "below 18",
        "18 to below 40",
        "40 to below 60",
        "60 to below 80",
        "80 and above",
        "not known",
        "not known",
    ]


def test_ages_of_children_have_their_own_units_and_no_age_is_a_slip_of_the_pen():
    found = levels_of("age", ["006M", "020W", "003D", "230M", "412Y", "130"])
    assert found == ["below 18"] * 3 + ["18 to below 40", "not known", "80 and above"]


def test_bands_of_large_numbers_keep_their_names_and_order():
    """Dates and other numbers of many digits: two bands must not get one name."""
    found = levels_of("StudyDate", [str(20_240_101 + n) for n in range(12)])
    assert [found.count(level) for level in order_of(found)] == [3, 3, 3, 3]
    assert order_of(found)[0] == "below 20240103.5"
    spread = levels_of("dose", [str(10.0**n) for n in range(12)])
    assert [spread.count(level) for level in order_of(spread)] == [3, 3, 3, 3]
    assert order_of(spread) == list(dict.fromkeys(spread))


def test_a_column_whose_name_holds_the_letters_of_age_is_no_age():
    assert levels_of("stage", ["1", "2"]) == ["1", "2"]


def test_many_numbers_are_cut_at_their_quartiles():
    found = levels_of("dose", [str(n) for n in range(1, 13)])
    assert [found.count(level) for level in order_of(found)] == [3, 3, 3, 3]
    assert order_of(found)[0] == "below 3.5"


def test_quartiles_that_fall_together_make_fewer_bands():
    """The quartiles of thirty zeros and 1 to 9 are all 0."""
    assert set(levels_of("dose", ["0"] * 30 + [str(n) for n in range(1, 10)])) == {"0 and above"}


def test_a_column_of_names_has_no_levels():
    assert levels_of("name", [f"n{n}" for n in range(21)]) is None
    assert levels_of("name", [f"n{n}" for n in range(20)]) is not None


def test_bands_are_in_order_of_size_and_what_is_not_known_comes_last():
    levels = ["80 and above", "not known", "below 18", "18 to below 40"]
    assert order_of(levels) == ["below 18", "18 to below 40", "80 and above", "not known"]


def test_a_column_of_dicom_ages_is_told_by_its_cells_alone():
    assert levels_of("at scan", ["058Y", "006M", ""]) == ["40 to below 60", "below 18", "not known"]
    assert levels_of("series", ["058Y", "6M", ""]) == ["058Y", "6M", "not known"]

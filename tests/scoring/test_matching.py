import pytest

from medunet.errors import InputError
from medunet.images.labelmap import Scheme
from medunet.scoring.matching import by_normalised_name, match_structures, normalised


@pytest.mark.parametrize("name", ["left lung", "Left_Lung", "LEFT-LUNG", " left  lung ", "left_-lung"])
def test_case_underscore_hyphen_and_blank_make_no_difference(name):
    assert normalised(name) == "left lung"


def test_digits_of_two_names_do_not_run_together():
    assert normalised("rib 1-1") != normalised("rib 11")


def test_structures_are_matched_by_name_whatever_their_values():
    reference = Scheme((("left lung", 1), ("heart", 2)))
    prediction = Scheme((("Heart", 9), ("trachea", 1), ("left_lung", 4)))
    assert match_structures(reference, prediction, where="a") == {"left lung": "left_lung", "heart": "Heart"}


def test_a_structure_the_prediction_does_not_name_is_not_matched():
    assert match_structures(Scheme.of(["lung", "heart"]), Scheme.of(["lung"]), where="a") == {"lung": "lung"}


def test_no_name_in_common_is_a_fault_of_the_names_not_a_score_of_0():
    with pytest.raises(InputError, match=r"a: the prediction names mask, the reference lung, heart: .* in both"):
        match_structures(Scheme.of(["lung", "heart"]), Scheme.of(["mask"]), where="a")


def test_two_names_that_become_one_are_refused():
    with pytest.raises(InputError, match="'left lung' and 'Left_Lung' have one name"):
        by_normalised_name(["left lung", "heart", "Left_Lung"], where="a")


@pytest.mark.parametrize("name", ["all", "Background"])
def test_reserved_names_are_refused(name):
    with pytest.raises(InputError, match="a meaning of its own"):
        by_normalised_name(["heart", name], where="a")

import pytest

from medunet.scoring.measurement_error import score_measurement
from medunet.scoring.reasons import AGAINST_MASKS, against, outcomes
from medunet.scoring.score import Score


def score(predicted, reference, source=AGAINST_MASKS, why=""):
    return score_measurement("a", "p", "ctr", predicted, reference, unit="ratio", against=source, why=why)


def test_signed_and_absolute_error():
    signed, absolute = score(0.45, 0.5)
    assert signed == Score("a", "p", "all", "ctr_error", 0.45 - 0.5, "ratio", AGAINST_MASKS)
    assert absolute == Score("a", "p", "all", "ctr_abs_error", 0.5 - 0.45, "ratio", AGAINST_MASKS)


@pytest.mark.parametrize(
    ("predicted", "reference", "why", "words"),
    [
        (None, 0.5, "heart is missing", "heart is missing"),
        (None, 0.5, "", "no predicted ctr"),
        (0.5, None, "", "no reference ctr"),
        (None, None, "not predicted: truncated", "not predicted: truncated"),
    ],
)
def test_a_missing_number_has_a_reason(predicted, reference, why, words):
    for row in score(predicted, reference, why=why):
        assert row.value is None
        assert row.reason == f"{AGAINST_MASKS}: {words}"


def test_a_flag_stays_beside_the_error():
    assert score(0.9, 0.5, why="CTR above .80")[0].reason == f"{AGAINST_MASKS}: CTR above .80"


def test_a_colon_in_a_column_s_name_does_not_cut_the_reason():
    row = score(None, 0.5, source="against column expert: ctr", why="not predicted")[0]
    assert against(row.reason) == "against column expert ctr"
    assert outcomes(row.reason) == {"not predicted"}


def test_against_is_said_in_its_form():
    with pytest.raises(ValueError, match="against says what ctr is compared with"):
        score(0.5, 0.5, source="ctr_source")

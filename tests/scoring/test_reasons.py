import pytest

from medunet.scoring.reasons import AGAINST_MASKS, OUTCOMES, against, outcomes


@pytest.mark.parametrize(
    ("reason", "source", "found"),
    [
        ("", "", set()),
        ("missed", "", {"missed"}),
        ("missed: heart; invented: left lung, trachea", "", {"missed", "invented"}),
        ("missed; undefined, its denominator is 0", "", {"missed"}),
        ("not predicted: the file is truncated", "", {"not predicted"}),
        (AGAINST_MASKS, AGAINST_MASKS, set()),
        ("against column ctr_source: not predicted: no file", "against column ctr_source", {"not predicted"}),
        ("against the reference masks: the heart was missed", AGAINST_MASKS, set()),
        ("undefined, its denominator is 0", "", set()),
    ],
)
def test_what_a_reason_says(reason, source, found):
    assert against(reason) == source
    assert outcomes(reason) == found


def test_no_outcome_begins_with_another():
    assert not [(a, b) for a in OUTCOMES for b in OUTCOMES if a != b and a.startswith(b)]

import pytest

from medunet.scoring.score import Score


def test_no_value_needs_a_reason():
    with pytest.raises(ValueError, match="no value needs a reason"):
        Score("a", "p", "heart", "dice", None, "ratio")
    assert Score("a", "p", "heart", "dice", None, "ratio", "absent in both").value is None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_is_finite(value):
    with pytest.raises(ValueError, match="finite or None"):
        Score("a", "p", "heart", "dice", value, "ratio")

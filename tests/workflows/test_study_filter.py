from __future__ import annotations

import pytest

from medunet.errors import UsageError
from medunet.workflows.study_filter import Condition, number_of


@pytest.mark.parametrize(
    ("text", "cell", "met"),
    [
        ("view=PA", "PA", True),
        ("view = pa", "PA", True),
        ("view==PA", "AP", False),
        ("view!=AP", "PA", True),
        ("view!=AP", "ap", False),
        ("view=", "", True),
        ("view!=", "", False),
        ("label=1", "1.0", True),
        ("label!=1", "1.0", False),
        ("age>=18", "18", True),
        ("age>18", "18", False),
        ("age<18", "17.5", True),
        ("age<=18", "", False),
        ("age>18", "old", False),
        ("z>-1", "-0.5", True),
        ("age>18", "nan", False),
        ("note=a=b", "a=b", True),
        ("age>=18", "058Y", True),
        ("age>=18", "017Y", False),
        ("age>=18", "230M", True),
        ("age<1", "012W", True),
        ("age<1", "003D", True),
        ("age<006M", "005M", True),
        ("age<6m", "0.6", False),
        ("PatientAge=58", "058y", True),
        ("Patient Age!=58", "058Y", False),
        ("years>=18", "058Y", True),
        ("years>=18", "58Y", False),
        ("Patient Age>=18", "58 Y", True),
        ("image>=18", "58Y", False),
        ("series=12D", "12D", True),
        ("series=12", "12D", False),
    ],
)
def test_a_cell_meets_a_condition_or_not(text, cell, met):
    assert Condition.of(text).met_by(cell) is met


@pytest.mark.parametrize("text", ["view", "=PA", "", ">3", "age>old", "age>nan"])
def test_a_text_that_says_no_condition_is_refused(text):
    with pytest.raises(UsageError, match=r"--where: .* no (condition|number)"):
        Condition.of(text)


def test_a_condition_is_written_without_blanks():
    assert str(Condition.of(" age >= 18 ")) == "age>=18"


@pytest.mark.parametrize(("text", "number"), [("1e3", 1000.0), (" 2 ", 2.0), ("inf", None), ("nan", None), ("x", None)])
def test_a_number_is_finite(text, number):
    assert number_of(text) == number

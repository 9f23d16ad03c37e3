from __future__ import annotations

from medunet.measuring.exam import Exam
from medunet.measuring.film import Film


def test_annotated_names_may_be_spelled_in_another_way(draw):
    exam = Exam.of(draw.chest(), Film(), ("Left-Lung", "RIGHT_LUNG"))
    assert exam.looked_for == {"left lung", "right lung"}
    assert exam.chest.heart is None


def test_named_is_what_the_scheme_knows_looked_for_or_not(draw):
    assert Exam.of(draw.chest(), Film(), ()).named == {"heart", "lungs"}
    assert Exam.of(draw.boxes((9, 9), names=("lung",)), Film()).named == {"lungs"}
    assert Exam.of(draw.boxes((9, 9), names=("liver",)), Film()).named == set()

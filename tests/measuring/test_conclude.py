from __future__ import annotations

from medunet.measuring.conclude import Answer, conclude
from medunet.measuring.exam import Exam
from medunet.measuring.film import Film


def never(chest):
    raise AssertionError("nothing may be computed on a chest with a fault")


def test_a_measure_that_needs_nothing_the_map_names_does_not_apply(draw):
    exam = Exam.of(draw.boxes((9, 9), names=("liver",)), Film("PA", 40))
    assert conclude("ctr", "", "ratio", exam, ("heart", "lungs"), never) == ()


def test_faults_of_the_organs_it_does_not_need_are_no_matter(draw):
    exam = Exam.of(draw.chest(left_lung=None), Film("PA", 40))
    assert conclude("x", "", "px", exam, ("lungs",), never)[0].status == "missing"
    assert conclude("x", "", "px", exam, ("heart",), lambda chest: Answer(1.0))[0].status == "ok"


def test_flags_come_before_notes(draw):
    exam = Exam.of(draw.chest(spacing=(1, 1), heart=[(50, 79, 46, 77), (2, 2, 2, 2)]), Film("PA", 40))
    (found,) = conclude("x", "heart", "mm", exam, ("heart",), lambda chest: Answer(1.0, flags=("odd",)))
    assert found.status == "flagged"
    assert found.reason == "odd; 1 stray part of heart left out (1 px, 0.1%); mm as the file states them"

import pytest

from medunet.scoring.ranking import median_cases, worst
from medunet.scoring.score import Score


def dice(case, *values, reason=""):
    return [Score(case, case, f"structure {i}", "dice", value, "ratio", reason) for i, value in enumerate(values)]


SCORES = [
    *dice("e", 0.9, 1.0),
    *dice("b", 0.5, 0.7),
    *dice("d", 0.6, 0.6),
    *dice("c", 0.0, 0.0, reason="not predicted: truncated"),
    *dice("a", 0.0, 0.0),
    *dice("empty", None, None, reason="absent in both"),
]


def test_worst_first_unpredicted_before_all_ties_by_id():
    assert worst(SCORES) == ("c", "a", "b", "d", "e")
    assert worst(SCORES, n=2) == ("c", "a")
    assert worst(SCORES, n=0) == ()


def test_the_order_of_the_rows_makes_no_difference():
    assert worst(SCORES[::-1]) == worst(SCORES)


def test_a_structure_without_a_value_takes_no_part_in_the_mean():
    scores = [*dice("a", 0.8), *dice("b", 0.9), Score("b", "b", "heart", "dice", None, "ratio", "absent in both")]
    assert worst(scores) == ("a", "b")


def test_of_distances_the_largest_is_the_worst():
    scores = [Score(case, case, "heart", "hd95", value, "mm") for case, value in (("a", 2.0), ("b", 9.0), ("c", 0.0))]
    assert worst(scores, "hd95") == ("b", "a", "c")
    assert worst([Score(s.case, s.case, "heart", "nsd", s.value, "ratio within 2 mm") for s in scores], "nsd")[0] == "c"


@pytest.mark.parametrize(("n", "expected"), [(1, ("b",)), (3, ("a", "b", "d")), (9, ("c", "a", "b", "d", "e"))])
def test_median_cases_are_the_middle_of_the_order(n, expected):
    assert median_cases(SCORES, n=n) == expected


def test_the_largest_error_is_the_worst_whatever_its_sign():
    errors = {"a": 0.01, "b": -0.2, "c": 0.1}
    scores = [Score(case, case, "all", "ctr_error", error, "ratio") for case, error in errors.items()]
    assert worst(scores, "ctr_error") == ("b", "c", "a")


def test_figures_over_all_count_only_where_there_are_none_by_structure():
    over_all = [Score(case, case, "all", "accuracy", value, "ratio") for case, value in [("a", 0.1), ("b", 0.9)]]
    by_structure = [Score(case, case, "heart", "accuracy", v, "ratio") for case, v in [("a", 0.9), ("b", 0.1)]]
    assert worst(over_all, "accuracy") == ("a", "b")
    assert worst(over_all + by_structure, "accuracy") == ("b", "a")


def test_no_scores_of_a_metric_no_cases():
    assert worst(SCORES, "hd95") == median_cases([]) == ()


def test_best_cases_are_the_order_from_its_end():
    from medunet.scoring.ranking import best

    assert best(SCORES, n=2) == worst(SCORES, n=100)[::-1][:2]
    assert best([]) == ()

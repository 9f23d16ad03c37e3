import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.counts import Counts
from medunet.scoring.metrics import METRICS
from medunet.scoring.overlap import COUNTS, score_case
from medunet.scoring.score import Score
from medunet.scoring.summary import summarise

SCHEME = Scheme.of(["lung", "heart"])


def labels(values):
    return LabelMap(np.array([values], np.uint8), Grid((1, len(values))), SCHEME)


def pooled(scores, structure):
    return {summary.metric: summary.pooled for summary in summarise(scores) if summary.structure == structure}


def test_system_b_s_counts_in_two_parts_pool_to_its_published_figures():
    whole = {"tp": 34_032_686, "fp": 877_213, "fn": 618_257, "tn": 102_883_876}
    rows = [Score("a", "a", "lung", name, float(n // 3), "px") for name, n in whole.items()]
    rows += [Score("b", "b", "lung", name, float(n - n // 3), "px") for name, n in whole.items()]
    rows += [Score(case, case, "lung", "dice", 0.5, "ratio") for case in "ab"]
    figures = pooled(rows, "lung")
    assert round(figures["dice"], 6) == 0.978501
    assert {name: figures[name] for name in COUNTS} == whole


def test_pixels_weigh_the_same_where_cases_do_not():
    large = score_case("large", "p", labels([1] * 9 + [0]), labels([1] * 9 + [0]))
    small = score_case("small", "q", labels([1] + [0] * 9), labels([0] * 10))
    summary = next(s for s in summarise([*large, *small]) if (s.structure, s.metric) == ("lung", "dice"))
    assert summary.mean == 0.5
    assert summary.pooled == pytest.approx(18 / 19)
    assert summary.pooled == METRICS["dice"](Counts(tp=9, fp=0, fn=1, tn=10))


def test_an_unpredicted_case_leaves_no_pooled_figure():
    done = score_case("done", "p", labels([1, 2]), labels([1, 2]))
    failed = score_case("failed", "q", labels([1, 2]), None)
    assert set(pooled([*done, *failed], "lung").values()) == {None}


def test_cases_in_which_it_was_not_looked_for_take_no_part():
    done = score_case("done", "p", labels([1, 2]), labels([1, 2]))
    unseen = score_case("unseen", "q", labels([1, 0]), None, annotated=("lung",))
    figures = pooled([*done, *unseen], "heart")
    assert (figures["tp"], figures["dice"]) == (1, 1.0)


def test_nothing_anywhere_pools_to_counts_without_ratios():
    figures = pooled(score_case("a", "p", labels([1, 0]), labels([1, 0])), "heart")
    assert (figures["tn"], figures["dice"], figures["specificity"]) == (2, None, 1.0)


def test_a_table_without_all_four_counts_is_not_pooled():
    done = [row for row in score_case("a", "p", labels([1, 2]), labels([1, 2])) if row.metric != "tn"]
    assert set(pooled(done, "lung").values()) == {None}
    assert set(pooled(score_case("a", "p", labels([1, 2]), labels([1, 2])), "all").values()) == {None}

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.delong import delong_variance, obuchowski_variance, placements

NORMAL = np.repeat([1.0, 2, 3, 4, 5], [33, 6, 6, 11, 2])
ABNORMAL = np.repeat([1.0, 2, 3, 4, 5], [3, 2, 2, 11, 33])
"""Ratings of 109 CT images (Hanley and McNeil 1982, table 1)."""

OVARIAN = {
    "albumin": (
        "3.0 3.2 3.9 2.8 3.2 0.9 2.5 1.6 3.8 3.7 3.2 3.8 4.1 3.6 4.3 3.6 2.3 4.2 4.0 3.5 3.8 3.0 4.5 3.7 3.1 4.1 "
        "4.3 4.3 3.2 2.6 3.3 1.7 3.7 3.3 4.2 3.5 2.9 2.1 2.8 4.0 3.3 3.7 3.6"
    ),
    "total protein": (
        "5.8 6.3 6.8 4.8 5.8 4.0 5.7 5.6 5.7 6.7 5.4 6.6 6.6 5.7 7.0 6.7 4.4 7.6 6.6 5.8 6.8 4.7 7.4 7.4 6.6 8.2 "
        "7.0 6.5 5.1 4.7 6.8 4.0 6.1 6.3 7.7 6.2 5.7 4.8 6.2 7.0 5.7 6.9 6.6"
    ),
    "K-G score": ("10 5 3 6 3 5 8 5 5 6 4 6 5 5 4 4 6 4 6 6 7 8 5 5 6 6 5 4 5 6 6 7 5 7 6 5 9 7 8 7 6 5 5"),
    "outcome": ("0 1 1 0 1 0 0 1 1 1 1 1 1 1 1 0 1 0 0 1 1 0 1 1 1 1 1 1 1 1 0 0 1 1 1 1 0 1 0 1 1 1 1"),
}
"""The 43 of DeLong, DeLong and Clarke-Pearson's 49 patients (1988) of whom all is known; the outcome as SAS has it."""


def by_definition(score, positive):
    """ψ of every pair and its means, as DeLong 1988 writes them."""
    upper, lower = score[positive], score[~positive]
    psi = (upper[:, None] > lower) + 0.5 * (upper[:, None] == lower)
    return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)


def obuchowski_by_definition(score, positive, subject):
    area, v10, v01 = by_definition(score, positive)
    names = sorted(set(subject))
    ours, theirs = subject[positive], subject[~positive]
    m, n = ours.size, theirs.size
    a = np.array([(v10[ours == name] - area).sum() for name in names])
    b = np.array([(v01[theirs == name] - area).sum() for name in names])
    i10, i01, i = len(set(ours)), len(set(theirs)), len(names)
    s10 = i10 / ((i10 - 1) * m) * (a**2).sum()
    s01 = i01 / ((i01 - 1) * n) * (b**2).sum()
    s11 = i / (i - 1) * (a * b).sum()
    return s10 / m + s01 / n + 2 * s11 / (m * n)


@pytest.fixture
def ratings():
    return np.concatenate([NORMAL, ABNORMAL]), np.arange(NORMAL.size + ABNORMAL.size) >= NORMAL.size


def test_hanley_and_mcneil_1982(ratings):
    """Published: area .893, standard error .032 by another formula."""
    found = placements(*ratings)
    assert found.area == pytest.approx(0.893, abs=5e-4)
    assert np.sqrt(delong_variance(found)) == pytest.approx(0.032, abs=2e-3)


@pytest.mark.parametrize(
    ("index", "published"),
    [
        ("albumin", (0.7366, 0.0927, 0.5549, 0.9182)),
        ("K-G score", (0.7258, 0.1028, 0.5243, 0.9273)),
        ("total protein", (0.6478, 0.1000, 0.4518, 0.8439)),
    ],
)
def test_delong_1988(index, published):
    """Area, standard error and Wald limits that SAS/STAT prints of the paper's patients (PROC LOGISTIC, example
    "Comparing Receiver Operating Characteristic Curves"); the paper has .72, .69 and .65 of all 49. A high K-G score
    is bad."""
    columns = {name: np.array(text.split(), float) for name, text in OVARIAN.items()}
    score = -columns[index] if index == "K-G score" else columns[index]
    found = placements(score, columns["outcome"] == 1)
    error = np.sqrt(delong_variance(found))
    limits = stats.norm.interval(0.95, found.area, error)
    assert (found.area, error, *limits) == pytest.approx(published, abs=5.1e-5)


def test_placements_by_hand():
    """Positive 3, 2, 2 and negative 1, 2: 3 is above both, 2 above one and tied with one."""
    found = placements(np.array([3.0, 2, 2, 1, 2]), np.array([1, 1, 1, 0, 0], bool))
    assert found.positive.tolist() == [1, 0.75, 0.75]
    assert found.negative.tolist() == pytest.approx([1, 1 - 1 / 3])
    assert found.area == pytest.approx(5 / 6)
    assert delong_variance(found) == pytest.approx((1 / 48) / 3 + (1 / 18) / 2)


def test_area_and_variance_by_the_definition(ratings):
    area, v10, v01 = by_definition(*ratings)
    found = placements(*ratings)
    assert (found.area, found.positive, found.negative) == (
        pytest.approx(area, rel=1e-12),
        pytest.approx(v10, rel=1e-12),
        pytest.approx(v01, rel=1e-12),
    )
    assert delong_variance(found) == pytest.approx(v10.var(ddof=1) / 51 + v01.var(ddof=1) / 58, rel=1e-12)


def test_the_area_is_mann_and_whitneys_u_over_the_pairs(ratings):
    score, positive = ratings
    u = stats.mannwhitneyu(score[positive], score[~positive]).statistic
    assert placements(score, positive).area == pytest.approx(u / (51 * 58), rel=1e-12)


def test_with_one_row_a_subject_obuchowski_is_delong(ratings):
    score, positive = ratings
    number = np.arange(score.size)
    found = placements(score, positive)
    assert obuchowski_variance(found, number[positive], number[~positive]) == pytest.approx(
        delong_variance(found), rel=1e-12
    )


@pytest.mark.parametrize("both", [False, True])
def test_obuchowski_by_the_definition(cohort, both):
    value, label, subject = cohort(3, rows=4, both=both)
    number = np.unique(subject, return_inverse=True)[1]
    found = obuchowski_variance(placements(value, label), number[label], number[~label])
    assert found == pytest.approx(obuchowski_by_definition(value, label, number), rel=1e-10)


@pytest.mark.parametrize("both", [False, True])
def test_rows_written_twice_change_nothing(cohort, both):
    value, label, subject = cohort(4, rows=3, both=both)
    number = np.unique(subject, return_inverse=True)[1]
    once = obuchowski_variance(placements(value, label), number[label], number[~label])
    value, label, number = (np.tile(column, 2) for column in (value, label, number))
    assert obuchowski_variance(placements(value, label), number[label], number[~label]) == pytest.approx(
        once, rel=1e-10
    )


def test_what_cancels_is_zero():
    """Every subject has its value under both labels: the area is 1/2 whatever was measured."""
    value = np.tile(np.arange(12.0) / 7, 2)
    label, subject = np.arange(24) < 12, np.tile(np.arange(12), 2)
    assert obuchowski_variance(placements(value, label), subject[label], subject[~label]) == 0.0

from __future__ import annotations

import math

import numpy as np
import pytest

from medunet.studies.agreement_moments import jackknife, moments, without_each_subject
from medunet.studies.agreement_readings import readings
from medunet.studies.estimate import Method


@pytest.fixture
def table():
    rng = np.random.default_rng(2)
    return rng.normal(1e6, 1, (3, 20)), rng.integers(0, 6, 20)


def test_moments_are_numpys(table):
    columns, subject = table
    got = moments(readings(*columns, subjects=list(subject)))
    assert got.n == 20
    np.testing.assert_allclose(got.covariance, np.cov(columns), rtol=1e-9)
    np.testing.assert_allclose(got.mean[0] - got.mean[1], columns[0].mean() - columns[1].mean(), rtol=1e-6)


def test_without_a_subject_is_what_is_left(table):
    columns, subject = table
    got = without_each_subject(readings(*columns, subjects=list(subject)))
    for one in range(6):
        rest = columns[:, subject != one]
        assert got.n[one] == rest.shape[1]
        np.testing.assert_allclose(got.covariance[one], np.cov(rest), rtol=1e-8)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    """With one case a subject and no change of scale."""
    got = readings([1.0, 2.0, 4.0, 8.0], [0.0, 0.0, 0.0, 0.0])
    whole = jackknife(got.asked(Method("m", "s"), 0.95), got, lambda part: part.mean[..., 0], np.asarray, np.asarray)
    error = np.std([1, 2, 4, 8], ddof=1) / math.sqrt(4)
    assert (whole.high - whole.low) / 2 == pytest.approx(3.182446305 * error)


def test_a_method_of_small_spread_is_not_drowned_by_a_large_one():
    columns = np.array([[0, 0, 3.8e8, 0], [0, 1.0, 0, 0]])
    got = moments(readings(*columns, subjects=list("aabc")))
    np.testing.assert_allclose(got.covariance, np.cov(columns), rtol=1e-12)
    np.testing.assert_allclose(got.mean[0] - got.mean[1], 3.8e8 / 4 - 0.25, rtol=1e-12)

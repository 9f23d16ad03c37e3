from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.holm import holm


def test_by_hand():
    """.01 × 4, .013 × 3, .03 × 2, .04 × 1, each at least the one before it."""
    assert holm([0.04, 0.01, 0.03, 0.013]) == pytest.approx((0.06, 0.04, 0.06, 0.04))


def test_what_could_not_be_tested_is_no_part_of_the_family():
    assert holm([0.02, None, 0.04]) == pytest.approx((0.04, None, 0.04))
    assert holm([None]) == (None,)
    assert holm([]) == ()


def test_as_statsmodels():
    """To 1e-15 over random families; values as statsmodels 0.15.0 gives them where it is not installed."""
    assert holm([0.005, 0.011, 0.02, 0.04, 0.13]) == pytest.approx((0.025, 0.044, 0.06, 0.08, 0.13), abs=1e-12)
    multitest = pytest.importorskip("statsmodels.stats.multitest", reason="statsmodels is not installed")
    generator = np.random.default_rng(0)
    for size in (1, 2, 5, 40):
        p = generator.uniform(0, 0.3, size)
        wanted = multitest.multipletests(p, method="holm")[1]
        assert holm(p.tolist()) == pytest.approx(tuple(wanted), abs=1e-15)

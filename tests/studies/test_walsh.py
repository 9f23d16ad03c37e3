from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.walsh import WalshAverages


def test_by_hand():
    averages = WalshAverages(np.array([4.0, 1.0, 2.0]))
    assert [averages.smallest(rank) for rank in range(1, 7)] == [1, 1.5, 2, 2.5, 3, 4]
    assert averages.median() == 2.25


@pytest.mark.parametrize("digits", [1, 17])
def test_searched_as_listed(digits):
    """With and without ties, to 1e-14."""
    numbers = np.random.default_rng(4).normal(0, 1, 1600).round(digits)
    first, second = np.triu_indices(1600)
    listed = np.sort((numbers[first] + numbers[second]) / 2)
    averages = WalshAverages(numbers)
    ranks = [1, 2, 1000, averages.count // 2, averages.count - 3, averages.count]
    assert [averages.smallest(rank) for rank in ranks] == pytest.approx(listed[np.array(ranks) - 1], abs=1e-14)
    assert averages.median() == pytest.approx(np.median(listed), abs=1e-14)


def test_no_rank_outside():
    with pytest.raises(ValueError, match="from 1 to 3"):
        WalshAverages(np.array([1.0, 2.0])).smallest(4)

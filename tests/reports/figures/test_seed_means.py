from __future__ import annotations

import pytest

from medunet.reports import figure_svg
from medunet.reports.figures.seed_means import SeedRow, seed_means


@pytest.mark.parametrize("narrow", [False, True])
def test_a_point_for_each_seed_and_their_mean(narrow):
    figure = seed_means([SeedRow("lr=1e-3", "heart", (0.9, 0.92, 0.97), "3 seeds, range 0.07")], "Dice", narrow=narrow)
    mean, seeds = figure.axes[0].lines
    assert list(seeds.get_xdata()) == [0.9, 0.92, 0.97]
    assert mean.get_xdata()[0] == pytest.approx(0.93)
    assert "range 0.07" in figure_svg(figure)


def test_nothing_to_show():
    assert "several seeds" in figure_svg(seed_means([], "Dice"))

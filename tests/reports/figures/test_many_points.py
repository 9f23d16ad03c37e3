from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.drawings import inline
from medunet.reports.figures.bland_altman import bland_altman_figure
from medunet.reports.figures.equality import equality_figure
from medunet.reports.figures.many_points import AS_PICTURE, MOST_VECTORS, as_picture
from medunet.reports.figures.writing import figure_svg
from medunet.studies import readings
from medunet.studies.bland_altman import bland_altman


def drawn(kind, cases):
    draw = np.random.default_rng(1)
    second = draw.normal(0.5, 0.05, cases)
    pairs = readings(second + draw.normal(0.01, 0.02, cases), second)
    if kind == "bland-altman":
        return figure_svg(bland_altman_figure(pairs, bland_altman(pairs), "CTR", ("a", "b")))
    return figure_svg(equality_figure(pairs, "CTR", ("a", "b"), cut_off=0.5))


@pytest.mark.parametrize("kind", ["bland-altman", "equality"])
def test_more_points_are_a_picture_and_the_words_stay_text(kind):
    few, many = drawn(kind, MOST_VECTORS), drawn(kind, 5 * MOST_VECTORS)
    assert "<image" not in few
    assert 'href="data:image/png;base64,' in many
    assert len(many) < 2 * len(few), "five times the points would be five times the vectors"
    assert f"{5 * MOST_VECTORS} cases" in many
    assert "data:image/png;base64," in inline(many, "f1"), "the page shows them too"


def test_the_caption_names_the_number():
    assert not as_picture(MOST_VECTORS)
    assert as_picture(MOST_VECTORS + 1)
    assert "2,000" in AS_PICTURE

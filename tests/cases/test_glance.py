from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.cases.glance import SAMPLE, glance, spread
from medunet.errors import InputError


@settings(deadline=None)
@given(st.integers(0, 700), st.integers(1, 80))
def test_spread_is_even_and_bounded(count, most):
    paths = [Path(str(number)) for number in range(count)]
    chosen = [int(path.name) for path in spread(paths, most)]
    assert len(chosen) == min(count, most)
    assert chosen == sorted(set(chosen))
    if count > most:
        gaps = np.diff(chosen)
        assert gaps.size == 0 or gaps.max() - gaps.min() <= 1


def test_grey_values_and_their_rim(tmp_path, pen):
    mask = pen.blob(255)
    mask[4, 4:10] = 128
    seen = glance(pen.draw(tmp_path / "a.png", mask))
    assert (seen.kind, seen.lossy, seen.values) == ("grey", False, (0, 128, 255))
    assert seen.colours == (0, 0x808080, 0xFFFFFF)
    assert seen.soft == pytest.approx(6 / 36)


def test_colours_and_palettes(tmp_path, pen):
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[0] = (255, 0, 0)
    assert glance(pen.draw(tmp_path / "c.png", picture)).values == (0, 0xFF0000)
    seen = glance(pen.palette(tmp_path / "p.png", [[0, 2], [2, 0]], [(0, 0, 0), (9, 9, 9), (0, 255, 0)]))
    assert (seen.kind, seen.values, seen.colours) == ("palette", (0, 2), (0, 0x00FF00))


def test_jpeg_is_lossy(tmp_path, pen):
    seen = glance(pen.draw(tmp_path / "a.jpg", pen.blob(255, (64, 64), (16, 16), 32), quality=60))
    assert seen.lossy
    assert seen.between < 0.1


def test_no_image(tmp_path):
    (tmp_path / "a.png").write_text("text")
    with pytest.raises(InputError):
        glance(tmp_path / "a.png")


def test_the_sample_is_small():
    assert SAMPLE == 64

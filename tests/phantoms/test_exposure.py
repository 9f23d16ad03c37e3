from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medunet.phantoms.exposure import SITES, Exposure, develop, draw_exposure
from medunet.phantoms.keyed import draws

PLAIN = Exposure(
    hardness=1.0, scatter=0.3, heel=(0.0, 0.0), dose=50.0, window=(1.0, 99.0), steepness=0.0, gamma=1.0,
    floor=0.0, ceiling=1.0, sharpening=0.0,
)  # fmt: skip
STEPS = np.repeat(np.linspace(0.5, 4.0, 8), 16)[None, :] * np.ones((128, 1))


def test_more_tissue_is_brighter():
    grey = develop(STEPS, PLAIN, 1.0, draws(0, "noise", 0))
    assert (np.diff(grey[:, 8::16].mean(axis=0)) > 0).all()
    assert grey.min() >= 0
    assert grey.max() <= 1


def test_less_dose_is_more_noise():
    spreads = []
    for dose in (50.0, 2.0):
        grey = develop(STEPS, replace(PLAIN, dose=dose), 1.0, draws(0, "noise", 0))
        spreads.append(np.diff(grey[:, 68:76], axis=0).std())
    assert spreads[1] > 3 * spreads[0]


def test_scatter_takes_contrast_from_dense_parts():
    line = np.full((128, 128), 1.5)
    line[:, :16] = 0.5
    line[56:72, 80:96] = 4.0  # as dense as a heart, in a field like a lung
    field = []
    for scatter in (0.0, 0.8):
        film = replace(PLAIN, scatter=scatter, window=(0.0, 100.0), dose=1e4)
        field.append(develop(line, film, 1.0, draws(0, "noise", 0))[100:, 80:96].mean())
    assert field[1] > field[0] + 0.1, (
        "on a scale from the thinnest to the densest, the field moves up to the dense part"
    )


def test_the_heel_darkens_one_side():
    flat = np.full((64, 64), 2.0)
    film = replace(PLAIN, heel=(0.4, 0.0), scatter=0.0, dose=1e4)
    grey = develop(flat, film, 1.0, draws(0, "noise", 0))
    assert grey[:, :8].mean() > grey[:, -8:].mean() + 0.3


@pytest.mark.parametrize("site", SITES)
def test_sites_draw_usable_exposures(site):
    for film in range(40):
        exposure = draw_exposure(draws(0, site, film), site, bedside=film % 2 == 0)
        assert exposure.floor < exposure.ceiling - 0.15
        grey = develop(STEPS, exposure, 1.4, draws(0, "noise", film))
        assert np.isfinite(grey).all()
        assert grey.std() > 0.02


def test_free_air_alone_does_not_fail():
    assert np.isfinite(develop(np.zeros((64, 64)), PLAIN, 1.0, draws(0, "noise", 0))).all()

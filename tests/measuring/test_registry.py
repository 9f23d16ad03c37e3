from __future__ import annotations

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.measuring import MEASURES, Film, ctr_of, measure

FILM = Film("PA", 40)


def test_every_measure_names_its_measurements_by_its_own_name(draw):
    labels = draw.chest()
    names = [m.name for m in measure(labels, FILM)]
    assert list(dict.fromkeys(names)) == list(MEASURES)
    with pytest.raises(TypeError):
        MEASURES["mine"] = None


def test_what_was_not_looked_for_is_missing_with_that_reason(draw, by_name):
    found = by_name(measure(draw.chest(), FILM, annotated=("right lung", "left lung")))
    for name in ("ctr", "heart_width", "mrd", "area heart"):
        assert (found[name].status, found[name].value) == ("missing", None)
        assert found[name].reason == "heart not looked for"
    assert found["thorax_width"].value == 80
    assert found["area left lung"].status == "ok"


def test_a_map_of_lungs_alone_has_widths_and_no_heart(draw, by_name):
    labels = draw.chest(names=("right lung", "left lung"), heart=None)
    found = by_name(measure(labels, FILM))
    assert found["ctr"].reason == "heart not looked for"
    assert found["thorax_width"].status == "ok"
    assert "heart_width" not in found


def test_a_map_without_a_chest_has_areas_only(draw):
    labels = draw.boxes((20, 20), names=("liver", "spleen"), liver=(5, 9, 5, 9))
    assert [(m.name, m.structure) for m in measure(labels, FILM)] == [("area", "liver"), ("area", "spleen")]


def test_nothing_is_measured_on_volumes():
    volume = LabelMap(np.ones((4, 4, 4), dtype=np.uint8), Grid((4, 4, 4)), Scheme.of(("heart",)))
    assert measure(volume, FILM) == ()
    assert ctr_of(volume) is None


def test_an_empty_map_is_missing_everywhere(draw):
    found = measure(draw.boxes((30, 30)), FILM)
    assert {m.status for m in found} == {"missing"}
    assert all(m.reason for m in found)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3)])
@pytest.mark.parametrize("seed", range(5))
def test_tiny_and_random_maps_never_raise(draw, shape, seed):
    array = np.random.default_rng(seed).integers(0, 4, size=shape).astype(np.uint8)
    labels = draw.boxes(shape)
    assert measure(LabelMap(array, labels.grid, labels.scheme), FILM)


@pytest.mark.parametrize("seed", range(8))
def test_noise_never_raises(draw, seed):
    rng = np.random.default_rng(seed)
    array = (rng.integers(1, 4, size=(40, 50)) * (rng.random((40, 50)) > rng.random())).astype(np.uint8)
    labels = LabelMap(array, Grid((40, 50), (0.4, 0.3)), draw.chest().scheme)
    assert measure(labels, Film())
    assert measure(labels.merged({"right lung": "lung", "left lung": "lung"}), Film())


def test_ctr_of_is_the_default_ratio(draw):
    assert ctr_of(draw.chest()) == 0.4
    assert ctr_of(draw.chest(heart=None)) is None
    assert ctr_of(draw.boxes((9, 9), names=("liver",))) is None

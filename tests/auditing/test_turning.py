from __future__ import annotations

import numpy as np
import pytest

from medunet.auditing import turning
from medunet.auditing.grey import thumbnail
from medunet.phantoms import chest_film


@pytest.fixture(scope="module")
def thumbs():
    return [thumbnail(chest_film(1, n, size=128).image.array[0].astype(np.float32)) for n in range(6)]


def test_the_ways_bring_a_pattern_back():
    pattern = np.random.default_rng(0).normal(size=(turning.SIZE, turning.SIZE))
    for way, name in enumerate(turning.WAYS):
        lying = pattern[:, ::-1] if "mirrored" in name else pattern
        lying = np.rot90(lying, way % 4) if "mirrored" not in name else np.rot90(pattern[:, ::-1], way % 4)[:, :]
        lying = -lying if way >= 8 else lying
        again = turning.ways(lying)
        assert any(np.allclose(one, pattern) for one in again), name


def test_each_of_the_16_ways_is_another():
    pattern = np.random.default_rng(0).normal(size=(turning.SIZE, turning.SIZE))
    assert len({one.tobytes() for one in turning.ways(pattern)}) == 16


def test_upright_films_are_called_upright(thumbs):
    assert [turning.turned(turning.scores(one)) for one in thumbs] == [None] * len(thumbs)


@pytest.mark.parametrize(("quarter", "word"), [(1, "left"), (2, "upside down"), (3, "right")])
def test_a_turned_film_is_named(thumbs, quarter, word):
    found = [turning.turned(turning.scores(np.rot90(one, quarter))) for one in thumbs]
    assert sum(way is not None and word in turning.WAYS[way] for way in found) >= len(thumbs) - 1


def test_an_inverted_film_is_named(thumbs):
    found = [turning.turned(turning.scores(255 - one)) for one in thumbs]
    assert sum(way is not None and way >= 8 for way in found) >= len(thumbs) - 1


def test_exposure_does_not_count(thumbs):
    darker = (255 * (thumbs[0] / 255) ** 1.8).astype(np.uint8)
    assert np.allclose(turning.scores(darker), turning.scores(thumbs[0]), atol=0.3)


def test_noise_and_black_are_no_chest():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    for thumb in (noise, np.zeros((64, 64), np.uint8)):
        assert not turning.is_chest(turning.scores(thumb))
        assert turning.turned(turning.scores(thumb)) is None
    assert not turning.is_chest(())

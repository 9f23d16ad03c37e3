from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from medunet.auditing.grey import thumbnail
from medunet.auditing.likeness import find_alike, prints
from medunet.auditing.look import QUANTILES, Film
from medunet.phantoms import chest_film


def film(array):
    thumb = thumbnail(array.astype(np.float32))
    digest = str(hash(array.tobytes()))
    return Film(array.shape, 1, "uint8", None, None, None, None, (0.0,) * len(QUANTILES), 0, 0, digest,
                thumb.tobytes())  # fmt: skip


@pytest.fixture(scope="module")
def arrays():
    """Films of different people."""
    return [chest_film(5, index, size=256).image.array[0] for index in (0, 4, 8, 12)]


def jpeg(array):
    buffer = io.BytesIO()
    PIL.Image.fromarray(array).save(buffer, "JPEG", quality=40)
    return np.asarray(PIL.Image.open(buffer))


def resized(array, rows, columns):
    return np.asarray(PIL.Image.fromarray(array).resize((columns, rows), PIL.Image.Resampling.BOX))


CHANGES = {
    "jpeg": jpeg,
    "half": lambda a: resized(a, 128, 128),
    "noise": lambda a: np.clip(a + np.random.default_rng(0).normal(0, 8, a.shape), 0, 255).astype(np.uint8),
    "gamma": lambda a: (255 * (a / 255) ** 1.5).astype(np.uint8),
    "16 bits": lambda a: a.astype(np.uint16) * 16 + 100,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_copy_is_found_and_nothing_else(arrays, name):
    pairs = find_alike([film(a) for a in [*arrays, CHANGES[name](arrays[1])]], [None] * 5)
    assert [(one.first, one.second, one.how) for one in pairs] == [(1, 4, "")]


def test_a_crop_is_found(arrays):
    cut = arrays[2][10:250, 24:244]
    pairs = find_alike([film(a) for a in [*arrays, cut]], [None] * 5)
    assert [(one.first, one.second, one.how) for one in pairs] == [(2, 4, "a crop")]


@pytest.mark.parametrize("by", [(4, 0), (0, -6), (5, 8)])
def test_a_shifted_copy_is_found_and_nothing_else(arrays, by):
    moved = np.roll(arrays[2], by, (0, 1))
    pairs = find_alike([film(a) for a in [*arrays, moved]], [None] * 5)
    assert [(one.first, one.second) for one in pairs] == [(2, 4)]


def test_parts_are_left_alone_where_asked(arrays):
    cut = arrays[2][10:250, 24:244]
    films = [film(a) for a in [*arrays, cut, jpeg(arrays[1])]]
    pairs = find_alike(films, [None] * 6, same=0.985, parts=False)
    assert [(one.first, one.second) for one in pairs] == [(1, 5)]


def test_a_mirrored_copy_is_found(arrays):
    pairs = find_alike([film(a) for a in [*arrays, arrays[0][:, ::-1]]], [None] * 5)
    assert (0, 4, "mirrored") in [(one.first, one.second, one.how) for one in pairs]


def test_a_turned_copy_is_found_once_its_way_is_known(arrays):
    turned = [film(a) for a in [*arrays, np.rot90(arrays[3])]]
    pairs = find_alike(turned, [None, None, None, None, 1])
    assert (3, 4) in [(one.first, one.second) for one in pairs]


def test_exact_copies_are_left_to_the_digest(arrays):
    assert find_alike([film(arrays[0]), film(arrays[0])], [None, None]) == []


def test_black_pictures_are_like_nothing(arrays):
    black = film(np.zeros((64, 64), np.uint8))
    grey = film(np.full((64, 64), 9, np.uint8))
    assert find_alike([black, grey, film(arrays[0])], [None] * 3) == []
    assert find_alike([], []) == find_alike([black], [None]) == []


def test_prints_have_length_one(arrays):
    thumbs = np.stack([thumbnail(a.astype(np.float32)) for a in arrays])
    assert np.allclose(np.linalg.norm(prints(thumbs), axis=1), 1, atol=1e-5)

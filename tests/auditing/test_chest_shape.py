from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medunet.auditing.chest_shape import shape_of
from medunet.images import Grid, LabelMap, Scheme
from medunet.phantoms import chest_film


@pytest.fixture(scope="module")
def labels():
    return chest_film(1, 0, size=192).labels


def changed(labels, act):
    array = np.ascontiguousarray(act(labels.array))
    return LabelMap(array, Grid(array.shape), labels.scheme)


def test_a_sound_chest(labels):
    shape = shape_of(labels, None)
    assert 0.3 < shape.ctr < 0.8
    assert shape.exchanged is False
    assert shape.heart_right < 0.5
    assert dict(shape.traits)["over heart"] <= 1


def test_a_mirrored_one(labels):
    shape = shape_of(changed(labels, lambda a: a[:, ::-1]), None)
    assert shape.exchanged is True
    assert shape.heart_right > 0.5


def test_exchanged_labels(labels):
    shape = shape_of(changed(labels, lambda a: np.choose(a, np.array([0, 2, 1, 3], np.uint8))), None)
    assert shape.exchanged is True
    assert shape.heart_right < 0.5


def test_what_is_missing_has_no_number(labels):
    without = shape_of(changed(labels, lambda a: np.where(a == 3, 0, a)), None)
    assert without.ctr is None
    assert without.heart_right is None
    assert without.lung_share is not None
    one = shape_of(changed(labels, lambda a: np.where(a == 1, 0, a)), None)
    assert one.lung_share is None


def test_other_anatomy_and_volumes_have_no_chest(labels):
    assert shape_of(replace(labels, scheme=Scheme.of(("a", "b", "c"))), None) is None
    volume = LabelMap(np.zeros((3, 4, 5), np.uint8), Grid((3, 4, 5)), labels.scheme)
    assert shape_of(volume, None) is None

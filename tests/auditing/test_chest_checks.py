from __future__ import annotations

import shutil

import numpy as np
import pytest
from scipy import ndimage

CODES = ("MU401", "MU402", "MU403", "MU404", "MU405")


@pytest.mark.parametrize("code", CODES[:4])
def test_sound_films_pass(sound, results_of, code):
    assert results_of(sound)[code].outcome == "passed", results_of(sound)[code].findings


def grown(array):
    """A heart far too wide."""
    heart = ndimage.binary_dilation(array == 3, iterations=26)
    return np.where(heart, 3, array).astype(np.uint8)


def shrunk(array):
    """A right lung of which a corner is left."""
    lung = array == 1
    rows = np.flatnonzero(lung.any(axis=1))
    lung[: rows[0] + rows.size // 5] = False
    return np.where(lung, 0, array).astype(np.uint8)


def leaning(array):
    return ndimage.rotate(array, 15, reshape=False, order=0)


@pytest.mark.parametrize(("act", "code"), [(grown, "MU401"), (shrunk, "MU402"), (leaning, "MU403"), (grown, "MU404")])
def test_a_planted_defect_is_found(films, change, results_of, named, act, code):
    change(films / "masks" / "film-06.png", act)
    assert "film-06" in named(results_of(films)[code])


def test_without_masks_nothing_is_claimed(films, results_of):
    shutil.rmtree(films / "masks")
    results = results_of(films)
    assert {results[code].outcome for code in CODES} == {"not applicable"}


def test_few_masks_have_no_usual_size(films, results_of):
    for path in [*sorted((films / "images").glob("*.png"))[5:], *sorted((films / "masks").glob("*.png"))[5:]]:
        path.unlink()
    results = results_of(films)
    assert results["MU404"].outcome == results["MU405"].outcome == "skipped"

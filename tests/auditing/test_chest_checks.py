from __future__ import annotations

import shutil

import numpy as np
import pytest
from scipy import ndimage

CODES = ("MU401", "MU402", "MU403", "MU404", "MU405", "MU406")


@pytest.mark.parametrize("code", CODES)
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


def half(array):
    """A left lung of which the lower half was not drawn."""
    rows = np.flatnonzero((array == 2).any(axis=1))
    lower = np.arange(len(array))[:, None] > (rows[0] + rows[-1]) // 2
    return np.where((array == 2) & lower, 0, array).astype(np.uint8)


@pytest.mark.parametrize(
    ("act", "code"), [(grown, "MU401"), (shrunk, "MU402"), (leaning, "MU403"), (grown, "MU404"), (half, "MU406")]
)
def test_a_planted_defect_is_found(films, change, results_of, named, act, code):
    change(films / "masks" / "film-06.png", act)
    assert "film-06" in named(results_of(films)[code])


def test_a_left_lung_drawn_through_the_heart(films, change, results_of, named):
    def through(array):
        """Left of the midline, all from the apex down to the heart is left lung; the heart wins."""
        heart, lung = array == 3, array == 2
        top, middle = np.flatnonzero(heart.any(axis=1))[0], np.flatnonzero(heart.any(axis=0)).mean()
        rows, columns = np.ogrid[: array.shape[0], : array.shape[1]]
        inner = np.where(lung.any(axis=1), lung.argmax(axis=1), 0)[:, None]
        drawn = (rows <= top + 20) & (columns >= middle - 12) & (columns < inner) & ~heart
        return np.where(drawn, 2, array).astype(np.uint8)

    change(films / "masks" / "film-06.png", through)
    assert named(results_of(films)["MU405"]) == ["film-06"]


def test_a_finding_names_the_trait(films, change, results_of):
    change(films / "masks" / "film-06.png", half)
    (finding,) = [one for one in results_of(films)["MU406"].findings if one.cases == ("film-06",)]
    assert "the lung at the picture's left ends low beside the other" in finding.cause


def test_two_traits_of_which_neither_is_enough_are(films, change, results_of, named, monkeypatch):
    change(films / "masks" / "film-06.png", half)
    monkeypatch.setattr("medunet.auditing.chest_checks.UNLIKE", 1e9)
    assert "film-06" in named(results_of(films)["MU406"])
    monkeypatch.setattr("medunet.auditing.chest_checks.UNLIKE_TWICE", 1e9)
    assert named(results_of(films)["MU406"]) == []


def test_without_masks_nothing_is_claimed(films, results_of):
    shutil.rmtree(films / "masks")
    results = results_of(films)
    assert {results[code].outcome for code in CODES} == {"not applicable"}


def test_few_masks_have_no_usual_size(films, results_of):
    for path in [*sorted((films / "images").glob("*.png"))[5:], *sorted((films / "masks").glob("*.png"))[5:]]:
        path.unlink()
    results = results_of(films)
    assert {results[code].outcome for code in ("MU404", "MU405", "MU406")} == {"skipped"}

from __future__ import annotations

import shutil

import numpy as np
import pytest

CODES = ("MU311", "MU312", "MU313")


@pytest.mark.parametrize("code", CODES)
def test_sound_films_pass(sound, results_of, code):
    assert results_of(sound)[code].outcome == "passed", results_of(sound)[code].findings


def stray(array):
    out = array.copy()
    out[-12:-4, 4:12] = 3
    return out


def holed(array):
    out = array.copy()
    rows, columns = np.nonzero(array == 1)
    middle = len(rows) // 2
    row = rows[middle]
    inside = columns[rows == row]
    out[row - 2 : row + 3, inside.mean().astype(int) - 2 : inside.mean().astype(int) + 3] = 0
    return out


def swapped(*values):
    return lambda array: np.array(values, np.uint8)[array]


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (stray, "MU311", "heart has 2 pieces"),
        (holed, "MU312", "right lung has holes"),
        (swapped(0, 3, 2, 1), "MU313", "the heart does not lie between the lungs"),
        (swapped(0, 1, 3, 2), "MU313", "the heart does not lie between the lungs"),
    ],
)
def test_a_planted_defect_is_found(films, change, results_of, act, code, words):
    change(films / "masks" / "film-06.png", act)
    (finding,) = results_of(films)[code].findings
    assert finding.cases == ("film-06",)
    assert words in finding.cause


def test_a_few_pixels_are_no_piece(films, change, results_of):
    def speck(array):
        out = array.copy()
        out[-5, 4] = 3
        return out

    change(films / "masks" / "film-06.png", speck)
    assert results_of(films)["MU311"].outcome == "passed"


def test_structures_without_known_places_are_compared_with_other_masks(films, change, results_of):
    (films / "masks" / "labels.json").write_text('{"a": 1, "b": 2, "c": 3}')
    change(films / "masks" / "film-06.png", swapped(0, 3, 2, 1))
    (finding,) = results_of(films)["MU313"].findings
    assert finding.cases == ("film-06",)
    assert "a lies where others have c" in finding.cause


def test_structures_of_many_pieces_are_left_alone(films, change, results_of):
    (films / "masks" / "labels.json").write_text('{"a": 1, "b": 2, "c": 3}')
    for path in sorted((films / "masks").glob("*.png"))[:5]:
        change(path, stray)
    assert not [one for one in results_of(films)["MU311"].findings if "c has" in one.cause]


def test_without_masks_nothing_is_claimed(films, results_of):
    shutil.rmtree(films / "masks")
    assert {results_of(films)[code].outcome for code in CODES} == {"not applicable"}

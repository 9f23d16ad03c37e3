from __future__ import annotations

import numpy as np
import PIL.Image
import pytest


@pytest.mark.parametrize("code", ["MU201", "MU204", "MU205", "MU207", "MU209", "MU210"])
def test_sound_films_pass(sound, results_of, code):
    assert results_of(sound)[code].outcome == "passed", results_of(sound)[code].findings


def test_of_sound_films_those_with_a_collimators_band_are_named(sound, results_of, named):
    assert named(results_of(sound)["MU203"]) == ["film-04", "film-10", "film-12"]


def test_no_pixel_size_at_all_is_no_finding(sound, results_of):
    result = results_of(sound)["MU208"]
    assert (result.outcome, bool(result.reason)) == ("not applicable", True)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda a: np.zeros_like(a), "MU201"),
        (lambda a: np.full_like(a, 128), "MU201"),
        (lambda a: 255 - a, "MU204"),
        (lambda a: np.rot90(a), "MU205"),
        (lambda a: np.rot90(a, 3), "MU205"),
        (lambda a: a[::-1, ::-1], "MU205"),
        (lambda a: np.pad(a[:, 40:], ((0, 0), (40, 0))), "MU203"),
        (lambda a: np.random.default_rng(0).integers(0, 256, a.shape).astype(np.uint8), "MU207"),
        (lambda a: (a // 16 + 100).astype(np.uint8), "MU202"),
    ],
    ids=["black", "grey", "inverted", "left", "right", "upside down", "border", "noise", "flat"],
)
def test_a_planted_defect_is_found(films, change, results_of, named, act, code):
    change(films / "images" / "film-06.png", act)
    assert "film-06" in named(results_of(films)[code])


def test_a_tiny_and_another_size(films, change, results_of):
    for number, size in ((1, 64), (2, 150)):
        path = films / "images" / f"film-{number:02d}.png"
        PIL.Image.open(path).resize((size, size)).save(path)
        (films / "masks" / path.name).unlink()
    causes = [one.cause for one in results_of(films)["MU209"].findings]
    assert any("64 × 64" in cause and "tiny" in cause for cause in causes)
    assert any("150 × 150" in cause for cause in causes)


def test_sixteen_bits_among_eight(films, change, results_of, named):
    change(films / "images" / "film-01.png", lambda a: a.astype(np.uint16) * 16)
    assert named(results_of(films)["MU210"]) == ["film-01"]


def test_colour_that_shows_grey(films, change, results_of, named):
    change(films / "images" / "film-01.png", lambda a: np.stack([a, a, a], axis=-1))
    (finding,) = results_of(films)["MU210"].findings
    assert finding.cases == ("film-01",)
    assert "colour showing grey" in finding.cause


def test_few_films_have_no_usual_exposure(films, results_of):
    for path in [*sorted((films / "images").glob("*.png"))[5:], *sorted((films / "masks").glob("*.png"))[5:]]:
        path.unlink()
    result = results_of(films)["MU202"]
    assert (result.outcome, bool(result.reason)) == ("skipped", True)


def test_pictures_that_are_no_chests_are_not_judged_as_such(tmp_path, results_of):
    for seed in range(3):
        array = np.random.default_rng(seed).integers(0, 256, (160, 160)).astype(np.uint8)
        PIL.Image.fromarray(array).save(tmp_path / f"{seed}.png")
    results = results_of(tmp_path)
    assert {results[code].outcome for code in ("MU204", "MU205", "MU206", "MU207")} == {"not applicable"}

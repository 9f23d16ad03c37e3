from __future__ import annotations

import shutil

import numpy as np
import PIL.Image
import pytest

SWAP = np.array([0, 2, 1, 3], np.uint8)


@pytest.mark.parametrize("code", ["MU206", "MU303", "MU304", "MU305", "MU307", "MU308", "MU309", "MU310"])
def test_sound_films_pass(sound, results_of, code):
    assert results_of(sound)[code].outcome == "passed", results_of(sound)[code].findings


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda a: np.zeros_like(a), "MU303"),
        (lambda a: np.where(a == 3, 0, a).astype(np.uint8), "MU304"),
        (lambda a: SWAP[a], "MU310"),
        (lambda a: np.roll(a, 8, axis=1), "MU309"),
        (lambda a: np.roll(a, -8, axis=1), "MU309"),
        (lambda a: np.roll(a, -8, axis=0), "MU309"),
    ],
    ids=["empty", "no heart", "labels exchanged", "slipped right", "slipped left", "slipped up"],
)
def test_a_planted_defect_of_the_mask_is_found(films, change, results_of, named, act, code):
    change(films / "masks" / "film-06.png", act)
    result = results_of(films)[code]
    assert named(result) == ["film-06"]
    assert result.outcome == "issue"


def test_a_mirrored_film_with_its_mask(films, change, results_of, named):
    for folder in ("images", "masks"):
        change(films / folder / "film-06.png", lambda a: a[:, ::-1])
    results = results_of(films)
    assert named(results["MU206"]) == ["film-06"]
    assert results["MU310"].outcome == "passed"


@pytest.mark.parametrize("folder", ["images", "masks"])
def test_a_film_or_a_mask_mirrored_alone(films, change, results_of, folder):
    change(films / folder / "film-06.png", lambda a: a[:, ::-1])
    (finding,) = results_of(films)["MU309"].findings
    assert finding.cases == ("film-06",)
    assert finding.cause == "the mirrored mask fits the film better"


def test_masks_that_all_slipped_are_one_finding(films, change, results_of):
    for path in sorted((films / "masks").glob("*.png")):
        change(path, lambda a: np.roll(a, 9, axis=0))
    finding = results_of(films)["MU309"].findings[0]
    assert len(finding.cases) == 14
    assert "higher" in finding.cause


def test_of_a_film_on_its_head_the_sides_are_not_judged(films, change, results_of, named):
    for folder in ("images", "masks"):
        change(films / folder / "film-06.png", lambda a: a[::-1, ::-1])
    results = results_of(films)
    assert named(results["MU205"]) == ["film-06"]
    assert results["MU206"].outcome == results["MU310"].outcome == "passed"


def test_the_mask_of_another_case(films, results_of, named):
    shutil.copy(films / "masks" / "film-02.png", films / "masks" / "film-09.png")
    result = results_of(films)["MU308"]
    assert [set(one.cases) for one in result.findings] == [{"film-02", "film-09"}]


def test_a_class_of_its_own(films, change, results_of):
    (films / "masks" / "labels.json").unlink()
    for number in (3, 4):  # twice, so that it is learnt as a structure
        change(
            films / "masks" / f"film-{number:02d}.png", lambda a: np.where(np.eye(len(a)) > 0, 9, a).astype(np.uint8)
        )
    assert results_of(films)["MU305"].outcome in ("warning", "passed")


def test_jpeg_masks_are_one_finding(films, results_of):
    for path in sorted((films / "masks").glob("*.png")):
        lungs = (np.asarray(PIL.Image.open(path)) > 0).astype(np.uint8) * 255
        PIL.Image.fromarray(lungs).save(path.with_suffix(".jpg"), quality=70)
        path.unlink()
    (films / "masks" / "labels.json").unlink()
    findings = results_of(films)["MU307"].findings
    assert len(findings) == 1
    assert len(findings[0].cases) == 14


def test_without_masks_nothing_is_claimed(films, results_of):
    shutil.rmtree(films / "masks")
    results = results_of(films)
    assert results["MU206"].outcome == "skipped"
    assert "needs masks" in results["MU206"].reason
    codes = ("MU301", "MU302", "MU303", "MU304", "MU307", "MU308", "MU309", "MU310")
    assert {results[code].outcome for code in codes} == {"not applicable"}

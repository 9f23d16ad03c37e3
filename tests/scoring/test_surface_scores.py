import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.metrics import LENGTHS, SURFACE_METRICS
from medunet.scoring.overlap import score_case
from medunet.scoring.surface_distances import mask_distances
from medunet.scoring.surface_scores import TOLERANCE, Ruler

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SCHEME = Scheme.of(["lung", "heart"])
LUNG = np.zeros((30, 40), np.uint8)
LUNG[5:25, 5:20] = 1
BOTH = LUNG.copy()
BOTH[10:20, 25:35] = 2


def score(reference, prediction, *, spacing=None, scheme=SCHEME, **options):
    """(structure, metric) → (value, unit, reason) of the surface metrics."""
    grid = Grid(np.shape(reference), spacing)
    first = LabelMap(np.asarray(reference, np.uint8), grid, SCHEME)
    second = None if prediction is None else LabelMap(np.asarray(prediction, np.uint8), grid, scheme)
    rows = score_case("film", "person", first, second, **options)
    return {
        (row.structure, row.metric): (row.value, row.unit, row.reason) for row in rows if row.metric in SURFACE_METRICS
    }


def test_distances_are_in_mm_where_the_spacing_is_known_and_say_where_it_holds():
    moved = np.roll(LUNG, 3, axis=1)
    for place, words in (
        ("patient", "mm in the patient's plane"),
        ("detector", "mm at the detector: the patient is smaller"),
        (None, "mm as the file states them"),
    ):
        found = score(LUNG, moved, spacing=(0.5, 0.5), spacing_at=place)
        for metric in LENGTHS:
            assert found["lung", metric][1:] == ("mm", words)
        assert found["lung", "hd"][0] == pytest.approx(1.5)
        assert found["lung", "nsd"] == (1.0, "ratio within 2 mm", words)


def test_without_a_spacing_they_are_in_percent_of_the_width_and_nsd_takes_one_percent():
    moved = np.roll(LUNG, 4, axis=1)
    found = score(LUNG, moved)
    assert found["lung", "hd"] == (
        pytest.approx(10.0), "% of width", "no spacing is known: taken as equal on all axes"
    )  # fmt: skip
    assert found["lung", "nsd"][1] == "ratio within 1 % of width"
    assert found["lung", "nsd"][0] < 1
    assert score(LUNG, np.roll(LUNG, 4, axis=1), tolerance=99)["lung", "nsd"] == found["lung", "nsd"]


def test_a_volume_s_spacing_is_the_patient_s_and_needs_no_words():
    volume = np.zeros((9, 9, 9), np.uint8)
    volume[3:6, 3:6, 3:6] = 1
    assert score(volume, volume, spacing=(1, 1, 2))["lung", "hd95"] == (0.0, "mm", "")
    assert Ruler.of(Grid((50, 20, 10))).steps == (2.0, 2.0, 2.0)


def test_the_tolerance_can_be_set_and_is_stated():
    moved = np.roll(LUNG, 3, axis=1)
    strict, wide = (score(LUNG, moved, spacing=(1, 1), tolerance=mm)["lung", "nsd"] for mm in (1, 3))
    assert strict[1] == "ratio within 1 mm"
    assert wide[:2] == (1.0, "ratio within 3 mm")
    assert strict[0] < 1
    assert score(LUNG, moved, spacing=(1, 1))["lung", "nsd"][1] == f"ratio within {TOLERANCE:g} mm"
    for wrong in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="finite length of at least 0"):
            score(LUNG, LUNG, spacing=(1, 1), tolerance=wrong)


@pytest.mark.parametrize(("reference", "prediction", "word"), [(BOTH, LUNG, "missed"), (LUNG, BOTH, "invented")])
def test_missed_or_invented_counts_as_the_image_s_diagonal(reference, prediction, word):
    found = score(reference, prediction, spacing=(0.5, 2.0), spacing_at="detector")
    note = "mm at the detector: the patient is smaller"
    for metric in LENGTHS:
        assert found["heart", metric] == (pytest.approx(math.hypot(15, 80)), "mm", f"{word}; {note}")
        assert found["lung", metric] == (0.0, "mm", note)
    assert found["heart", "nsd"] == (0.0, "ratio within 2 mm", f"{word}; {note}")
    in_percent = score(reference, prediction)["heart", "assd"]
    assert in_percent[:2] == (pytest.approx(125.0), "% of width")


def test_absent_in_both_has_no_distance():
    found = score(LUNG, LUNG)
    for metric in SURFACE_METRICS:
        assert found["heart", metric][::2] == (None, "absent in both")


def test_a_structure_that_the_prediction_does_not_know_is_missed():
    found = score(BOTH, LUNG, scheme=Scheme.of(["lung"]))
    assert found["heart", "hd95"][2].startswith("missed; ")


def test_without_a_prediction_every_structure_that_was_looked_for_has_the_penalty():
    found = score(LUNG, None, spacing=(1, 1), annotated=("lung",), unpredicted_reason="truncated file")
    assert found["lung", "hd95"] == (50.0, "mm", "not predicted: truncated file; mm as the file states them")
    assert found["lung", "nsd"][0] == 0.0
    assert found["heart", "hd95"][::2] == (None, "not looked for")


def test_structures_are_matched_by_name_and_measured_where_they_lie():
    """The same as of the whole masks: boxes and values make no difference."""
    other = Scheme.of(["heart", "lung"])
    swapped = np.select([BOTH == 1, BOTH == 2], [2, 1], 0).astype(np.uint8)
    moved = np.roll(swapped, (2, 1), axis=(0, 1))
    found = score(BOTH, moved, spacing=(1, 3), scheme=other)
    for name, value in (("lung", 1), ("heart", 2)):
        distances = mask_distances(value == BOTH, np.roll(value == BOTH, (2, 1), axis=(0, 1)), (1, 3), tolerance=2)
        for metric, formula in SURFACE_METRICS.items():
            assert found[name, metric][0] == pytest.approx(formula(distances), abs=1e-9)


@pytest.mark.skipif(not (DATA / "chest-wingspan").is_dir(), reason="shared/data/chest-wingspan is not here")
def test_real_masks_moved_by_four_pixels():
    scheme = Scheme.of(["right lung", "left lung", "heart"])
    for path in sorted((DATA / "chest-wingspan" / "masks").glob("*.png"))[:3]:
        with Picture.open(path) as picture:
            array = np.array(picture)
        reference = LabelMap(array, Grid(array.shape, (1.0, 1.0)), scheme)
        moved = LabelMap(np.roll(array, 4, axis=1), reference.grid, scheme)
        found = {(r.structure, r.metric): r.value for r in score_case("a", "p", reference, moved, tolerance=4)}
        for name in scheme.names:
            assert found[name, "nsd"] == pytest.approx(1, abs=0.02)
            assert 0.5 < found[name, "assd"] < 4
            assert 2.5 < found[name, "hd95"] <= 4.01

import csv
import gzip
from itertools import product
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.metrics import BACKGROUND_DOMINATED, LENGTHS, METRICS, SURFACE_METRICS
from medunet.scoring.overlap import COUNTS, score_case
from medunet.scoring.score import Score

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SCHEME = Scheme.of(["lung", "heart"])
PENALISED = [name for name in METRICS if name not in BACKGROUND_DOMINATED]
pairs = hnp.arrays(np.uint8, st.tuples(st.just(2), st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 2))


def labels(array, scheme=SCHEME):
    array = np.asarray(array, np.uint8)
    return LabelMap(array, Grid(array.shape), scheme)


def score(reference, prediction, **options):
    """(structure, metric) → (value, reason)."""
    guess = None if prediction is None else labels(prediction)
    rows = score_case("film", "person", labels(reference), guess, **options)
    assert len({(row.structure, row.metric) for row in rows}) == len(rows)
    return {(row.structure, row.metric): (row.value, row.reason) for row in rows}


def slow_scores(reference, prediction):
    """An independent second way: sets of pixels, the textbook's formulas, no table of counts."""
    everything = set(product(*map(range, reference.shape)))
    found = {}
    for name, value in SCHEME.structures:
        truth = {pixel for pixel in everything if reference[pixel] == value}
        guess = {pixel for pixel in everything if prediction[pixel] == value}
        both = truth & guess
        found[name, "iou"] = len(both) / len(truth | guess) if truth | guess else None
        found[name, "dice"] = 2 * len(both) / (len(truth) + len(guess)) if truth | guess else None
        found[name, "recall"] = len(both) / len(truth) if truth else 0.0 if guess else None
        found[name, "precision"] = len(both) / len(guess) if guess else 0.0 if truth else None
        outside = everything - truth
        unsaid = None if not truth | guess or not outside else len(outside - guess) / len(outside)
        found[name, "specificity"] = unsaid
        same = sum((pixel in truth) == (pixel in guess) for pixel in everything)
        found[name, "accuracy"] = same / len(everything) if truth | guess else None
    ious = [found[name, "iou"] for name in SCHEME.names if found[name, "iou"] is not None]
    truth, guess = reference == 0, prediction == 0
    background = [(truth & guess).sum() / (truth | guess).sum()] if (truth | guess).any() else []
    found["all", "mean_iou"] = np.mean([*background, *ious]) if ious else None
    found["all", "accuracy"] = (reference == prediction).mean() if ious else None
    return found


@given(pairs)
@settings(deadline=None)
def test_agrees_with_an_independent_slow_implementation(arrays):
    fast = score(*arrays)
    for key, expected in slow_scores(*arrays).items():
        assert fast[key][0] == (None if expected is None else pytest.approx(expected, abs=1e-12)), key


def test_every_structure_has_every_figure_in_order_and_unit():
    rows = score_case("film", "person", labels([[1, 2]]), labels([[1, 2]]))
    expected = [(name, metric) for name in SCHEME.names for metric in (*COUNTS, *METRICS, *SURFACE_METRICS)]
    assert [(row.structure, row.metric) for row in rows] == [*expected, ("all", "mean_iou"), ("all", "accuracy")]
    assert {row.unit for row in rows if row.metric in COUNTS} == {"px"}
    assert {row.unit for row in rows if row.metric in (*METRICS, "mean_iou")} == {"ratio"}
    assert {row.unit for row in rows if row.metric in LENGTHS} == {"% of width"}
    assert {(row.case, row.subject) for row in rows} == {("film", "person")}


def test_counts_of_a_case():
    found = score([[1, 1, 0], [0, 2, 2]], [[1, 0, 1], [0, 2, 0]])
    assert [found["lung", name][0] for name in COUNTS] == [1, 1, 1, 3]
    assert [found["heart", name][0] for name in COUNTS] == [1, 0, 1, 4]


def test_absent_in_both_has_counts_and_no_ratio():
    found = score([[1, 0]], [[1, 0]])
    for metric in METRICS:
        assert found["heart", metric] == (None, "absent in both")
    assert [found["heart", name] for name in COUNTS] == [(n, "absent in both") for n in (0, 0, 0, 2)]
    assert found["all", "mean_iou"] == (1.0, "")


@pytest.mark.parametrize(
    ("reference", "prediction", "word"), [([[1, 2, 0]], [[1, 0, 0]], "missed"), ([[1, 0, 0]], [[1, 2, 0]], "invented")]
)
def test_missed_or_invented_is_0_with_the_word(reference, prediction, word):
    found = score(reference, prediction)
    for metric in PENALISED:
        assert found["heart", metric] == (0.0, word)
    assert found["heart", "accuracy"] == (pytest.approx(2 / 3), word)
    assert found["heart", "specificity"] == (1.0 if word == "missed" else pytest.approx(2 / 3), word)
    assert found["lung", "dice"] == (1.0, "")
    assert found["all", "mean_iou"] == (pytest.approx((1 / 2 + 1 + 0) / 3), f"{word}: heart")


def test_the_case_says_what_was_missed_and_what_was_invented():
    assert score([[1, 0]], [[0, 2]])["all", "accuracy"] == (0.0, "missed: lung; invented: heart")


def test_nothing_there_and_nothing_predicted_is_no_achievement():
    found = score([[0, 0]], [[0, 0]])
    assert {found["all", metric] for metric in ("mean_iou", "accuracy")} == {(None, "absent in both")}


def test_the_specificity_of_a_structure_that_fills_the_image_is_undefined():
    assert score([[1, 1]], [[1, 1]])["lung", "specificity"] == (None, "undefined, its denominator is 0")
    assert score([[1, 1]], [[0, 0]])["lung", "specificity"] == (None, "missed; undefined, its denominator is 0")


def test_misplaced_is_0_without_being_missed():
    assert score([[1, 0]], [[0, 1]])["lung", "dice"] == (0.0, "")


@pytest.mark.parametrize(
    ("given_reason", "reason"),
    [
        ("not predicted", "not predicted"),
        ("not predicted: truncated file", "not predicted: truncated file"),
        ("truncated file", "not predicted: truncated file"),
    ],
)
def test_an_unpredicted_case_scores_0_even_where_the_structure_is_absent(given_reason, reason):
    found = score([[1, 0]], None, unpredicted_reason=given_reason)
    for name, metric in product(SCHEME.names, METRICS):
        assert found[name, metric] == (0.0, reason)
    for name, count in product(SCHEME.names, COUNTS):
        assert found[name, count] == (None, reason)
    assert found["all", "mean_iou"] == found["all", "accuracy"] == (0.0, reason)


@pytest.mark.parametrize("prediction", [None, [[1, 2, 2]]])
def test_a_structure_that_was_not_looked_for_has_no_figure(prediction):
    found = score([[1, 1, 0]], prediction, annotated=("Lung",))
    for metric in (*COUNTS, *METRICS, *SURFACE_METRICS):
        assert found["heart", metric] == (None, "not looked for")
    assert found["lung", "dice"][0] == (0.0 if prediction is None else pytest.approx(2 / 3))


def test_a_structure_that_was_not_looked_for_is_background_in_figures_over_all():
    found = score([[1, 1, 0, 0]], [[1, 2, 2, 0]], annotated=("lung",))
    assert found["all", "accuracy"] == (pytest.approx(3 / 4), "")
    assert found["all", "mean_iou"] == (pytest.approx((1 / 2 + 2 / 3) / 2), "")


@pytest.mark.parametrize("annotated", [None, ()])
def test_annotated_empty_means_all(annotated):
    assert score([[1, 2]], [[1, 2]], annotated=annotated)["heart", "dice"] == (1.0, "")


def test_annotated_with_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="film: annotated names hart, the masks hold lung, heart"):
        score([[1, 2]], [[1, 2]], annotated=("lung", "hart"))


def test_different_shapes_are_refused_by_the_case_s_name():
    with pytest.raises(InputError, match=r"film: .*\(1, 1\) differs from the reference's \(1, 2\)"):
        score([[1, 2]], [[1]])


@given(pairs, st.sampled_from(["lung", "heart"]))
@settings(deadline=None)
def test_missing_a_structure_or_a_whole_case_never_raises_a_figure(arrays, name):
    """Whatever was predicted, predicting nothing instead is no better, and no prediction at all is the worst."""
    reference, prediction = arrays
    assume((reference == SCHEME.value(name)).any())
    before = score(reference, prediction)
    missed = score(reference, np.where(prediction == SCHEME.value(name), 0, prediction))
    unpredicted = score(reference, None)
    for metric in PENALISED:
        assert missed[name, metric][0] <= before[name, metric][0]
        assert unpredicted[name, metric][0] <= missed[name, metric][0]
    for metric in LENGTHS:
        assert unpredicted[name, metric][0] == missed[name, metric][0] >= before[name, metric][0]
    assert unpredicted[name, "nsd"][0] == missed[name, "nsd"][0] == 0
    assert unpredicted["all", "mean_iou"][0] <= min(before["all", "mean_iou"][0], missed["all", "mean_iou"][0])


@given(pairs)
@settings(deadline=None)
def test_a_missed_structure_lowers_mean_iou_against_leaving_it_out(arrays):
    """The mistake of a mean over survivors: here a missed structure is in the mean, as 0."""
    reference, prediction = arrays[0], np.where(arrays[1] == 2, 0, arrays[1])
    assume((reference == 2).any())
    truth, guess = reference == 0, prediction == 0
    survivors = [slow_scores(reference, prediction)["lung", "iou"]]
    survivors += [(truth & guess).sum() / (truth | guess).sum()] if (truth | guess).any() else []
    without = np.mean([value for value in survivors if value is not None])
    assert score(reference, prediction)["all", "mean_iou"][0] <= without


@given(pairs)
@settings(deadline=None)
def test_with_one_structure_missing_it_never_raises_mean_iou_unless_the_prediction_was_mostly_false(arrays):
    reference, prediction = (arrays == 1).astype(np.uint8)
    assume((reference & prediction).sum() >= (prediction & ~reference & 1).sum())
    assume(reference.any())
    missed = score(reference, np.zeros_like(prediction))
    assert missed["all", "mean_iou"][0] <= score(reference, prediction)["all", "mean_iou"][0] + 1e-12


def test_the_known_limit_of_mean_iou_a_mostly_false_prediction_may_lose_to_none():
    """Its background IoU gains more than the structure's loses, in every mean with a background; dice tells."""
    reference = np.zeros((30, 30), np.uint8)
    false = reference.copy()
    reference[0, 0], false[:15] = 1, 1
    before, missed = score(reference, false), score(reference, np.zeros_like(false))
    assert missed["all", "mean_iou"][0] > before["all", "mean_iou"][0]
    assert missed["all", "mean_iou"][1] == "missed: lung"
    assert missed["lung", "dice"][0] < before["lung", "dice"][0]


def test_all_rows_are_valid_scores_of_a_volume_too():
    volume = np.zeros((3, 4, 5), np.uint8)
    volume[1] = 2
    rows = score_case("scan", "person", labels(volume), labels(volume))
    assert all(isinstance(row, Score) for row in rows)
    assert {row.metric: row.value for row in rows if row.structure == "heart"}["tp"] == 20


@pytest.mark.skipif(not (DATA / "chest-wingspan").is_dir(), reason="shared/data/chest-wingspan is not here")
def test_real_masks_against_themselves_and_against_a_shift():
    scheme = Scheme.of(["right lung", "left lung", "heart"])
    for path in sorted((DATA / "chest-wingspan" / "masks").glob("*.png"))[:5]:
        with Picture.open(path) as picture:
            array = np.array(picture)
        reference = LabelMap(array, Grid(array.shape), scheme)
        same = {(row.structure, row.metric): row.value for row in score_case("a", "p", reference, reference)}
        assert same["heart", "dice"] == same["all", "mean_iou"] == same["all", "accuracy"] == 1
        moved = LabelMap(np.roll(array, 4, axis=1), reference.grid, scheme)
        shifted = {(row.structure, row.metric): row.value for row in score_case("a", "p", reference, moved)}
        assert 0.9 < shifted["heart", "dice"] < 1
        assert shifted["heart", "tp"] + shifted["heart", "fn"] == (array == 3).sum()


def read_readers_heart(path):
    """Film → heart (row, column), 1024 x 1024, of a table of CheXmask: pairs of start (from 1) and length."""
    csv.field_size_limit(10**8)
    hearts = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            heart = np.zeros(1024 * 1024, np.uint8)
            runs = np.array(row["Heart"].split(), int)
            for start, length in zip(runs[::2], runs[1::2], strict=True):
                heart[start - 1 : start - 1 + length] = 1
            hearts[row["ImageID"]] = LabelMap(heart.reshape(1024, 1024), Grid((1024, 1024)), Scheme.of(["heart"]))
    return hearts


@pytest.mark.skipif(not (DATA / "chexmask-readers").is_dir(), reason="shared/data/chexmask-readers is not here")
def test_two_physicians_agree_as_the_authors_computed():
    """Heart Dice .938 between the two readers of 305 films, as CheXmask's own evaluation has it (facts/peers.md)."""
    dice = []
    for first in sorted((DATA / "chexmask-readers").glob("*-reader1.csv.gz")):
        one = read_readers_heart(first)
        other = read_readers_heart(first.with_name(first.name.replace("reader1", "reader2")))
        for film in one.keys() & other.keys():
            dice += [row.value for row in score_case(film, film, one[film], other[film]) if row.metric == "dice"]
    assert len(dice) == 305
    assert np.mean(dice) == pytest.approx(0.938, abs=0.0005)

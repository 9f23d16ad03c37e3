import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.confusion import ConfusionMatrix, confusion
from medunet.scoring.counts import Counts

LUNG_HEART = Scheme((("lung", 1), ("heart", 2)))
pairs = hnp.arrays(np.uint8, st.tuples(st.just(2), st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 2))


def labels(array, scheme=LUNG_HEART):
    array = np.asarray(array)
    return LabelMap(array.astype(np.uint16 if array.max() > 255 else np.uint8), Grid(array.shape), scheme)


def test_by_hand():
    matrix = confusion(labels([[0, 1, 1], [2, 2, 0]]), labels([[0, 1, 2], [2, 0, 0]]))
    assert matrix.names == ("background", "lung", "heart")
    assert matrix.pixels.tolist() == [[2, 0, 0], [0, 1, 1], [1, 0, 1]]
    assert matrix.counts("heart") == Counts(tp=1, fp=1, fn=1, tn=3)
    assert matrix.accuracy() == pytest.approx(4 / 6)
    assert matrix.mean_iou() == pytest.approx((2 / 3 + 1 / 2 + 1 / 3) / 3)


@given(pairs)
@settings(deadline=None)
def test_agrees_with_one_mask_per_structure(arrays):
    reference, prediction = labels(arrays[0]), labels(arrays[1])
    matrix = confusion(reference, prediction)
    for name in LUNG_HEART.names:
        assert matrix.counts(name) == Counts.from_masks(reference.mask(name), prediction.mask(name))
    assert matrix.counts("background") == Counts.from_masks(arrays[0] == 0, arrays[1] == 0)
    assert matrix.pixels.sum() == arrays[0].size


@given(pairs, st.integers(1, 6))
@settings(deadline=None)
def test_matrices_of_two_parts_add_up_to_the_whole(arrays, cut):
    whole = confusion(labels(arrays[0]), labels(arrays[1]))
    parts = [arrays[:, :cut], arrays[:, cut:]]
    matrices = [confusion(labels(part[0]), labels(part[1])) for part in parts if part.size]
    assert sum(matrix.pixels for matrix in matrices).tolist() == whole.pixels.tolist()
    assert (matrices[0] + matrices[0]).pixels.tolist() == (2 * matrices[0].pixels).tolist()


@given(pairs)
@settings(deadline=None)
def test_exchanging_reference_and_prediction_transposes(arrays):
    one, other = labels(arrays[0]), labels(arrays[1])
    assert confusion(one, other).pixels.tolist() == confusion(other, one).pixels.T.tolist()


@given(pairs)
@settings(deadline=None)
def test_values_and_order_of_the_prediction_s_scheme_make_no_difference(arrays):
    other = Scheme((("HEART", 700), ("trachea", 5), ("Lung", 40)))
    renumbered = labels(np.array([0, 40, 700])[arrays[1]], other)
    expected = confusion(labels(arrays[0]), labels(arrays[1]))
    assert confusion(labels(arrays[0]), renumbered).pixels.tolist() == expected.pixels.tolist()


def test_a_structure_only_the_prediction_names_counts_as_background():
    prediction = labels([[3, 1, 3]], Scheme.of(["lung", "heart", "trachea"]))
    assert confusion(labels([[0, 1, 1]]), prediction).pixels.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]


def test_a_structure_the_prediction_does_not_name_was_not_predicted():
    prediction = labels([[1, 1, 0]], Scheme.of(["lung"]))
    assert confusion(labels([[1, 2, 2]]), prediction).counts("heart") == Counts(0, 0, 2, 1)


@pytest.mark.parametrize("shape", [(700, 801), (70, 80, 101)])
def test_arrays_longer_than_one_block_in_any_memory_order(shape):
    rng = np.random.default_rng(3)
    one, other = rng.integers(0, 3, (2, *shape), dtype=np.uint8)
    matrix = confusion(labels(np.asfortranarray(one)), labels(other))
    np.testing.assert_array_equal(matrix.pixels, np.histogram2d(one.ravel(), other.ravel(), bins=[0, 1, 2, 3])[0])


def test_folding_a_structure_into_the_background_is_scoring_maps_without_it():
    rng = np.random.default_rng(4)
    arrays = rng.integers(0, 3, (2, 9, 9), dtype=np.uint8)
    without = np.where(arrays == 1, 0, arrays)
    folded = confusion(labels(arrays[0]), labels(arrays[1])).folded({"lung"})
    assert folded.names == ("background", "heart")
    assert folded.counts("heart") == confusion(labels(without[0]), labels(without[1])).counts("heart")
    assert folded.pixels.sum() == 81


def test_mean_iou_of_system_b():
    pixels = np.array([[102_883_876, 877_213], [618_257, 34_032_686]], np.int64)
    matrix = ConfusionMatrix(("background", "lung"), pixels)
    assert round(matrix.mean_iou(), 6) == 0.971790
    assert round(matrix.accuracy(), 6) == 0.989196


def test_mean_iou_leaves_out_what_is_in_neither_and_keeps_what_was_missed():
    absent = confusion(labels([[0, 1]]), labels([[0, 1]]))
    missed = confusion(labels([[0, 1, 2]]), labels([[0, 1, 0]]))
    assert absent.mean_iou() == 1
    assert missed.mean_iou() == pytest.approx((1 / 2 + 1 + 0) / 3)


def test_different_shapes_are_refused_with_both():
    with pytest.raises(InputError, match=r"film-7: .*shape \(1, 2\) differs from the reference's \(2, 2\)"):
        confusion(labels([[0, 1], [0, 1]]), labels([[0, 1]]), where="film-7")


@pytest.mark.parametrize(
    ("names", "pixels"),
    [
        (("lung", "background"), np.zeros((2, 2), np.int64)),
        (("background", "lung"), np.zeros((3, 3), np.int64)),
        (("background", "lung"), np.zeros((2, 2))),
        (("background", "lung"), np.array([[1, -1], [0, 0]])),
    ],
)
def test_an_invalid_matrix_cannot_be_built(names, pixels):
    with pytest.raises(ValueError, match=r"classes are|pixels are"):
        ConfusionMatrix(names, pixels)


def test_matrices_of_different_classes_do_not_add_up():
    lung = ConfusionMatrix(("background", "lung"), np.zeros((2, 2), np.int64))
    heart = ConfusionMatrix(("background", "heart"), np.zeros((2, 2), np.int64))
    with pytest.raises(ValueError, match="do not add up"):
        _ = lung + heart


def test_agreement_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    one, other = np.random.default_rng(5).integers(0, 3, (2, 40, 40), dtype=np.uint8)
    matrix = confusion(labels(one), labels(other))
    np.testing.assert_array_equal(matrix.pixels, sklearn.confusion_matrix(one.ravel(), other.ravel()))
    macro = sklearn.jaccard_score(one.ravel(), other.ravel(), average="macro")
    assert matrix.mean_iou() == pytest.approx(macro, abs=1e-12)

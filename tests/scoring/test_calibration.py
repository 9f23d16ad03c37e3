from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve

from medunet.errors import InputError
from medunet.images import Grid, LabelMap, Scheme
from medunet.scoring import ALL
from medunet.scoring.calibration import (
    MASK,
    NOWHERE,
    ONE_KIND,
    RELIABILITY_COLUMNS,
    Calibration,
    calibrate_case,
    reliability_rows,
)
from medunet.scoring.reliability import RELIABILITY_BINS, ece, region_of

SHAPE = (60, 50)
GRID = Grid(SHAPE)
SCHEME = Scheme((("Left_Lung", 1), ("heart", 2)))
MODEL = Scheme((("left lung", 1), ("heart", 2)))
T = 2.0


def film(seed, empty=()):
    """Reference, prediction and shares (background first) of two discs whose edges are in doubt."""
    random = np.random.default_rng(seed)
    y, x = np.ogrid[:60, :50]
    far = [np.hypot(y - 20, x - 15) - 10, np.hypot(y - 40, x - 30) - 8]
    logits = np.stack([np.zeros(SHAPE), *(-one for one in far)]) + random.normal(0, 0.5, (3, *SHAPE))
    for k in empty:
        logits[k] = -40
    shares = np.exp(logits) / np.exp(logits).sum(0)
    labels = (random.random(SHAPE) > shares.cumsum(0)).sum(0).clip(0, 2).astype(np.uint8)
    return labels, shares.argmax(0).astype(np.uint8), shares.astype(np.float32)


def softer(shares, temperature=T):
    return softmax(np.log(shares) / temperature, axis=0)


def case(seed, subject="s", *, annotated=None, temperature=T, empty=()):
    labels, found, shares = film(seed, empty)
    after = softer(shares, temperature) if temperature else None
    return calibrate_case(
        subject,
        LabelMap(labels, GRID, SCHEME),
        LabelMap(found, GRID, MODEL),
        dict(zip(MODEL.names, shares[1:], strict=True)),
        dict(zip(MODEL.names, after[1:], strict=True)) if temperature else None,
        annotated=annotated,
    )


def test_the_curve_of_a_film_is_that_of_scikit_learn_in_the_box():
    labels, found, shares = film(1)
    one = case(1)
    for number, name in enumerate(SCHEME.names, start=1):
        box = region_of(labels == number, found == number)
        for sums, values in ((one.before[name], shares), (one.after[name], softer(shares))):
            observed, mean = calibration_curve(
                (labels == number)[box].ravel(), values[number][box].ravel().astype(float), n_bins=RELIABILITY_BINS
            )
            kept = sums.pixels > 0
            assert sums.observed[kept] == pytest.approx(observed, abs=1e-12)
            assert sums.mean_probability[kept] == pytest.approx(mean, abs=1e-12)
            assert sums.pixels.sum() == values[number][box].size < values[number].size


def test_cases_are_pooled_and_all_is_the_sum_of_structures():
    cases = [case(1, "a"), case(2, "b"), case(3, "a")]
    whole = Calibration(cases)
    assert whole.names == ("Left_Lung", "heart", ALL)
    for when in ("before", "after"):
        for name in SCHEME.names:
            wanted = sum(getattr(one, when)[name].sums for one in cases)
            assert whole.pooled(name, when).sums == pytest.approx(wanted)
        both = sum(whole.pooled(name, when).sums for name in SCHEME.names)
        assert whole.pooled(ALL, when).sums == pytest.approx(both)
    by_subject = whole.by_subject("heart", "before")
    assert by_subject.shape == (2, 4, RELIABILITY_BINS)
    assert by_subject[0] == pytest.approx(cases[0].before["heart"].sums + cases[2].before["heart"].sums)
    assert whole.counted("heart") == 3
    assert whole.why_not("heart", "after") == ""


def test_only_what_was_looked_for_is_counted():
    whole = Calibration([case(1, annotated=("heart",))])
    assert whole.names == ("heart",)


def test_without_a_temperature_there_is_no_after_and_a_reason():
    whole = Calibration([case(1, temperature=None)], "no validation cases")
    assert whole.cases[0].after == {}
    assert whole.why_not("heart", "before") == ""
    assert whole.why_not("heart", "after") == "no validation cases"
    assert whole.by_subject("heart", "after").shape[0] == 0
    rows = list(reliability_rows(whole))
    assert ("heart", "after", *[None] * 6, "no validation cases") in rows


def test_a_structure_that_is_nowhere_has_no_box():
    nowhere = LabelMap(np.zeros(SHAPE, np.uint8), GRID, SCHEME)
    shares = {name: np.full(SHAPE, 0.1, np.float32) for name in SCHEME.names}
    one = calibrate_case("s", nowhere, nowhere, shares, None)
    whole = Calibration([one], "none")
    assert whole.why_not("heart", "before") == NOWHERE
    assert whole.counted("heart") == 0


def test_one_kind_of_pixels_and_masks_get_a_reason():
    labels = np.zeros(SHAPE, np.uint8)
    labels[10:20, 10:20] = 2
    found = LabelMap(labels, GRID, SCHEME)
    nothing = LabelMap(np.zeros(SHAPE, np.uint8), GRID, SCHEME)
    doubt = {name: np.full(SHAPE, 0.6, np.float32) for name in SCHEME.names}
    invented = Calibration([calibrate_case("s", nothing, found, doubt, None)], "none")
    assert invented.why_not("heart", "before") == ONE_KIND
    sure = {"Left_Lung": np.zeros(SHAPE, np.float32), "heart": (labels == 2).astype(np.float32)}
    mask = Calibration([calibrate_case("s", found, found, sure, None)], "none")
    assert mask.why_not("heart", "before") == MASK
    assert Calibration(refusal="masks").why_not("heart", "before") == "masks"


def test_rows_hold_every_bin_and_an_empty_bin_has_no_share():
    whole = Calibration([case(1)])
    rows = [dict(zip(RELIABILITY_COLUMNS, row, strict=True)) for row in reliability_rows(whole)]
    assert len(rows) == 3 * 2 * RELIABILITY_BINS
    heart = [row for row in rows if (row["structure"], row["temperature"]) == ("heart", "before")]
    assert [row["bin_low"] for row in heart[1:]] == [row["bin_high"] for row in heart[:-1]]
    gaps = sum(row["pixels"] * abs(row["observed"] - row["mean_probability"]) for row in heart if row["pixels"])
    total = sum(row["pixels"] for row in heart)
    assert gaps / total == pytest.approx(float(ece(whole.pooled("heart", "before").sums)))
    assert all((row["observed"] is None) == (row["pixels"] == 0) for row in rows)


def test_two_structures_of_one_name_are_refused():
    labels, found, shares = film(1)
    with pytest.raises(InputError, match="have one name"):
        calibrate_case("s", LabelMap(labels, GRID, SCHEME), LabelMap(found, GRID, MODEL),
                       {"heart": shares[1], "Heart": shares[2]}, None)  # fmt: skip

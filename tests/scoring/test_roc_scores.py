from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.metrics import METRICS, ROC_METRICS
from medunet.scoring.roc import ONE_THRESHOLD, auc
from medunet.scoring.roc_scores import (
    NOTHING_INSIDE,
    NOTHING_OUTSIDE,
    UNKNOWN,
    PooledRoc,
    auc_scores,
    count_case,
    with_pooled,
)
from medunet.scoring.summary import summarise

SCHEME = Scheme.of(["lung", "heart"])


def labels(values, scheme=SCHEME):
    array = np.atleast_2d(np.asarray(values, np.uint8))
    return LabelMap(array, Grid(array.shape), scheme)


def film(seed, pixels=400):
    """A reference and softmax probabilities of its two structures."""
    random = np.random.default_rng(seed)
    array = random.integers(0, 3, (20, pixels // 20))
    logits = random.normal(0, 1, (3, *array.shape)) + 2 * (np.arange(3)[:, None, None] == array)
    shares = (np.exp(logits) / np.exp(logits).sum(0)).astype(np.float32)
    return labels(array), dict(zip(SCHEME.names, shares[1:], strict=True))


def score(reference, probabilities, **told):
    counts = None if probabilities is None else count_case(reference, probabilities, annotated=told.get("annotated"))
    rows = auc_scores("film", "person", reference.scheme, counts, **told)
    return {row.structure: (row.value, row.reason) for row in rows if row.metric == "auc"}


def test_every_structure_against_the_rest_and_all_together():
    reference, probabilities = film(1)
    found = score(reference, probabilities)
    flags = {name: reference.mask(name).ravel() for name in SCHEME.names}
    for name in SCHEME.names:
        wanted = roc_auc_score(flags[name], probabilities[name].ravel())
        assert found[name] == (pytest.approx(wanted, abs=1e-4), "")
    together = [np.concatenate([one[name].ravel() for name in SCHEME.names]) for one in (flags, probabilities)]
    assert found["all"] == (pytest.approx(roc_auc_score(*together), abs=1e-4), "")


def test_the_registry_is_a_literal_beside_the_others():
    assert dict(ROC_METRICS) == {"auc": auc}
    assert not METRICS.keys() & ROC_METRICS.keys()


def test_structures_are_matched_by_name():
    reference, probabilities = film(2)
    renamed = {"Heart": probabilities["heart"], "LUNG": probabilities["lung"]}
    assert score(reference, renamed) == score(reference, probabilities)


def test_a_structure_without_a_pixel_has_none_and_says_why():
    _, probabilities = film(3)
    found = score(labels(np.ones((20, 20))), probabilities)
    assert found["heart"] == (None, NOTHING_INSIDE)
    assert found["lung"] == (None, NOTHING_OUTSIDE)
    assert found["all"][0] is not None


def test_a_structure_that_the_model_does_not_know():
    reference, probabilities = film(4)
    found = score(reference, {"heart": probabilities["heart"]})
    assert found["lung"] == (None, UNKNOWN)
    assert found["all"] == found["heart"]


def test_a_structure_that_was_not_looked_for_takes_no_part():
    reference, probabilities = film(5)
    found = score(reference, probabilities, annotated=("Heart",))
    assert found["lung"] == (None, "not looked for")
    assert found["all"] == found["heart"]


def test_a_case_without_a_prediction_counts_as_0_and_a_refusal_has_no_value():
    reference, _ = film(6)
    reason = "not predicted: truncated file"
    assert set(score(reference, None, refusal=reason).values()) == {(0.0, reason)}
    assert score(reference, None, refusal=reason, annotated=("lung",))["heart"] == (None, "not looked for")
    assert set(score(reference, None, refusal=ONE_THRESHOLD).values()) == {(None, ONE_THRESHOLD)}


def test_a_mask_written_as_probabilities_is_known_for_what_it_is():
    reference, _ = film(7)
    masks = {name: reference.mask(name).astype(np.float32) for name in SCHEME.names}
    assert set(score(reference, masks).values()) == {(None, ONE_THRESHOLD)}


def test_nan_is_refused_by_case_and_structure():
    reference, probabilities = film(8)
    probabilities["heart"][3, 3] = np.nan
    with pytest.raises(InputError, match="film 8, heart: holds NaN where probabilities are wanted"):
        count_case(reference, probabilities, where="film 8")


def pooled_of(films):
    pooled = PooledRoc()
    for reference, probabilities in films:
        pooled = pooled.plus(count_case(reference, probabilities))
    return pooled


def test_pooled_is_over_the_pixels_of_all_cases_in_any_order():
    films = [film(seed, pixels) for seed, pixels in ((1, 400), (2, 40), (3, 2000))]
    one, other = pooled_of(films), pooled_of(films[::-1])
    for name in SCHEME.names:
        flags = np.concatenate([reference.mask(name).ravel() for reference, _ in films])
        values = np.concatenate([probabilities[name].ravel() for _, probabilities in films])
        assert one.value(name) == other.value(name) == pytest.approx(roc_auc_score(flags, values), abs=1e-4)
        assert abs(one.value(name) - roc_auc_score(flags, values)) <= one.counts[name].bound + 1e-12
    told = one.to_dict()
    assert "pixels of one subject are not independent" in told["note"]
    assert told["structures"]["lung"]["cases"] == 3
    assert told["structures"]["lung"]["bound"] == one.counts["lung"].bound
    assert told["structures"]["all"]["pixels_inside"] == sum(one.counts[n].total_inside for n in SCHEME.names)


def test_an_unpredicted_case_leaves_no_pooled_figure():
    pooled = pooled_of([film(1)]).plus(None)
    assert pooled.value("lung") is None
    figures = pooled.to_dict()["structures"]["lung"]
    assert (figures["auc"], figures["bound"]) == (None, None)
    assert figures["reason"].startswith("1 case not predicted: without it")
    assert pooled.plus(None).why_not("lung").startswith("2 cases not predicted: without them")


def test_what_was_never_looked_for_or_is_nowhere_says_so():
    pooled = pooled_of([(labels(np.zeros((20, 20))), film(1)[1])])
    assert pooled.why_not("lung") == NOTHING_INSIDE
    assert pooled.why_not("liver") == UNKNOWN


def test_a_refusal_is_all_there_is():
    assert PooledRoc(refusal=ONE_THRESHOLD).to_dict() == {"refused": ONE_THRESHOLD}
    assert PooledRoc(refusal=ONE_THRESHOLD).value("lung") is None


def test_summaries_carry_the_pooled_figure_and_the_words_on_it():
    films = [film(seed) for seed in (1, 2)]
    rows = [
        row
        for number, (reference, probabilities) in enumerate(films)
        for row in auc_scores(f"film {number}", "person", SCHEME, count_case(reference, probabilities))
    ]
    pooled = pooled_of(films)
    found = {one.structure: one for one in with_pooled(summarise(rows), pooled)}
    assert found["heart"].pooled == pooled.value("heart")
    assert found["heart"].mean == pytest.approx(np.mean([r.value for r in rows if r.structure == "heart"]))
    assert "no interval" in found["heart"].note
    assert "background" in found["heart"].note

from __future__ import annotations

import numpy as np
import pytest

from medunet.prediction import Temperature
from medunet.scoring import ALL, Calibration, CaseCalibration, Reliability
from medunet.scoring.reliability import ece
from medunet.workflows.calibration_figures import CALIBRATION_COLUMNS, CalibrationFigures

T = Temperature(2.0, 0.4, 0.3, 5, 500)


def counts(seed, scale):
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, 3_000)
    inside = random.random(3_000) < 1 / (1 + np.exp(-logits))
    return Reliability.of(inside, (1 / (1 + np.exp(-scale * logits))).astype(np.float32))


def cases(count, *, after=True, films=1, names=("lung", "heart")):
    """Subjects of a network that states its logits twice too large; after the temperature they are right."""
    found = []
    for subject in range(count):
        before = {name: counts((subject, k), 2.0) for k, name in enumerate(names)}
        right = {name: counts((subject, k), 1.0) for k, name in enumerate(names)} if after else {}
        found += films * [CaseCalibration(f"s{subject}", before, right)]
    return found


def test_every_figure_stands_before_and_after_with_its_interval_and_change():
    done = CalibrationFigures.of(Calibration(cases(15)), T)
    assert {name for name, _, _ in done.estimates} == {"lung", "heart", ALL}
    for name in ("lung", "heart", ALL):
        before, after, change = (done.estimates[name, "ece", when] for when in ("before", "after", "change"))
        assert before.value == pytest.approx(float(ece(done.counts.pooled(name, "before").sums)))
        assert change.value == pytest.approx(after.value - before.value)
        assert before.low > after.high
        assert change.high < 0
        assert after.low == 0  # what chance alone gives
        assert (before.subjects, before.rows) == (15, 15)


def test_writing_every_case_twice_under_its_subject_changes_no_interval():
    once, twice = (CalibrationFigures.of(Calibration(cases(12, films=films)), T) for films in (1, 2))
    for key, one in once.estimates.items():
        other = twice.estimates[key]
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), rel=1e-9)
        assert other.subjects == one.subjects


def test_without_a_temperature_the_reason_stands_after_and_in_the_change():
    done = CalibrationFigures.of(Calibration(cases(12, after=False), "no validation cases"), "no validation cases")
    for when in ("after", "change"):
        assert done.estimates["lung", "ece", when].reason == "no validation cases"
        assert done.estimates["lung", "ece", when].value is None
    assert done.estimates["lung", "ece", "before"].value > 0
    assert done.to_dict()["temperature"] == {"reason": "no validation cases"}
    rows = [dict(zip(CALIBRATION_COLUMNS, row, strict=True)) for row in done.rows()]
    assert len(rows) == 3 * 3 * 3
    assert {row["reason"] for row in rows if row["temperature"] == "after"} == {"no validation cases"}


def test_few_subjects_have_figures_and_no_interval():
    done = CalibrationFigures.of(Calibration(cases(4)), T)
    one = done.estimates["heart", "brier", "before"]
    assert one.value > 0
    assert one.low is None
    assert one.reason == "4 subjects; an interval needs 10"


def test_the_summary_says_what_counts_and_what_the_temperature_rests_on():
    told = CalibrationFigures.of(Calibration(cases(12, names=("lung",)), unpredicted=2), T).to_dict()
    assert "the box around it" in told["pixels"]
    assert told["temperature"] == T.to_dict()
    assert (told["cases"], told["cases_not_predicted"]) == (12, 2)
    assert list(told["structures"]) == ["lung"]
    assert set(told["structures"]["lung"]) == {"ece", "mce", "brier"}
    assert set(told["structures"]["lung"]["ece"]["before"]) >= {"value", "low", "high", "level", "subjects", "reason"}
    assert CalibrationFigures.of(Calibration(refusal="masks"), "").to_dict() == {"refused": "masks"}

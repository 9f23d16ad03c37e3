from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from medunet.cases import read_cases
from medunet.prediction import load_model
from medunet.scoring import ALL, ONE_THRESHOLD, Calibration
from medunet.workflows.calibration_figures import CALIBRATION_COLUMNS, CalibrationFigures
from medunet.workflows.evaluate import evaluate
from medunet.workflows.evaluation_calibration import TITLE, calibration_section, temperature_sentence

WHOLE = {"right lung": "lung", "left lung": "lung"}


@pytest.fixture
def done(evaluated_others):
    return evaluated_others


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def blocks(section):
    return {block.kind: block for block in section.blocks}


def test_the_curve_is_that_of_the_models_probabilities_on_the_films_own_pixels(done, trained, others):
    model = load_model(trained.folder)
    flags, before, after = [], [], []
    for case in read_cases(others, rename=WHOLE):
        said, target = model.predict(case.read_image(), probabilities=True), case.read_target()
        inside, found = target.mask("heart"), said.labels.mask("heart")
        rows, columns = (np.flatnonzero((inside | found).any(axis)) for axis in (1, 0))
        box = np.s_[max(0, rows[0] - 3) : rows[-1] + 4, max(0, columns[0] - 3) : columns[-1] + 4]  # 5 % of 64 pixels
        flags.append(inside[box].ravel())
        before.append(said.probabilities[2][box].ravel())
        after.append(model.calibrated(said.probabilities)[2][box].ravel())
    for when, values in (("before", before), ("after", after)):
        pooled = done.calibration.counts.pooled("heart", when)
        observed, mean = calibration_curve(np.concatenate(flags), np.concatenate(values).astype(float), n_bins=15)
        held = pooled.pixels > 0
        assert pooled.observed[held] == pytest.approx(observed, abs=1e-12)
        assert pooled.mean_probability[held] == pytest.approx(mean, abs=1e-9)


def test_summary_table_and_figure_hold_the_same_numbers(done, trained):
    told = json.loads((done.folder / "summary.json").read_text())["calibration"]
    assert told["temperature"] == load_model(trained.folder).temperature.to_dict()
    rows = rows_of(done.folder / "tables" / "calibration.csv")
    assert tuple(rows[0]) == CALIBRATION_COLUMNS
    for row in rows:
        one = told["structures"][row["structure"]][row["figure"]][row["temperature"]]
        assert float(row["value"]) == pytest.approx(one["value"], abs=1e-6)  # as written
        assert row["reason"] == one["reason"] == "3 subjects; an interval needs 10"
    bins = rows_of(done.folder / "figures" / "calibration.csv")
    heart = [row for row in bins if (row["structure"], row["temperature"]) == ("heart", "before") and row["observed"]]
    total = sum(int(row["pixels"]) for row in heart)
    gaps = (int(row["pixels"]) * abs(float(row["observed"]) - float(row["mean_probability"])) for row in heart)
    assert sum(gaps) / total == pytest.approx(told["structures"]["heart"]["ece"]["before"]["value"], abs=1e-5)
    for ending in ("svg", "pdf", "png"):
        assert (done.folder / "figures" / f"calibration.{ending}").stat().st_size > 1000


def test_the_section_shows_the_curves_before_and_after_and_the_temperature(done):
    section = calibration_section(done.calibration)
    table, drawing = blocks(section)["table"], blocks(section)["drawing"]
    assert [row[0] for row in table.rows[::3]] == ["lung", "heart", "all together"]
    assert "lung: ECE" in drawing.alt
    assert " after" in drawing.alt
    assert drawing.narrow
    assert temperature_sentence(done.calibration).startswith("Temperature ")
    assert "changes no mask" in temperature_sentence(done.calibration)
    page = (done.folder / "report.html").read_text()
    assert TITLE in page
    assert "the box around it in reference and prediction together" in page


def test_a_model_without_a_temperature_has_figures_before_and_the_reason(run_copy, others, tmp_path):
    path = run_copy / "model" / "model.json"
    description = json.loads(path.read_text())
    del description["temperature"]
    path.write_text(json.dumps(description))
    done = evaluate(run_copy, others, out=tmp_path / "out", device="cpu")
    assert "none was fitted when the model was made" in temperature_sentence(done.calibration)
    assert "none was fitted when the model was made" in (tmp_path / "out" / "report.html").read_text()
    rows = rows_of(tmp_path / "out" / "tables" / "calibration.csv")
    after = [row for row in rows if row["temperature"] == "after"]
    assert {(row["value"], row["reason"]) for row in after} == {("", "none was fitted when the model was made")}
    assert all(row["value"] for row in rows if row["temperature"] == "before")


def test_the_temperature_changes_no_score(done, run_copy, others, tmp_path):
    path = run_copy / "model" / "model.json"
    description = json.loads(path.read_text())
    description["temperature"]["value"] = 5.0
    path.write_text(json.dumps(description))
    other = evaluate(run_copy, others, out=tmp_path / "out", device="cpu")
    assert [s.value for s in other.scores] == [s.value for s in done.scores]
    key = ("heart", "ece", "after")
    assert other.calibration.estimates[key].value != done.calibration.estimates[key].value


def test_of_masks_there_is_none_and_the_page_says_why(others, tmp_path):
    done = evaluate(others / "masks", others, out=tmp_path / "out")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["calibration"] == {"refused": ONE_THRESHOLD}
    (note,) = calibration_section(done.calibration).blocks
    assert "a mask is one threshold" in note.text
    assert not (tmp_path / "out" / "tables" / "calibration.csv").exists()
    assert not (tmp_path / "out" / "figures" / "calibration.svg").exists()


def test_a_film_that_cannot_be_predicted_is_counted_and_judged_by_nothing(trained, others, tmp_path):
    films = Path(shutil.copytree(others, tmp_path / "films"))
    path = films / "images" / "phantom-00002.png"
    path.write_bytes(path.read_bytes()[:60])
    done = evaluate(trained.folder, films, out=tmp_path / "out", device="cpu")
    assert done.calibration.to_dict()["cases_not_predicted"] == 1
    assert done.calibration.estimates[ALL, "ece", "before"].rows == 3
    assert "Cases without a prediction, not in these figures: 1." in temperature_sentence(done.calibration)


def test_what_was_never_counted_is_said(others):
    nothing = CalibrationFigures.of(Calibration((), "none"), "none")
    assert "drawing" not in blocks(calibration_section(nothing))

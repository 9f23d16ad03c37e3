from __future__ import annotations

import csv

import numpy as np
import pytest

from medunet.cases import read_cases
from medunet.prediction import load_model
from medunet.scoring import ROC_COLUMNS
from medunet.workflows.evaluate import evaluate
from medunet.workflows.evaluation_drawings import CONFUSION_COLUMNS


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def done(evaluated):
    return evaluated


def test_the_confusion_table_holds_the_counts_of_the_scores(done):
    rows = rows_of(done.folder / "figures" / "confusion.csv")
    assert tuple(rows[0]) == CONFUSION_COLUMNS
    pixels = {(row["reference"], row["found_as"]): int(row["pixels"]) for row in rows}
    for name in ("lung", "heart"):
        inside = {pair: n for pair, n in pixels.items() if pair[0] == name}
        assert pixels[name, name] == done.summary(name, "tp").pooled
        assert sum(inside.values()) - pixels[name, name] == done.summary(name, "fn").pooled
        shares = [float(row["share_of_reference"]) for row in rows if row["reference"] == name]
        assert sum(shares) == pytest.approx(1, abs=1e-4)


def test_the_curves_table_is_the_runs_log(done, trained):
    rows, log = rows_of(done.folder / "figures" / "curves.csv"), rows_of(trained.folder / "log.csv")
    assert list(rows[0]) == list(log[0])
    assert len(rows) == len(log) > 1
    for row, logged in zip(rows, log, strict=True):
        assert [float(cell) if cell else None for cell in row.values()] == pytest.approx(
            [float(cell) if cell else None for cell in logged.values()]
        )


def test_every_row_of_the_roc_table_is_what_its_threshold_gives(done, trained, films):
    """Counted again with plain comparisons from the model's own probabilities."""
    rows = rows_of(done.folder / "figures" / "roc.csv")
    assert tuple(rows[0]) == ROC_COLUMNS
    assert {row["structure"] for row in rows} == {"lung", "heart", "all"}
    model, scored = load_model(trained.folder), {score.case for score in done.scores}
    cases = [
        case for case in read_cases(films, rename={"right lung": "lung", "left lung": "lung"}) if case.id in scored
    ]
    inside = np.concatenate([case.read_target().mask("heart").ravel() for case in cases])
    number = 1 + model.plan.classes.index("heart")
    predicted = [model.predict(case.read_image(), probabilities=True).probabilities[number] for case in cases]
    values = np.concatenate([one.ravel() for one in predicted])
    for row in [row for row in rows if row["structure"] == "heart"][::7]:
        positive = values >= np.float32(row["threshold"])
        counts = [np.sum(found & part) for found in (positive, ~positive) for part in (inside, ~inside)]
        assert [int(row[name]) for name in ("tp", "fp", "fn", "tn")] == counts
        assert float(row["sensitivity"]) == pytest.approx(counts[0] / inside.sum(), rel=1e-8)
        assert float(row["one_minus_specificity"]) == pytest.approx(counts[1] / (~inside).sum(), rel=1e-8)
    assert "0.5" in {row["threshold"] for row in rows if row["structure"] == "heart"}


def test_the_numbers_of_a_figure_lie_in_one_place(done):
    assert {path.name for path in (done.folder / "tables").iterdir()} == {"calibration.csv"}


def test_masks_have_a_confusion_table_and_neither_roc_nor_curves(others, tmp_path, drawn_once):
    evaluate(others / "masks", others, out=tmp_path / "out")
    tables = {path.stem for path in (tmp_path / "out" / "figures").glob("*.csv")}
    assert "confusion" in tables
    assert not {"roc", "curves", "calibration"} & tables
    assert not (tmp_path / "out" / "tables").exists()

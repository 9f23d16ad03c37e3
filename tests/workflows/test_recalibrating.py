from __future__ import annotations

import csv
import json
import shutil

import pytest

from medunet.errors import InputError, OutputError, UsageError
from medunet.images import write_csv
from medunet.prediction import load_model
from medunet.workflows.evaluate import evaluate
from medunet.workflows.predict import predict


@pytest.fixture(scope="module")
def clinic(write_films, tmp_path_factory):
    """Twelve films of twelve subjects of another place. Not to be changed."""
    root = tmp_path_factory.mktemp("clinic") / "films"
    films = write_films(root, count=12, seed=9)
    write_csv(root / "cases.csv", ["id", "subject"], [[film.id, film.id] for film in films])
    return root


@pytest.fixture(scope="module")
def ours(trained, clinic, tmp_path_factory):
    """The tiny model with intervals from the clinic's films, and what evaluate said of them. Not to be changed."""
    root = tmp_path_factory.mktemp("ours")
    done = evaluate(trained.folder, clinic, out=root / "scores", calibrate=root / "model", device="cpu")
    return root / "model", done


def test_the_copy_carries_intervals_from_the_evaluated_cases(ours, trained, digest):
    folder, done = ours
    before, after = load_model(trained.folder), load_model(folder)
    assert after.intervals.source == "cases of evaluate"
    found = after.intervals.residuals["ctr"]
    assert len(found.values) + found.without == 12
    errors = sorted(abs(one - other) for one, other in done.ratios.values())
    assert found.values == pytest.approx(errors)
    assert len(found.values) >= 9
    assert after.weights_sha256 == before.weights_sha256
    assert "(cases of evaluate)" in after.card
    assert "neither trained nor chose them (cases of evaluate)" in (folder / "card.md").read_text()


def test_the_model_itself_is_not_changed(trained, clinic, tmp_path, digest):
    before = digest(trained.folder)
    evaluate(trained.folder, clinic, out=tmp_path / "scores", calibrate=tmp_path / "ours", device="cpu")
    assert digest(trained.folder) == before


def test_predict_uses_them(ours, others, tmp_path):
    folder, _ = ours
    half = load_model(folder).intervals.half_width("ctr")
    done = predict([others / "images"], model=folder, out=tmp_path / "out", device="cpu")
    rows = [row for row in done.table if row["measurement"] == "ctr" and row["value"] is not None]
    assert rows
    for row in rows:
        assert row["high"] == pytest.approx(row["value"] + half, abs=1e-5)
        assert row["level"] == 0.9


def test_the_cases_that_calibrated_are_left_out_of_the_coverage_and_others_are_not(ours, clinic, others, tmp_path):
    folder, _ = ours
    again = evaluate(folder, clinic, out=tmp_path / "again", device="cpu")
    told = json.loads((tmp_path / "again" / "summary.json").read_text())["ctr_intervals"]
    assert (told["calibrating"], told["inside"]["value"]) == (12, None)
    assert "12 cases are left out here: the intervals come of them." in (tmp_path / "again" / "report.html").read_text()
    assert again.summary("heart", "dice").n == 12
    elsewhere = evaluate(folder, others, out=tmp_path / "elsewhere", device="cpu")
    assert elsewhere.calibrating == 0
    assert elsewhere.held.inside.rows == len(elsewhere.ratios) > 0
    assert elsewhere.held.stated == 0.9


def test_cases_that_were_trained_on_never_calibrate(trained, films, tmp_path):
    for allow in (False, True):
        with pytest.raises(InputError, match="training or validation cases"):
            evaluate(
                trained.folder, films, out=tmp_path / "s", allow_trained=allow, calibrate=tmp_path / "m", device="cpu"
            )
    assert not (tmp_path / "m").exists()
    assert not (tmp_path / "s").exists()


def test_too_few_subjects_are_refused_before_anything_is_predicted(trained, others, tmp_path):
    with pytest.raises(InputError, match=r"has \d subjects?; intervals need at least 9"):
        evaluate(trained.folder, others, out=tmp_path / "s", calibrate=tmp_path / "m", device="cpu")
    assert not (tmp_path / "s").exists()


def test_masks_have_no_model_to_calibrate(clinic, tmp_path):
    with pytest.raises(UsageError, match="--calibrate: needs a model"):
        evaluate(clinic / "masks", clinic, out=tmp_path / "s", calibrate=tmp_path / "m")


def test_the_folder_of_the_scores_or_of_the_model_is_refused(run_copy, clinic, tmp_path, digest):
    before = digest(run_copy)
    with pytest.raises(UsageError, match="names the folder of the scores"):
        evaluate(run_copy, clinic, out=tmp_path / "s", calibrate=tmp_path / "s", device="cpu")
    for place in (run_copy, run_copy / "model"):
        with pytest.raises(OutputError):
            evaluate(run_copy, clinic, out=tmp_path / "s", calibrate=place, device="cpu")
    assert digest(run_copy) == before


def test_too_few_ratios_are_said_after_the_scores_are_written(trained, clinic, tmp_path):
    """Twelve subjects, of which four references have no heart: eight ratios are too few."""
    folder = shutil.copytree(clinic, tmp_path / "films")
    with (folder / "cases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    cells = [[row["id"], row["subject"], "right lung|left lung" if n < 4 else ""] for n, row in enumerate(rows)]
    write_csv(folder / "cases.csv", ["id", "subject", "annotated"], cells)
    with pytest.raises(InputError, match=r"gives no intervals: \d subjects?; level 0\.90 needs at least 9"):
        evaluate(trained.folder, folder, out=tmp_path / "s", calibrate=tmp_path / "m", device="cpu")
    assert (tmp_path / "s" / "scores.csv").is_file()
    with pytest.raises(InputError, match="nor a folder that is there"):
        load_model(tmp_path / "m")

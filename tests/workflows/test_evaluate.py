from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import PIL.Image
import pytest

from medunet.cases import read_cases
from medunet.errors import InputError, MedunetError, OutputError, UsageError
from medunet.measuring import Film
from medunet.measuring import measure as measure_labels
from medunet.prediction import load_model
from medunet.scoring import ALL, SCORE_COLUMNS
from medunet.workflows.evaluate import evaluate


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def value(rows, case, structure, metric):
    """The number of one row of scores.csv, None where the cell is empty."""
    found = [r for r in rows if (r["case"], r["structure"], r["metric"]) == (case, structure, metric)]
    assert len(found) == 1, (case, structure, metric)
    return float(found[0]["value"]) if found[0]["value"] else None


@pytest.fixture
def masks(others, tmp_path):
    """The reference masks of the other films, to be spoilt, and the films' folder."""
    shutil.copytree(others / "masks", tmp_path / "masks")
    return tmp_path / "masks"


def paint(path, change):
    """Change the pixels of a mask."""
    pixels = np.array(PIL.Image.open(path))
    PIL.Image.fromarray(change(pixels)).save(path)


def test_a_run_scores_its_test_split_in_its_own_folder(run_copy, heard):
    done = evaluate(run_copy, device="cpu", progress=heard)
    folder = run_copy / "evaluation" / "test"
    assert done.folder == folder
    split = {row["case"]: row["split"] for row in rows_of(run_copy / "split.csv")}
    rows = rows_of(folder / "scores.csv")
    assert tuple(rows[0]) == SCORE_COLUMNS == ("case", "subject", "structure", "metric", "value", "unit", "reason")
    assert {row["case"] for row in rows} == {case for case, name in split.items() if name == "test"}
    assert {"tp", "fp", "fn", "tn", "precision", "recall", "f1", "specificity", "accuracy", "iou", "dice"} <= {
        row["metric"] for row in rows if row["structure"] == "heart"
    }
    assert {"mean_iou", "ctr_error", "ctr_abs_error"} <= {row["metric"] for row in rows if row["structure"] == ALL}
    for name in ("dice", "confusion"):
        assert (folder / "figures" / f"{name}.svg").stat().st_size > 0
        assert (folder / "figures" / f"{name}.png").is_file()
    page = (folder / "report.html").read_text()
    assert all(case in page for case in {row["case"] for row in rows})
    assert "In-sample" not in page
    assert heard.tasks == [("scoring", len({row["case"] for row in rows}))]
    assert not (folder / "failed.csv").exists()


def test_surface_scores_are_those_of_the_masks_with_the_films_own_spacing(masks, others, tmp_path):
    """The heart moved by four pixels: 4 mm times the spacing along the row, or 4 % of a width of 100 pixels."""
    paint(masks / "phantom-00000.png", lambda pixels: np.roll(pixels, 4, axis=1))
    evaluate(masks, others, out=tmp_path / "out", tolerance=1)
    rows = rows_of(tmp_path / "out" / "scores.csv")
    grid = next(case for case in read_cases(others) if case.id == "phantom-00000").read_image().grid
    unit, step = ("mm", grid.spacing[1]) if grid.spacing else ("% of width", 100 / grid.shape[1])
    (moved,) = (r for r in rows if (r["case"], r["structure"], r["metric"]) == ("phantom-00000", "heart", "hd"))
    assert float(moved["value"]) == pytest.approx(4 * step, rel=0.02)
    assert (moved["unit"], moved["reason"] != "") == (unit, True)
    assert value(rows, "phantom-00001", "heart", "assd") == 0
    (share,) = (r for r in rows if (r["case"], r["structure"], r["metric"]) == ("phantom-00001", "heart", "nsd"))
    assert (float(share["value"]), share["unit"]) == (1.0, f"ratio within 1 {unit}")


def test_a_tolerance_that_is_no_distance_is_refused(masks, others, tmp_path):
    with pytest.raises(UsageError, match=r"--tolerance.*no distance"):
        evaluate(masks, others, out=tmp_path / "out", tolerance=float("inf"))


def test_the_scores_are_those_of_the_masks_it_would_write(run_copy, films):
    """A second way to the same numbers: counted with sets of pixels from the model's own output."""
    evaluate(run_copy, device="cpu")
    rows = rows_of(run_copy / "evaluation" / "test" / "scores.csv")
    model = load_model(run_copy)
    cases = {c.id: c for c in read_cases(films, rename={"right lung": "lung", "left lung": "lung"})}
    for case in {row["case"] for row in rows}:
        image, target = cases[case].read_image(), cases[case].read_target()
        labels = model.predict(image).labels
        for name in ("lung", "heart"):
            p, t = labels.mask(name), target.mask(name)
            wanted = 2 * (p & t).sum() / (p.sum() + t.sum())
            assert value(rows, case, name, "dice") == pytest.approx(wanted, rel=1e-5)
            assert value(rows, case, name, "tp") == (p & t).sum()
        truth = next(one for one in measure_labels(target, Film()) if one.name == "ctr")
        found = next(one for one in measure_labels(labels, Film()) if one.name == "ctr")
        if found.value is not None:
            errors = [r for r in rows if (r["case"], r["metric"]) == (case, "ctr_error") and "masks" in r["reason"]]
            assert float(errors[0]["value"]) == pytest.approx(found.value - truth.value, abs=1e-6)


@pytest.mark.parametrize("told", [{"split": "train"}, {"allow": True}])
def test_figures_of_cases_that_were_learnt_from_say_so(run_copy, films, told):
    if "allow" in told:
        done = evaluate(run_copy, films, allow_trained=True, device="cpu")
        assert "of 14 cases are training or validation cases of the model." in done.caution
    else:
        done = evaluate(run_copy, split=told["split"], device="cpu")
        assert done.caution.endswith("cases were trained on.")
    assert done.caution.startswith("In-sample, optimistic: ")
    assert "In-sample, optimistic" in (done.folder / "report.html").read_text()
    assert json.loads((done.folder / "summary.json").read_text())["caution"] == done.caution


def test_validation_cases_that_chose_nothing_are_called_so(run_copy):
    """The recipe keeps the last weights."""
    done = evaluate(run_copy, split="val", device="cpu")
    assert done.caution.startswith("Validation cases: they neither trained nor chose the weights, but the model's temp")
    page = (done.folder / "report.html").read_text()
    assert done.caution.replace("'", "&#39;") in page
    assert "In-sample" not in done.caution
    assert "were trained on" not in page


def test_cases_that_were_trained_on_are_refused(run_copy, films, digest):
    before = digest(run_copy)
    with pytest.raises(InputError, match=r"are training or validation cases of the model .* or add --allow-trained"):
        evaluate(run_copy, films, device="cpu")
    assert digest(run_copy) == before


def test_a_film_that_was_trained_on_is_known_under_another_name_and_mask(run_copy, films, write_films, tmp_path):
    """Renaming a film or redrawing its mask does not make it unseen."""
    write_films(tmp_path / "new", count=3, seed=9)
    split = {row["case"]: row["split"] for row in rows_of(run_copy / "split.csv")}
    seen = next(case for case, name in split.items() if name == "train")
    shutil.copy(films / "images" / f"{seen}.png", tmp_path / "new" / "images" / "phantom-00001.png")
    with pytest.raises(InputError, match=r"1 of 3 cases are training or validation cases .* \(phantom-00001\)"):
        evaluate(run_copy, tmp_path / "new", device="cpu")


def test_other_films_are_scored_under_the_models_names(run_copy, others):
    done = evaluate(run_copy, others, device="cpu")
    assert done.folder == run_copy / "evaluation" / "all"
    assert {score.structure for score in done.scores} == {"lung", "heart", ALL}
    assert len(done.ratios) <= 4
    assert not done.caution


def test_the_reference_itself_scores_one(others, tmp_path):
    done = evaluate(others / "masks", others, out=tmp_path / "out")
    for name in ("right lung", "left lung", "heart"):
        assert done.summary(name, "dice").mean == 1.0
    assert done.summary(ALL, "ctr_abs_error").mean == 0.0


def test_masks_made_elsewhere_are_scored_by_their_own_names(others, masks, tmp_path):
    """Another program knows the lungs as one, by grey values 127 and 255."""
    for path in masks.glob("*.png"):
        paint(path, lambda a: np.select([(a == 1) | (a == 2), a == 3], [127, 255], 0).astype(np.uint8))
    (masks / "labels.json").write_text('{"127": "lung", "255": "heart"}')
    done = evaluate(masks, others, out=tmp_path / "out")
    assert done.summary("lung", "dice").mean == 1.0
    assert done.summary("heart", "dice").mean == 1.0


def test_masks_without_common_names_are_one_line_and_leave_nothing(others, masks, tmp_path):
    (masks / "labels.json").unlink()
    with pytest.raises(MedunetError, match="no structure is in both"):
        evaluate(masks, others, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_was_not_predicted_or_missed_counts_as_nothing_and_never_raises_a_mean(others, masks, tmp_path):
    whole = evaluate(masks, others, out=tmp_path / "whole")
    (masks / "phantom-00000.png").unlink()  # not predicted
    paint(masks / "phantom-00001.png", lambda a: np.where(a == 3, 0, a).astype(np.uint8))  # no heart
    PIL.Image.open(masks / "phantom-00002.png").resize((32, 32)).save(masks / "phantom-00002.png")
    done = evaluate(masks, others, out=tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "scores.csv")
    assert value(rows, "phantom-00000", "heart", "dice") == 0.0
    assert value(rows, "phantom-00001", "heart", "dice") == 0.0
    assert value(rows, "phantom-00001", "right lung", "dice") == 1.0
    assert value(rows, "phantom-00002", "heart", "dice") == 0.0
    heart = done.summary("heart", "dice")
    assert (heart.n, heart.mean, heart.missed, heart.not_predicted) == (4, 0.25, 1, 2)
    assert heart.mean < whole.summary("heart", "dice").mean
    assert set(done.failed) == {"phantom-00000", "phantom-00002"}
    failed = {row["case"]: row["reason"] for row in rows_of(tmp_path / "out" / "failed.csv")}
    assert "holds no mask of its name" in failed["phantom-00000"]
    assert "32 × 32" in failed["phantom-00002"]
    error = done.summary(ALL, "ctr_abs_error")
    assert (error.n, error.cases, error.no_value) == (1, 4, 3)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "2 of 4 cases have no prediction" in page
    assert "counted as 0" in page


def test_an_experts_ratio_is_scored_apart(others, masks, tmp_path):
    done = evaluate(masks, others, out=tmp_path / "out")
    against = {s.against: s for s in done.summaries if s.metric == "ctr_abs_error"}
    assert set(against) == {"against the reference masks", "against column ctr_expert"}
    # The expert's value in the table has four digits.
    assert against["against column ctr_expert"].mean == pytest.approx(0, abs=5e-5)
    with pytest.raises(UsageError, match=r"--expert: the manifest has no column reader2. Its further .*sex"):
        evaluate(masks, others, out=tmp_path / "other", expert="reader2")
    assert not (tmp_path / "other").exists()


def test_an_experts_value_that_is_no_ratio_has_a_reason(write_films, tmp_path):
    write_films(tmp_path / "films", count=4, columns=["second"], second=["0.5", "", "large", "54"])
    done = evaluate(tmp_path / "films" / "masks", tmp_path / "films", out=tmp_path / "out", expert="second")
    rows = [row for row in rows_of(tmp_path / "out" / "scores.csv") if "column second" in row["reason"]]
    reasons = {row["case"][-1]: row["reason"] for row in rows if row["metric"] == "ctr_abs_error"}
    assert "no value" in reasons["1"]
    assert "is no number" in reasons["2"]
    assert "is no ratio" in reasons["3"]
    summary = next(s for s in done.summaries if s.metric == "ctr_abs_error" and "second" in s.against)
    assert (summary.n, summary.no_value) == (1, 3)


def test_a_broken_reference_stops_it_and_costs_nothing(write_films, tmp_path, digest):
    root = tmp_path / "films"
    write_films(root, count=4)
    shutil.copytree(root / "masks", tmp_path / "masks")
    evaluate(tmp_path / "masks", root, out=tmp_path / "out")
    before = digest(tmp_path / "out")
    for name in ("phantom-00001.png", "phantom-00003.png"):
        content = (root / "masks" / name).read_bytes()
        (root / "masks" / name).write_bytes(content[: len(content) // 2])
    for told in ({}, {"overwrite": True}):
        with pytest.raises(InputError) as fault:
            evaluate(tmp_path / "masks", root, out=tmp_path / "out", **told)
        assert "phantom-00001.png" in str(fault.value)
        assert "\n" not in str(fault.value)
    assert digest(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("what", "spoil"),
    [("masks", lambda path: path.write_bytes(b"")), ("model", lambda path: path.symlink_to(path.name))],
)
def test_a_film_that_cannot_be_opened_is_not_predicted_and_the_others_are_scored(
    write_films, trained, tmp_path, what, spoil
):
    root = tmp_path / "films"
    write_films(root, count=3)
    shutil.copytree(root / "masks", tmp_path / "masks")
    (root / "images" / "phantom-00001.png").unlink()
    spoil(root / "images" / "phantom-00001.png")
    scored = tmp_path / "masks" if what == "masks" else trained.run.folder / "model"
    done = evaluate(scored, root, out=tmp_path / "out", device="cpu", allow_trained=True)
    assert list(done.failed) == ["phantom-00001"]
    assert done.failed["phantom-00001"].startswith("not predicted: ")
    rows = rows_of(tmp_path / "out" / "scores.csv")
    assert value(rows, "phantom-00001", "heart", "dice") == 0
    assert value(rows, "phantom-00002", "heart", "dice") > (0.99 if what == "masks" else -1)


def test_called_again_it_gives_the_same_and_with_other_data_it_refuses(others, masks, films, tmp_path, digest):
    evaluate(masks, others, out=tmp_path / "out")
    before = digest(tmp_path / "out")
    evaluate(masks, others, out=tmp_path / "out")
    after = digest(tmp_path / "out")
    assert {k: v for k, v in after.items() if k.endswith((".csv", ".json"))} == {
        k: v for k, v in before.items() if k.endswith((".csv", ".json"))
    }
    with pytest.raises(OutputError, match="differs in: data"):
        evaluate(masks, films, out=tmp_path / "out")


def test_no_case_to_score_is_one_line_and_leaves_nothing(run_copy, others, digest):
    before = digest(run_copy)
    with pytest.raises(InputError, match="has no case to score"):
        evaluate(run_copy, others, split="test", device="cpu")
    assert digest(run_copy) == before

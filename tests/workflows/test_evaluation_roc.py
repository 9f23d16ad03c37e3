from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from medunet.cases import read_cases
from medunet.networks import UNet
from medunet.prediction import load_model, save_model
from medunet.scoring import ALL, ONE_THRESHOLD, PooledRoc, RocCounts, summarise, summary_dict
from medunet.workflows.evaluate import evaluate
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_roc import TITLE, roc_curves, roc_drawn, roc_section

WHOLE = {"right lung": "lung", "left lung": "lung"}


@pytest.fixture
def done(evaluated_others):
    return evaluated_others


def probabilities_of(model, folder):
    """(structure → flags, structure → probabilities) of every film, from the model itself."""
    films = []
    for case in read_cases(folder, rename=WHOLE):
        target, shares = case.read_target(), model.predict(case.read_image(), probabilities=True).probabilities
        assert shares.shape[1:] == target.array.shape  # on the film's own grid
        films.append((case.id, {n: target.mask(n).ravel() for n in model.plan.classes},
                      {n: share.ravel() for n, share in zip(model.plan.classes, shares[1:], strict=True)}))  # fmt: skip
    return films


def test_every_auc_is_that_of_the_models_probabilities_on_the_films_own_pixels(done, trained, others):
    films = probabilities_of(load_model(trained.folder), others)
    values = {(s.case, s.structure): s.value for s in done.scores if s.metric == "auc"}
    for case, flags, shares in films:
        for name in ("lung", "heart"):
            assert values[case, name] == pytest.approx(roc_auc_score(flags[name], shares[name]), abs=2e-3)
    for name in ("lung", "heart"):
        flags, shares = (np.concatenate([film[part][name] for film in films]) for part in (1, 2))
        bound = done.roc.counts[name].bound
        assert abs(done.roc.value(name) - roc_auc_score(flags, shares)) <= bound + 1e-12
        assert done.summary(name, "auc").pooled == done.roc.value(name)
    both = [np.concatenate([film[part][n] for film in films for n in ("lung", "heart")]) for part in (1, 2)]
    assert abs(done.roc.value(ALL) - roc_auc_score(*both)) <= done.roc.counts[ALL].bound + 1e-12


def test_the_summary_says_what_pooled_is_and_that_pixels_give_no_interval(done):
    told = json.loads((done.folder / "summary.json").read_text())
    assert "pixels of one subject are not independent, so no interval is taken from them" in told["roc"]["note"]
    heart = told["roc"]["structures"]["heart"]
    assert heart["auc"] == told["summary"]["heart"]["auc"]["pooled"]
    assert 0 <= heart["bound"] < 0.01
    assert "pooled over the pixels of all cases" in told["summary"]["heart"]["auc"]["note"]


def test_the_masks_points_are_those_of_the_pooled_counts_and_lie_under_the_curves(done):
    curves, areas, masks = roc_drawn(done)
    assert set(curves) == set(areas) == {"lung", "heart", ALL}
    assert set(masks) == {"lung", "heart"}
    for name, (wrong, found) in masks.items():
        assert found == done.summary(name, "recall").pooled
        assert wrong == pytest.approx(1 - done.matrix.counts(name).tn / done.roc.counts[name].total_outside)
        assert areas[name] >= (found + 1 - wrong) / 2 - 0.01


def blocks(section):
    return {block.kind: block for block in section.blocks}


def test_the_section_shows_the_curve_and_how_far_the_pooled_figure_may_be_off(done):
    section = roc_section(done)
    assert section.title == TITLE
    table, drawing, note = (blocks(section)[kind] for kind in ("table", "drawing", "paragraph"))
    assert [row[0] for row in table.rows] == ["lung", "heart", "all together"]
    for row in table.rows:
        name = ALL if row[0] == "all together" else row[0]
        assert row[-2] == done.roc.value(name)
        assert float(row[-1]) >= done.roc.counts[name].bound
    assert "lung: AUC" in drawing.alt
    assert drawing.narrow
    assert "not independent" in note.text
    assert TITLE in (done.folder / "report.html").read_text()


def test_of_masks_there_is_none_and_the_page_says_why(others, tmp_path):
    done = evaluate(others / "masks", others, out=tmp_path / "out")
    rows = [s for s in done.scores if s.metric == "auc"]
    assert {(s.value, s.reason) for s in rows} == {(None, ONE_THRESHOLD)}
    assert {s.structure for s in rows} == {"right lung", "left lung", "heart", ALL}
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["roc"] == {"refused": ONE_THRESHOLD}
    (note,) = roc_section(done).blocks
    assert "(recall + specificity) / 2, is no AUC" in note.text
    assert "(recall + specificity) / 2, is no AUC" in (tmp_path / "out" / "report.html").read_text()
    assert not (tmp_path / "out" / "figures" / "roc.svg").exists()


def test_a_film_that_cannot_be_predicted_counts_as_0_and_leaves_no_pooled_figure(trained, others, tmp_path):
    films = Path(shutil.copytree(others, tmp_path / "films"))
    path = films / "images" / "phantom-00002.png"
    path.write_bytes(path.read_bytes()[:60])
    done = evaluate(trained.folder, films, out=tmp_path / "out", device="cpu")
    row = next(s for s in done.scores if (s.case, s.structure, s.metric) == ("phantom-00002", "heart", "auc"))
    assert row.value == 0
    assert row.reason.startswith("not predicted: ")
    summary = done.summary("heart", "auc")
    assert (summary.n, summary.minimum, summary.not_predicted, summary.pooled) == (4, 0, 1, None)
    assert done.roc.why_not("heart").startswith("1 case not predicted")
    section = blocks(roc_section(done))
    assert "heart: no AUC" in section["drawing"].alt
    assert "not in them: 1" in section["drawing"].caption
    assert all("1 case not predicted" in row[-1] for row in section["table"].rows)


def test_probabilities_that_are_no_numbers_are_a_case_without_a_prediction(run_copy, others, tmp_path, monkeypatch):
    from medunet.prediction import Model

    real, seen = Model._probabilities, []

    def spoilt(self, values, precision):
        seen.append(real(self, values, precision))
        return seen[-1].fill_(torch.nan) if len(seen) == 2 else seen[-1]

    monkeypatch.setattr(Model, "_probabilities", spoilt)
    done = evaluate(run_copy, others, out=tmp_path / "out", device="cpu")
    assert list(done.failed.values()) == ["not predicted: gets probabilities that are no numbers (NaN)"]


def test_the_ensemble_of_folds_is_scored_by_its_mean_probabilities(trained, others, tmp_path):
    model = load_model(trained.folder)
    for fold in (0, 1):
        network = model.networks[0]
        with torch.no_grad():
            network.head.bias += 0.3 * fold
        save_model(
            tmp_path / "folds" / f"fold-{fold}" / "model", network, model.plan, model.scheme, trained_on=(), card=""
        )
    both = load_model(tmp_path / "folds")
    assert len(both.networks) == 2
    done = evaluate(tmp_path / "folds", others, out=tmp_path / "out", device="cpu")
    films = probabilities_of(both, others)
    flags, shares = (np.concatenate([film[part]["heart"] for film in films]) for part in (1, 2))
    assert abs(done.roc.value("heart") - roc_auc_score(flags, shares)) <= done.roc.counts["heart"].bound + 1e-12


def test_with_sigmoid_there_is_no_background_before_the_structures(trained, others, tmp_path):
    model = load_model(trained.folder)
    shape = model.plan.network.model_copy(update={"out_channels": len(model.plan.classes)})
    plan = model.plan.model_copy(update={"output": "sigmoid", "network": shape})
    torch.manual_seed(0)
    save_model(tmp_path / "model", UNet(shape).eval(), plan, model.scheme, trained_on=(), card="")
    done = evaluate(tmp_path / "model", others, out=tmp_path / "out", device="cpu")
    model = load_model(tmp_path / "model")
    for number, name in enumerate(plan.classes):
        flags, shares = [], []
        for case in read_cases(others, rename=WHOLE):
            flags.append(case.read_target().mask(name).ravel())
            shares.append(model.predict(case.read_image(), probabilities=True).probabilities[number].ravel())
        error = done.roc.value(name) - roc_auc_score(np.concatenate(flags), np.concatenate(shares))
        assert abs(error) <= done.roc.counts[name].bound + 1e-12


def evaluation(roc):
    return Evaluation(Path("out"), "run", (), summarise(()), None, {}, {}, (), roc=roc)


def test_one_structure_is_not_drawn_twice():
    counts = RocCounts.of(np.array([True, False, False]), np.float32([0.9, 0.2, 0.95]))
    assert list(roc_curves(evaluation(PooledRoc().plus({"lung": counts, ALL: counts})))) == ["lung"]
    assert summary_dict(()) == {}


def test_a_structure_that_no_case_holds_is_not_drawn():
    counts = RocCounts.of(np.zeros(3, bool), np.float32([0.9, 0.2, 0.95]))
    empty = evaluation(PooledRoc().plus({"lung": counts, ALL: counts}))
    assert roc_curves(empty) == {}
    assert "drawing" not in blocks(roc_section(empty))

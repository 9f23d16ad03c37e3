from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from medunet.cases import read_cases
from medunet.prediction import Temperature, load_model
from medunet.workflows import calibrating
from medunet.workflows.calibrating import NOT_LOOKED_FOR, fit_on_validation

WHOLE = {"right lung": "lung", "left lung": "lung"}


@pytest.fixture
def model(trained):
    return load_model(trained.folder)


@pytest.fixture
def cases(others):
    return read_cases(others, rename=WHOLE).cases


def test_a_run_s_model_holds_the_temperature_of_its_validation_cases(trained, films):
    split = (trained.folder / "split.csv").read_text()
    chosen = [case for case in read_cases(films, rename=WHOLE).cases if f"{case.id},{case.subject},val" in split]
    model = load_model(trained.folder)
    assert chosen
    assert isinstance(model.temperature, Temperature)
    assert model.temperature.cases == len(chosen)
    assert fit_on_validation(model, chosen) == model.temperature
    told = json.loads((trained.folder / "model" / "model.json").read_text())["temperature"]
    assert told == model.temperature.to_dict()


def test_it_is_the_least_likelihood_of_the_films_own_pixels(model, cases, monkeypatch):
    """Against a search over every pixel of the boxes; regularly chosen ones differ by 5 % at most."""
    found = fit_on_validation(model, cases)
    logarithms, true = [], []
    for case in cases:
        said = model.predict(case.read_image(), probabilities=True)
        target = case.read_target()
        truth = sum((k + 1) * target.mask(name) for k, name in enumerate(model.plan.classes))
        held = (truth > 0) | (said.labels.array > 0)
        rows, columns = np.flatnonzero(held.any(1)), np.flatnonzero(held.any(0))
        box = np.s_[max(0, rows[0] - 3) : rows[-1] + 4, max(0, columns[0] - 3) : columns[-1] + 4]  # 5 % of 64 pixels
        logs = np.log(np.maximum(said.probabilities[(slice(None), *box)], 1e-38)).reshape(3, -1).astype(float)
        logarithms.append(logs)
        true.append(np.take_along_axis(logs, truth[box].reshape(1, -1), axis=0)[0])

    def loss(temperature):
        parts = [np.log(np.exp(logs / temperature).sum(0)) - t / temperature
                 for logs, t in zip(logarithms, true, strict=True)]  # fmt: skip
        return np.concatenate(parts).mean()

    wanted = minimize_scalar(loss, bounds=(0.1, 20), method="bounded").x
    assert found.pixels == sum(t.size for t in true)  # the films are small: every pixel of the boxes
    assert found.value == pytest.approx(wanted, rel=1e-3)
    assert found.nll_before == pytest.approx(loss(1), rel=1e-4)
    assert found.nll_after == pytest.approx(loss(wanted), rel=1e-4)
    monkeypatch.setattr(calibrating, "PIXELS", 1000)
    fewer = fit_on_validation(model, cases)
    assert fewer.pixels == 4000
    assert fewer.value == pytest.approx(wanted, rel=0.05)


def test_of_many_cases_some_are_taken_evenly(model, cases, heard, monkeypatch):
    monkeypatch.setattr(calibrating, "MOST_CASES", 2)
    assert fit_on_validation(model, cases, heard).cases == 2
    assert heard.tasks == [("calibrating", 2)]
    assert [note for _, note in heard.advanced["calibrating"]] == [cases[0].id, cases[-1].id]
    assert heard.open is None


def test_where_the_time_has_run_out_three_must_do(model, cases):
    assert fit_on_validation(model, cases, seconds=lambda: 0.0).cases == calibrating.FEWEST_CASES == 3
    assert fit_on_validation(model, cases, seconds=lambda: 0.1).cases == len(cases)


def test_a_case_in_which_not_all_was_looked_for_is_left_out(model, cases):
    partly = [replace(case, annotated=("lung",)) for case in cases]
    assert fit_on_validation(model, [*partly, cases[0]]).cases == 1
    assert fit_on_validation(model, partly) == NOT_LOOKED_FOR
    assert fit_on_validation(model, ()) == NOT_LOOKED_FOR


def test_a_film_that_is_gone_costs_no_training(model, others, tmp_path):
    import shutil

    folder = shutil.copytree(others, tmp_path / "films")
    gone = read_cases(folder, rename=WHOLE).cases
    gone[1].images[0].unlink()
    assert fit_on_validation(model, gone).startswith("a validation case could not be read again: ")


def test_no_mask_changes_by_it(model, cases):
    for case in cases:
        said = model.predict(case.read_image(), probabilities=True)
        for value in (0.5, 3.0):
            softer = replace(model, temperature=Temperature(value, 1.0, 0.9, 1, 1))
            found = softer.calibrated(said.probabilities)
            assert (softer.predict(case.read_image()).labels.array == said.labels.array).all()
            top = np.sort(said.probabilities, axis=0)
            apart = top[-1] - top[-2] > 1e-6
            assert (found.argmax(0) == said.probabilities.argmax(0))[apart].all()
    assert replace(model, temperature="none").calibrated(said.probabilities) is None

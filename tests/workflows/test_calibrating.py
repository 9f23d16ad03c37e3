from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from medunet.cases import read_cases
from medunet.measuring import ctr_of
from medunet.planning import ScheduleRecipe
from medunet.prediction import Temperature, load_model
from medunet.workflows import calibrating
from medunet.workflows.calibrating import NOT_LOOKED_FOR, calibrate, why_no_intervals

WHOLE = {"right lung": "lung", "left lung": "lung"}


@pytest.fixture
def model(trained):
    return load_model(trained.folder)


@pytest.fixture
def cases(others):
    return read_cases(others, rename=WHOLE).cases


def keys_of(cases):
    return {case.id: f"key of {case.id}" for case in cases}


def temperature_of(model, cases, *told, **more):
    """The temperature alone."""
    return calibrate(model, cases, keys_of(cases), *told, no_intervals="not wanted", **more).temperature


def test_a_run_s_model_holds_the_temperature_of_its_validation_cases(trained, films):
    split = (trained.folder / "split.csv").read_text()
    chosen = [case for case in read_cases(films, rename=WHOLE).cases if f"{case.id},{case.subject},val" in split]
    model = load_model(trained.folder)
    assert chosen
    assert isinstance(model.temperature, Temperature)
    assert model.temperature.cases == len(chosen)
    assert temperature_of(model, chosen) == model.temperature
    told = json.loads((trained.folder / "model" / "model.json").read_text())["temperature"]
    assert told == model.temperature.to_dict()


def test_it_is_the_least_likelihood_of_the_films_own_pixels(model, cases, monkeypatch):
    """Against a search over every pixel of the boxes; regularly chosen ones differ by 5 % at most."""
    found = temperature_of(model, cases)
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
    fewer = temperature_of(model, cases)
    assert fewer.pixels == 4000
    assert fewer.value == pytest.approx(wanted, rel=0.05)


def test_of_many_cases_some_are_taken_evenly(model, cases, heard, monkeypatch):
    monkeypatch.setattr(calibrating, "MOST_CASES", 2)
    assert temperature_of(model, cases, heard).cases == 2
    assert heard.tasks == [("calibrating", 2)]
    assert [note for _, note in heard.advanced["calibrating"]] == [cases[0].id, cases[-1].id]
    assert heard.open is None


def test_where_the_time_has_run_out_three_must_do(model, cases):
    assert temperature_of(model, cases, seconds=lambda: 0.0).cases == calibrating.FEWEST_CASES == 3
    assert temperature_of(model, cases, seconds=lambda: 0.1).cases == len(cases)


def test_a_case_in_which_not_all_was_looked_for_is_left_out(model, cases):
    partly = [replace(case, annotated=("lung",)) for case in cases]
    assert temperature_of(model, [*partly, cases[0]]).cases == 1
    assert temperature_of(model, partly) == NOT_LOOKED_FOR
    assert temperature_of(model, ()) == NOT_LOOKED_FOR


def test_a_film_that_is_gone_costs_no_training(model, others, tmp_path):
    import shutil

    folder = shutil.copytree(others, tmp_path / "films")
    gone = read_cases(folder, rename=WHOLE).cases
    gone[1].images[0].unlink()
    assert temperature_of(model, gone).startswith("a validation case could not be read again: ")


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


# intervals


def test_intervals_come_of_every_case_and_of_both_its_masks(model, cases, heard):
    cases = [replace(case, subject=case.id) for case in cases]
    found = calibrate(model, cases, keys_of(cases), heard).intervals
    assert heard.tasks == [("calibrating", len(cases))]
    wanted = []
    for case in cases:
        image = case.read_image()
        both = (case.read_target(), model.predict(image).labels)
        ratios = [ctr_of(labels) for labels in both]
        wanted += [abs(ratios[0] - ratios[1])] if None not in ratios else []
    assert wanted
    assert found.residuals["ctr"].values == pytest.approx(sorted(wanted))
    assert found.residuals["ctr"].without == len(cases) - len(wanted)
    assert set(found.residuals) == {"ctr", "ctr_widest", "ctr_midline"}
    assert found.films == {f"key of {case.id}" for case in cases}
    assert found.source == "validation cases"


def test_of_many_cases_the_temperature_takes_some_and_intervals_all(model, cases, monkeypatch):
    monkeypatch.setattr(calibrating, "MOST_CASES", 2)
    found = calibrate(model, cases, keys_of(cases))
    assert found.temperature.cases == 2
    assert len(found.intervals.films) == len(cases)


def test_a_run_s_model_holds_the_intervals_of_its_validation_cases(trained, films):
    model = load_model(trained.folder)
    split = (trained.folder / "split.csv").read_text()
    chosen = [case for case in read_cases(films, rename=WHOLE).cases if f"{case.id},{case.subject},val" in split]
    keys = {case.id: case.image_key() for case in chosen}
    assert model.intervals == calibrate(model, chosen, keys).intervals
    assert model.intervals.films == set(keys.values()) <= model.trained_on
    found = model.intervals.residuals["ctr"]
    assert len(found.values) + found.without == len({case.subject for case in chosen}) < len(chosen)


def test_where_the_time_has_run_out_intervals_take_what_the_level_needs(model, cases):
    many = [replace(case, id=f"{case.id}-{n}", subject=f"s{n}") for n in range(4) for case in cases[:3]]
    found = calibrate(model, many, keys_of(many), seconds=lambda: 0.0)
    assert len(found.intervals.films) == 9


def test_a_film_that_is_gone_leaves_no_intervals(model, others, tmp_path):
    import shutil

    folder = shutil.copytree(others, tmp_path / "films")
    gone = read_cases(folder, rename=WHOLE).cases
    gone[1].images[0].unlink()
    assert calibrate(model, gone, keys_of(gone)).intervals.startswith("a validation case could not be read again: ")


def test_a_reason_against_intervals_is_kept(model, cases):
    assert calibrate(model, cases, keys_of(cases), no_intervals="fine-tuned").intervals == "fine-tuned"


@pytest.mark.parametrize(
    ("training", "fine_tuned", "why"),
    [
        ({"monitor": "none"}, False, ""),
        ({"monitor": "none"}, True, "fine-tuned and not recalibrated"),
        ({"monitor": "val_dice"}, False, "validation chose the weights"),
        ({"monitor": "val_loss"}, False, "validation chose the weights"),
        ({"monitor": "none", "schedule": ScheduleRecipe(kind="plateau")}, False, "validation set the learning rate"),
    ],
)
def test_cases_that_chose_or_may_have_trained_give_none(model, training, fine_tuned, why):
    plan = model.plan.model_copy(update={"training": model.plan.training.model_copy(update=training)})
    assert why_no_intervals(plan, fine_tuned=fine_tuned) == why

from __future__ import annotations

import pytest

from medunet.prediction import load_model
from medunet.workflows.preparation import prepare_training
from medunet.workflows.tracking.parameters import parameters_of


@pytest.fixture
def parameters(trained, films, changes):
    return parameters_of(prepare_training(films, "chest-xray-small", changes).recipe, load_model(trained.folder).plan)


def test_keys_of_the_recipe_are_those_of_set(parameters):
    assert parameters["training.lr"] == 2e-2
    assert parameters["training.steps"] == 48
    assert parameters["network.widths"] == "[4, 8, 16]"
    assert parameters["name"] == "chest-xray-small"
    assert parameters["input.intensity.kind"] == "percentile"


def test_the_plan_says_what_was_decided(parameters):
    assert parameters["plan.training.epochs"] == 3
    assert parameters["plan.classes"] == '["lung", "heart"]'
    assert parameters["plan.network.out_channels"] == 3
    assert parameters["training.epochs"] == "none"
    assert "plan.decisions" not in parameters


def test_all_are_plain_and_nothing_is_left_out(parameters):
    assert {type(value) for value in parameters.values()} <= {str, int, float, bool}
    sections = {name.split(".")[0] for name in parameters if not name.startswith("plan.")}
    assert {"split", "input", "network", "training", "augmentation", "rename", "structures", "output"} <= sections

from __future__ import annotations

import pytest
import torch

from medunet.errors import InputError
from medunet.prediction import load_model
from medunet.training.fit import build
from medunet.workflows.preparation import prepare_training
from medunet.workflows.starting import start_from


def plan_of(films, changes, *more):
    return prepare_training(films, "chest-xray-small", (*changes, *more)).plan


def test_all_weights_are_the_models_where_the_structures_are_the_same(trained, films, changes):
    start = start_from(trained.folder, plan_of(films, changes, "widths=[5,6]", "dropout=0.2", "size=[64,64]"))
    theirs = load_model(trained.folder)
    state = theirs.networks[0].state_dict()
    assert start.weights.keys() == state.keys()
    assert all(torch.equal(start.weights[name], state[name]) for name in state)
    assert start.plan.network.widths == theirs.plan.network.widths
    assert start.plan.network.dropout == 0.2
    assert start.plan.preprocessing == theirs.plan.preprocessing
    assert start.trained_on == theirs.trained_on
    reasons = {one.key: one.reason for one in start.plan.decisions}
    assert reasons["size"] == reasons["fit"] == "as in run, from which the training starts"
    assert build(start.plan, start.weights).state_dict().keys() == state.keys()


def test_structures_that_both_know_are_taken_over_and_new_ones_begin_at_random(trained, films, changes):
    plan = plan_of(films, changes, "rename={left lung: left lung, right lung: right lung}")
    assert plan.classes == ("right lung", "left lung", "heart")
    start = start_from(trained.folder, plan)
    theirs = load_model(trained.folder).networks[0].state_dict()["head.weight"]
    fresh = build(start.plan).state_dict()["head.weight"]
    ours = start.weights["head.weight"]
    assert torch.equal(ours[0], theirs[0])
    assert torch.equal(ours[3], theirs[2])
    assert torch.equal(ours[1:3], fresh[1:3])
    assert start.facts["structures"] == ["heart"]


def test_another_kind_of_output_begins_its_last_layer_at_random(trained, films, changes):
    start = start_from(trained.folder, plan_of(films, changes, "output=sigmoid", "loss={bce: 1}"))
    assert start.weights["head.weight"].shape[0] == 2
    assert torch.equal(start.weights["head.weight"], build(start.plan).state_dict()["head.weight"])
    assert start.facts["structures"] == []


def test_what_cannot_be_started_from_is_one_line(trained, films, changes, tmp_path):
    import shutil

    plan = plan_of(films, changes)
    with pytest.raises(InputError, match="holds no model"):
        start_from(tmp_path, plan)
    for fold in (0, 1):
        shutil.copytree(trained.folder / "model", tmp_path / f"fold-{fold}" / "model")
    with pytest.raises(InputError, match=r"is 2 networks \(folds\). Start from one of them"):
        start_from(tmp_path, plan)
    network = plan.network.model_copy(update={"in_channels": 3})
    colour = plan.model_copy(update={"network": network})
    with pytest.raises(InputError, match="takes 1 channels, the images have 3"):
        start_from(trained.folder, colour)

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from medunet.planning import Plan, Recipe, make_plan
from medunet.planning.plan import STEPS_PER_EPOCH

CLASSES = ("lung", "heart")
FILMS = Recipe(
    name="films",
    rename={"left lung": "lung"},
    network={"widths": (16, 32, 64, 128, 256)},
    training={"batch": 8, "steps": 2200},
    augmentation={"rotation": 8},
)
"""A recipe of this file: the figures of the packaged ones may change."""


@pytest.fixture
def planned(portrait):
    """planned(cases, **recipe) plans a recipe for so many training cases."""

    def make(cases=100, data=None, **recipe):
        return make_plan(Recipe(**recipe), data or portrait(), CLASSES, cases)

    return make


def reasons(plan):
    return {decision.key: decision.reason for decision in plan.decisions}


def test_every_decision_has_a_value_and_a_reason(portrait):
    plan = make_plan(FILMS, portrait(), CLASSES, 135)
    decided = {decision.key: decision.value for decision in plan.decisions}
    assert list(decided) == ["channels", "classes", "size", "fit", "intensity", "batch", "epochs"]
    assert all(reasons(plan).values())
    assert decided["size"] == "256×256"
    assert decided["classes"] == "lung, heart"
    assert decided["epochs"] == str(plan.epochs)
    assert decided["batch"] == str(plan.training.batch)
    assert "3000×2500" in reasons(plan)["size"]
    assert "1.00 to 1.20" in reasons(plan)["fit"]


def test_only_what_is_learnt_is_rounded(planned):
    plan = planned(rounding={"heart": 0.016, "liver": 0.02})
    assert plan.rounding == {"heart": 0.016}
    decided = next(one for one in plan.decisions if one.key == "rounding")
    assert decided.value == "heart 1.6%"
    assert decided.reason.endswith("; liver is not learnt")
    told = plan.model_dump() | {"rounding": {"liver": 0.02}}
    with pytest.raises(ValidationError, match="rounding names liver, which is not learnt"):
        Plan.model_validate(told)


@pytest.mark.parametrize("way", ["yaml", "json"])
def test_a_plan_survives_its_file(portrait, way):
    plan = make_plan(FILMS, portrait(), CLASSES, 135)
    plain = plan.model_dump(mode="json")
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True) if way == "yaml" else json.dumps(plain)
    again = Plan.model_validate(yaml.safe_load(text) if way == "yaml" else json.loads(text))
    assert again == plan
    assert again.network.multiple == 16


@pytest.mark.parametrize(("output", "channels"), [("softmax", 3), ("sigmoid", 2)])
def test_softmax_has_a_channel_for_the_background(planned, output, channels):
    loss = {"dice": 1.0}
    plan = planned(output=output, training={"loss": loss})
    assert plan.network.out_channels == channels
    assert f"{channels} channels" in reasons(plan)["classes"]


@pytest.mark.parametrize(
    ("told", "channels", "reason"),
    [
        ({}, 1, "as in the images"),
        ({"channels": 3, "colour": True}, 1, "grey"),
        ({"channels": 3, "colour": False}, 3, "as in the images"),
        ({"channels": 2}, 2, "as in the images"),
    ],
)
def test_colour_becomes_grey_and_sequences_stay_apart(planned, portrait, told, channels, reason):
    plan = planned(data=portrait(**told))
    assert plan.network.in_channels == plan.preprocessing.channels == channels
    assert reason in reasons(plan)["channels"]


@pytest.mark.parametrize(
    ("size", "widths", "expected"),
    [
        ((256, 192), (4, 8, 16, 32, 64), (256, 192)),
        ((250, 200), (4, 8, 16, 32, 64), (256, 208)),
        ((16, 100), (4, 8, 16, 32, 64), (32, 112)),
        ((16, 16), (4, 8), (16, 16)),
    ],
)
def test_the_size_is_what_the_levels_can_halve(planned, size, widths, expected):
    plan = planned(input={"size": size}, network={"widths": widths})
    assert plan.preprocessing.size == expected
    assert ("rounded up" in reasons(plan)["size"]) == (size != expected)


@pytest.mark.parametrize(("kind", "words"), [("percentile", "image by image"), ("window", "the same for all images")])
def test_the_reason_of_the_grey_scale_says_for_whom(planned, kind, words):
    assert words in reasons(planned(input={"intensity": {"kind": kind, "low": 1, "high": 99}}))["intensity"]


@pytest.mark.parametrize("cases", [1, 3, 10])
def test_few_cases_make_a_small_batch_and_several_passes(planned, cases):
    plan = planned(cases, training={"batch": 8, "steps": 200})
    assert plan.training.batch == min(8, cases)
    assert plan.steps_per_epoch(cases) >= STEPS_PER_EPOCH
    assert plan.passes == int(plan.passes) > 1
    assert abs(plan.epochs * plan.steps_per_epoch(cases) - 200) <= plan.steps_per_epoch(cases) / 2
    assert ("no more than" in reasons(plan)["batch"]) == (cases < 8)


def test_a_pass_over_135_films_is_an_epoch(portrait):
    plan = make_plan(FILMS, portrait(), CLASSES, 135)
    assert (plan.passes, plan.steps_per_epoch(135), plan.epochs) == (1, 17, 129)
    assert reasons(plan)["epochs"] == "2200 steps of the recipe, 17 steps an epoch (1 × 135 cases in batches of 8)"


@pytest.mark.parametrize("cases", [5_000, 100_000, 10_000_000])
def test_a_huge_set_takes_no_more_steps_than_were_asked_for_and_ten_epochs(planned, cases):
    plan = planned(cases, training={"batch": 8, "steps": 2200})
    assert (plan.epochs, plan.steps_per_epoch(cases)) == (10, 220)
    assert f"220 steps an epoch (a part of the {cases} cases" in reasons(plan)["epochs"]


def test_a_handful_of_steps_is_a_handful_of_steps(planned):
    plan = planned(100, training={"batch": 8, "steps": 5})
    assert (plan.epochs, plan.steps_per_epoch(100)) == (1, 5)


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 200_000), st.integers(1, 64), st.integers(1, 20_000))
def test_the_steps_of_the_plan_are_those_of_the_recipe(portrait, cases, batch, steps):
    plan = make_plan(Recipe(training={"batch": batch, "steps": steps}), portrait(), CLASSES, cases)
    per_epoch = plan.steps_per_epoch(cases)
    assert plan.training.steps is None
    assert plan.training.batch <= cases
    assert per_epoch <= steps
    assert abs(plan.epochs * per_epoch - steps) <= per_epoch / 2


@pytest.mark.parametrize(("cases", "batch"), [(1, 8), (3, 8), (10, 4), (1000, 8)])
def test_epochs_that_were_asked_for_stay(planned, cases, batch):
    plan = planned(cases, training={"batch": batch, "epochs": 7})
    assert (plan.epochs, plan.passes) == (7, 1)
    assert plan.steps_per_epoch(cases) == -(-cases // min(batch, cases))
    assert reasons(plan)["epochs"] == "of the recipe"


def test_another_length_comes_with_its_reason(planned):
    plan = planned(training={"epochs": 7}).with_epochs(3, "fits into the budget")
    assert plan.epochs == 3
    assert [d.value for d in plan.decisions if d.key == "epochs"] == ["3"]
    assert reasons(plan)["epochs"] == "fits into the budget"


def test_no_case_is_no_plan(planned):
    with pytest.raises(ValueError, match="at least one training case"):
        planned(0)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("preprocessing", "size"), [250, 256], "multiples of 16"),
        (("preprocessing", "size"), [256], "longer|at least 2"),
        (("preprocessing", "size"), [2**20, 256], "less than or equal to 8192"),
        (("preprocessing", "channels"), 3, "takes 1 channels, not 3"),
        (("network", "dims"), 3, "3 sides"),
        (("network", "in_channels"), 2, "takes 2 channels, not 1"),
        (("network", "out_channels"), 7, "has 3 channels, not 7"),
        (("output",), "sigmoid", "has 2 channels, not 3"),
        (("classes",), ["lung"], "has 2 channels, not 3"),
        (("classes",), ["lung", "lung"], "not 3"),
        (("classes",), [], "at least 1"),
        (("classes",), ["lung", ""], "at least 1"),
        (("training", "epochs"), None, "epochs"),
        (("passes",), 0, "greater than 0"),
        (("surprise",), 1, "Extra inputs"),
    ],
)
def test_a_plan_whose_parts_do_not_fit_is_refused(portrait, place, value, words):
    plain = make_plan(FILMS, portrait(), CLASSES, 135).model_dump(mode="json")
    section = plain
    for key in place[:-1]:
        section = section[key]
    section[place[-1]] = value
    with pytest.raises(ValidationError, match=words):
        Plan.model_validate(plain)

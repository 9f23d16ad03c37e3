from __future__ import annotations

import re

import pytest
import yaml
from pydantic import ValidationError

from medunet.planning import AugmentationRecipe, NetworkShape, Recipe, ScheduleRecipe, Section, TrainingRecipe
from medunet.planning.recipe import InputRecipe, IntensityRecipe, SplitRecipe

SECTIONS = (
    Recipe,
    SplitRecipe,
    InputRecipe,
    IntensityRecipe,
    NetworkShape,
    TrainingRecipe,
    ScheduleRecipe,
    AugmentationRecipe,
)


def described(section):
    """The keys that a section's docstring, and those of what it extends, explain."""
    texts = [one.__doc__.partition("Attributes:\n")[2] for one in section.__mro__ if issubclass(one, Section)]
    lines = [line for text in texts for line in re.findall(r"^ {8}(\w[\w, ]*): \S", text, flags=re.MULTILINE)]
    return {name.strip() for line in lines for name in line.split(",")}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_the_docstring_explains_every_key(section):
    assert described(section) == set(section.model_fields)


def test_the_list_of_sections_is_complete():
    """Otherwise the test above would pass for want of looking."""

    def below(section):
        yield section
        for field in section.model_fields.values():
            if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
                yield from below(field.annotation)

    assert set(below(Recipe)) == set(SECTIONS)


def test_without_a_word_there_is_a_whole_recipe():
    recipe = Recipe()
    assert recipe.training.steps == 2000
    assert recipe.training.epochs is None
    assert recipe.augmentation == AugmentationRecipe()
    assert not recipe.augmentation.flip  # the heart has a side


def test_a_recipe_survives_the_way_through_yaml():
    recipe = Recipe(
        name="mine",
        rename={"left lung": "lung"},
        output="sigmoid",
        input={"size": (128, 96), "intensity": {"kind": "window", "low": -400, "high": 400}},
        network={"widths": (4, 8), "attention": True},
        training={"epochs": 3, "loss": {"bce": 0.5, "dice": 1}, "lr": 1.234e-5},
        augmentation={"rotation": 10, "flip": 0.5, "zoom": (0.9, 1.1), "variants": ({}, {"rotation": 3})},
    )
    assert Recipe.model_validate(yaml.safe_load(yaml.safe_dump(recipe.model_dump(mode="json")))) == recipe


@pytest.mark.parametrize(
    ("output", "loss"), [("softmax", {"bce": 1}), ("sigmoid", {"ce": 1}), ("sigmoid", {"ce": 1, "dice": 1})]
)
def test_a_loss_for_the_other_kind_of_output_is_refused(output, loss):
    with pytest.raises(ValidationError, match="ce is for softmax, bce for sigmoid"):
        Recipe(output=output, training={"loss": loss})


@pytest.mark.parametrize(("output", "loss"), [("softmax", {"ce": 2.0}), ("sigmoid", {"bce": 1.0, "dice": 3.0})])
def test_losses_are_weighted_sums(output, loss):
    assert Recipe(output=output, training={"loss": loss}).training.loss == loss


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.1), (0.0, 0.5, 0.5), (0.9, 0.2, -0.1), (2.0, -0.5, -0.5)])
def test_shares_add_up_to_one_with_some_to_train_on(shares):
    with pytest.raises(ValidationError):
        SplitRecipe(train=shares[0], val=shares[1], test=shares[2])


@pytest.mark.parametrize(("kind", "low", "high"), [("percentile", 50, 50), ("window", 400, -400)])
def test_low_lies_below_high(kind, low, high):
    with pytest.raises(ValidationError, match="must lie below"):
        IntensityRecipe(kind=kind, low=low, high=high)


@pytest.mark.parametrize(("low", "high"), [(-1, 99), (1, 100.5)])
def test_percentiles_lie_in_0_to_100(low, high):
    with pytest.raises(ValidationError, match="0 to 100"):
        IntensityRecipe(low=low, high=high)
    assert IntensityRecipe(kind="window", low=low, high=high).high == high


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (InputRecipe, "size", (256,)),
        (InputRecipe, "size", (256, 8)),
        (InputRecipe, "size", (256, 100_000)),
        (InputRecipe, "size", (256.5, 256)),
        (InputRecipe, "fit", "crop"),
        (SplitRecipe, "seed", -1),
        (Recipe, "rename", {"left lung": ""}),
        (Recipe, "name", ""),
        (Recipe, "output", "argmax"),
        (Recipe, "classes", 3),
        (Recipe, "structures", ("lung", "lung")),
    ],
)
def test_what_is_outside_its_limits_is_refused(section, key, value):
    with pytest.raises(ValidationError) as fault:
        section(**{key: value})
    assert fault.value.errors()[0]["loc"][:1] in ((key,), ())  # () where the section as a whole is wrong

from __future__ import annotations

import pytest
from pydantic import ValidationError

from medunet.planning import ScheduleRecipe, TrainingRecipe


@pytest.mark.parametrize(
    ("told", "epochs", "steps"),
    [({}, None, 2000), ({"epochs": 3}, 3, None), ({"steps": 7}, None, 7), ({"epochs": None, "steps": 7}, None, 7)],
)
def test_either_epochs_or_steps_say_how_long(told, epochs, steps):
    training = TrainingRecipe(**told)
    assert (training.epochs, training.steps) == (epochs, steps)


@pytest.mark.parametrize("told", [{"epochs": 3, "steps": 7}, {"steps": None}, {"epochs": None, "steps": None}])
def test_both_or_none_are_refused(told):
    with pytest.raises(ValidationError, match="one of epochs and steps"):
        TrainingRecipe(**told)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (TrainingRecipe, "batch", 0),
        (TrainingRecipe, "epochs", 0),
        (TrainingRecipe, "steps", 0),
        (TrainingRecipe, "lr", 0),
        (TrainingRecipe, "lr", float("inf")),
        (TrainingRecipe, "weight_decay", -1),
        (TrainingRecipe, "loss", {}),
        (TrainingRecipe, "loss", {"ce": 0}),
        (TrainingRecipe, "early_stopping", True),
        (TrainingRecipe, "monitor", "train_loss"),
        (TrainingRecipe, "precision", "fp16"),
        (TrainingRecipe, "seed", -1),
        (ScheduleRecipe, "warmup", 1),
        (ScheduleRecipe, "factor", 1),
        (TrainingRecipe, "optimiser", "lion"),
        (TrainingRecipe, "momentum", 1.0),
        (TrainingRecipe, "accumulate", 0),
        (TrainingRecipe, "l2", -0.1),
        (TrainingRecipe, "clip", -1),
        (TrainingRecipe, "loss", {"tversky": 1}),
        (TrainingRecipe, "class_weights", {"lung": 0}),
        (TrainingRecipe, "focal_gamma", -1),
        (TrainingRecipe, "dice_smooth", 0),
        (ScheduleRecipe, "kind", "triangle"),
        (ScheduleRecipe, "every", 0),
        (ScheduleRecipe, "power", 0),
    ],
)
def test_what_is_outside_its_limits_is_refused(section, key, value):
    with pytest.raises(ValidationError) as fault:
        section(**{key: value})
    assert fault.value.errors()[0]["loc"][:1] in ((key,), ())  # () where the section as a whole is wrong


def test_weights_of_classes_need_the_loss_that_takes_them():
    assert TrainingRecipe(loss={"ce": 1.0}, class_weights={"background": 0.3}).class_weights == {"background": 0.3}
    with pytest.raises(ValidationError, match="class_weights weigh the loss ce"):
        TrainingRecipe(loss={"dice": 1.0}, class_weights={"lung": 2.0})

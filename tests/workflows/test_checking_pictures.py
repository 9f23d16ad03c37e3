from __future__ import annotations

import numpy as np
import pytest
import torch

from medunet.phantoms import chest_film
from medunet.phantoms.foreign import FOREIGN
from medunet.phantoms.rearranged import LEFT, LOOKS, MIRRORED, RIGHT, UPSIDE_DOWN, WRONG
from medunet.planning import AugmentationRecipe, Changes, Preprocessing, Sample
from medunet.planning.recipe import IntensityRecipe
from medunet.prediction import load_model
from medunet.workflows.checking_pictures import (
    DRAWN,
    as_input,
    foreign_pictures,
    good_pictures,
    spoilt_pictures,
    wrong_kinds,
    wrong_pictures,
)


@pytest.fixture
def plan(trained):
    return load_model(trained.folder).plan


@pytest.fixture
def sample(plan):
    film = chest_film(3, 0, size=64)
    target = torch.from_numpy((film.labels.array > 0).astype(np.uint8))[::2, ::2]
    assert tuple(target.shape) == plan.preprocessing.size
    return Sample("one", torch.from_numpy(film.image.array[:, ::2, ::2].astype(np.float32) / 255).half(), target)


def test_good_pictures_are_the_film_and_what_the_recipe_makes_of_it(plan, sample):
    pictures = good_pictures(plan, sample, 3)
    assert pictures.shape == (3, 1, *plan.preprocessing.size)
    torch.testing.assert_close(pictures[0], sample.image.float())
    assert not torch.equal(pictures[1], pictures[2])
    torch.testing.assert_close(good_pictures(plan, sample, 3), pictures)
    assert 0 <= float(pictures.min()) <= float(pictures.max()) <= 1
    assert good_pictures(plan, sample, 1).shape[0] == 1


def test_spoilt_films_take_their_masks_along_and_are_spoilt_more_and_more(plan, sample):
    images, targets = spoilt_pictures(plan, sample, 5)
    assert images.shape[0] == targets.shape[0] == 5
    torch.testing.assert_close(images[0], sample.image.float())
    assert torch.equal(targets[0], sample.target)
    assert set(targets.unique().tolist()) <= set(sample.target.unique().tolist())
    change = [(image - images[0]).abs().mean() for image in images]
    assert max(change[3:]) > change[1] > 0


def test_wrong_pictures_are_rearranged_and_say_how(plan, sample):
    pictures = good_pictures(plan, sample, 3)
    wrong, looks = wrong_pictures(plan, sample, pictures, tuple(WRONG))
    assert wrong.shape == (6, 1, *plan.preprocessing.size)
    assert looks[:4] == [LEFT, RIGHT, UPSIDE_DOWN, MIRRORED]
    assert set(looks) <= set(LOOKS)
    again, _ = wrong_pictures(plan, sample, pictures, tuple(WRONG))
    torch.testing.assert_close(again, wrong)
    upright, _ = wrong_pictures(plan, sample, pictures[:1], ("left",))
    expected = as_input(np.rot90(sample.image[0].float().numpy())[None], plan.preprocessing)
    torch.testing.assert_close(upright[0], expected)


def test_foreign_pictures_are_of_every_kind(plan):
    pictures = foreign_pictures(plan)
    assert pictures.shape == (DRAWN * len(FOREIGN), 1, *plan.preprocessing.size)


@pytest.mark.parametrize(
    ("recipe", "right"),
    [
        ({}, ()),
        ({"rotation": 15}, ()),
        ({"flip": 0.5}, ("mirror",)),
        ({"flip_vertical": 0.5}, ("half turn", "half turn and mirror")),
        ({"rotation": 90}, ("left", "right", "left and mirror", "right and mirror")),
        ({"variants": (Changes(), Changes(flip=0.2))}, ("mirror",)),
    ],
)
def test_what_a_recipe_makes_is_not_wrong(recipe, right):
    assert set(WRONG) - set(wrong_kinds(AugmentationRecipe(**recipe))) == set(right)


def test_a_picture_in_0_to_1_is_brought_to_the_input_whatever_the_model_s_intensities():
    picture = np.linspace(0, 1, 64 * 32).reshape(1, 64, 32)
    hounsfield = Preprocessing(size=(32, 32), fit="pad", intensity=IntensityRecipe(kind="window", low=-500, high=500))
    made = as_input(picture, hounsfield)
    assert made.shape == (1, 32, 32)
    assert float(made[0, :, 8:24].min()) < 0.1
    assert float(made.max()) > 0.9
    assert float(made[0, :, :8].abs().max()) == 0  # the picture's aspect is kept

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from medunet.images import Grid, Image, Scheme
from medunet.prediction import Checks, Model, features_of, fit_domain, mean_dice, signs_of
from medunet.prediction.checks import POOR, Assessment
from medunet.prediction.quality import Quality

LOOKS = ("upside down",)
EVEN = Quality(0.0, 0.5, 0.5, (), 5, 40, 0.02)


@pytest.fixture
def model(make_plan, make_network):
    plan = make_plan()
    network = make_network(plan)
    bright = _films(0, lambda x: x)
    held, flipped = _films(1, lambda x: x), _films(2, lambda x: x.flip(2))
    features = [features_of(network, films, plan.output) for films in (bright, held, flipped)]
    domain = fit_domain(features[0], (features[1], features[1]), features[2], [0] * len(flipped), LOOKS)
    return Model("checked", (network,), plan, Scheme.of(plan.classes), "0" * 64, checks=(Checks(EVEN, domain),))


def _films(seed, change):
    """(30, 1, 32, 32): bright above, dark below, with noise."""
    ramp = torch.linspace(0.9, 0.1, 32)[None, None, :, None]
    noise = 0.05 * torch.rand(30, 1, 32, 32, generator=torch.Generator().manual_seed(seed))
    return change((ramp + noise).clamp(0, 1))


def image_of(film):
    return Image(film.numpy(), Grid(tuple(film.shape[1:])), source="film.png")


def test_a_picture_is_assessed_in_the_pass_that_makes_its_mask(model):
    upright, turned = (image_of(_films(7, change)[0]) for change in (lambda x: x, lambda x: x.flip(2)))
    plain, found = model.predict(upright), model.predict(upright, checked=True)
    np.testing.assert_array_equal(plain.labels.array, found.labels.array)
    assert plain.assessment is None
    assert found.assessment.looks == ""
    assert 0 <= found.assessment.quality <= 1
    assert model.predict(turned, checked=True).assessment.looks == "upside down"


def test_a_picture_is_held_against_its_own_mirror_image(model):
    network, check = model.networks[0], model.checks[0]
    bright_left = _films(7, lambda x: x.transpose(2, 3))[0]
    here, there = features_of(network, torch.stack([bright_left, bright_left.flip(-1)]), model.plan.output)
    side = ((here - there) / check.domain.scale).astype(np.float32)
    sided = replace(check.domain, side=side, limit=float("inf"))
    model = replace(model, checks=(Checks(check.quality, sided),))
    assert model.predict(image_of(bright_left), checked=True).assessment.looks == ""
    assert model.predict(image_of(bright_left.flip(-1)), checked=True).assessment.looks == "mirrored"


def test_folds_doubt_a_picture_where_most_of_them_do_and_share_one_estimate(model):
    network, check = model.networks[0], model.checks[0]
    never = Checks(check.quality, replace(check.domain, limit=float("inf")))
    turned = image_of(_films(7, lambda x: x.flip(2))[0])

    def asked(*checks):
        folds = replace(model, networks=(network,) * len(checks), checks=checks)
        return folds.predict(turned, checked=True).assessment

    assert asked(check, check, never).looks == "upside down"
    assert asked(check, never, never).looks == ""
    assert asked(check, check).quality == pytest.approx(asked(check).quality)
    assert asked(check, Checks("no films", never.domain)).quality == pytest.approx(asked(check).quality)


def test_a_model_without_checks_says_nothing(model):
    bare = replace(model, checks=())
    film = image_of(_films(7, lambda x: x)[0])
    assert bare.predict(film, checked=True).assessment is None
    unfitted = replace(model, checks=(Checks("no films", "no films"),))
    assert unfitted.predict(film, checked=True).assessment == Assessment(None, "")


def test_every_network_has_its_checks(model):
    with pytest.raises(ValueError, match="1 networks have 2 checks"):
        replace(model, checks=model.checks * 2)


def test_doubts_are_plain_words():
    assert Assessment(0.95, "").doubts == ()
    assert Assessment(None, "").doubts == ()
    looks, poor = Assessment(POOR - 0.1, "mirrored").doubts
    assert looks == "not an upright picture of the kind the model was made from: looks mirrored"
    assert poor == "the estimated Dice of the mask is 0.70, below 0.80"


def test_signs_come_with_the_mask_they_are_of(model):
    film = _films(7, lambda x: x)[0]
    signs, mask = signs_of(model.networks[0], film, model.plan.output, (1, 2))
    assert mask.shape == (32, 32)
    assert 0 <= signs.certainty <= 1
    assert 0 <= signs.agreement <= 1


def test_mean_dice_leaves_out_what_is_in_neither():
    mask, target = torch.tensor([0, 1, 1, 0]), torch.tensor([0, 1, 0, 0])
    assert mean_dice(mask, target, (1, 2)) == pytest.approx(2 / 3)
    assert mean_dice(mask, torch.tensor([0, 1, 0, 2]), (1, 2)) == pytest.approx(1 / 3)
    assert mean_dice(torch.zeros(3), torch.zeros(3), (1, 2)) is None

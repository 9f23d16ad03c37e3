from __future__ import annotations

import numpy as np
import pytest
import torch

from medunet.planning import AugmentationRecipe
from medunet.training.acquisition import PLAIN, WORDS, Acquisition, drawn, overlaid, softened
from medunet.training.augmentation import Draw, apply, draw

HEAVY = AugmentationRecipe(
    fill=0.5, collimation=0.3, lettering=0.4, devices=0.4, low_resolution=64, blur=0.01, invert=0.2
)


def film(side=96):
    """A grey ramp with a square in its middle third, and the square's mask."""
    ramp = torch.linspace(0.2, 0.8, side).repeat(side, 1)
    mask = torch.zeros(side, side, dtype=torch.uint8)
    mask[side // 3 : 2 * side // 3, side // 3 : 2 * side // 3] = 1
    return ramp[None], mask


def test_shares_are_those_of_the_recipe():
    draws = [drawn(HEAVY, 0, epoch, "film", 0, 256) for epoch in range(3000)]
    shares = {
        "fill": np.mean([one.outside is not None for one in draws]),
        "collimation": np.mean([one.collimated for one in draws]),
        "lettering": np.mean([one.words > 0 for one in draws]),
        "devices": np.mean([one.devices > 0 for one in draws]),
        "invert": np.mean([one.invert for one in draws]),
    }
    assert shares == {name: pytest.approx(getattr(HEAVY, name), abs=0.03) for name in shares}
    sides = [one.side for one in draws if one.side]
    assert len(sides) / len(draws) == pytest.approx(0.5, abs=0.03)
    assert (min(sides), max(sides)) == (pytest.approx(64, abs=1), pytest.approx(256, abs=2))
    assert np.median(sides) == pytest.approx(128, abs=4)
    assert {one.words for one in draws} == {0, 1, 2, 3}
    assert {one.devices for one in draws} == {0, 1, 2, 3, 4}
    greys = [one.outside for one in draws if one.outside is not None]
    assert np.mean([grey in (0.0, 1.0) for grey in greys]) == pytest.approx(1 / 3, abs=0.04)


def test_nothing_is_drawn_where_nothing_is_asked():
    assert drawn(AugmentationRecipe(), 0, 3, "film", 0, 256) == Acquisition(key=drawn(HEAVY, 0, 3, "film", 0, 256).key)
    image, mask = film()
    assert overlaid(image, mask, PLAIN) is image
    assert softened(image, PLAIN) is image


def test_the_new_draws_leave_the_others_as_they_were():
    how = AugmentationRecipe(rotation=20, shift=0.1, gamma=0.4, noise=0.1)
    both = how.model_copy(update={"fill": 0.5, "lettering": 1.0, "invert": 0.5})
    plain, heavy = draw(how, 5, 2, "film"), draw(both, 5, 2, "film", side=96)
    assert (plain.angle, plain.shift, plain.gamma, plain.noise) == (heavy.angle, heavy.shift, heavy.gamma, heavy.noise)
    assert heavy.film.words


@pytest.mark.parametrize("key", range(12))
def test_covered_edges_keep_clear_of_the_structures(key):
    image, mask = film()
    covered = overlaid(image, mask, Acquisition(collimated=True, key=key))
    changed = (covered - image).abs()[0] > 0.05
    assert not changed[mask.bool()].any()
    assert torch.equal(covered, overlaid(image, mask, Acquisition(collimated=True, key=key)))


def test_letters_and_devices_change_little_of_the_picture():
    image, mask = film(128)
    changes = []
    for key in range(20):
        for one in (Acquisition(words=2, key=key), Acquisition(devices=3, key=key)):
            drawn_over = overlaid(image, mask, one)
            assert drawn_over.shape == image.shape
            assert float(drawn_over.min()) >= -1e-6
            assert float(drawn_over.max()) <= 1 + 1e-6
            changes.append(float(((drawn_over - image).abs() > 0.05).float().mean()))
    assert np.mean([share > 0 for share in changes]) > 0.9
    assert max(changes) < 0.25


def test_every_word_can_be_written():
    from medunet.phantoms.lettering import word_points

    assert all(len(word_points(word, 10.0, 0.25)) > 10 for word in WORDS)


def test_low_resolution_takes_fine_detail_and_keeps_the_mean():
    stripes = torch.zeros(1, 128, 128)
    stripes[:, :, ::2] = 1.0
    coarse = softened(stripes, Acquisition(side=32))
    assert coarse.shape == stripes.shape
    assert float(coarse.std()) < 0.05
    assert float(coarse.mean()) == pytest.approx(0.5, abs=0.01)


def test_blur_spreads_a_point_as_a_gaussian():
    point = torch.zeros(1, 101, 101)
    point[0, 50, 50] = 1.0
    spread = softened(point, Acquisition(blur=0.03))[0].numpy()
    places = np.arange(101) - 50
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    deviation = np.sqrt((spread.sum(axis=0) * places**2).sum())
    assert deviation == pytest.approx(0.03 * 101, rel=0.02)


def test_beyond_the_picture_lies_one_grey_without_structures():
    image, mask = film()
    whole = torch.ones_like(mask)
    draws = [Draw(zoom=(0.5, 0.5), film=Acquisition(outside=0.0))]
    turned, labels = apply(image[None], whole[None], draws)
    assert (labels[0, :20] == 0).all()
    assert float(turned[0, 0, :20].max()) == pytest.approx(0, abs=1e-5)
    assert (labels[0, 30:60, 30:60] == 1).all()
    edges, kept = apply(image[None], whole[None], [Draw(zoom=(0.5, 0.5))])
    assert (kept == 1).all()
    assert float(edges[0, 0, 0, 0]) == pytest.approx(0.2, abs=0.01)


def test_inversion_exchanges_black_and_white_of_its_own_picture_only():
    image, mask = film()
    both = image[None].repeat(2, 1, 1, 1), mask[None].repeat(2, 1, 1)
    turned, labels = apply(*both, [Draw(film=Acquisition(invert=True)), Draw()])
    assert torch.allclose(turned[0], 1 - turned[1], atol=1e-6)
    assert torch.equal(labels[0], labels[1])


def test_a_batch_equals_its_elements():
    image, mask = film()
    draws = [draw(HEAVY, 0, 0, f"film-{number}", side=96) for number in range(6)]
    images, masks = image[None].repeat(6, 1, 1, 1), mask[None].repeat(6, 1, 1)
    together, labels = apply(images, masks, draws)
    for number, one in enumerate(draws):
        alone, label = apply(images[:1], masks[:1], [one])
        assert torch.allclose(together[number], alone[0], atol=1e-6)
        assert torch.equal(labels[number], label[0])


def test_an_empty_mask_and_many_channels_are_drawn_over_too():
    image = torch.full((3, 64, 48), 0.5)
    drawn_over = overlaid(
        image, torch.zeros(64, 48, dtype=torch.uint8), Acquisition(collimated=True, words=3, devices=4, key=1)
    )
    assert drawn_over.shape == image.shape
    assert torch.equal(drawn_over[0], drawn_over[1])
    assert not torch.equal(drawn_over, image)

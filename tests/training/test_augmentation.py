from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.planning import AugmentationRecipe
from medunet.training.acquisition import Acquisition
from medunet.training.augmentation import Draw, apply, draw

ALL = AugmentationRecipe(
    rotation=20,
    shift=0.1,
    zoom=0.2,
    stretch=0.1,
    brightness=0.1,
    contrast=0.3,
    gamma=0.4,
    noise=0.05,
    elastic=0.02,
    shading=0.1,
    fill=0.5,
    lettering=0.5,
    devices=0.5,
    low_resolution=8,
    blur=0.05,
    invert=0.5,
)
SPATIAL = AugmentationRecipe(rotation=20, shift=0.1, zoom=0.2, stretch=0.1, elastic=0.02)


def picture(shape=(24, 24), seed=0):
    """One random picture in [0, 1] and a mask of a few classes."""
    rng = np.random.default_rng(seed)
    image = torch.from_numpy(rng.uniform(0.05, 0.95, (1, 1, *shape)).astype(np.float32))
    mask = torch.from_numpy(rng.integers(0, 4, (1, *shape)).astype(np.uint8))
    return image, mask


def square(shape, top, left, height, width):
    """A bright rectangle, and its mask."""
    mask = torch.zeros(1, *shape, dtype=torch.uint8)
    mask[0, top : top + height, left : left + width] = 1
    return mask[:, None].float(), mask


def box(mask):
    """(first row, last row, first column, last column) of a mask (1, rows, columns)."""
    rows, columns = np.nonzero(mask[0].numpy())
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (-90, 3), (180, 2), (270, 3)])
def test_rotation_is_counter_clockwise(angle, turns):
    image, mask = picture()
    turned, labels = apply(image, mask, [Draw(angle=angle)])
    assert np.allclose(turned[0, 0], np.rot90(image[0, 0], turns), atol=1e-5)
    assert (labels[0].numpy() == np.rot90(mask[0], turns)).all()


def test_rotation_turns_pixels_not_shares_of_the_sides():
    image, mask = square((64, 128), 30, 24, 4, 80)
    _, labels = apply(image, mask, [Draw(angle=90)])
    top, bottom, left, right = box(labels)
    assert (bottom - top + 1, right - left + 1) == (64, 4)  # 80 wide becomes 80 tall, cut by the picture's 64 rows


def test_shift_moves_down_and_to_the_right():
    image, mask = square((20, 40), 8, 16, 4, 6)
    _, labels = apply(image, mask, [Draw(shift=(0.1, 0.25))])
    assert box(labels) == (10, 13, 26, 31)


def test_zoom_enlarges_height_and_width_apart_about_the_middle():
    image, mask = square((64, 64), 24, 24, 16, 16)
    _, labels = apply(image, mask, [Draw(zoom=(2.0, 1.0))])
    assert box(labels) == (16, 47, 24, 39)
    _, labels = apply(image, mask, [Draw(zoom=(1.0, 0.5))])
    assert box(labels) == (24, 39, 28, 35)


def test_flip_mirrors_left_and_right():
    image, mask = picture((12, 18))
    flipped, labels = apply(image, mask, [Draw(flip=True)])
    assert torch.allclose(flipped, image.flip(3), atol=1e-5)
    assert torch.equal(labels, mask.flip(2))


def test_flip_vertical_mirrors_top_and_bottom():
    image, mask = picture((12, 18))
    flipped, labels = apply(image, mask, [Draw(flip_vertical=True)])
    assert torch.allclose(flipped, image.flip(2), atol=1e-5)
    assert torch.equal(labels, mask.flip(1))


def test_gain_multiplies_and_is_cut_at_white():
    image, mask = picture()
    brighter, labels = apply(image, mask, [Draw(gain=1.2)])
    assert torch.allclose(brighter, (1.2 * image).clamp(max=1), atol=1e-5)
    assert torch.equal(labels, mask)


def test_a_pair_is_drawn_evenly_between_its_ends():
    """System b: zoom of 0.9 to 1.1 and brightness of 0.8 to 1.2."""
    how = AugmentationRecipe(zoom=(0.9, 1.1), gain=(0.8, 1.2))
    draws = [draw(how, 0, epoch, "film") for epoch in range(2000)]
    for values, low, high in (([d.zoom[1] for d in draws], 0.9, 1.1), ([d.gain for d in draws], 0.8, 1.2)):
        assert low <= min(values) < low + 0.01
        assert high - 0.01 < max(values) <= high
        assert np.quantile(values, [0.25, 0.5, 0.75]) == pytest.approx(np.linspace(low, high, 5)[1:4], abs=0.012)


def test_one_of_the_variants_is_drawn():
    """System c: as it is, mirrored vertically, turned by up to 45 degrees, mirrored horizontally."""
    how = AugmentationRecipe(rotation=9, variants=({}, {"flip_vertical": 1.0}, {"rotation": 45.0}, {"flip": 1.0}))
    draws = [draw(how, 0, epoch, "film") for epoch in range(2000)]
    kinds = [(d.flip, d.flip_vertical, d.angle != 0) for d in draws]
    wanted = {(False, False, False), (False, True, False), (False, False, True), (True, False, False)}
    assert set(kinds) == wanted
    for kind in wanted:
        assert 0.2 < kinds.count(kind) / len(kinds) < 0.3
    assert max(d.angle for d in draws) > 40


def test_what_comes_in_from_outside_repeats_the_edge():
    image, mask = picture((16, 16))
    moved, labels = apply(image, mask, [Draw(shift=(0.5, 0.0))])
    assert torch.allclose(moved[0, 0, :8], image[0, 0, :1].expand(8, -1), atol=1e-5)
    assert torch.equal(labels[0, :8], mask[0, :1].expand(8, -1))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 500), st.sampled_from([(32, 32), (24, 48), (48, 24)]))
def test_image_and_mask_move_together_and_masks_get_no_new_value(epoch, shape):
    image, mask = square(shape, shape[0] // 4, shape[1] // 4, shape[0] // 3, shape[1] // 3)
    mask = mask * 3
    moved, labels = apply(image, mask, [draw(SPATIAL, 1, epoch, "film")])
    assert set(labels.unique().tolist()) <= {0, 3}
    # A pixel whose bilinear value is clearly on one side of a half has that class; on the border both are right.
    value = moved[:, 0]
    clear = (value - 0.5).abs() > 0.45
    assert torch.equal((value > 0.5)[clear], (labels == 3)[clear])
    assert clear.float().mean() > 0.7


def test_a_batch_equals_its_elements_one_by_one():
    pictures = [picture(seed=seed) for seed in range(5)]
    draws = [draw(ALL, 3, 2, f"film {n}") for n in range(5)]
    images = torch.cat([image for image, _ in pictures])
    masks = torch.cat([mask for _, mask in pictures])
    together = apply(images, masks, draws)
    for n, (image, mask) in enumerate(pictures):
        alone = apply(image, mask, [draws[n]])
        assert torch.allclose(together[0][n], alone[0][0], atol=1e-6)
        assert torch.equal(together[1][n], alone[1][0])


def test_a_draw_depends_on_its_key_and_on_nothing_else():
    first = draw(ALL, 1, 4, "film", turn=1)
    for other in (
        draw(ALL, 2, 4, "film", 1),
        draw(ALL, 1, 5, "film", 1),
        draw(ALL, 1, 4, "b", 1),
        draw(ALL, 1, 4, "film"),
    ):
        assert other != first
    assert draw(ALL, 1, 4, "film", turn=1) == first


def test_a_draw_can_be_stored_and_replayed():
    image, mask = picture()
    one = draw(ALL, 1, 4, "film")
    stored = Draw(**{**asdict(one), "film": Acquisition(**asdict(one)["film"])})
    for got, wanted in zip(apply(image, mask, [stored]), apply(image, mask, [one]), strict=True):
        assert torch.equal(got, wanted)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6))
def test_draws_keep_to_the_recipe(epoch):
    one = draw(ALL, 0, epoch, "film")
    assert abs(one.angle) <= 20
    assert all(abs(share) <= 0.1 for share in one.shift)
    assert 1 / 1.2 - 1e-9 <= one.zoom[1] <= 1.2 + 1e-9
    assert 1 / 1.1 - 1e-9 <= one.zoom[0] / one.zoom[1] <= 1.1 + 1e-9
    assert 1 / 1.4 - 1e-9 <= one.gamma <= 1.4 + 1e-9
    assert 1 / 1.3 - 1e-9 <= one.contrast <= 1.3 + 1e-9
    assert abs(one.brightness) <= 0.1
    assert 0 <= one.noise <= 0.05
    assert not one.flip


def test_draws_fill_their_range_in_both_directions():
    draws = [draw(ALL, 0, epoch, "film") for epoch in range(400)]
    for values, most in (([d.angle for d in draws], 20), ([d.shift[0] for d in draws], 0.1)):
        assert min(values) < -0.95 * most
        assert max(values) > 0.95 * most
    flips = [draw(AugmentationRecipe(flip=0.5), 0, epoch, "film").flip for epoch in range(400)]
    assert 0.4 < np.mean(flips) < 0.6


def test_without_augmentation_nothing_changes():
    image, mask = picture()
    same, labels = apply(image, mask, [draw(AugmentationRecipe(), 0, 3, "film")])
    assert torch.allclose(same, image, atol=1e-5)
    assert torch.equal(labels, mask)


def test_intensities_change_as_named_and_leave_the_mask_alone():
    image, mask = picture()
    mean = image.mean()
    for one, wanted in (
        (Draw(gamma=2.0), image**2),
        (Draw(contrast=1.5), (image - mean) * 1.5 + mean),
        (Draw(brightness=0.2), image + 0.2),
    ):
        changed, labels = apply(image, mask, [one])
        assert torch.allclose(changed, wanted, atol=1e-5)
        assert torch.equal(labels, mask)
    noisy, _ = apply(*picture((128, 128)), [Draw(noise=0.1, field_key=7)])
    field = noisy - picture((128, 128))[0]
    assert float(field.std()) == pytest.approx(0.1, rel=0.05)
    assert abs(float(field.mean())) < 0.005


def test_sampling_places_are_exact_under_autocast():
    image, mask = picture((64, 64))
    one = [draw(ALL, 0, 1, "film")]
    plain = apply(image, mask, one)
    with torch.autocast("cpu", torch.bfloat16):
        cast = apply(image, mask, one)
    assert cast[0].dtype == torch.float32
    assert torch.equal(plain[0], cast[0])
    assert torch.equal(plain[1], cast[1])


def test_elastic_moves_image_and_mask_together_and_smoothly():
    image, mask = square((96, 96), 20, 30, 50, 40)
    moved, labels = apply(image, mask, [Draw(elastic=0.03, field_key=3)])
    assert not torch.equal(labels, mask)
    assert ((moved[:, 0] > 0.5) == labels.bool()).float().mean() > 0.98
    still, _ = apply(image, mask, [Draw(elastic=0.0, field_key=3)])
    assert torch.allclose(still, image, atol=1e-4)


def test_shading_is_smooth_keyed_and_leaves_the_mask_alone():
    image, mask = picture((64, 64))
    flat = torch.full_like(image, 0.5)
    shaded, labels = apply(flat, mask, [Draw(shading=0.2, field_key=5)])
    again, _ = apply(flat, mask, [Draw(shading=0.2, field_key=5)])
    other, _ = apply(flat, mask, [Draw(shading=0.2, field_key=6)])
    assert torch.equal(labels, mask)
    assert torch.equal(shaded, again)
    assert not torch.allclose(shaded, other)
    assert shaded.std() > 0.02
    assert shaded.diff(dim=-1).abs().max() < 0.1

from __future__ import annotations

from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.errors import InputError
from medunet.images import Grid, Image, LabelMap, Scheme, read_image, write_dicom, write_png
from medunet.phantoms import chest_film
from medunet.planning import Placement, place, prepare, prepare_labels, restore

CLASSES = ("lung", "heart")
SIDES = st.integers(1, 700)


def ramp(shape, low=0, high=255, dtype=np.uint8):
    return np.linspace(low, high, shape[0] * shape[1]).reshape(shape).astype(dtype)


def one_hot(target, classes=2):
    return torch.stack([target == number for number in range(classes + 1)]).float()


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


# where a picture comes to lie


@settings(deadline=None, max_examples=300)
@given(SIDES, SIDES, st.sampled_from(["pad", "stretch"]), st.sampled_from([(64, 64), (32, 96)]))
def test_every_picture_lies_inside_the_input_and_in_its_middle(how, rows, columns, fit, size):
    placement = place((rows, columns), how(size, fit))
    (top, left), (height, width) = placement.corner, placement.extent
    assert height >= 1
    assert width >= 1
    for start, length, side in ((top, height, size[0]), (left, width, size[1])):
        after = side - start - length
        assert 0 <= after - start <= 1
    assert (height, width) == size if fit == "stretch" else (height == size[0] or width == size[1])


@settings(deadline=None, max_examples=300)
@given(st.integers(40, 700), st.integers(40, 700), st.floats(0.1, 2), st.floats(0.5, 2))
def test_padding_keeps_the_aspect_in_millimetres(how, rows, columns, mm, oblong):
    spacing = (mm, mm * oblong)
    height, width = place((rows, columns), how(), spacing).extent
    aspect = (rows * spacing[0]) / (columns * spacing[1])
    # Each side is rounded by at most half a pixel of the network's input.
    assert (height - 0.5) / (width + 0.5) <= aspect <= (height + 0.5) / (width - 0.5)


def test_without_spacing_pixels_are_square(how):
    assert place((200, 100), how()) == Placement((200, 100), (64, 64), (0, 16), (64, 32))
    assert place((200, 100), how(), (1.0, 2.0)).extent == (64, 64)
    assert place((200, 100), how(), (0.1, 0.1)) == place((200, 100), how())


def test_the_film_lies_where_the_placement_says(how, film):
    values, placement = prepare(film(np.full((50, 100), 7, np.uint8)), how(kind="window", low=0, high=7))
    assert placement.extent == (32, 64)
    assert torch.allclose(values[0, 16:48], torch.ones(32, 64))
    assert values[0, :16].sum() == values[0, 48:].sum() == 0


# grey values


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 120), st.integers(2, 120), st.integers(0, 2**32 - 1), st.sampled_from(["uint8", "uint16", "f4"]))
def test_the_input_is_float32_in_0_to_1_and_always_the_same(how, film, rows, columns, seed, dtype):
    array = (np.random.default_rng(seed).normal(size=(rows, columns)) * 40 + 120).clip(0, 255).astype(dtype)
    first, _ = prepare(film(array), how())
    again, _ = prepare(film(array.copy()), how())
    assert first.dtype == torch.float32
    assert first.shape == (1, 64, 64)
    assert first.min() >= 0
    assert first.max() <= 1
    assert torch.equal(first, again)


def test_the_film_itself_is_not_changed(how, film):
    array = ramp((30, 40)).astype(np.float32)
    kept = array.copy()
    valid = np.ones((30, 40), bool)
    valid[:5] = False
    prepare(film(array, valid=valid), how())
    assert np.array_equal(array, kept)


@pytest.mark.parametrize(
    ("scale", "shift", "dtype"), [(257, 0, np.uint16), (16, 100, np.uint16), (-3, 1000, np.float32)]
)
def test_percentiles_make_the_grey_scale_of_the_file_unimportant(how, film, scale, shift, dtype):
    array = np.random.default_rng(0).integers(0, 256, (90, 70)).astype(np.float64)
    plain, _ = prepare(film(array.astype(np.uint8)), how())
    changed, _ = prepare(film((array * scale + shift).astype(dtype)), how())
    if scale < 0:  # an inverted picture is inverted inside the film and black outside of it
        inside = slice(None), *place((90, 70), how()).window
        plain, changed = 1 - plain[inside], changed[inside]
    assert torch.allclose(plain, changed, atol=1e-4)


def test_the_percentiles_are_those_of_numpy(how, film):
    array = np.random.default_rng(1).normal(size=(64, 64)).astype(np.float32)
    values, _ = prepare(film(array), how(low=2, high=90))
    low, high = np.percentile(array, [2, 90])
    assert np.allclose(values[0], np.clip((array - low) / (high - low), 0, 1), atol=1e-6)


def test_a_large_film_is_sampled_with_little_loss(how, film):
    array = np.random.default_rng(2).gamma(2, 300, (2400, 2000)).astype(np.uint16)
    values, _ = prepare(film(array), how((2400, 2000)))
    low, high = np.percentile(array, [0.5, 99.5])
    assert np.allclose(values[0], np.clip((array - low) / (high - low), 0, 1), atol=5e-3)


def test_a_window_is_the_same_for_every_image(how, film):
    settings_ = how(kind="window", low=-400, high=400)
    array = np.full((64, 64), -400, np.int16)
    array[:32] = 0
    array[:8] = 3000
    values, _ = prepare(film(array), settings_)
    assert torch.equal(values[0, :, 0].unique(), torch.tensor([0.0, 0.5, 1.0]))


def test_what_is_not_valid_is_black_and_does_not_move_the_percentiles(how, film):
    array = ramp((64, 64), 100, 200).astype(np.float32)
    alone, _ = prepare(film(array[16:]), how((48, 64)))
    array[:16] = -2000
    valid = np.ones((64, 64), bool)
    valid[:16] = False
    values, _ = prepare(film(array, valid=valid), how())
    assert torch.equal(values[0, 16:], alone[0])
    assert values[0, :16].sum() == 0
    nothing, _ = prepare(film(array, valid=np.zeros((64, 64), bool)), how())
    assert nothing.sum() == 0


@pytest.mark.parametrize("array", [np.full((50, 50), 77, np.uint8), np.zeros((50, 50), np.float32), np.full((1, 1), 9)])
def test_a_constant_picture_is_black(how, film, array):
    values, _ = prepare(film(array), how())
    assert values.sum() == 0


def test_a_few_bright_pixels_on_a_constant_picture_are_kept(how, film):
    array = np.full((64, 64), 3, np.uint8)
    array[5, 5] = 200
    values, _ = prepare(film(array), how())
    assert values[0, 5, 5] == 1
    assert values.sum() == 1


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_a_float_image_may_have_any_unit(how, film, scale):
    array = ramp((64, 64), 0, 1, np.float32)
    plain, _ = prepare(film(array), how())
    scaled, _ = prepare(film((array * scale).astype(np.float32)), how())
    assert torch.allclose(plain, scaled, atol=1e-4)


# channels


def test_colour_becomes_grey_by_luma(how, film):
    grey = np.random.default_rng(3).integers(0, 256, (64, 64)).astype(np.uint8)
    alike, _ = prepare(film(np.stack([grey] * 3)), how())
    alone, _ = prepare(film(grey), how())
    assert torch.allclose(alike, alone, atol=1e-5)
    colours = np.zeros((3, 64, 64), np.uint8)
    for channel in range(3):
        colours[channel, channel] = 255
    values, _ = prepare(film(colours), how(kind="window", low=0, high=255))
    assert values[0, :3, 0].tolist() == pytest.approx([0.299, 0.587, 0.114])


def test_every_channel_has_its_own_grey_scale(how, film):
    array = np.stack([ramp((64, 64), 0, 10, np.uint16), ramp((64, 64), 0, 60000, np.uint16)])
    values, _ = prepare(film(array), how(channels=2))
    assert values[0].max() == values[1].max() == 1


@pytest.mark.parametrize(("has", "wanted"), [(2, 1), (1, 3), (3, 2), (4, 1)])
def test_other_channels_are_refused(how, film, has, wanted):
    with pytest.raises(InputError, match=f"film.png: has {has} channels where {wanted} are wanted"):
        prepare(film(np.zeros((has, 32, 32), np.uint8)), how(channels=wanted))


def test_a_volume_is_refused(how):
    volume = Image(np.zeros((1, 4, 5, 6), np.uint8), Grid((4, 5, 6)), source="scan.nii")
    with pytest.raises(InputError, match=r"scan\.nii: is a volume of shape"):
        prepare(volume, how())


# files: one film in several formats is one input


def test_bits_and_photometric_interpretation_of_the_file_do_not_matter(how, tmp_path):
    made = chest_film(1, 0, size=96, bits=12).image
    write_png(tmp_path / "film.png", made)
    write_dicom(tmp_path / "plain.dcm", made)
    write_dicom(tmp_path / "inverted.dcm", made, inverted=True)
    expected, placement = prepare(made, how())
    for name in ("film.png", "plain.dcm", "inverted.dcm"):
        values, where = prepare(read_image(tmp_path / name), how())
        assert torch.allclose(values, expected, atol=1e-6), name
        assert where == placement


# resizing


@pytest.mark.parametrize(("shape", "size"), [((200, 160), (64, 64)), ((40, 50), (96, 96)), ((64, 64), (64, 64))])
def test_a_picture_is_resized_as_pillow_does_it(how, film, shape, size):
    array = np.random.default_rng(4).random(shape).astype(np.float32)
    values, _ = prepare(film(array), how(size, "stretch", kind="window", low=0, high=1))
    pillow = PIL.Image.fromarray(array).resize(size[::-1], PIL.Image.Resampling.BILINEAR)
    assert np.abs(values[0].numpy() - np.asarray(pillow)).max() < 1e-5


def test_fine_stripes_do_not_alias(how, film):
    stripes = np.zeros((640, 640), np.uint8)
    stripes[:, ::2] = 255
    values, _ = prepare(film(stripes), how(kind="window", low=0, high=255))
    assert float((values - 0.5).abs().max()) < 0.02


# labels and the way back


@settings(deadline=None, max_examples=30)
@given(
    st.integers(100, 500),
    st.integers(100, 500),
    st.sampled_from(["pad", "stretch"]),
    st.sampled_from([None, (0.2, 0.2), (0.2, 0.3), (0.4, 0.3)]),
    st.sampled_from([(-0.1, 0.1), (0.0, 0.0), (0.15, -0.05)]),
)
def test_labels_come_back_to_where_they_were(how, disc, rows, columns, fit, spacing, at):
    if not 0.5 <= rows / columns <= 2:
        columns = rows
    labels = disc((rows, columns), spacing, at=at)
    placement = place((rows, columns), how((256, 256), fit), spacing)
    back = restore(one_hot(prepare_labels(labels, CLASSES, placement)), placement).argmax(0).numpy()
    assert back.shape == (rows, columns)
    # Drawn in whole pixels of the network, a border is off by a quarter of such a pixel on average.
    radius = 0.2 * min(placement.extent)
    for number, name in enumerate(CLASSES, start=1):
        assert dice(back == number, labels.mask(name)) > 1 - 0.5 / radius
        for axis in (0, 1):  # not to one side
            shift = np.nonzero(back == number)[axis].mean() - np.nonzero(labels.mask(name))[axis].mean()
            assert abs(shift) < 0.4 * max(1, placement.shape[axis] / placement.extent[axis])


def test_in_a_square_of_256_less_than_a_hundredth_is_lost(how, disc):
    for shape in ((512, 512), (300, 280), (2000, 2000)):
        placement = place(shape, how((256, 256)))
        labels = disc(shape)
        back = restore(one_hot(prepare_labels(labels, CLASSES, placement)), placement).argmax(0).numpy()
        assert all(dice(back == number, labels.array == number) > 0.99 for number in (1, 2))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 3), (3000, 2000)])
def test_any_shape_goes_there_and_back(how, shape):
    labels = LabelMap(np.ones(shape, np.uint8), Grid(shape), Scheme.of(CLASSES))
    placement = place(shape, how())
    back = restore(one_hot(prepare_labels(labels, CLASSES, placement)), placement)
    assert back.shape == (3, *shape)
    assert torch.equal(back.argmax(0), torch.ones(shape, dtype=torch.int64))


def test_labels_are_class_numbers_whatever_their_values_and_order(how, disc):
    labels = disc((64, 64), values=(40000, 7))
    placement = place((64, 64), how())
    target = prepare_labels(labels, ("heart", "lung"), placement)
    assert target.dtype == torch.uint8
    assert torch.equal(target == 2, torch.from_numpy(labels.mask("lung")))
    assert torch.equal(target == 1, torch.from_numpy(labels.mask("heart")))


def test_a_structure_that_is_not_learnt_is_background_and_one_that_is_not_drawn_is_nowhere(how, disc):
    labels = disc((64, 64))
    target = prepare_labels(labels, ("spine", "heart"), place((64, 64), how()))
    assert torch.equal(target == 2, torch.from_numpy(labels.mask("heart")))
    assert not (target == 1).any()


def test_every_pixel_gets_the_class_of_its_largest_share(how):
    array = np.zeros((64, 64), np.uint8)
    array[:, :3] = 1  # 3 of 4 columns of the first pixel column
    array[:, 4:5] = 2  # 1 of 4 of the second
    labels = LabelMap(array, Grid((64, 64)), Scheme.of(CLASSES))
    target = prepare_labels(labels, CLASSES, place((64, 64), how((16, 16))))
    assert (target[:, 0] == 1).all()
    assert (target[:, 1:] == 0).all()


def test_image_and_labels_stay_on_top_of_each_other(how, disc, film):
    labels = disc((301, 217), at=(0.2, -0.1))
    settings_ = how((128, 128), kind="window", low=0, high=1)
    values, placement = prepare(film((labels.array > 0).astype(np.uint8)), settings_)
    target = prepare_labels(labels, CLASSES, placement)
    assert dice((values[0] > 0.5).numpy(), (target > 0).numpy()) > 0.995


def test_what_lies_in_the_padding_is_forgotten(how):
    placement = place((100, 50), how())
    scores = torch.ones(2, 64, 64) * torch.tensor([0.0, 1.0])[:, None, None]
    scores[0, :, :16] = 9.0
    assert torch.equal(restore(scores, placement)[0], torch.zeros(100, 50))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 1000))
def test_probabilities_stay_probabilities(how, rows, columns, seed):
    scores = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(seed)).softmax(0)
    back = restore(scores, place((rows, columns), how()))
    assert back.dtype == torch.float32
    assert back.min() >= 0
    assert torch.allclose(back.sum(0), torch.ones(rows, columns), atol=1e-5)


def test_a_placement_and_a_picture_of_another_spacing(how, film):
    image = film(ramp((60, 60)), spacing=(0.2, 0.1))
    values, placement = prepare(image, how())
    assert placement.extent == (64, 32)
    assert values[0, :, :16].sum() == 0
    unknown, _ = prepare(replace(image, grid=Grid((60, 60))), how())
    assert unknown[0, 20:, 0].min() > 0

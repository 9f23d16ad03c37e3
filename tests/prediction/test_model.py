from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from medunet.errors import InputError
from medunet.images import Grid, Image, Scheme, read_grid, read_image, write_dicom, write_labels, write_png
from medunet.phantoms import chest_film
from medunet.prediction import Model


@pytest.fixture(scope="module")
def network_model(make_plan, make_network):
    """A real network without training."""
    plan = make_plan(standardise_input=True)
    return Model("net", (make_network(plan),), plan, Scheme.of(plan.classes), "0" * 64)


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


@pytest.mark.parametrize("fit", ["pad", "stretch"])
@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((64, 64), None), ((3000, 2000), (0.14, 0.14)), ((200, 350), None), ((150, 300), (0.4, 0.2)), ((40, 40), None)],
)
def test_what_the_network_finds_lies_where_it_is_on_the_film(by_level, levels, shape, spacing, fit):
    image, expected = levels(shape, spacing)
    labels = by_level((128, 128), fit).predict(image).labels
    for number in (1, 2):
        assert dice(labels.array == number, expected == number) > 0.97
    for axis in (0, 1):
        centres = [np.nonzero(array == 2)[axis].mean() for array in (labels.array, expected)]
        assert abs(centres[0] - centres[1]) < 0.5 * max(1, max(shape) / 128)


def test_only_the_structures_that_the_plan_names_get_round_corners(by_level, levels):
    image, _ = levels((128, 128), None)
    plain = by_level((128, 128), "pad")
    plan = plain.plan.model_copy(update={"rounding": {"heart": 0.05}})
    one, other = plain.predict(image).labels, replace(plain, plan=plan).predict(image).labels
    lost = one.mask("heart") & ~other.mask("heart")
    assert lost.any()
    assert np.array_equal(one.array[~lost], other.array[~lost])
    assert not other.array[lost].any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (2, 2)])
def test_no_film_is_too_small(network_model, shape):
    prediction = network_model.predict(Image(np.zeros((1, *shape), np.uint8), Grid(shape)))
    assert prediction.labels.array.shape == shape


def write_nifti(path, image):
    import nibabel

    affine = np.array([[-0.31, 0.02, 0, 12.5], [0.02, -0.29, 0, -7.25], [0, 0, 1.5, 3], [0, 0, 0, 1]])
    nibabel.save(nibabel.Nifti1Image(image.array[0].T[..., None], affine), path)


@pytest.mark.parametrize(
    ("name", "write"),
    [("film.png", write_png), ("film.dcm", write_dicom), ("film.nii.gz", write_nifti)],
)
def test_the_mask_lies_on_the_grid_of_the_file_bit_for_bit(network_model, tmp_path, name, write):
    write(tmp_path / name, chest_film(5, 0, size=96).image)
    image = read_image(tmp_path / name)
    labels = network_model.predict(image).labels
    assert labels.grid == image.grid == read_grid(tmp_path / name)
    assert labels.grid.third == image.grid.third
    mask = tmp_path / ("mask.nii.gz" if name.endswith("nii.gz") else "mask.png")
    write_labels(mask, labels)
    if name.endswith("nii.gz"):
        import nibabel

        one, other = nibabel.load(tmp_path / name), nibabel.load(mask)
        assert np.array_equal(one.affine, other.affine)
        assert one.shape == other.shape
        assert read_grid(mask) == image.grid
    else:
        assert read_grid(mask).shape == image.grid.shape
    assert np.array_equal(read_image(mask).array[0], labels.array)


def test_the_same_film_gives_the_same_mask_in_every_format(network_model, tmp_path):
    made = chest_film(5, 1, size=96, bits=12).image
    write_png(tmp_path / "film.png", made)
    write_dicom(tmp_path / "plain.dcm", made)
    write_dicom(tmp_path / "inverted.dcm", made, inverted=True)
    expected = network_model.predict(made, probabilities=True)
    assert len(np.unique(expected.labels.array)) > 1
    for name in ("film.png", "plain.dcm", "inverted.dcm"):
        assert np.array_equal(network_model.predict(read_image(tmp_path / name)).labels.array, expected.labels.array)


def test_twice_the_same_film_gives_the_same_numbers(network_model):
    image = chest_film(5, 2, size=96).image
    first, again = (network_model.predict(image, probabilities=True) for _ in range(2))
    assert np.array_equal(first.probabilities, again.probabilities)
    assert np.array_equal(first.labels.array, again.labels.array)


def test_the_order_of_films_does_not_matter(network_model):
    films = [chest_film(5, index, size=64).image for index in range(3)]
    forth = [network_model.predict(film).labels.array for film in films]
    back = [network_model.predict(film).labels.array for film in reversed(films)]
    assert all(np.array_equal(a, b) for a, b in zip(forth, reversed(back), strict=True))


def test_the_film_is_not_changed(network_model):
    image = chest_film(5, 3, size=64).image
    kept = image.array.copy()
    network_model.predict(image)
    assert np.array_equal(image.array, kept)


def test_float32_unless_bf16_is_asked_for(by_level, levels):
    model = by_level()
    image, _ = levels((64, 64))
    model.predict(image)
    model.predict(image, precision="bf16")
    (plain, fast) = model.networks[0].seen
    assert plain == (torch.Size((1, 1, 64, 64)), torch.float32, False, True)
    assert fast[2] is True


def test_bf16_gives_nearly_the_same_mask(network_model):
    image = chest_film(5, 4, size=96).image
    plain = network_model.predict(image).labels.array
    fast = network_model.predict(image, precision="bf16").labels.array
    assert np.mean(plain == fast) > 0.97


@pytest.mark.parametrize(("output", "channels"), [("softmax", 3), ("sigmoid", 2)])
def test_probabilities_on_demand_fit_the_labels(by_level, levels, output, channels):
    image, _ = levels((90, 70))
    model = by_level(output=output)
    assert model.predict(image).probabilities is None
    prediction = model.predict(image, probabilities=True)
    chances, labels = prediction.probabilities, prediction.labels.array
    assert chances.shape == (channels, 90, 70)
    assert chances.dtype == np.float32
    assert chances.min() >= 0
    assert chances.max() <= 1
    if output == "softmax":
        assert np.allclose(chances.sum(0), 1, atol=1e-5)
        assert np.array_equal(chances.argmax(0), labels)
    else:
        assert np.array_equal(np.where(chances.max(0) > 0.5, chances.argmax(0) + 1, 0), labels)


def test_sigmoid_finds_structures_and_leaves_the_rest_to_the_background(by_level, levels):
    image, expected = levels((120, 100))
    labels = by_level((96, 96), output="sigmoid").predict(image).labels
    for number in (0, 1, 2):
        assert dice(labels.array == number, expected == number) > 0.95


@pytest.mark.parametrize(
    ("values", "dtype"), [((1, 2), np.uint8), ((7, 3), np.uint8), ((255, 128), np.uint8), ((300, 40000), np.uint16)]
)
def test_masks_hold_the_values_of_the_scheme(by_level, levels, values, dtype):
    image, expected = levels((64, 64))
    scheme = Scheme((("lung", values[0]), ("heart", values[1])))
    labels = by_level(scheme=scheme).predict(image).labels
    assert labels.array.dtype == dtype
    assert set(np.unique(labels.array)) == {0, *values}
    assert dice(labels.mask("heart"), expected == 2) > 0.97
    assert labels.scheme == scheme


def test_folds_are_averaged(make_plan, make_network):
    plan = make_plan()
    networks = [make_network(plan, seed) for seed in range(3)]
    image = chest_film(5, 5, size=64).image

    def chances(*chosen):
        model = Model("m", chosen, plan, Scheme.of(plan.classes), "0" * 64)
        return model.predict(image, probabilities=True).probabilities

    alone = [chances(network) for network in networks]
    together = chances(*networks)
    assert np.allclose(together, np.mean(alone, axis=0), atol=1e-6)
    assert not np.allclose(together, alone[0], atol=1e-3)


def test_colour_is_read_as_grey(network_model):
    grey = chest_film(5, 6, size=64).image
    colour = replace(grey, array=np.repeat(grey.array, 3, axis=0))
    expected = network_model.predict(grey, probabilities=True).probabilities
    assert np.allclose(network_model.predict(colour, probabilities=True).probabilities, expected, atol=1e-4)


def test_other_images_than_the_model_takes_are_refused(network_model):
    with pytest.raises(InputError, match="has 2 channels where 1 are wanted"):
        network_model.predict(Image(np.zeros((2, 32, 32), np.uint8), Grid((32, 32)), source="pair"))
    with pytest.raises(InputError, match="is a volume"):
        network_model.predict(Image(np.zeros((1, 4, 32, 32), np.uint8), Grid((4, 32, 32)), source="scan"))


def test_a_model_whose_parts_do_not_fit_is_not_built(by_level):
    model = by_level()
    with pytest.raises(ValueError, match="at least one network"):
        replace(model, networks=())
    with pytest.raises(ValueError, match="must name the same classes"):
        replace(model, scheme=Scheme.of(("heart", "lung")))


def test_a_model_is_moved_whole(make_plan, make_network):
    plan = make_plan()
    model = Model("m", (make_network(plan), make_network(plan, 1)), plan, Scheme.of(plan.classes), "0" * 64)
    assert model.to(torch.device("meta")) is model
    assert all(parameter.is_meta for network in model.networks for parameter in network.parameters())


HEAVY = {"lightning", "lightning_fabric", "torchmetrics", "scipy", "matplotlib", "medunet.training"}


def loaded(code):
    """Which of the heavy packages a new process has loaded after `code`."""
    told = f"{code}\nimport sys; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_prediction_starts_without_lightning(save, tmp_path):
    folder, _ = save()
    write_png(tmp_path / "film.png", chest_film(5, 7, size=64).image)
    code = (
        "from medunet.images import read_image; from medunet.prediction import load_model\n"
        f"load_model({str(folder)!r}).predict(read_image({str(tmp_path / 'film.png')!r}))"
    )
    assert loaded(code) == "[]"


def test_a_heavy_import_would_be_found():
    assert "scipy" in loaded("import scipy")


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_where_nothing_is_more_likely_than_the_background_there_is_no_structure(make_plan, make_network, output):
    plan = make_plan(output=output)
    network = make_network(plan)
    torch.nn.init.zeros_(network.head.weight)
    torch.nn.init.zeros_(network.head.bias)
    model = Model("even", (network,), plan, Scheme.of(plan.classes), "0" * 64)
    assert not model.predict(chest_film(5, 0, size=64).image).labels.array.any()

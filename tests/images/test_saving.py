import nibabel as nib
import numpy as np
import pytest
from PIL import Image as Pillow

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.labelmap import LabelMap, Scheme
from medunet.images.readers import read_image, read_pixels
from medunet.images.saving import write_labels, write_png

LUNGS = Scheme.of(["lung", "heart"])


def labels(shape, scheme=LUNGS, grid=None):
    array = np.random.default_rng(4).choice([0, *scheme.values], shape).astype(np.uint16)
    return LabelMap(array, grid or Grid(shape), scheme)


@pytest.mark.parametrize("scheme", [LUNGS, Scheme((("heart", 300),))])
def test_png_masks_read_back(tmp_path, scheme):
    mask = labels((6, 9), scheme)
    write_labels(tmp_path / "mask.png", mask, None)
    pixels = read_pixels(tmp_path / "mask.png")
    np.testing.assert_array_equal(pixels.array, mask.array)
    assert pixels.kind == "grey"
    assert pixels.array.dtype == (np.uint16 if max(scheme.values) > 255 else np.uint8)
    assert Pillow.open(tmp_path / "mask.png").mode in ("L", "I;16")


@pytest.mark.parametrize("shape", [(9, 6), (9, 6, 1), (5, 4, 3)])
def test_nifti_masks_have_the_images_affine_and_shape(tmp_path, shape):
    affine = np.array([[-0.3, 0.01, 0, 5], [0.01, 0.3, 0, -6], [0, 0, 2, 7], [0, 0, 0, 1]])
    nib.save(nib.Nifti1Image(np.zeros(shape, np.int16), affine), tmp_path / "image.nii.gz")
    image = read_image(tmp_path / "image.nii.gz")
    mask = labels(image.grid.shape)
    write_labels(tmp_path / "mask.nii.gz", mask, image.grid)
    first, second = nib.load(tmp_path / "image.nii.gz"), nib.load(tmp_path / "mask.nii.gz")
    assert second.shape == first.shape
    np.testing.assert_array_equal(second.affine, first.affine)
    np.testing.assert_array_equal(second.get_qform().astype(np.float32).shape, (4, 4))
    pixels = read_pixels(tmp_path / "mask.nii.gz")
    np.testing.assert_array_equal(pixels.array, mask.array)
    assert pixels.grid == image.grid


def test_the_same_mask_is_the_same_file(tmp_path):
    mask = labels((6, 9), grid=Grid((6, 9), (0.2, 0.3)))
    for name in ("a.nii.gz", "b.nii.gz", "a.png", "b.png"):
        write_labels(tmp_path / name, mask)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert read_image(tmp_path / "a.nii.gz").grid.spacing == pytest.approx((0.2, 0.3))


def test_what_cannot_be_written_is_our_own_mistake(tmp_path):
    for name, mask, like in [
        ("a.tif", labels((6, 9)), None),
        ("a.png", labels((6, 9, 2)), None),
        ("a.png", labels((6, 9)), Grid((9, 6))),
    ]:
        with pytest.raises(ValueError, match=r"labels of"):
            write_labels(tmp_path / name, mask, like)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("channels", "dtype"), [(1, np.uint8), (1, np.uint16), (3, np.uint8)])
def test_png_films_read_back(tmp_path, channels, dtype):
    array = np.random.default_rng(8).integers(0, np.iinfo(dtype).max, (channels, 5, 8), endpoint=True).astype(dtype)
    write_png(tmp_path / "film.png", Image(array, Grid((5, 8))))
    found = read_image(tmp_path / "film.png")
    assert found.array.dtype == dtype
    np.testing.assert_array_equal(found.array, array)


def test_floats_and_volumes_are_no_png(tmp_path):
    for image in (
        Image(np.zeros((1, 2, 2), np.float32), Grid((2, 2))),
        Image(np.zeros((1, 2, 2, 2), np.uint8), Grid((2, 2, 2))),
    ):
        with pytest.raises(ValueError, match="are no PNG"):
            write_png(tmp_path / "film.png", image)

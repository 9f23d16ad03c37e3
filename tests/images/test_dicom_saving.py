import numpy as np
import pydicom
import pytest

from medunet.images.dicom_saving import DIGITAL_X_RAY, SECONDARY_CAPTURE, VIEW_CODES, write_dicom
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.readers import read_image


def film(dtype=np.uint8, top=None, **fields):
    high = np.iinfo(dtype).max if top is None else top
    array = np.random.default_rng(6).integers(0, high, (1, 9, 7), endpoint=True).astype(dtype)
    array[0, 0, 0] = high
    return Image(array, fields.pop("grid", Grid((9, 7), (0.14, 0.16))), **fields)


@pytest.mark.parametrize(
    ("dtype", "top", "bits"), [(np.uint8, None, 8), (np.uint16, None, 16), (np.uint16, 4095, 12), (np.uint16, 100, 10)]
)
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("at", ["detector", "patient"])
def test_what_is_written_reads_back(tmp_path, dtype, top, bits, inverted, at):
    image = film(dtype, top, spacing_at=at)
    path = tmp_path / "film.dcm"
    write_dicom(path, image, view="PA", age=61, subject="S-1", seed="7", inverted=inverted)
    found = read_image(path)
    assert found.array.dtype == image.array.dtype
    np.testing.assert_array_equal(found.array, image.array)
    assert (found.grid, found.spacing_at, found.view, found.age) == (image.grid, at, "PA", 61.0)
    assert found.subject.startswith("dicom-")
    assert found.modality == "DX"
    dataset = pydicom.dcmread(path)
    assert dataset.BitsStored == bits
    assert dataset.PhotometricInterpretation == ("MONOCHROME1" if inverted else "MONOCHROME2")


def test_the_images_own_fields_are_used_and_nothing_is_made_up(tmp_path):
    path = tmp_path / "film.dcm"
    write_dicom(path, film(view="AP", age=0.5, grid=Grid((9, 7))))
    found = read_image(path)
    assert (found.view, found.age, found.grid.spacing, found.subject) == ("AP", 0.5, None, None)
    write_dicom(path, film())
    found = read_image(path)
    assert (found.view, found.age) == (None, None)


@pytest.mark.parametrize("view", ["PA", "AP", "lateral"])
def test_views_and_their_codes(tmp_path, view):
    path = tmp_path / "film.dcm"
    write_dicom(path, film(), view=view)
    dataset = pydicom.dcmread(path)
    assert (dataset.ViewCodeSequence[0].CodeValue, dataset.ViewCodeSequence[0].CodeMeaning) == VIEW_CODES[view]
    assert read_image(path).view == view


def test_the_same_call_writes_the_same_bytes_and_seeds_differ(tmp_path):
    for name, seed in (("a.dcm", "1"), ("b.dcm", "1"), ("c.dcm", "2")):
        write_dicom(tmp_path / name, film(), subject="S", seed=seed)
    a, b, c = (tmp_path / name for name in ("a.dcm", "b.dcm", "c.dcm"))
    assert a.read_bytes() == b.read_bytes()
    first, other = pydicom.dcmread(a), pydicom.dcmread(c)
    assert first.SOPInstanceUID != other.SOPInstanceUID
    assert first.StudyInstanceUID == other.StudyInstanceUID


def test_the_file_is_valid_and_of_the_right_class(tmp_path):
    write_dicom(tmp_path / "a.dcm", film())
    write_dicom(tmp_path / "b.dcm", film(grid=Grid((9, 7))))
    with pydicom.config.strict_reading():
        first, second = pydicom.dcmread(tmp_path / "a.dcm"), pydicom.dcmread(tmp_path / "b.dcm")
        assert [first.SOPClassUID, second.SOPClassUID] == [DIGITAL_X_RAY, SECONDARY_CAPTURE]
        for dataset in (first, second):
            assert all(element.value is not NotImplemented for element in dataset.iterall())
    np.testing.assert_array_equal(first.pixel_array, film().array[0])


def test_what_is_no_film_is_our_own_mistake(tmp_path):
    for image in (
        Image(np.zeros((1, 2, 2), np.float32), Grid((2, 2))),
        Image(np.zeros((3, 2, 2), np.uint8), Grid((2, 2))),
    ):
        with pytest.raises(ValueError, match="no X-ray film"):
            write_dicom(tmp_path / "a.dcm", image)

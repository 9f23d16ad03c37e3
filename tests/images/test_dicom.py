import re
import warnings

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.errors import InputError
from medunet.images.dicom import is_dicom, read_grid, read_image, read_pixels


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i2"])
@pytest.mark.parametrize("encoding", [{}, {"implicit": True}, {"big": True}])
def test_native_pixels_keep_values_and_type(make_dicom, dtype, encoding):
    info = np.iinfo(dtype)
    array = np.random.default_rng(1).integers(info.min, info.max, (7, 9), endpoint=True).astype(dtype)
    path = make_dicom(array, **encoding)
    image = read_image(path)
    assert image.array.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(image.array[0], array)
    assert image.grid == read_grid(path)
    assert image.modality == "CR"
    assert is_dicom(path.read_bytes()[:200])


def test_the_header_becomes_the_image_and_no_name_does(make_dicom, grey):
    path = make_dicom(
        grey, ViewPosition="PA", PatientAge="044Y", PixelSpacing=[0.2, 0.3], ImagerPixelSpacing=[0.21, 0.31]
    )
    image = read_image(path)
    assert (image.view, image.age, image.grid.spacing, image.spacing_at) == ("PA", 44.0, (0.2, 0.3), "patient")
    assert re.fullmatch("dicom-[0-9a-f]{10}", image.subject)
    assert "ZZ" not in repr(image)
    assert image.unit is None


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrays(np.uint16, (3, 4), elements=st.integers(0, 4095)), st.floats(-2000, 2000), st.floats(0.1, 10))
def test_monochrome1_is_the_same_film_inverted_before_or_after_rescale(make_dicom, array, intercept, slope):
    rescale = {"RescaleIntercept": f"{intercept:.6g}", "RescaleSlope": f"{slope:.6g}"}
    plain = make_dicom(4095 - array, "2.dcm", BitsStored=12, **rescale)
    inverse = make_dicom(array, "1.dcm", BitsStored=12, PhotometricInterpretation="MONOCHROME1", **rescale)
    first, second = read_image(plain), read_image(inverse)
    np.testing.assert_allclose(first.array, second.array, rtol=1e-6, atol=1e-6)
    assert "MONOCHROME1 inverted" in second.notes
    assert not first.notes[:-1]


def test_monochrome1_stays_integer(make_dicom):
    array = np.array([[0, 4095, 17]], np.uint16)
    image = read_image(make_dicom(array, BitsStored=12, PhotometricInterpretation="MONOCHROME1"))
    assert image.array.dtype == np.uint16
    assert image.array[0].tolist() == [[4095, 0, 4078]]
    signed = np.array([[-2048, 2047, -1]], np.int16)
    image = read_image(make_dicom(signed, BitsStored=12, PhotometricInterpretation="MONOCHROME1"))
    assert image.array[0].tolist() == [[2047, -2048, 0]]


def test_rescale_gives_floats_unless_it_says_nothing(make_dicom, grey):
    image = read_image(make_dicom(grey, RescaleSlope="2", RescaleIntercept="-1024"))
    assert image.array.dtype == np.float32
    np.testing.assert_array_equal(image.array[0], grey * 2.0 - 1024)
    assert read_image(make_dicom(grey, RescaleSlope="1", RescaleIntercept="0")).array.dtype == np.uint8
    for bad in ({"RescaleSlope": "0", "RescaleIntercept": "0"}, {"RescaleSlope": ["1", "2"], "RescaleIntercept": "0"}):
        with pytest.raises(InputError, match="RescaleSlope is not a usable number"):
            read_image(make_dicom(grey, **bad))


def test_hounsfield_units_are_those_of_rescaled_ct_only(make_dicom, grey):
    ct = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
        "Modality": "CT",
        "RescaleSlope": "1",
        "RescaleIntercept": "-1024",
    }
    assert read_image(make_dicom(grey, **ct)).unit == "HU"
    assert read_image(make_dicom(grey, **{**ct, "Modality": "CR"})).unit is None
    assert read_image(make_dicom(grey, **ct, RescaleType="US")).unit is None


@pytest.mark.parametrize(
    ("padding", "limit", "hidden"),
    [
        (-2000, None, [-2000]),
        (63536, None, [-2000]),
        (-2000, -1990, [-2000, -1995]),
        (-1990, -2000, [-2000, -1995]),
        (5, None, []),
    ],
)
def test_padding_is_not_valid_and_does_not_stretch_the_range(make_dicom, padding, limit, hidden):
    array = np.array([[-2000, -1995, 100, 300]], np.int16)

    def spoil(dataset):
        kind = "SS" if padding < 0 else "US"
        dataset.add_new(0x00280120, kind, padding)
        if limit is not None:
            dataset.add_new(0x00280121, kind, limit)

    path = make_dicom(array)
    dataset = pydicom.dcmread(path)
    spoil(dataset)
    dataset.save_as(path)
    image = read_image(path)
    if not hidden:
        assert image.valid is None
        return
    np.testing.assert_array_equal(image.valid, ~np.isin(array, hidden))
    assert image.array.min() == array[~np.isin(array, hidden)].min()
    assert "padding pixels are not valid" in image.notes


def test_bits_above_those_stored(make_dicom):
    array = np.array([[0x0FFF, 0x8001, 0x0002]], np.uint16)
    with pytest.raises(InputError, match="values from 2 to 32769, more than its 12 stored bits"):
        read_image(make_dicom(array, BitsStored=12))
    path = make_dicom(array, BitsStored=12)
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x60000102, "US", 15)  # an overlay lies in bit 15, as files before 2004 may have it
    dataset.save_as(path)
    assert read_image(path).array[0].tolist() == [[0x0FFF, 1, 2]]
    unextended = np.array([[0x0FFF, 0x0800, 5]], np.int16)
    assert read_image(make_dicom(unextended, BitsStored=12)).array[0].tolist() == [[-1, -2048, 5]]


def test_a_modality_lut_is_applied(make_dicom):
    table = pydicom.Dataset()
    table.add_new(0x00283002, "US", [4, 1, 16])
    table.add_new(0x00283006, "US", [10, 20, 30, 60000])
    image = read_image(make_dicom(np.array([[0, 1, 2, 4, 9]], np.uint8), ModalityLUTSequence=[table]))
    assert image.array[0].tolist() == [[10, 10, 20, 60000, 60000]]
    assert "modality LUT applied" in image.notes


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"PixelData": b"\0" * 100}, "cut off: pixel data 100 bytes, 221 expected"),
        ({"Rows": None}, "has no Rows"),
        ({"NumberOfFrames": "2"}, "multi-frame"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}, "cut off: pixel data 222 bytes, 663 expected"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.11"}, "structured report"),
    ],
)
def test_refusals_are_one_line_without_the_patient(make_dicom, grey, elements, words):
    path = make_dicom(grey, **elements)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError, match=words) as caught:
            read_image(path)
    assert "ZZ" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("array", "stored", "padding"),
    [
        (np.array([[2096, 5, 100]], np.int16), 12, 2096),  # -2000 of 12 bits, the sign not carried on
        (np.array([[-2000, 5, 100]], np.int32), 32, 63536),
        (np.array([[2096, 5, 100]], np.uint16), 12, 2096),
    ],
)
def test_padding_is_found_in_the_bits_of_the_pixels(make_dicom, array, stored, padding):
    path = make_dicom(array, BitsStored=stored)
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x00280120, "US", padding)
    dataset.save_as(path)
    assert read_image(path).valid.tolist() == [[False, True, True]]


@pytest.mark.parametrize(("bits", "kind"), [(32, "Float"), (64, "DoubleFloat")])
def test_padding_of_floats(make_dicom, bits, kind):
    values = np.array([[-9999, -9990, 0.5, 7]], f"<f{bits // 8}")
    path = make_dicom(np.zeros((1, 4), np.uint8), BitsAllocated=bits)
    dataset = pydicom.dcmread(path)
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation", "PixelData"):
        delattr(dataset, keyword)
    setattr(dataset, f"{kind}PixelData", values.tobytes())
    setattr(dataset, f"{kind}PixelPaddingValue", -9999.0)
    dataset.save_as(path)
    assert read_image(path).valid.tolist() == [[False, True, True, True]]
    setattr(dataset, f"{kind}PixelPaddingRangeLimit", -9990.0)
    dataset.save_as(path)
    assert read_image(path).array.tolist() == [[[0.5, 0.5, 0.5, 7]]]


def test_no_pixels_and_float_pixels(make_dicom, grey):
    path = make_dicom(grey)
    dataset = pydicom.dcmread(path)
    del dataset.PixelData
    dataset.save_as(path)
    with pytest.raises(InputError, match="holds no pixel data"):
        read_image(path)
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(dataset, keyword)
    dataset.BitsAllocated, dataset.FloatPixelData = 32, (grey / np.float32(3)).astype("<f4").tobytes()
    dataset.save_as(path)
    np.testing.assert_array_equal(read_image(path).array[0], grey / np.float32(3))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_refused(make_dicom, share):
    array = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
    path = make_dicom(array)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=r"cut off|no pixel data|has no"):
        read_image(path)


def test_a_compression_without_decoder_is_named_with_a_way_out(make_dicom, grey):
    path = make_dicom(grey)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"))
    with pytest.raises(InputError, match=r"damaged|cut off"):  # called RLE, and is not
        read_image(path)
    dataset = pydicom.dcmread(make_dicom(grey))
    dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8" + bytes(50)])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.57"
    dataset.save_as(path)
    with pytest.raises(InputError, match="holds no JPEG stream where its header says"):
        read_image(path)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"MPEG2.*no decoder is installed.*gdcmconv --raw"):
        read_image(path)
    dataset.file_meta.TransferSyntaxUID = "1.2.3.4"
    dataset.save_as(path)
    with pytest.raises(InputError, match="transfer syntax that is known"):
        read_image(path)
    path.write_bytes(data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\\1\0"))  # two values
    with pytest.raises(InputError, match="transfer syntax that is known"):
        read_image(path)


def test_rle_is_read_without_any_plugin(make_dicom, grey):
    dataset = pydicom.dcmread(make_dicom(grey))
    dataset.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
    path = make_dicom(grey, "rle.dcm")
    dataset.save_as(path)
    np.testing.assert_array_equal(read_image(path).array[0], grey)


def test_a_deflated_file_is_read(make_dicom, grey):
    path = make_dicom(grey)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    np.testing.assert_array_equal(read_image(path).array[0], grey)
    assert read_grid(path).shape == grey.shape
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"cut off|damaged"):
        read_image(path)


def test_masks_in_dicom(make_dicom):
    array = np.array([[0, 1], [3, 0]], np.uint16)
    assert read_pixels(make_dicom(array)).array.tolist() == array.tolist()
    with pytest.raises(InputError, match="MONOCHROME1 mask"):
        read_pixels(make_dicom(array, PhotometricInterpretation="MONOCHROME1"))


def test_the_same_scan_in_several_encodings(shared):
    folder = shared / "dicom-odd"
    jpeg2000, rle = (read_image(folder / f"ct-{name}.dcm") for name in ("j2k-lossless", "rle"))
    np.testing.assert_array_equal(jpeg2000.array, rle.array)
    little, big = (read_image(folder / f"mr-{name}.dcm") for name in ("implicit", "explicit-big-endian"))
    np.testing.assert_array_equal(little.array, big.array)


def test_slices_of_the_shared_series_are_read(shared):
    for path in sorted((shared / "dicom-odd").glob("series-*/*.dcm")):
        image = read_image(path)
        assert image.unit == "HU"
        assert image.array.min() > -3000 or image.valid is None


@pytest.mark.parametrize(("slope", "words"), [("1e300", "values without end"), ("0", "not a usable number")])
def test_a_slope_that_no_value_survives_is_refused(make_dicom, grey, slope, words):
    with pytest.raises(InputError, match=words):
        read_image(make_dicom(grey, RescaleSlope=slope, RescaleIntercept="0"))

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from medunet.errors import InputError
from medunet.images.dicom_frame import REFUSED_CLASSES, REFUSED_MODALITIES, Frame, frame_of, refuse_other_objects

FILE = Path("film.dcm")
PLAIN = {
    "Rows": 4, "Columns": 5, "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11, "PixelRepresentation": 0,
    "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
}  # fmt: skip


def dataset(**elements):
    found = Dataset()
    found.file_meta = FileMetaDataset()
    for keyword, value in elements.items():
        if value is not None:
            setattr(found, keyword, value)
    return found


def test_a_plain_frame():
    frame = frame_of(dataset(**PLAIN), FILE)
    assert frame == Frame(4, 5, 16, 12, 11, signed=False, photometric="MONOCHROME2")
    assert frame.range == (0, 4095)
    assert frame.dtype == np.uint16
    assert frame.native_bytes == 40
    signed = frame_of(dataset(**{**PLAIN, "PixelRepresentation": 1, "PhotometricInterpretation": "MONOCHROME1"}), FILE)
    assert signed.range == (-2048, 2047)
    assert signed.dtype == np.int16
    assert signed.inverted


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"Rows": None}, "has no Rows"),
        ({"PixelRepresentation": None}, "has no PixelRepresentation"),
        ({"NumberOfFrames": 3}, "multi-frame DICOM file of 3 frames"),
        ({"PerFrameFunctionalGroupsSequence": [Dataset(), Dataset()]}, "multi-frame DICOM file of 2 frames"),
        ({"NumberOfFrames": 0}, "says that it has 0 frames"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "MONOCHROME2"}, "3 samples a pixel as MONOCHROME2"),
        ({"SamplesPerPixel": 4, "PhotometricInterpretation": "CMYK"}, "4 samples a pixel as CMYK"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_PARTIAL_420"}, "3 samples a pixel as YBR_PARTIAL"),
        ({"PhotometricInterpretation": "ZZCANARY"}, "unknown colours"),
        ({"PhotometricInterpretation": None}, "has no PhotometricInterpretation"),
        (dict.fromkeys(("Rows", "Columns", "BitsAllocated", "SamplesPerPixel")), "neither pixels nor a description"),
        ({"HighBit": 16}, "12 bits up to bit 16 of 16"),
        ({"HighBit": 10}, "12 bits up to bit 10 of 16"),
        ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}, "1 bits up to bit 0 of 1"),
        ({"BitsStored": 17, "HighBit": 16}, "17 bits"),
        ({"Rows": 65535, "Columns": 65535}, "max_pixels"),
        ({"Rows": 0}, "size of 0 x 5"),
    ],
)
def test_what_is_no_single_monochrome_frame_is_refused(elements, words):
    with pytest.raises(InputError, match=words) as caught:
        frame_of(dataset(**{**PLAIN, **elements}), FILE)
    assert "ZZCANARY" not in str(caught.value)


def test_colours_have_three_samples_and_422_fewer_bytes():
    colour = {"SamplesPerPixel": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    rgb, shared = (
        frame_of(dataset(**{**PLAIN, **colour, "PhotometricInterpretation": kind}), FILE)
        for kind in ("RGB", "YBR_FULL_422")
    )
    assert (rgb.samples, rgb.native_bytes, shared.samples, shared.native_bytes) == (3, 60, 3, 40)


def test_floats_say_nothing_about_stored_bits():
    frame = frame_of(
        dataset(**{**PLAIN, "BitsAllocated": 32, "BitsStored": None, "HighBit": None, "PixelRepresentation": None}),
        FILE,
    )
    assert (frame.is_float, frame.dtype, frame.native_bytes) == (True, np.float32, 80)


def test_one_frame_may_be_counted():
    assert frame_of(dataset(**PLAIN, NumberOfFrames=1), FILE).rows == 4


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.33", "structured report"),
        ("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT"),
        ("1.2.840.10008.5.1.4.1.1.481.2", "dose grid"),
        ("1.2.840.10008.5.1.4.1.1.481.5", "radiotherapy object"),
        ("1.2.840.10008.5.1.4.1.1.66.4", "segmentation"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "document"),
        ("1.2.840.10008.1.3.10", "DICOMDIR"),
    ],
)
def test_other_objects_are_refused_each_by_its_own_line(kind, words):
    with pytest.raises(InputError, match=words):
        refuse_other_objects(dataset(SOPClassUID=kind), FILE)


def test_films_and_scans_are_not_refused():
    for ending in ("1", "1.1", "1.1.1", "2", "4", "7", "12.1", "128", "20", "6.1"):
        refuse_other_objects(dataset(SOPClassUID=f"1.2.840.10008.5.1.4.1.1.{ending}", Modality="CR"), FILE)


@pytest.mark.parametrize("modality", REFUSED_MODALITIES)
def test_a_modality_speaks_where_the_class_is_missing(modality):
    with pytest.raises(InputError) as caught:
        refuse_other_objects(dataset(Modality=modality), FILE)
    assert caught.value.what in {what for _, what, _ in REFUSED_CLASSES}
    expected = {"SR": "report", "SEG": "segmentation", "RTSTRUCT": "contours", "RTDOSE": "dose", "ECG": "waveform"}
    assert expected.get(modality, "") in caught.value.what

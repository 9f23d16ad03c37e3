"""Streams that are not what their DICOM header says, each read through the whole reader."""

import io

import numpy as np
import pydicom
import pytest
from openjpeg.utils import encode_array
from PIL import Image as Pillow

from medunet.errors import InputError
from medunet.images.dicom import read_image

BASELINE, J2K = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"
GREY = (np.add.outer(np.arange(48) * 3, np.arange(40) * 2) + 20).astype(np.uint8)
COLOUR = np.stack([GREY, GREY // 2, 255 - GREY], axis=2)
WIDE = {"SamplesPerPixel": 3, "PlanarConfiguration": 0}


def jpeg(array, *, bare=False, **options):
    """A JPEG of an array; `bare` without the segments that say which colours it holds."""
    made = io.BytesIO()
    Pillow.fromarray(array).save(made, "JPEG", **{"quality": 98, "subsampling": 0, **options})
    stream, at = made.getvalue(), 2
    while bare and 0xE0 <= stream[at + 1] <= 0xEF:
        stream = stream[:at] + stream[at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big") :]
    return stream


@pytest.fixture
def enclose(make_dicom):
    """A film whose pixels are the given stream."""

    def make(stream, syntax, array=GREY, **elements):
        path = make_dicom(array, **elements)
        dataset = pydicom.dcmread(path)
        dataset.PixelData = pydicom.encaps.encapsulate([stream])
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(path)
        return path

    return make


@pytest.mark.parametrize("called", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize(
    "options", [{}, {"keep_rgb": True}, {"keep_rgb": True, "bare": True}, {"subsampling": 2, "bare": True}]
)
def test_colours_are_those_of_the_stream_whatever_the_header_calls_them(enclose, called, options):
    path = enclose(jpeg(COLOUR, **options), BASELINE, COLOUR, PhotometricInterpretation=called, **WIDE)
    image = read_image(path)
    assert np.abs(np.moveaxis(image.array, 0, 2).astype(int) - COLOUR).max() <= 24
    assert sum("YBR_FULL turned into RGB" in note for note in image.notes) <= ("keep_rgb" not in options)


def test_luminance_and_a_bare_stream_follow_the_header(enclose):
    """Without a word in the stream the header is believed, as the standard has it."""
    stream = jpeg(COLOUR, bare=True)
    rgb = read_image(enclose(stream, BASELINE, COLOUR, PhotometricInterpretation="RGB", **WIDE))
    ybr = read_image(enclose(stream, BASELINE, COLOUR, PhotometricInterpretation="YBR_FULL", **WIDE))
    assert np.abs(np.moveaxis(ybr.array, 0, 2).astype(int) - COLOUR).max() <= 8
    assert np.abs(np.moveaxis(rgb.array, 0, 2).astype(int) - COLOUR).max() > 100


@pytest.mark.parametrize("called", ["YBR_RCT", "YBR_ICT"])
def test_colours_of_jpeg_2000_in_a_jpeg_are_refused(enclose, make_dicom, called):
    with pytest.raises(InputError, match="colours that only JPEG 2000 has"):
        read_image(enclose(jpeg(COLOUR), BASELINE, COLOUR, PhotometricInterpretation=called, **WIDE))
    with pytest.raises(InputError, match="colours that only JPEG 2000 has"):
        read_image(make_dicom(COLOUR, PhotometricInterpretation=called, **WIDE))


@pytest.mark.parametrize(
    ("stream", "array", "elements", "words"),
    [
        (jpeg(COLOUR), GREY, {}, "holds 3 samples a pixel where its header says 1"),
        (jpeg(GREY), COLOUR, {"PhotometricInterpretation": "YBR_FULL_422", **WIDE}, "1 samples a pixel"),
        (jpeg(GREY[:-2]), GREY, {}, "another size"),
        (jpeg(np.vstack([GREY, GREY])), GREY, {}, "another size"),
        (b"\0" * 64, GREY, {}, "no JPEG stream"),
    ],
)
def test_a_jpeg_of_another_picture_is_refused(enclose, stream, array, elements, words):
    with pytest.raises(InputError, match=words):
        read_image(enclose(stream, BASELINE, array, **elements))


def test_eight_bits_in_sixteen_and_six_in_eight(enclose):
    image = read_image(enclose(jpeg(GREY), BASELINE, GREY.astype(np.uint16), BitsStored=8))
    assert image.array.dtype == np.uint16
    assert np.abs(image.array[0].astype(int) - GREY).max() <= 3
    assert read_image(enclose(jpeg(GREY // 8), BASELINE, BitsStored=6)).array.max() < 64
    with pytest.raises(InputError, match="more than its 6 stored bits"):
        read_image(enclose(jpeg(GREY), BASELINE, BitsStored=6))


def test_jpeg_2000_that_is_rgb_already_is_not_turned_twice(enclose):
    stream = encode_array(COLOUR, photometric_interpretation=1, use_mct=True)
    image = read_image(enclose(stream, J2K, COLOUR, PhotometricInterpretation="YBR_FULL", **WIDE))
    np.testing.assert_array_equal(np.moveaxis(image.array, 0, 2), COLOUR)
    assert [note for note in image.notes if "RGB" in note] == [
        "the header says YBR_FULL, the JPEG 2000 stream gives RGB: taken as RGB"
    ]


@pytest.mark.parametrize("called", ["YBR_RCT", "YBR_ICT"])
def test_colours_of_jpeg_2000_that_the_stream_does_not_have_are_said(enclose, called):
    stream = encode_array(COLOUR, photometric_interpretation=1, use_mct=False)
    image = read_image(enclose(stream, J2K, COLOUR, PhotometricInterpretation=called, **WIDE))
    np.testing.assert_array_equal(np.moveaxis(image.array, 0, 2), COLOUR)
    assert [note for note in image.notes if "RGB" in note] == [
        f"the header says {called}, the JPEG 2000 stream holds no such colours: taken as RGB"
    ]


@pytest.mark.parametrize(
    ("stream", "syntax"),
    [
        (jpeg(GREY), "1.2.840.10008.1.2.4.70"),
        (encode_array(GREY, photometric_interpretation=2, compression_ratios=[3]), J2K),
    ],
)
def test_loss_in_a_stream_that_is_called_lossless_is_said(enclose, stream, syntax):
    image = read_image(enclose(stream, syntax))
    assert image.notes[0] == "compressed with loss"
    assert image.notes.count("compressed with loss") == 1


def test_places_in_a_palette_are_not_read_from_a_lossy_stream(enclose):
    with pytest.raises(InputError, match="places in a palette that were compressed with loss"):
        read_image(enclose(jpeg(GREY), BASELINE, PhotometricInterpretation="PALETTE COLOR"))


def test_a_sign_that_is_contradicted_is_said(enclose):
    values = GREY.astype(np.uint16) * 8
    stream = encode_array(values, bits_stored=12, photometric_interpretation=2)
    image = read_image(enclose(stream, J2K, values.astype(np.int16), BitsStored=12))
    assert any("calls the values signed, the JPEG 2000 stream unsigned" in note for note in image.notes)
    with pytest.raises(InputError, match="no JPEG 2000 stream"):
        read_image(enclose(jpeg(GREY), J2K))
    with pytest.raises(InputError, match="another size"):
        read_image(enclose(stream, J2K, values[:-1], BitsStored=12))


def test_high_bits_in_a_run_length_stream_are_brought_down_and_elsewhere_refused(enclose, make_dicom):
    """Dark pixels would fit into the stored bits as they are, sixteen times too bright."""
    dark = (GREY % 16).astype(np.uint16)
    dataset = pydicom.dcmread(make_dicom(dark << 4, BitsStored=12, HighBit=15))
    dataset.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
    path = make_dicom(dark, "rle.dcm")
    dataset.save_as(path)
    np.testing.assert_array_equal(read_image(path).array[0], dark)
    stream = encode_array(dark << 4, bits_stored=12, photometric_interpretation=2)
    with pytest.raises(InputError, match="12 bits up to bit 15 in a compressed stream"):
        read_image(enclose(stream, J2K, dark, BitsStored=12, HighBit=15))


def test_more_bits_than_are_allocated_are_refused_and_fewer_are_widened(enclose):
    values = GREY.astype(np.uint16) * 16
    stream = encode_array(values, bits_stored=12, photometric_interpretation=2)
    with pytest.raises(InputError, match="12 bits where its header allocates 8"):
        read_image(enclose(stream, J2K, GREY))
    wide = read_image(enclose(stream, J2K, values.astype(np.uint32), BitsStored=12))
    np.testing.assert_array_equal(wide.array[0], values)
    assert wide.array.dtype == np.uint32


@pytest.mark.parametrize("planar", [0, 1])
def test_colours_of_a_stream_lie_by_pixel_whatever_the_header_says(enclose, planar):
    stream = encode_array(COLOUR, photometric_interpretation=1, use_mct=False)
    elements = {**WIDE, "PhotometricInterpretation": "RGB", "PlanarConfiguration": planar}
    image = read_image(enclose(stream, J2K, COLOUR, **elements))
    np.testing.assert_array_equal(np.moveaxis(image.array, 0, 2), COLOUR)

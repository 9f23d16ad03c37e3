"""Compressed streams that end too early."""

import gdcm
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames

from medunet.errors import InputError
from medunet.images.dicom import read_image

DEEP = (np.random.default_rng(5).integers(0, 300, (48, 40)) + np.add.outer(np.arange(48) * 60, np.arange(40))).astype(
    np.uint16
)


@pytest.fixture
def compressed(make_dicom):
    """A film of 8 or 12 bits through an encoder of GDCM, with the share of its stream that is kept, and its end."""

    def make(name, kept=1.0, end=b""):
        deep = name != "JPEGBaselineProcess1"
        path = make_dicom(DEEP if deep else (DEEP // 16).astype(np.uint8), BitsStored=12 if deep else 8)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, name)))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        writer.SetFileName(str(path))
        assert writer.Write()
        dataset = pydicom.dcmread(path)
        stream = next(generate_frames(dataset.PixelData, number_of_frames=1))
        dataset.PixelData = encapsulate([stream[: int(len(stream) * kept)] + end])
        dataset.save_as(path)
        return path

    return make


KINDS = [
    "JPEGBaselineProcess1", "JPEGExtendedProcess2_4", "JPEGLosslessProcess14", "JPEGLosslessProcess14_1",
    "JPEGLSLossless", "JPEG2000Lossless", "RLELossless",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("kept", "end"), [(0.5, b""), (0.95, b""), (0.7, b"\xff\xd9")])
def test_a_stream_that_is_cut_off_is_refused_even_where_it_is_closed(compressed, kind, kept, end):
    assert read_image(compressed(kind)).array.max() > 0
    with pytest.raises(InputError, match=r"cut off|damaged|another size"):
        read_image(compressed(kind, kept, end))


def test_a_film_with_a_black_end_is_whole(make_dicom, tmp_path):
    """The last pixels are alike because they are so, not because they are missing."""
    import io

    from PIL import Image as Pillow

    array = (DEEP // 16).astype(np.uint8)
    array[24:] = 0
    stream = io.BytesIO()
    Pillow.fromarray(array).save(stream, "JPEG", quality=98)
    path = make_dicom(array)
    dataset = pydicom.dcmread(path)
    dataset.PixelData = encapsulate([stream.getvalue()])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
    dataset.save_as(path)
    image = read_image(path)
    assert np.abs(image.array[0].astype(int) - array).max() <= 8
    assert "compressed with loss" in image.notes

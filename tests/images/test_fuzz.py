"""Bytes changed, cut and swapped at random, for a short while: an Image or one refusal, never anything else.

What was found so far has a test of its own: a header that asks for more than the file has (`test_dicom_opening`), a
strip that inflates without end and a scan header that decoders forgive (`tests/faults`, `test_reads_and_refuses`).
"""

from __future__ import annotations

import gzip
import io

import nibabel as nib
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from medunet.errors import InputError
from medunet.images import read_grid, read_image, read_pixels

SHORT = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.fixture
def seeds(make_dicom, grey, tmp_path):
    """Small files of every format that are read in this process."""
    png, jpeg, tiff = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Pillow.fromarray(grey).save(png, "PNG")
    Pillow.fromarray(grey).save(jpeg, "JPEG")
    tifffile.imwrite(tiff, grey, photometric="minisblack")
    nifti = nib.Nifti1Image(grey.T, np.eye(4)).to_bytes()
    dicoms = [make_dicom(grey, implicit=True).read_bytes(), make_dicom(grey, PixelSpacing=[0.2, 0.2]).read_bytes()]
    return [png.getvalue(), jpeg.getvalue(), tiff.getvalue(), nifti, gzip.compress(nifti), *dicoms]


@SHORT
@given(data=st.data())
def test_any_bytes_are_an_image_or_one_refusal(seeds, tmp_path, data):
    content = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, min(len(content), 900) - 8)))
        change = data.draw(st.sampled_from(["byte", "cut", "huge", "swap", "insert"]))
        if change == "byte":
            content[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del content[at : at + data.draw(st.integers(1, 40))]
        elif change == "huge":
            content[at : at + 4] = data.draw(st.sampled_from([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0"]))
        elif change == "swap":
            content[at : at + 8] = content[at : at + 8][::-1]
        else:
            content[at:at] = data.draw(st.binary(max_size=20))
    path = tmp_path / "fuzzed"
    path.write_bytes(content)
    for read in (read_image, read_pixels, read_grid):
        line = refusal(read, path)
        assert "\n" not in line
        assert "ZZ" not in line


def refusal(read, path):
    """The line of the refusal, empty where the file is read; any other exception fails the test."""
    try:
        read(path)
    except InputError as error:
        return str(error)
    return ""

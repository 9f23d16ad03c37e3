"""What the tests of this layer share: small pictures and a DICOM file that a test can spoil."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip("the shared data is not on this machine")
    return SHARED


@pytest.fixture
def grey():
    """(13, 17) uint8, every row and column different, both ends of the range present."""
    array = np.random.default_rng(7).integers(0, 256, (13, 17)).astype(np.uint8)
    array[0, 0], array[0, 1] = 0, 255
    return array


@pytest.fixture
def make_dicom(tmp_path):
    """make_dicom(array, **elements) writes a CR file; an element of None is left out. Returns its path."""

    def make(array, name="film.dcm", implicit=False, big=False, **elements):
        from pydicom.dataset import Dataset, FileMetaDataset
        from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

        dataset = Dataset()
        dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", "1.2.3"
        dataset.Modality, dataset.PatientName, dataset.PatientID = "CR", "ZZCANARY^NAME", "ZZID"
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.Rows, dataset.Columns = array.shape[:2]
        bits = array.dtype.itemsize * 8
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
        dataset.PixelRepresentation = int(array.dtype.kind == "i")
        for keyword, value in elements.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        if "BitsStored" in elements and "HighBit" not in elements:
            dataset.HighBit = dataset.BitsStored - 1
        if "PixelData" not in elements:
            data = array.astype(array.dtype.newbyteorder(">" if big else "<")).tobytes()
            dataset.add_new("PixelData", "OB" if bits == 8 else "OW", data + b"\0" * (len(data) % 2))
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "1.2.3")
        dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
        syntax = ImplicitVRLittleEndian if implicit else ExplicitVRBigEndian if big else ExplicitVRLittleEndian
        dataset.file_meta.TransferSyntaxUID = syntax
        path = tmp_path / name
        dataset.save_as(path, enforce_file_format=True)
        return path

    return make

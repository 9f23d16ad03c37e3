"""A film as a DICOM file: Digital X-Ray where its pixel size is known, Secondary Capture where not.

For synthetic films and tests. Every element is a function of the arguments, UIDs and the empty dates included, so the
same call writes the same bytes.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medunet.images.image import Image, View
from medunet.images.writing import write_bytes

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DIGITAL_X_RAY = "1.2.840.10008.5.1.4.1.1.1.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

VIEW_CODES: dict[View, tuple[str, str]] = {
    "PA": ("272479007", "postero-anterior"),
    "AP": ("399348003", "antero-posterior"),
    "lateral": ("399067008", "lateral projection"),
}
"""SNOMED CT codes of the views (PS3.16, CID 4010)."""

VIEW_POSITIONS: dict[View, str] = {"PA": "PA", "AP": "AP", "lateral": "LL"}

LEAST_BITS = 10
"""Digital detectors store at least this many bits in 16; fewer would make a dark film look like a bright one."""


def write_dicom(
    path: str | Path,
    image: Image,
    *,
    view: View | None = None,
    age: float | None = None,
    subject: str | None = None,
    seed: str | None = None,
    inverted: bool = False,
) -> None:
    """Write a film as a DICOM file that reads back with the same array, spacing, view and age.

    Args:
        path: the file to write, whole or not at all.
        image: (1, row, column) uint8 or uint16, bright is dense.
        view: as taken; None takes `image.view`.
        age: years; None takes `image.age`. Whole years are kept, other ages to the nearest month, below 999 months.
        subject: becomes PatientID; reading gives a pseudonym of it.
        seed: text that the UIDs are made from; None takes the file's name. Files of one subject share a study.
        inverted: True stores the film as MONOCHROME1.

    Raises:
        OutputError: the place cannot be written.
        ValueError: the image is no film of one channel of uint8 or uint16.
    """
    path = Path(path)
    if image.grid.ndim != 2 or image.channels != 1 or image.array.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"{image.channels} channels of {image.array.dtype} on {image.grid.shape} are no X-ray film")
    dataset = _elements(path.name if seed is None else seed, subject or "")
    dataset.Modality = image.modality or "DX"
    _add_view_and_age(dataset, view or image.view, image.age if age is None else age)
    _add_spacing(dataset, image)
    _add_pixels(dataset, image, inverted)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    write_bytes(path, buffer.getvalue())


def _elements(seed: str, subject: str) -> Dataset:
    """Patient, study, series, equipment and file meta elements (PS3.3 C.7), all empty that would name someone."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=["medunet image", seed, subject])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["medunet series", seed, subject])
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=["medunet study", subject or seed])
    for keyword in ("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
                    "ReferringPhysicianName", "StudyID", "Laterality", "PatientOrientation"):  # fmt: skip
        setattr(dataset, keyword, "")
    dataset.PatientID = subject
    dataset.Manufacturer = "medunet"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def _add_view_and_age(dataset: Dataset, view: View | None, age: float | None) -> None:
    """ViewPosition with its code, and PatientAge."""
    if view is not None:
        dataset.ViewPosition = VIEW_POSITIONS[view]
        dataset.ViewCodeSequence = [_code(*VIEW_CODES[view])]
    if age is not None:
        whole_years = float(age).is_integer() or age * 12 >= 999
        dataset.PatientAge = f"{round(age):03d}Y" if whole_years else f"{round(age * 12):03d}M"


def _add_spacing(dataset: Dataset, image: Image) -> None:
    """SOP class and pixel size: what Digital X-Ray requires where it is known, else Secondary Capture."""
    from pydicom.valuerep import format_number_as_ds

    if image.grid.spacing is None:
        dataset.SOPClassUID = SECONDARY_CAPTURE
        dataset.ConversionType = "SYN"
    else:
        steps = [format_number_as_ds(step) for step in image.grid.spacing]
        dataset.SOPClassUID = DIGITAL_X_RAY
        dataset.ImagerPixelSpacing = steps
        if image.spacing_at == "patient":
            dataset.PixelSpacing = steps
            dataset.PixelSpacingCalibrationType = "GEOMETRY"
            dataset.PixelSpacingCalibrationDescription = "synthetic"
        _add_digital_x_ray(dataset)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID


def _add_digital_x_ray(dataset: Dataset) -> None:
    """The elements that PS3.3 A.26 requires of a Digital X-Ray image beyond a plain one."""
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.AnatomicRegionSequence = [_code("816094009", "Chest")]
    dataset.ImageLaterality = "U"
    dataset.DetectorType = ""
    dataset.AcquisitionContextSequence = []
    dataset.PixelIntensityRelationship = "LOG"
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"


def _add_pixels(dataset: Dataset, image: Image, inverted: bool) -> None:
    """Pixel description and data; MONOCHROME1 is stored inverted about the range of the stored bits."""
    array: Any = image.array[0]
    allocated = array.dtype.itemsize * 8
    stored = 8 if allocated == 8 else max(LEAST_BITS, int(array.max()).bit_length())
    if inverted:
        array = array.dtype.type(2**stored - 1) - array
    dataset.ImageType = ["DERIVED", "PRIMARY", ""]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
    dataset.PresentationLUTShape = "INVERSE" if inverted else "IDENTITY"
    dataset.Rows, dataset.Columns = array.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, stored, stored - 1
    dataset.PixelRepresentation = 0
    dataset.PixelIntensityRelationshipSign = 1 if inverted else -1
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    dataset.WindowCenter, dataset.WindowWidth = str(2 ** (stored - 1)), str(2**stored)
    data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
    dataset.add_new("PixelData", "OB" if allocated == 8 else "OW", data + b"\0" * (len(data) % 2))


def _code(value: str, meaning: str) -> Dataset:
    """A code of SNOMED CT as a sequence item."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item

"""What a DICOM header says that puts a film in doubt: turned, mirrored, raw, or with words that contradict each other.

The pixels are read as they are stored. A film is never turned here: masks that were drawn on it lie as it lies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from medunet.images.dicom_header import modality_of, numbers_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PROJECTIONS = ("CR", "DX", "RG", "DR")
"""Modalities of films that are looked at upright, the patient's right on the left side (PS3.3 C.7.6.1.1.1)."""


def doubts_of(dataset: Dataset, photometric: str) -> tuple[str, ...]:
    """Sentences on what is in doubt.

    Args:
        dataset: the header.
        photometric: the photometric interpretation as it was understood.
    """
    return (*_orientation(dataset), *_polarity(dataset, photometric), *_processing(dataset), *_aspect(dataset))


def _orientation(dataset: Dataset) -> tuple[str, ...]:
    """A film whose PatientOrientation is not that of a film as it is looked at."""
    if modality_of(dataset) not in PROJECTIONS:
        return ()
    words = [word.upper() for word in _words(dataset, "PatientOrientation")]
    if len(words) != 2 or not all(words):
        return ()
    along, down = words[0][0], words[1][0]
    if along in "HF" or down in "LRAP":
        return ("PatientOrientation says that the film lies on its side: left as stored",)
    found = []
    if down == "H":
        found.append("PatientOrientation says that the film is upside down: left as stored")
    if along == "R":
        found.append("PatientOrientation says that the film is mirrored, left for right: left as stored")
    return tuple(found)


def _polarity(dataset: Dataset, photometric: str) -> tuple[str, ...]:
    """A PresentationLUTShape that says the opposite of the photometric interpretation."""
    shape = "".join(_words(dataset, "PresentationLUTShape")[:1]).upper()
    if (photometric, shape) in (("MONOCHROME1", "IDENTITY"), ("MONOCHROME2", "INVERSE")):
        return (f"PresentationLUTShape says {shape} of a {photometric} film: not used, look whether bone is bright",)
    return ()


def _processing(dataset: Dataset) -> tuple[str, ...]:
    """Raw values of a detector, which look unlike a film."""
    raw = "".join(_words(dataset, "PresentationIntentType")[:1]).upper() == "FOR PROCESSING"
    return ("raw values of the detector (FOR PROCESSING), not the film that is looked at",) if raw else ()


def _aspect(dataset: Dataset) -> tuple[str, ...]:
    """Pixels that are not square where no pixel size says so."""
    ratio = numbers_of(dataset, "PixelAspectRatio")
    if ratio and len(ratio) == 2 and ratio[0] != ratio[1] and numbers_of(dataset, "PixelSpacing") is None:
        return (f"pixels are not square (PixelAspectRatio {ratio[0]:g}:{ratio[1]:g}): not used",)
    return ()


def _words(dataset: Dataset, keyword: str) -> list[str]:
    """All values of a text element; empty where it is absent or cannot be read."""
    try:
        value = dataset.get(keyword)
    except Exception:  # as in `dicom_header`: a broken optional element says nothing
        return []
    if value is None:
        return []
    values = [value] if isinstance(value, str) or not hasattr(value, "__iter__") else list(value)
    return [str(word).strip() for word in values]

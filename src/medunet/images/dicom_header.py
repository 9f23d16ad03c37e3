"""What a DICOM header says about a film: view, age, pixel size, a pseudonym; who it shows only where that is asked for.

Keywords and rules are those of PS3.3; each function takes a pydicom Dataset and reads a few elements of it.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from medunet.images.image import SpacingAt, View

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

VIEWS: dict[str, View] = {
    "PA": "PA", "AP": "AP", "LL": "lateral", "RL": "lateral", "LAT": "lateral", "LATERAL": "lateral",
    "LLAT": "lateral", "RLAT": "lateral", "LATL": "lateral", "LATR": "lateral",
    "POSTEROANTERIOR": "PA", "ANTEROPOSTERIOR": "AP", "LEFTLATERAL": "lateral", "RIGHTLATERAL": "lateral",
}  # fmt: skip
"""Spellings of ViewPosition and of the meanings in ViewCodeSequence, letters only. Obliques and decubitus are none."""

VIEW_CODES: dict[str, View] = {
    "272479007": "PA", "399348003": "AP", "399067008": "lateral", "399173006": "lateral", "399198007": "lateral",
    "R-10214": "PA", "R-40888": "PA", "R-10206": "AP", "R-102CD": "lateral", "R-10236": "lateral", "R-10232": "lateral",
}  # fmt: skip
"""Codes of ViewCodeSequence (PS3.16, CID 4010): SNOMED CT and the older SNOMED RT; meanings are in any language."""

PATIENT_MODALITIES = ("CT", "MR", "PT", "NM")
"""Tomographic modalities, whose pixel size is the patient's by construction."""

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2.1"
LONGEST_NAME = 324
"""Signs of a name: three groups of 64 in each of five components are never filled (PS3.5 6.2.1)."""

LEAST_STEP, LARGEST_STEP = 0.001, 20.0
"""A pixel size outside of this (mm) is a data-entry error: detectors have .02 to .4, the coarsest scans some 10."""

OLDEST = 130.0
"""An age above this many years is a data-entry error."""


@dataclass(frozen=True, slots=True)
class PixelSize:
    """Pixel size of a film.

    Attributes:
        spacing: (row, column) step in mm, or None where unknown.
        at: where it holds, or None where unknown.
        notes: why it is unknown or doubtful.
    """

    spacing: tuple[float, float] | None
    at: SpacingAt | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """Who a film shows; empty where the file does not say it. Never shown unless a user asks for it."""

    number: str
    name: str


def text_of(dataset: Dataset, keyword: str) -> str:
    """The element's first value as stripped text; empty where it is absent or cannot be read."""
    try:
        value = dataset.get(keyword)
    except Exception:  # pydicom converts when asked, and a broken optional element says nothing
        return ""
    if value is not None and not isinstance(value, str) and hasattr(value, "__getitem__"):
        value = value[0] if len(value) else None
    return "" if value is None else str(value).strip().strip("\0").strip()


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...] | None:
    """The element's values as finite floats, or None where it is absent, empty or no numbers."""
    try:
        value = dataset.get(keyword)
        if value is None or value == "":
            return None
        values = [value] if isinstance(value, str) or not hasattr(value, "__iter__") else list(value)
        numbers = tuple(float(number) for number in values)
    except Exception:  # as above: the caller decides what an unreadable element means
        return None
    return numbers if numbers and all(math.isfinite(number) for number in numbers) else None


def modality_of(dataset: Dataset) -> str | None:
    """The modality word (CR, DX, CT, …), or None where it is no such word."""
    word = text_of(dataset, "Modality").upper()
    return word if re.fullmatch(r"[A-Z0-9_]{2,16}", word) else None


def view_of(dataset: Dataset) -> View | None:
    """The film's view from ViewPosition, else from ViewCodeSequence by code or meaning; None for any other view."""
    said = re.sub(r"[^A-Z]", "", text_of(dataset, "ViewPosition").upper())
    if said:
        return VIEWS.get(said)
    try:
        items = dataset.get("ViewCodeSequence") or []
        code, meaning = (text_of(items[0], keyword) if len(items) else "" for keyword in ("CodeValue", "CodeMeaning"))
    except Exception:  # a broken sequence names no view
        return None
    return VIEW_CODES.get(code.upper()) or VIEWS.get(re.sub(r"[^A-Z]", "", meaning.upper()))


def age_of(dataset: Dataset) -> float | None:
    """The patient's age in years at the study: PatientAge (058Y, 006M, 003W, 012D), else from birth to study date."""
    said = re.fullmatch(r"(\d{1,3})([DWMY])", text_of(dataset, "PatientAge").upper())
    if said:
        per_year = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}[said[2]]
        age = int(said[1]) / per_year
    else:
        born, studied = _date(text_of(dataset, "PatientBirthDate")), _date(text_of(dataset, "StudyDate"))
        if born is None or studied is None:
            return None
        age = (studied - born).days / 365.25
    return age if 0 <= age <= OLDEST else None


def subject_of(dataset: Dataset) -> str | None:
    """A pseudonym of the patient: the same for the same PatientID, None where the file has none."""
    identifier = text_of(dataset, "PatientID")
    return f"dicom-{hashlib.sha256(identifier.encode()).hexdigest()[:10]}" if identifier else None


def patient_of(dataset: Dataset) -> Patient:
    """The patient's number and name, without signs that are no writing and as long as the standard allows."""
    return Patient(*(_written(text_of(dataset, keyword)) for keyword in ("PatientID", "PatientName")))


def _written(text: str) -> str:
    """A text without control signs and signs that turn the direction of writing."""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")[:LONGEST_NAME]


def pixel_size_of(dataset: Dataset) -> PixelSize:
    """The pixel size and where it holds (PS3.3 10.7.1.3).

    PixelSpacing of a projection speaks of the patient only where it was calibrated: where it differs from
    ImagerPixelSpacing, or a PixelSpacingCalibrationType is given. Otherwise it holds at the detector.
    """
    notes = []
    pixel, imager = _two_steps(dataset, "PixelSpacing"), _two_steps(dataset, "ImagerPixelSpacing")
    scanned = _two_steps(dataset, "NominalScannedPixelSpacing")
    for keyword, step in (("PixelSpacing", pixel), ("ImagerPixelSpacing", imager)):
        if step is None and text_of(dataset, keyword):
            notes.append(f"{keyword} is not two numbers from {LEAST_STEP:g} to {LARGEST_STEP:g} mm: not used")
    if text_of(dataset, "SOPClassUID") == SECONDARY_CAPTURE and (pixel or imager):
        notes.append("a secondary capture: its pixel size may not be that of the film")
    if pixel is not None:
        calibrated = bool(text_of(dataset, "PixelSpacingCalibrationType")) or (imager is not None and imager != pixel)
        of_patient = modality_of(dataset) in PATIENT_MODALITIES or calibrated
        return PixelSize(pixel, "patient" if of_patient else "detector", tuple(notes))
    if imager is not None or scanned is not None:  # a scanned film lay where the detector lies now
        return PixelSize(imager or scanned, "detector", tuple(notes))
    return PixelSize(None, None, (*notes, "the file says no pixel size"))


def _two_steps(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    """A (row, column) spacing in mm, or None where it is not exactly two numbers that a pixel can have."""
    numbers = numbers_of(dataset, keyword)
    if numbers is None or len(numbers) != 2 or not all(LEAST_STEP <= number <= LARGEST_STEP for number in numbers):
        return None
    return numbers[0], numbers[1]


def _date(text: str) -> date | None:
    """A DICOM date (YYYYMMDD), or None."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None

import pydicom
import pytest

from medunet.images.dicom_doubts import doubts_of


def doubts(photometric="MONOCHROME2", **elements):
    dataset = pydicom.Dataset()
    dataset.Modality = "DX"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return doubts_of(dataset, photometric)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"PatientOrientation": ["R", "F"]}, "mirrored, left for right"),
        ({"PatientOrientation": ["L", "H"]}, "upside down"),
        ({"PatientOrientation": ["F", "L"]}, "on its side"),
        ({"PatientOrientation": ["L", "R"]}, "on its side"),
        ({"PresentationLUTShape": "INVERSE"}, "says INVERSE of a MONOCHROME2 film"),
        ({"PresentationLUTShape": "IDENTITY", "photometric": "MONOCHROME1"}, "says IDENTITY of a MONOCHROME1 film"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "raw values of the detector"),
        ({"PixelAspectRatio": [2, 1]}, "not square"),
    ],
)
def test_what_is_in_doubt_is_said(elements, words):
    (said,) = doubts(**elements)
    assert words in said


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"PatientOrientation": ["L", "F"]},
        {"PatientOrientation": ["A", "F"]},
        {"PatientOrientation": ["R", "F"], "Modality": "MG"},
        {"PatientOrientation": ["", ""]},
        {"PatientOrientation": "L"},
        {"PresentationLUTShape": "INVERSE", "photometric": "MONOCHROME1"},
        {"PresentationIntentType": "FOR PRESENTATION"},
        {"PixelAspectRatio": [1, 1]},
        {"PixelAspectRatio": [2, 1], "PixelSpacing": [0.2, 0.1]},
    ],
)
def test_an_ordinary_film_is_in_no_doubt(elements):
    assert doubts(**elements) == ()

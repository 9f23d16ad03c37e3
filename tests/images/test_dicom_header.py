import pytest
from pydicom.dataset import Dataset

from medunet.images.dicom_header import (
    SECONDARY_CAPTURE,
    age_of,
    modality_of,
    numbers_of,
    pixel_size_of,
    subject_of,
    text_of,
    view_of,
)

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")  # odd values are what is tested


def dataset(**elements):
    found = Dataset()
    for keyword, value in elements.items():
        setattr(found, keyword, value)
    return found


@pytest.mark.parametrize(
    ("said", "view"),
    [
        *((word, word.strip().upper()) for word in ("PA", "pa ", "AP")),
        *((word, "lateral") for word in ("LL", "RL", "LAT", "LATERAL", "L LAT")),
        *((word, None) for word in ("LLD", "RLO", "CC", "")),
    ],
)
def test_view_from_view_position(said, view):
    assert view_of(dataset(ViewPosition=said)) == view


def test_view_from_the_code_where_the_position_is_silent():
    code = dataset(CodeMeaning="postero-anterior")
    assert view_of(dataset(ViewPosition="", ViewCodeSequence=[code])) == "PA"
    assert view_of(dataset(ViewPosition="AP", ViewCodeSequence=[code])) == "AP"
    assert view_of(dataset(ViewCodeSequence=[])) is None


@pytest.mark.parametrize(
    ("elements", "age"),
    [
        ({"PatientAge": "058Y"}, 58.0),
        ({"PatientAge": "006M"}, 0.5),
        ({"PatientAge": "003W"}, 21 / 365.25),
        ({"PatientAge": "012D"}, 12 / 365.25),
        ({"PatientAge": "58Y"}, 58.0),
        ({"PatientAge": "000Y"}, 0.0),
        ({"PatientAge": "999Y"}, None),
        ({"PatientAge": "x"}, None),
        ({"PatientBirthDate": "19600101", "StudyDate": "20200101"}, 60.0),
        ({"PatientAge": "", "PatientBirthDate": "19600101", "StudyDate": "20200702"}, 60.5),
        ({"PatientBirthDate": "20300101", "StudyDate": "20200101"}, None),
        ({"PatientBirthDate": "19601301", "StudyDate": "20200101"}, None),
        ({"PatientBirthDate": "19600101"}, None),
        ({}, None),
    ],
)
def test_age_in_years(elements, age):
    assert age_of(dataset(**elements)) == (None if age is None else pytest.approx(age, abs=0.01))


def test_the_subject_is_a_stable_pseudonym():
    first, other = subject_of(dataset(PatientID="4711")), subject_of(dataset(PatientID="4712"))
    assert first == subject_of(dataset(PatientID=" 4711 ")) == "dicom-de650d61f5"
    assert first != other
    assert subject_of(dataset(PatientID="")) is None
    assert subject_of(dataset()) is None


TWO, OTHER = [0.2, 0.25], [0.22, 0.27]


@pytest.mark.parametrize(
    ("elements", "spacing", "at"),
    [
        ({"PixelSpacing": TWO}, TWO, "detector"),
        ({"PixelSpacing": TWO, "ImagerPixelSpacing": TWO}, TWO, "detector"),
        ({"PixelSpacing": TWO, "ImagerPixelSpacing": OTHER}, TWO, "patient"),
        ({"PixelSpacing": TWO, "PixelSpacingCalibrationType": "GEOMETRY"}, TWO, "patient"),
        ({"PixelSpacing": TWO, "ImagerPixelSpacing": TWO, "PixelSpacingCalibrationType": "FIDUCIAL"}, TWO, "patient"),
        ({"ImagerPixelSpacing": TWO}, TWO, "detector"),
        ({"PixelSpacing": TWO, "Modality": "CT"}, TWO, "patient"),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": TWO}, TWO, "detector"),
        ({"PixelSpacing": [0, 0]}, None, None),
        ({"PixelSpacing": [-0.2, 0.2]}, None, None),
        ({"PixelSpacing": [0.2, 0, 0.2]}, None, None),
        ({"PixelSpacing": 0.2}, None, None),
        ({"PixelSpacing": ""}, None, None),
        ({}, None, None),
    ],
)
def test_pixel_size_and_where_it_holds(elements, spacing, at):
    size = pixel_size_of(dataset(**elements))
    assert size.spacing == (None if spacing is None else tuple(spacing))
    assert size.at == at
    assert (size.spacing is None) == any("no pixel size" in note for note in size.notes)
    assert any("PixelSpacing is not" in note for note in size.notes) == (
        bool(elements.get("PixelSpacing")) and elements["PixelSpacing"] != TWO
    )


def test_a_secondary_capture_says_so():
    size = pixel_size_of(dataset(PixelSpacing=TWO, SOPClassUID=SECONDARY_CAPTURE))
    assert "secondary capture" in size.notes[0]


def test_modality_is_a_word_or_nothing():
    assert modality_of(dataset(Modality="DX")) == "DX"
    assert modality_of(dataset(Modality="")) is None
    assert modality_of(dataset()) is None


def test_elements_that_cannot_be_read_are_as_good_as_absent():
    assert text_of(dataset(), "StudyDate") == ""
    assert text_of(dataset(ImageType=["ORIGINAL", "PRIMARY"]), "ImageType") == "ORIGINAL"
    assert numbers_of(dataset(ImageType=["ORIGINAL"]), "ImageType") is None
    assert numbers_of(dataset(Rows=4), "Rows") == (4.0,)

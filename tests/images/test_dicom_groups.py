from pydicom.dataset import Dataset

from medunet.images.dicom_groups import of_one_frame


def group(spacing, slope=None):
    measures, transform, found = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = spacing
    found.PixelMeasuresSequence = [measures]
    if slope is not None:
        transform.RescaleSlope, transform.RescaleIntercept = slope, "-5"
        found.PixelValueTransformationSequence = [transform]
    return found


def test_the_frames_group_speaks_before_the_shared_one_and_the_top_before_both():
    dataset = Dataset()
    dataset.SharedFunctionalGroupsSequence = [group([1, 1], slope="3")]
    dataset.PerFrameFunctionalGroupsSequence = [group([2, 2])]
    of_one_frame(dataset)
    assert list(dataset.PixelSpacing) == [2, 2]
    assert (dataset.RescaleSlope, dataset.RescaleIntercept) == (3, -5)
    of_one_frame(dataset)
    top = Dataset()
    top.PixelSpacing = [9, 9]
    top.SharedFunctionalGroupsSequence = [group([1, 1])]
    of_one_frame(top)
    assert list(top.PixelSpacing) == [9, 9]


def test_no_groups_or_several_change_nothing():
    dataset = Dataset()
    of_one_frame(dataset)
    dataset.PerFrameFunctionalGroupsSequence = [group([1, 1]), group([2, 2])]
    of_one_frame(dataset)
    assert "PixelSpacing" not in dataset

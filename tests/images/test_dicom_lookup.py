from pathlib import Path

import numpy as np
import pydicom
import pytest

from medunet.errors import InputError
from medunet.images.dicom import read_image
from medunet.images.dicom_lookup import Lookup, modality_lookup

FILE = Path("film.dcm")


def modality(descriptor, data, kind="US", data_kind="US"):
    dataset, table = pydicom.Dataset(), pydicom.Dataset()
    table.add_new(0x00283002, kind, descriptor)
    table.add_new(0x00283006, data_kind, data)
    dataset.ModalityLUTSequence = [table]
    return dataset


def palette(make_dicom, index, descriptor, tables, big=False, segmented=False, **elements):
    """A film of palette indices with the tables of its three colours."""
    path = make_dicom(index, big=big, PhotometricInterpretation="PALETTE COLOR", **elements)
    dataset = pydicom.dcmread(path)
    for number, table in enumerate(tables):
        dataset.add_new(0x00281101 + number, "US", descriptor)
        dataset.add_new((0x00281221 if segmented else 0x00281201) + number, "OW", table)
    dataset.save_as(path)
    return path


def test_values_outside_of_the_table_get_its_ends():
    lookup = Lookup(10, np.array([7, 8, 9], np.uint8), 8)
    assert lookup.of(np.array([[0, 10, 11, 12, 200]], np.uint8)).tolist() == [[7, 7, 8, 9, 9]]


def test_positions_do_not_overflow_the_type_of_the_pixels():
    """The distance between the ends of int16 is no int16; a table of as many entries is read to its end."""
    entries = np.arange(2**16).astype(np.uint16)
    stored = np.array([[-32768, 0, 32767]], np.int16)
    dataset = modality([0, 0x8000, 16], entries.tolist())
    lookup = modality_lookup(dataset, True, True, FILE)
    assert lookup.of(stored).tolist() == [[0, 32768, 65535]]


@pytest.mark.parametrize(
    ("data", "data_kind", "little"),
    [
        ([10, 20, 200], "US", True),
        (np.array([10, 20, 200], "<u2").tobytes(), "OW", True),
        (np.array([10, 20, 200], ">u2").tobytes(), "OW", False),
        (bytes([10, 20, 200, 0]), "OW", True),
        (bytes([20, 10, 0, 200]), "OW", False),
    ],
)
def test_entries_of_words_and_of_bytes_in_both_orders(data, data_kind, little):
    lookup = modality_lookup(modality([3, 0, 8], data, data_kind=data_kind), False, little, FILE)
    assert lookup.of(np.array([0, 1, 2])).tolist() == [10, 20, 200]
    assert lookup.entries.dtype == np.uint8


def test_signed_pixels_start_below_zero():
    entries = np.arange(5, dtype=np.uint16)
    for first, kind in ((-2, "SS"), (65534, "US")):
        lookup = modality_lookup(modality([5, first, 16], entries.tolist(), kind=kind), True, True, FILE)
        assert lookup.of(np.array([-9, -2, 0, 2])).tolist() == [0, 0, 2, 4]


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (modality([4, 0, 8], [1, 2, 3]), "has not the 4 entries"),
        (modality([4, 0, 8], b"\0" * 7, data_kind="OW"), "has not the 4 entries"),
        (modality([2, 0, 8], [1, 300]), "entries above its 8 bits"),
        (modality([2, 0], [1, 2]), "no usable descriptor"),
        (modality([2, 0, 40], [1, 2]), "entries of 40 bits"),
    ],
)
def test_tables_that_contradict_their_descriptor_are_refused(dataset, words):
    with pytest.raises(InputError, match=words):
        modality_lookup(dataset, False, True, FILE)


def test_of_two_modality_tables_none_is_taken():
    dataset = modality([2, 0, 8], [1, 2])
    dataset.ModalityLUTSequence.append(dataset.ModalityLUTSequence[0])
    with pytest.raises(InputError, match="has 2 modality LUTs, of which one can be meant"):
        modality_lookup(dataset, False, True, FILE)


def test_an_empty_sequence_is_no_table(make_dicom, grey):
    assert modality_lookup(pydicom.Dataset(), False, True, FILE) is None
    assert read_image(make_dicom(grey, ModalityLUTSequence=[])).array[0].tolist() == grey.tolist()


@pytest.mark.parametrize("big", [False, True])
def test_a_palette_of_16_bits_in_both_byte_orders(make_dicom, grey, big):
    tables = [(np.arange(256) * factor % 65536).astype(">u2" if big else "<u2") for factor in (257, 100, 200)]
    path = palette(make_dicom, grey, [256, 0, 16], [table.tobytes() for table in tables], big)
    np.testing.assert_array_equal(read_image(path).array, np.stack([table[grey] for table in tables]))


def test_a_palette_of_many_entries_of_8_bits(make_dicom):
    """Positions above 255 are positions, though the colours have 8 bits."""
    index = np.array([[0, 255, 256, 511]], np.uint16)
    tables = [(np.arange(512) * factor // 7 % 256).astype(np.uint8) for factor in (1, 3, 5)]
    path = palette(make_dicom, index, [512, 0, 8], [table.tobytes() for table in tables])
    np.testing.assert_array_equal(read_image(path).array, np.stack([table[index] for table in tables]))


def test_a_segmented_palette(make_dicom):
    index = np.arange(256, dtype=np.uint8).reshape(16, 16)
    rising = [np.array([0, 1, 0, 1, 255, top], "<u2").tobytes() for top in (65535, 30000, 1000)]
    image = read_image(palette(make_dicom, index, [256, 0, 16], rising, segmented=True))
    expected = np.stack([np.rint(index / 255 * top) for top in (65535, 30000, 1000)])
    assert np.abs(image.array - expected).max() <= 1


def test_no_palette_is_said(make_dicom, grey):
    with pytest.raises(InputError, match="palette colours and no palette"):
        read_image(make_dicom(grey, PhotometricInterpretation="PALETTE COLOR"))


def test_a_segmented_palette_agrees_with_pydicom(make_dicom):
    """pydicom's `apply_color_lut` is the other implementation."""
    index = np.arange(256, dtype=np.uint8).reshape(16, 16)
    words = [0, 3, 65535, 7, 20, 1, 100, 30001, 1, 50, 30001, 0, 0, 0, 103, *range(0, 1030, 10)]
    path = palette(make_dicom, index, [256, 0, 16], [np.array(words, "<u2").tobytes()] * 3, segmented=True)
    expected = pydicom.pixels.apply_color_lut(index, pydicom.dcmread(path))
    np.testing.assert_array_equal(read_image(path).array[0], expected[..., 0])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([1, 256, 9], "segments that are not read"),  # a line from nowhere
        ([0, 2, 1, 2, 2, 1, 0, 0], "segments that are not read"),  # a pointer to the segment at 0
        ([0, 255, *range(255)], "has not the 256 entries"),
        ([0, 1, 5, 1, 65535, 9], "has not the 256 entries"),
        ([0, 0, 0, 0], "has not the 256 entries"),
    ],
)
def test_segments_that_do_not_make_the_table_are_refused(make_dicom, grey, words, said):
    path = palette(make_dicom, grey, [256, 0, 16], [np.array(words, "<u2").tobytes()] * 3, segmented=True)
    with pytest.raises(InputError, match=said):
        read_image(path)

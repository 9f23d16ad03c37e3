"""Files made to hurt: each is one refusal, soon, in little memory, with the limit and the option where one was met."""

from __future__ import annotations

import gzip
import json
import os
import re
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from medunet.errors import InputError
from medunet.images import LIMITS, is_readable, limits_set, read_grid, read_image, read_pixels
from medunet.images.apart import decode_apart

MIB = 1 << 20
NAME = "ZZCANARY^<script>alert(1)</script>"


def film(path, array, syntax=ExplicitVRLittleEndian, **elements):
    """A small radiograph as DICOM with a patient whose name must never be seen again."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = "1.2.840.10008.5.1.4.1.1.1", "1.2.3", "CR"
    dataset.PatientName, dataset.PatientID = NAME, '=HYPERLINK("http://zzcanary")'
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = array.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    if "PixelData" not in elements:
        dataset.add_new("PixelData", "OB", array.tobytes() + b"\0" * (array.size % 2))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path, enforce_file_format=True)
    return path


GREY = np.arange(64, dtype=np.uint8).reshape(8, 8)
RED_TO_BLUE = ("Red", "Green", "Blue")


def gigabyte(squeezer, start=b""):
    """`start` and a gigabyte of zeros, squeezed; pieces after a full flush are all alike, so one is enough."""
    first = squeezer.compress(start) + squeezer.flush(zlib.Z_FULL_FLUSH) if start else b""
    piece = squeezer.compress(b"\0" * MIB) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return first + piece * 1024


def header_of(path):
    """The bytes of a small DICOM film up to its pixel data element."""
    data = film(path, GREY).read_bytes()
    return data[: data.index(struct.pack("<HH2s", 0x7FE0, 0x0010, b"OB"))]


def zero_bytes(path):
    path.write_bytes(b"")


def zeros(path):
    path.write_bytes(b"\0" * 132)


def mark_alone(path):
    path.write_bytes(b"\0" * 128 + b"DICM")


def program_in_front(path, start=b"MZ"):
    data = film(path, GREY).read_bytes()
    path.write_bytes(start + data[len(start) :])


def elf_in_front(path):
    program_in_front(path, b"\x7fELF")


def deflated_bomb(path):
    film(path, GREY, DeflatedExplicitVRLittleEndian)
    data = path.read_bytes()
    start = 144 + struct.unpack("<I", data[140:144])[0]  # the group length says where the meta elements end
    path.write_bytes(data[:start] + gigabyte(zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)))


def hidden_deflated_bomb(path):
    """The same with kilobytes of private meta elements before the transfer syntax."""
    deflated_bomb(path)
    data = path.read_bytes()
    meta = data.index(b"\x02\x00\x10\x00UI")
    private = struct.pack("<HH2sHI", 0x0002, 0x0003, b"UN", 0, 60000) + b"\0" * 60000
    length = struct.unpack("<I", data[140:144])[0]
    path.write_bytes(data[:140] + struct.pack("<I", length + len(private)) + data[144:meta] + private + data[meta:])


def pixels_of_4_gb(path):
    path.write_bytes(header_of(path) + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFE) + b"12345")


def element_of_4_gb(path):
    data = header_of(path)
    path.write_bytes(data + struct.pack("<HH2sHI", 0x0029, 0x1010, b"OB", 0, 0xFFFFFFF0) + b"12345")


def pixels_without_end(path):
    head = header_of(path).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    path.write_bytes(head + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF) + b"\xfe\xff\x00\xe0" * 5)


def sequence_without_end(path):
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    path.write_bytes(header_of(path) + struct.pack("<HH2sHI", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF) + item)


def nested_5000_deep(path):
    one = struct.pack("<HH2sHI", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    path.write_bytes(header_of(path) + one * 5000)


def sequence_of_a_million_items(path):
    """A sequence that is asked for, without end in itself: only when it is looked into its items are made."""
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 1_000_000
    path.write_bytes(header_of(path) + struct.pack("<HH2sHI", 0x0054, 0x0220, b"SQ", 0, len(items)) + items)


def pixel_spacing_of_4_million_numbers(path):
    film(path, GREY, ImplicitVRLittleEndian)
    data = path.read_bytes()
    at = data.index(struct.pack("<HH", 0x7FE0, 0x0010))
    path.write_bytes(data[:at] + struct.pack("<HHI", 0x0028, 0x0030, 8_000_000) + b"1\\" * 4_000_000 + data[at:])


def palette_bomb(path):
    """Kilobytes of segments that say that they are of a billion entries."""
    segments = np.array([0, 1, 0, *[1, 65535, 65535, 1, 65535, 0] * 8000], "<u2").tobytes()
    tables = {f"Segmented{one}PaletteColorLookupTableData": segments for one in RED_TO_BLUE}
    entries = {f"{one}PaletteColorLookupTableDescriptor": [256, 0, 16] for one in RED_TO_BLUE}
    film(path, GREY, PhotometricInterpretation="PALETTE COLOR", **entries, **tables)


def palette_of_palettes(path):
    """Each segment stands for two of the segment before it, thirty times over."""
    words, before = [0, 1, 7], 0
    for _ in range(30):
        start = len(words)
        words += [2, 2, before * 2, 0] * 2
        before = start
    tables = {f"Segmented{one}PaletteColorLookupTableData": np.array(words, "<u2").tobytes() for one in RED_TO_BLUE}
    entries = {f"{one}PaletteColorLookupTableDescriptor": [256, 0, 16] for one in RED_TO_BLUE}
    film(path, GREY, PhotometricInterpretation="PALETTE COLOR", **entries, **tables)


def thirty_thousand_elements(path):
    head = header_of(path)
    private = b"".join(
        struct.pack("<HH2sH", 0x0029 + 2 * (n >> 15), 0x1000 + (n & 0x7FFF), b"SH", 0) for n in range(30_000)
    )
    path.write_bytes(head + private)


def header_of_100_mib(path):
    path.write_bytes(header_of(path) + struct.pack("<HH2sHI", 0x0029, 0x1010, b"OB", 0, 100 * MIB) + b"\0" * 100 * MIB)


def dicom_of_60000(path):
    film(path, GREY, Rows=60000, Columns=60000)


def compressed_dicom_of_60000(path):
    film(path, GREY, Rows=60000, Columns=60000)
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"))


def frames_of_65535(path):
    film(path, GREY, Rows=65535, Columns=65535, NumberOfFrames="100")


def rle_that_lies(path):
    """A run-length stream that says its segments start behind its end."""
    from pydicom.encaps import encapsulate

    stream = struct.pack("<16I", 1, 0xFFFFFF00, *[0] * 14)
    film(path, GREY, RLELossless, PixelData=encapsulate([stream + b"\0" * 64]))


def png_of_60000(path):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""))


def jpeg_of_60000(path):
    Pillow.fromarray(GREY).save(path, "JPEG")
    data = bytearray(path.read_bytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 60000, 60000)
    path.write_bytes(data)


def tiff(entries, data=b"", following=0):
    """A little-endian TIFF: the page's entries as (tag, kind, count, value), then `data`."""
    page = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + page + struct.pack("<I", following) + data


def tiff_page(rows, columns, compression, start, count):
    return [
        (256, 4, 1, columns), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1),
        (273, 4, 1, start), (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, 1, count),
    ]  # fmt: skip


def tiff_of_60000(path):
    path.write_bytes(tiff(tiff_page(60000, 60000, 1, 200, 100), b"\0" * 300))


def deflated_tiff_bomb(path):
    """A page of 4 x 4 pixels whose strip inflates to a gigabyte."""
    data = gigabyte(zlib.compressobj(9))
    path.write_bytes(tiff(tiff_page(4, 4, 8, 200, len(data)), b"\0" * (200 - 8 - 6 - 9 * 12) + data))


def tiff_of_endless_pages(path):
    path.write_bytes(tiff(tiff_page(4, 4, 1, 8, 16), b"\0" * 100, following=8))


def tiff_with_a_tag_of_4_gb(path):
    entries = [*tiff_page(4, 4, 1, 200, 16), (305, 2, 0xFFFFFFFF, 300)]
    path.write_bytes(tiff(entries, b"\0" * 300))


def nifti_of_2000_cubed(path):
    header = nib.Nifti1Header()
    header.set_data_dtype(np.float64)
    header.set_data_shape((2000, 2000, 2000))
    path.write_bytes(gzip.compress(header.binaryblock + b"\0" * 400))


def nifti_that_inflates_to_1_gb(path):
    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape((8, 8))
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    path.write_bytes(gigabyte(squeezer, header.binaryblock + b"\0\0\0\0"))


def nifti_whose_voxels_start_far_away(path):
    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape((8, 8))
    header["vox_offset"] = 2.0**40
    header["magic"] = b"n+1"
    path.write_bytes(header.binaryblock + b"\0" * 400)


def nifti_with_few_of_many_voxels(path):
    header = nib.Nifti1Header()
    header.set_data_dtype(np.float32)
    header.set_data_shape((900, 900, 900))
    header["magic"], header["vox_offset"] = b"n+1", 352
    path.write_bytes(gzip.compress(header.binaryblock + b"\0" * 400))


def a_pickle(path):
    path.write_bytes(b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.")


def safetensors_of_4_exabytes(path):
    path.write_bytes(struct.pack("<Q", 2**62) + b"{}")


HOSTILE = {
    zero_bytes: r"is empty \(0 bytes\)",
    zeros: "nothing but zeros",
    mark_alone: "holds neither pixels|holds no pixel data",
    program_in_front: "the start of a program",
    elf_in_front: "the start of a program",
    deflated_bomb: "max_inflated_bytes",
    hidden_deflated_bomb: "max_inflated_bytes",
    pixels_of_4_gb: "cut off",
    element_of_4_gb: "cut off: it ends within an element",
    pixels_without_end: "cut off|damaged",
    sequence_without_end: "cut off|damaged|has no|no pixel data",
    nested_5000_deep: "too deep",
    sequence_of_a_million_items: "holds no pixel data",
    pixel_spacing_of_4_million_numbers: "",
    palette_bomb: "has not the 256 entries",
    palette_of_palettes: "segments that are not read",
    thirty_thousand_elements: "max_elements",
    header_of_100_mib: "max_header_bytes",
    dicom_of_60000: "max_pixels of 100,000,000 pixels.*--limit max_pixels=3600000000",
    compressed_dicom_of_60000: "max_pixels",
    frames_of_65535: "100 frames",
    rle_that_lies: "damaged|decode",
    png_of_60000: "max_pixels",
    jpeg_of_60000: "max_pixels",
    tiff_of_60000: "max_pixels",
    deflated_tiff_bomb: "inflates to more",
    tiff_of_endless_pages: "",
    tiff_with_a_tag_of_4_gb: "",
    nifti_of_2000_cubed: "max_voxels",
    nifti_that_inflates_to_1_gb: "more data than its header says",
    nifti_whose_voxels_start_far_away: "max_header_bytes",
    nifti_with_few_of_many_voxels: "cut off",
    a_pickle: "is no image",
    safetensors_of_4_exabytes: "is no image",
}
"""How each file is made, and what its refusal says; empty where it may as well be read."""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    paths = {}
    for make in HOSTILE:
        paths[make] = folder / make.__name__
        make(paths[make])
    return paths


def refusal(read, path):
    """The line of the refusal, empty where the file is read; any other exception fails the test."""
    try:
        read(path)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_hostile_file_is_one_refusal(files, make):
    for read in (read_image, read_pixels, read_grid):
        start = time.process_time()
        said = refusal(read, files[make])
        if read is read_image:
            assert re.search(HOSTILE[make], said)
        # A header alone may look whole; what the pixels hide is found when they are read.
        assert said or read is read_grid or not HOSTILE[make]
        assert "\n" not in said
        assert "zzcanary" not in said.lower()
        assert time.process_time() - start < 5


# ru_maxrss of a new program starts at the size of the one that called it (exec hands the old peak on): a test run
# that holds torch would count. VmHWM counts this program alone; of its decoders the parent is this program.
READ_THEM_ALL = """
import json, pathlib, resource, sys, time
from medunet.errors import InputError
from medunet.images import read_image
slow = {}
for path in json.loads(sys.argv[1]):
    start = time.process_time()
    try:
        read_image(path)
    except InputError:
        pass
    slow[path] = time.process_time() - start
own = int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([peak, max(slow.values())]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in KiB on Linux")
def test_all_of_them_together_take_little_memory_and_time(files):
    names = json.dumps([str(path) for path in files.values()])
    done = subprocess.run([sys.executable, "-c", READ_THEM_ALL, names], capture_output=True, text=True, check=True)
    peak, slowest = json.loads(done.stdout)
    assert peak < 512 * 1024
    assert slowest < 60  # seconds of the wall clock on a machine that may be busy; 0.7 s of its own


def test_the_limits_that_are_named_can_be_raised(tmp_path):
    with limits_set(max_pixels=60):
        with pytest.raises(InputError, match="--limit max_pixels=64"):
            read_image(film(tmp_path / "film.dcm", GREY))
        with limits_set(max_pixels=64):
            assert read_image(tmp_path / "film.dcm").array.shape == (1, 8, 8)


def test_a_limit_reaches_the_process_that_decodes(tmp_path):
    path = film(tmp_path / "film.dcm", GREY)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    dataset.save_as(path)
    with limits_set(max_elements=3), pytest.raises(InputError, match="limit max_elements of 3"):
        decode_apart("dicom", path)
    assert read_image(path).array.max() == 63


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless])
def test_the_patient_is_never_in_a_refusal_or_an_image(tmp_path, syntax, caplog, capfd):
    native = ExplicitVRLittleEndian if syntax == JPEG2000Lossless else syntax
    path = film(tmp_path / "film.dcm", np.tile(GREY, (8, 8)), native)
    if syntax == JPEG2000Lossless:
        dataset = pydicom.dcmread(path)
        dataset.compress(syntax)
        dataset.save_as(path)
    data = path.read_bytes()
    for spoilt in (data, data[:-20], data.replace(b"MONOCHROME2", b"ZZCANARYZZZ"), data.replace(b"CR", b"\xff\xff")):
        path.write_bytes(spoilt)
        assert is_readable(path)
        try:
            shown = repr(read_image(path))
        except InputError as error:
            shown = f"{error} {error!r}"
        assert "zzcanary" not in shown.lower()
    seen = capfd.readouterr()
    assert "zzcanary" not in (caplog.text + seen.out + seen.err).lower()


def test_no_process_is_left_behind(tmp_path):
    """A program that read a compressed film and then died without saying goodbye leaves no decoder."""
    path = film(tmp_path / "film.dcm", GREY)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    dataset.save_as(path)
    code = (
        "import os, sys; from medunet.images import read_image, apart; read_image(sys.argv[1]); "
        "print(apart._worker.pid, flush=True); os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        # Without a parent that reaps, a dead process may stay as a zombie for a moment.
        if sys.platform == "linux" and "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.1)
    pytest.fail("the decoder outlived the program")


def deflated_film(path):
    film(path, GREY, DeflatedExplicitVRLittleEndian)


def volume(path):
    path.write_bytes(nib.Nifti1Image(np.arange(60, dtype=np.uint8).reshape(3, 4, 5), np.eye(4)).to_bytes())


def packed_film(path):
    """A film of 18 MB, which its decoder cannot hold in one."""
    film(path, np.tile(GREY, (530, 530)))
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    dataset.save_as(path)


SMALL = {
    "max_file_bytes": (lambda path: film(path, GREY), 200),
    "max_pixels": (lambda path: film(path, GREY), 63),
    "max_voxels": (volume, 59),
    "max_array_bytes": (lambda path: film(path, GREY), 63),
    "max_inflated_bytes": (deflated_film, 100),
    "max_elements": (lambda path: film(path, GREY), 5),
    "max_header_bytes": (lambda path: film(path, GREY), 100),
    "max_decoder_bytes": (packed_film, MIB),
}
"""Limit → a file, and a value that is too small for it. Seconds have a test in `tests/images/test_apart`."""


@pytest.mark.parametrize("name", SMALL)
def test_every_limit_refuses_by_its_name_and_option_and_can_be_raised(tmp_path, name):
    make, value = SMALL[name]
    path = tmp_path / "file"
    make(path)
    with limits_set(**{name: value}), pytest.raises(InputError, match=f"--limit {name}="):
        read_image(path)
    assert read_image(path).array.size
    assert {*SMALL, "max_decoder_seconds"} == set(LIMITS)

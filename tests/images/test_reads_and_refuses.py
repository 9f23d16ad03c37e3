"""What medunet reads and what it refuses: one table, carried out here and printed as the page of that name.

`python tests/images/test_reads_and_refuses.py > docs/reads-and-refuses.md` writes the page.
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from medunet.errors import InputError
from medunet.images import LIMITS, read_grid, read_image

PAGE = Path(__file__).parents[2] / "docs" / "reads-and-refuses.md"

GREY = np.add.outer(np.arange(48) * 5, np.arange(40)).astype(np.uint8) + np.eye(48, 40, dtype=np.uint8)
DEEP = (np.add.outer(np.arange(48) * 60, np.arange(40) * 7) % 4096).astype(np.uint16)
COLOUR = np.stack([GREY, GREY.T.copy().reshape(48, 40), np.flipud(GREY)], axis=2)

HTJ2K = base64.b85decode(
    "|4;u>04YEK0000H0000C00000000000000H0000C0000000000009pH0sl|{2mk^A000XAQUDA90ssL31q1{@0smY86Cj9?kdTm&kdTm&kdTm"
    "wh=~7W02crOPjF>!N>E53R%LP^FfKASE;BCwkN^q*00000X8-~JlfVEbS@Z=5bO68r5`f+U2Xp|S01AK*6oUQ$;xquD01A+&r_%rc0QNQjpa"
    "2T+L?tRwiAvPqDE?A`zPJFO02a7bTCrlqiWMtXto;0h5s-j;_Cf*dya4~%"
)
"""12 rows and 17 columns of 16-bit values, 300 a row and 31 a column, as a lossless HTJ2K codestream by OpenJPH 0.26
(`imagecodecs.htj2k_encode(array)`), whose packets come in the order RPCL."""

HTJ2K_LOSSY = base64.b85decode(
    "|4;u>04YEK0000H0000C00000000000000H0000C0000000000009pH0sl|{2mk^A001QaQUDA90ssL31q1{@0RLP7BO-@%hed})hZlcbe_Ve(cd"
    "B=)cfw#bU^QTPSQ=OwXTSes02crOPjF>!N>E53R%LP^FfKASE;BCwkN^q*00000UjPCBlfVE>RsIBrbO68rN}d4+bO4|LOvsS{Vl)820VDtu0Q?"
    "2B05ReU_A~&X0?`1>%nSkmf<OQk00HiD`p~-opapmUtg8BWQP;n9?6fhA>j3}R"
)
"""The same with loss (`reversible=False, level=0.001`), within 44 of it."""


# -- how a file of each kind is made; each gives the array to be read, or None ---------------------------------------


def native(make, path, array=DEEP, **elements):
    made = make(array, **{"BitsStored": 12 if array.dtype == np.uint16 else 8, **elements})
    made.replace(path)
    return array


def implicit(make, path):
    return native(make, path, implicit=True)


def big_endian(make, path):
    return native(make, path, big=True)


def without_preamble(make, path):
    native(make, path)
    path.write_bytes(path.read_bytes()[132:])
    return DEEP


def without_meta(make, path):
    native(make, path, implicit=True)
    data = path.read_bytes()[132:]
    path.write_bytes(data[data.index(b"\x08\x00\x16\x00") :])
    return DEEP


def deflated(make, path):
    import pydicom

    native(make, path)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    return DEEP


def monochrome1(make, path):
    return 4095 - native(make, path, PhotometricInterpretation="MONOCHROME1")


def signed(make, path):
    return native(make, path, DEEP.astype(np.int16) - 2000, BitsStored=16)


def ten_bits(make, path):
    return native(make, path, DEEP // 4, BitsStored=10)


def bits_32(make, path):
    return native(make, path, DEEP.astype(np.uint32) * 70000, BitsStored=32)


def high_bits(make, path):
    native(make, path, DEEP * 16 + 5, BitsStored=12, HighBit=15)
    return DEEP


def rgb(make, path, planar=0):
    array = COLOUR if planar == 0 else np.moveaxis(COLOUR, 2, 0)
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": planar}
    native(make, path, array, Rows=48, Columns=40, BitsStored=8, **elements)
    return np.moveaxis(COLOUR, 2, 0)


def rgb_planes(make, path):
    return rgb(make, path, planar=1)


def equal_rgb(make, path):
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    native(make, path, np.stack([GREY] * 3, axis=2), BitsStored=8, **elements)
    return GREY


def ybr(make, path):
    pixels = np.asarray(Pillow.fromarray(COLOUR).convert("YCbCr"))
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL", "PlanarConfiguration": 0}
    native(make, path, pixels, BitsStored=8, **elements)
    return np.moveaxis(COLOUR, 2, 0), 4


def palette(make, path):
    import pydicom

    native(make, path, GREY % 4, PhotometricInterpretation="PALETTE COLOR")
    dataset = pydicom.dcmread(path)
    colours = np.array([[0, 10, 20, 255], [1, 1, 1, 1], [9, 8, 7, 6]], np.uint8)
    for number, values in enumerate(colours):
        dataset.add_new(0x00281101 + number, "US", [4, 0, 8])
        dataset.add_new(0x00281201 + number, "OW", values.tobytes())
    dataset.save_as(path)
    return colours[:, GREY % 4]


def compressed(make, path, name, array=DEEP, **elements):
    """The film through an encoder of GDCM."""
    import gdcm

    native(make, path, array, **elements)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, name)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(path))
    assert writer.Write()
    return array


def by(name, array=DEEP, slack=0):
    """A maker of films compressed as GDCM's `name`, read within `slack`."""
    return lambda make, path: (compressed(make, path, name, array), slack)


def encapsulated(make, path, stream, syntax, array, **elements):
    """A film whose pixels are the given stream."""
    import pydicom

    native(make, path, array, **elements)
    dataset = pydicom.dcmread(path)
    dataset.PixelData = pydicom.encaps.encapsulate([stream])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path)
    return array


def htj2k(stream, syntax, slack=0):
    """A maker of HTJ2K films, read within `slack`."""
    array = np.add.outer(np.arange(12) * 300, np.arange(17) * 31).astype(np.uint16)
    return lambda make, path: (encapsulated(make, path, stream, syntax, array, BitsStored=16), slack)


def with_lut(make, path):
    import pydicom

    table, entries = pydicom.Dataset(), (np.arange(4096) * 16)[::-1]
    table.add_new(0x00283002, "US", [4096, 0, 16])
    table.add_new(0x00283006, "US", entries.tolist())
    return entries.astype(np.uint16)[native(make, path, ModalityLUTSequence=[table])]


def windowed(make, path):
    return native(make, path, WindowCenter="1000", WindowWidth="200", VOILUTFunction="SIGMOID")


def overlay(make, path):
    import pydicom

    native(make, path, DEEP | (DEEP % 2 << 15), BitsStored=12)
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x60000102, "US", 15)
    dataset.save_as(path)
    return DEEP


def two_pictures(make, path):
    native(make, path, PixelData=DEEP.astype("<u2").tobytes() * 2)


def halved_colours(make, path):
    slope = (np.add.outer(np.arange(48) * 3, np.arange(40)) + 9).astype(np.uint8)
    smooth = np.stack([slope, slope // 2, 255 - slope], axis=2)
    luma, blue, red = np.moveaxis(np.asarray(Pillow.fromarray(smooth).convert("YCbCr")), 2, 0)
    pairs = np.stack([luma[:, ::2], luma[:, 1::2], blue[:, ::2], red[:, ::2]], axis=2)
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", "PlanarConfiguration": 0}
    native(make, path, smooth, BitsStored=8, PixelData=pairs.tobytes(), **elements)
    return np.moveaxis(smooth, 2, 0), 8


def luma_called_rgb(make, path):
    smooth = np.stack([GREY, GREY // 2, 255 - GREY], axis=2)
    stream = io.BytesIO()
    Pillow.fromarray(smooth).save(stream, "JPEG", quality=98, subsampling=0)
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    encapsulated(make, path, stream.getvalue(), "1.2.840.10008.1.2.4.50", smooth, BitsStored=8, **elements)
    return np.moveaxis(smooth, 2, 0), 8


def as_jpeg(make, path, data):
    """A JPEG as a file of its own, or inside DICOM where `make` is given."""
    if make is None:
        path.write_bytes(data)
    else:
        encapsulated(make, path, data, "1.2.840.10008.1.2.4.50", GREY, BitsStored=8)


def cut_and_closed(make, path):
    stream = io.BytesIO()
    Pillow.fromarray(GREY).save(stream, "JPEG", quality=98)
    half = stream.getvalue()[: len(stream.getvalue()) * 3 // 4] + b"\xff\xd9"
    as_jpeg(make, path, half)


def cut_jpeg(make, path):
    cut_and_closed(None, path)


def lost_way(make, path):
    """A JPEG with a piece of its pixels twice."""
    stream = io.BytesIO()
    Pillow.fromarray(GREY).save(stream, "JPEG", quality=98)
    data = stream.getvalue()
    data = data[:-90] + data[-120:]
    as_jpeg(make, path, data)


def lost_jpeg(make, path):
    lost_way(None, path)


def lost_interval(make, path):
    stream = io.BytesIO()
    Pillow.fromarray(GREY).save(stream, "JPEG", quality=98, restart_marker_blocks=1)
    data = stream.getvalue()
    path.write_bytes(data[: data.index(b"\xff\xd0")] + data[data.index(b"\xff\xd1") :])


def cut_png(make, path):
    picture(GREY, "PNG")(make, path)
    path.write_bytes(path.read_bytes()[:-1])


def grey_of_few_bits(make, path):
    made = Pillow.fromarray(GREY % 4, "P")
    made.putpalette([0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255])
    made.save(path, "PNG", bits=2)
    return GREY % 4 * np.uint8(85)


def nifti(array, **header):
    """A maker of NIfTI films from (row, column) arrays; the file's axes are x and y."""

    def make_nifti(make, path):
        import nibabel

        made = nibabel.Nifti1Image(np.swapaxes(array, 0, 1), np.diag([-0.2, -0.2, 1, 1]))
        data = bytearray(made.to_bytes())
        data[112:120] = np.array([header.get("slope", np.nan), header.get("inter", 0)], "<f4").tobytes()
        path.write_bytes(data)
        return array if "slope" not in header else (array * header["slope"] + header["inter"]).astype(np.float32)

    return make_nifti


def further_voxels(make, path):
    nifti(DEEP)(make, path)
    path.write_bytes(path.read_bytes() + DEEP.tobytes())


def singular_nifti(make, path):
    nifti(DEEP)(make, path)
    data = bytearray(path.read_bytes())
    data[280:312] = np.array([1, 1, 0, 0] * 2, "<f4").tobytes()
    path.write_bytes(data)
    return DEEP


def colour_nifti(make, path):
    nifti(np.zeros((4, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")]))(make, path)


def two_files(make, path):
    import nibabel

    nibabel.save(nibabel.Nifti1Pair(GREY.T, np.eye(4)), path.with_suffix(".img"))
    path.write_bytes(path.with_suffix(".hdr").read_bytes())


def colour_jpeg(make, path):
    smooth = np.stack([GREY, GREY // 2, 255 - GREY], axis=2)
    stream = io.BytesIO()
    Pillow.fromarray(smooth).save(stream, "JPEG", quality=98, subsampling=0)
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", "PlanarConfiguration": 0}
    encapsulated(make, path, stream.getvalue(), "1.2.840.10008.1.2.4.50", smooth, BitsStored=8, **elements)
    return np.moveaxis(smooth, 2, 0), 8


def jpeg_of_planes(make, path):
    """Colours that a stream holds by pixel, and of which the header says that they lie by plane."""
    smooth = np.stack([GREY, GREY // 2, 255 - GREY], axis=2)
    stream = io.BytesIO()
    Pillow.fromarray(smooth).save(stream, "JPEG", quality=98, keep_rgb=True)
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 1}
    encapsulated(make, path, stream.getvalue(), "1.2.840.10008.1.2.4.50", smooth, BitsStored=8, **elements)
    return np.moveaxis(smooth, 2, 0), 8


def fragments(*shares, syntax="JPEGLSLossless", table=b""):
    """A maker of films whose stream is cut at these shares of it, with any offset table."""

    def make_fragments(make, path):
        import pydicom

        compressed(make, path, syntax)
        dataset = pydicom.dcmread(path)
        stream = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
        ends = [0, *(int(len(stream) * share) // 2 * 2 for share in shares), len(stream)]
        parts = [stream[start:end] for start, end in itertools.pairwise(ends)]
        dataset.PixelData = pydicom.encaps.itemize_fragment(table) + b"".join(
            pydicom.encaps.itemize_fragment(part) for part in parts
        )
        dataset.save_as(path)
        return DEEP

    return make_fragments


def two_streams(syntax):
    """A maker of films with the streams of two pictures, of which the header describes one."""

    def make_two(make, path):
        import pydicom

        compressed(make, path, syntax, DEEP[::-1])
        dataset = pydicom.dcmread(path)
        other = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
        compressed(make, path, syntax)
        dataset = pydicom.dcmread(path)
        first = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
        dataset.PixelData = pydicom.encaps.encapsulate([first, other], has_bot=False)
        dataset.save_as(path)

    return make_two


def changed(make_film, **elements):
    """A maker of films of which the header is then changed."""

    def make_changed(make, path):
        import pydicom

        make_film(make, path)
        dataset = pydicom.dcmread(path)
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)

    return make_changed


def loose_fragments(make, path):
    """Pixels in a fragment, as compressed ones are, that call themselves not compressed."""
    import pydicom

    native(make, path, DEEP * 16, BitsStored=16)
    data = path.read_bytes()
    at = data.index(b"\xe0\x7f\x10\x00OW")
    parts = pydicom.encaps.itemize_fragment(b"") + pydicom.encaps.itemize_fragment(data[at + 12 :])
    path.write_bytes(data[: at + 8] + b"\xff\xff\xff\xff" + parts + b"\xfe\xff\xdd\xe0\0\0\0\0")


def pixels_twice(make, path):
    native(make, path)
    data = path.read_bytes()
    path.write_bytes(data + data[data.index(b"\xe0\x7f\x10\x00OW") :])


def segmented(*segments):
    """A maker of films of a segmented palette of 48 grey values."""

    def make_segmented(make, path):
        import pydicom

        index = (GREY % 48).astype(np.uint8)
        native(make, path, index, PhotometricInterpretation="PALETTE COLOR")
        dataset = pydicom.dcmread(path)
        for number in range(3):
            dataset.add_new(0x00281101 + number, "US", [48, 0, 16])
            dataset.add_new(0x00281221 + number, "OW", np.array(segments, "<u2").tobytes())
        dataset.save_as(path)
        return index.astype(np.uint16) * 1000

    return make_segmented


def odd_colours(make, path):
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", "PlanarConfiguration": 0}
    native(make, path, COLOUR[:, :39], BitsStored=8, PixelData=bytes(48 * 40 * 2), **elements)


def video(make, path):
    encapsulated(make, path, b"\0" * 64, "1.2.840.10008.1.2.4.100", GREY)


def frames(make, path):
    native(make, path, NumberOfFrames="2")


def one_bit(make, path):
    native(make, path, GREY, BitsAllocated=1, BitsStored=1)


def picture(array, form, mode=None, **options):
    """A maker of pictures by Pillow."""

    def make_picture(make, path):
        made = Pillow.fromarray(array)
        (made.convert(mode) if mode else made).save(path, form, **options)
        return np.moveaxis(array, 2, 0) if array.ndim == 3 else array

    return make_picture


def lossy(array, slack, **options):
    inner = picture(array, "JPEG", quality=98, **options)
    return lambda make, path: (inner(make, path), slack)


def palette_png(make, path):
    made = Pillow.fromarray(GREY % 3, "P")
    made.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    made.save(path, "PNG", transparency=bytes([255, 255, 255]))
    return np.array([[0, 255, 0], [0, 0, 255], [0, 0, 0]], np.uint8)[:, GREY % 3]


def rgba_16(make, path):
    import struct
    import zlib

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes(8 * 4) for _ in range(3))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 16, 6, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def png_of_chunks(path, *chunks):
    """A PNG of these (name, content) chunks."""
    import struct
    import zlib

    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def odd_transparency(make, path):
    import struct
    import zlib

    rows = b"".join(b"\0" + row.tobytes() for row in GREY)
    head = struct.pack(">IIBBBBB", 40, 48, 8, 0, 0, 0, 0)
    png_of_chunks(path, (b"IHDR", head), (b"tRNS", bytes(6)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return GREY


def two_headers(make, path):
    import struct
    import zlib

    rows = b"".join(b"\0" + row.tobytes() for row in GREY)
    heads = [(b"IHDR", struct.pack(">IIBBBBB", 40, high, 8, 0, 0, 0, 0)) for high in (48, 20)]
    png_of_chunks(path, *heads, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))


def animated(make, path):
    Pillow.fromarray(GREY).save(path, "PNG", save_all=True, append_images=[Pillow.fromarray(255 - GREY)])


def turned(make, path):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.fromarray(GREY).save(path, "PNG", exif=exif)
    return np.rot90(GREY, -1)


def arithmetic(make, path):
    Pillow.fromarray(GREY).save(path, "JPEG")
    path.write_bytes(path.read_bytes().replace(b"\xff\xc0", b"\xff\xc9", 1))


def cut_scans(make, path):
    """A progressive JPEG that was cut before its last scan, and closed."""
    stream = io.BytesIO()
    Pillow.fromarray(GREY).save(stream, "JPEG", quality=98, progressive=True)
    data = stream.getvalue()
    path.write_bytes(data[: data.rindex(b"\xff\xda")] + b"\xff\xd9")


def rows_too_many(make, path):
    import struct
    import zlib

    rows = b"".join(b"\0" + row.tobytes() for row in GREY)
    head = struct.pack(">IIBBBBB", 40, 40, 8, 0, 0, 0, 0)
    png_of_chunks(path, (b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))


def two_pngs(make, path):
    picture(GREY, "PNG")(make, path)
    path.write_bytes(path.read_bytes() * 2)


def several_jpegs(step):
    """A maker of JPEG files of a picture and of another, taken at each `step`-th pixel."""

    def make_several(make, path):
        other = Pillow.fromarray(GREY[::step, ::step])
        Pillow.fromarray(GREY).save(path, "MPO", quality=98, save_all=True, append_images=[other])
        return GREY, 4

    return make_several


def tiff_of_rows(rows):
    """A maker of TIFF files that describe as many rows of the film, whatever they hold."""

    def make_rows(make, path):
        tifffile.imwrite(path, GREY, photometric="minisblack", metadata=None)
        with tifffile.TiffFile(path, mode="r+b") as file:
            file.pages[0].tags[257].overwrite(rows)

    return make_rows


def with_a_page_below(kind):
    """A maker of TIFF files of a page and, below it, another of half the size: 1 is a copy of it, 0 another picture."""

    def make_pages(make, path):
        with tifffile.TiffWriter(path) as writer:
            writer.write(GREY, photometric="minisblack", subifds=1, metadata=None)
            writer.write(GREY[::2, ::2], photometric="minisblack", subfiletype=kind, metadata=None)
        return GREY

    return make_pages


def behind_a_copy(make, path):
    copy, film = Pillow.fromarray(GREY[::4, ::4]), Pillow.fromarray(GREY)
    film.encoderinfo = {"compression": "tiff_lzw", "tiffinfo": {254: 0}}
    copy.save(path, "TIFF", save_all=True, append_images=[film], tiffinfo={254: 1})
    return GREY


def signed_lzw(make, path):
    Pillow.fromarray(GREY).save(path, "TIFF", compression="tiff_lzw", tiffinfo={339: 2})


def tiff(array, **options):
    """A maker of TIFF files by tifffile."""

    def make_tiff(make, path):
        tifffile.imwrite(path, array, **{"photometric": "minisblack", **options})
        if options.get("planarconfig") == "separate":
            return array
        if array.dtype == np.bool_:
            return array.astype(np.uint8)
        return np.moveaxis(array, 2, 0) if array.ndim == 3 and options.get("photometric") == "rgb" else array

    return make_tiff


def miniswhite(make, path):
    tifffile.imwrite(path, 255 - GREY, photometric="miniswhite")
    return GREY


def lzw(make, path):
    Pillow.fromarray(GREY).save(path, "TIFF", compression="tiff_lzw")
    return GREY


def by_pillow(compression, slack=0):
    """A maker of compressed TIFF files by Pillow, read within `slack`."""

    def make_tiff(make, path):
        array = GREY > 99 if compression == "group4" else GREY
        options = {"quality": 98} if compression == "jpeg" else {}
        Pillow.fromarray(array).save(path, "TIFF", compression=compression, **options)
        return array, slack

    return make_tiff


def pages(make, path):
    tifffile.imwrite(path, np.stack([GREY, GREY]), photometric="minisblack")


def stack_of_one_page(make, path):
    tifffile.imwrite(path, np.stack([GREY, GREY, GREY]), imagej=True, photometric="minisblack", truncate=True)


def cmyk_tiff(make, path):
    Pillow.fromarray(COLOUR).convert("CMYK").save(path, "TIFF")


def two_slopes(make, path):
    native(make, path, RescaleSlope="2", RescaleIntercept="0")
    data, slope = path.read_bytes(), b"\x28\0\x53\x10DS\2\0"
    at = data.index(slope)
    path.write_bytes(data[:at] + slope + b"3 " + data[at:])


def late_slope(make, path):
    native(make, path)
    path.write_bytes(path.read_bytes() + b"\x28\0\x53\x10DS\2\0002 ")


def two_luts(make, path):
    import pydicom

    native(make, path, ModalityLUTSequence=[pydicom.Dataset(), pydicom.Dataset()])


def unlike_frames(make, path):
    import pydicom

    native(make, path, PerFrameFunctionalGroupsSequence=[pydicom.Dataset(), pydicom.Dataset()])


def jpeg_called_lossless(make, path):
    stream = io.BytesIO()
    Pillow.fromarray(GREY).save(stream, "JPEG", quality=98)
    return encapsulated(make, path, stream.getvalue(), "1.2.840.10008.1.2.4.70", GREY, BitsStored=8), 4


def lossy_palette(make, path):
    stream = io.BytesIO()
    Pillow.fromarray(GREY).save(stream, "JPEG")
    elements = {"PhotometricInterpretation": "PALETTE COLOR", "BitsStored": 8}
    encapsulated(make, path, stream.getvalue(), "1.2.840.10008.1.2.4.50", GREY, **elements)


def text(make, path):
    path.write_text("id,subject\n1,2\n")


ROWS = (
    ("DICOM", "Implicit VR Little Endian", implicit, "read", ""),
    ("DICOM", "Explicit VR Big Endian", big_endian, "read", ""),
    ("DICOM", "no preamble and mark", without_preamble, "read", "said in the image's notes"),
    ("DICOM", "no preamble and no file meta", without_meta, "read", "the encoding is recognised by the first element"),
    ("DICOM", "deflated as a whole", deflated, "read", "inflated up to max_inflated_bytes"),
    ("DICOM", "MONOCHROME1", monochrome1, "read", "inverted: bright is dense everywhere"),
    ("DICOM", "signed", signed, "read", ""),
    ("DICOM", "10 bits in 16", ten_bits, "read", ""),
    ("DICOM", "32 bits", bits_32, "read", ""),
    ("DICOM", "12 bits at the upper end of 16", high_bits, "read", "shifted down"),
    ("DICOM", "RGB, colour by pixel", rgb, "read", "three channels"),
    ("DICOM", "RGB, colour by plane", rgb_planes, "read", "three channels"),
    ("DICOM", "RGB with equal channels", equal_rgb, "read", "one grey channel"),
    ("DICOM", "YBR_FULL", ybr, "read", "turned into RGB"),
    ("DICOM", "PALETTE COLOR", palette, "read", "its colours are looked up"),
    ("DICOM", "PALETTE COLOR, segmented", segmented(0, 1, 0, 1, 47, 47000), "read", "expanded, and looked up"),
    ("DICOM", "segments that point to segments", segmented(0, 2, 0, 1000, 2, 1, 0, 0), "refused",
     "segments that are not read"),
    ("DICOM", "YBR_FULL_422", halved_colours, "read", "turned into RGB"),
    ("DICOM", "YBR_FULL_422 of odd width", odd_colours, "refused", "of which two pixels share a colour"),
    ("DICOM", "modality LUT", with_lut, "read", "looked up"),
    ("DICOM", "two modality LUTs", two_luts, "refused", "has 2 modality LUTs"),
    ("DICOM", "RescaleSlope twice", two_slopes, "refused", "(0028,1053) twice"),
    ("DICOM", "RescaleSlope behind the pixels alone", late_slope, "refused", "(0028,1053) behind its pixels"),
    ("DICOM", "one frame, and groups of two", unlike_frames, "refused", "multi-frame DICOM file of 2 frames"),
    ("DICOM", "windows, VOI LUT", windowed, "read", "not applied: they are for the display"),
    ("DICOM", "overlay in unused bits", overlay, "read", "the overlay is cleared"),
    ("DICOM", "pixels of two pictures, one described", two_pictures, "refused", "bytes of pixels where its header"),
    ("DICOM", "two elements with pixels", pixels_twice, "refused", "holds its pixels twice"),
    ("DICOM", "fragments that call themselves not compressed", loose_fragments, "refused", "its pixels in fragments"),
    ("DICOM", "JPEG Baseline", by("JPEGBaselineProcess1", GREY, 3), "read", "apart"),
    ("DICOM", "JPEG Baseline, colours", colour_jpeg, "read", "apart; turned into RGB"),
    ("DICOM", "JPEG that calls YCbCr RGB", luma_called_rgb, "read", "apart; turned into RGB as the stream says"),
    ("DICOM", "JPEG whose colours are said to lie by plane", jpeg_of_planes, "read", "apart; they lie by pixel"),
    ("DICOM", "JPEG cut off and closed again", cut_and_closed, "refused", "ends before its last pixel"),
    ("DICOM", "JPEG with bytes too many", lost_way, "refused", "goes on behind its last pixel"),
    ("DICOM", "JPEG Baseline called lossless", jpeg_called_lossless, "read", "apart; marked as lossy"),
    ("DICOM", "PALETTE COLOR in a lossy JPEG", lossy_palette, "refused", "compressed with loss, which gives other"),
    ("DICOM", "JPEG Extended, 12 bits", by("JPEGExtendedProcess2_4", DEEP, 3), "read", "apart"),
    ("DICOM", "JPEG Lossless (.57)", by("JPEGLosslessProcess14"), "read", "apart"),
    ("DICOM", "JPEG Lossless, first-order (.70)", by("JPEGLosslessProcess14_1"), "read", "apart"),
    ("DICOM", "JPEG-LS Lossless", by("JPEGLSLossless"), "read", "apart"),
    ("DICOM", "JPEG-LS Near-lossless", by("JPEGLSNearLossless", DEEP, 4), "read", "apart; marked as lossy"),
    ("DICOM", "a stream in several fragments", fragments(0.2, 0.5, 0.5), "read", "apart"),
    ("DICOM", "an offset table that lies", fragments(0.5, table=bytes([0] * 4 + [99, 0, 0, 0])), "read", "apart"),
    ("DICOM", "streams of two pictures, one described", two_streams("JPEG2000Lossless"), "refused",
     "several compressed pictures"),
    ("DICOM", "samples of more bits than allocated", changed(by("JPEGLSLossless"), BitsAllocated=8, BitsStored=8,
     HighBit=7), "refused", "bits where its header allocates 8"),
    ("DICOM", "JPEG 2000 Lossless", by("JPEG2000Lossless"), "read", "apart"),
    ("DICOM", "JPEG 2000", by("JPEG2000", DEEP, 40), "read", "apart; marked as lossy"),
    ("DICOM", "HTJ2K Lossless (.201)", htj2k(HTJ2K, "1.2.840.10008.1.2.4.201"), "read", "apart"),
    ("DICOM", "HTJ2K Lossless RPCL (.202)", htj2k(HTJ2K, "1.2.840.10008.1.2.4.202"), "read", "apart"),
    ("DICOM", "HTJ2K (.203)", htj2k(HTJ2K_LOSSY, "1.2.840.10008.1.2.4.203", 60), "read", "apart; marked as lossy"),
    ("DICOM", "RLE Lossless", by("RLELossless"), "read", "apart"),
    ("DICOM", "RLE with a row too many", changed(by("RLELossless"), Rows=47), "refused", "more pixels than its header"),
    ("DICOM", "RLE of two pictures", two_streams("RLELossless"), "refused", "more pixels than its header"),
    ("DICOM", "video (MPEG)", video, "refused", "for which no decoder is installed"),
    ("DICOM", "several frames", frames, "refused", "multi-frame DICOM file of 2 frames"),
    ("DICOM", "1 bit a pixel", one_bit, "refused", "in a way that is not read"),
    ("PNG", "8-bit grey", picture(GREY, "PNG"), "read", ""),
    ("PNG", "16-bit grey", picture(DEEP, "PNG"), "read", "values as stored"),
    ("PNG", "RGB", picture(COLOUR, "PNG"), "read", "three channels"),
    ("PNG", "palette with alpha", palette_png, "read", "its colours are looked up; opaque alpha is dropped"),
    ("PNG", "palette of 2 bits", grey_of_few_bits, "read", "its colours are looked up; equal channels are grey"),
    ("PNG", "cut off by one byte", cut_png, "refused", "end too early"),
    ("PNG", "transparency that names no colour", odd_transparency, "read", "as if it were not there"),
    ("PNG", "two headers", two_headers, "refused", "two PNG headers"),
    ("PNG", "more rows than are described", rows_too_many, "refused", "more pixels than its header describes"),
    ("PNG", "another PNG behind it", two_pngs, "refused", "several PNG pictures"),
    ("PNG", "EXIF orientation", turned, "read", "turned upright"),
    ("PNG", "16-bit RGBA", rgba_16, "refused", "16-bit PNG with colour or alpha channels"),
    ("PNG", "animated", animated, "refused", "animated PNG"),
    ("JPEG", "baseline", lossy(GREY, 4), "read", "marked as lossy"),
    ("JPEG", "progressive", lossy(GREY, 4, progressive=True), "read", "apart; marked as lossy"),
    ("JPEG", "progressive, without its last scan", cut_scans, "refused", "ends before its last pixel"),
    ("JPEG", "cut off and closed again", cut_jpeg, "refused", "ends before its last pixel"),
    ("JPEG", "with bytes too many", lost_jpeg, "refused", "goes on behind its last pixel"),
    ("JPEG", "without one of its restart intervals", lost_interval, "refused", "missing or out of order"),
    ("JPEG", "two pictures (MPO)", several_jpegs(1), "refused", "JPEG of 2 pictures"),
    ("JPEG", "a smaller copy behind the picture", several_jpegs(2), "read", "left out; said in the image's notes"),
    ("JPEG", "CMYK", picture(COLOUR, "JPEG", "CMYK"), "refused", "CMYK JPEG for print"),
    ("JPEG", "arithmetic coding", arithmetic, "refused", "arithmetic coding"),
    ("TIFF", "uncompressed", tiff(DEEP), "read", ""),
    ("TIFF", "big endian", tiff(DEEP, byteorder=">"), "read", ""),
    ("TIFF", "BigTIFF", tiff(DEEP, bigtiff=True), "read", "apart"),
    ("TIFF", "float32", tiff(DEEP.astype(np.float32) / 7), "read", ""),
    ("TIFF", "tiled", tiff(np.tile(GREY, (2, 2)), tile=(32, 32)), "read", ""),
    ("TIFF", "Deflate", tiff(DEEP, compression="zlib"), "read", "apart"),
    ("TIFF", "LZW", lzw, "read", "apart"),
    ("TIFF", "RGB", tiff(COLOUR, photometric="rgb"), "read", "three channels"),
    ("TIFF", "MINISWHITE", miniswhite, "read", "inverted: bright is dense everywhere"),
    ("TIFF", "1 bit", tiff(GREY > 99), "read", "0 and 1"),
    ("TIFF", "colour by plane", tiff(np.moveaxis(COLOUR, 2, 0), photometric="rgb", planarconfig="separate"), "read",
     "three channels"),
    ("TIFF", "PackBits", by_pillow("packbits"), "read", "apart"),
    ("TIFF", "JPEG in TIFF", by_pillow("jpeg", 8), "read", "apart; marked as lossy"),
    ("TIFF", "CCITT (fax)", by_pillow("group4"), "refused", "compressed by CCITTFAX4"),
    ("TIFF", "a further channel of no known meaning", tiff(np.dstack([GREY, GREY]), planarconfig="contig",
     extrasamples=["unspecified"]), "refused", "further channel whose meaning"),
    ("TIFF", "signed, LZW", signed_lzw, "refused", "int8 samples compressed by LZW"),
    ("TIFF", "more rows than are described", tiff_of_rows(40), "refused", "more pixels than its header describes"),
    ("TIFF", "a smaller copy before the page", behind_a_copy, "read", "apart; the copy is left out"),
    ("TIFF", "a smaller copy below the page", with_a_page_below(1), "read", "apart; the copy is left out"),
    ("TIFF", "a page below the page", with_a_page_below(0), "refused", "TIFF of 2 pages"),
    ("TIFF", "several pages", pages, "refused", "TIFF of 2 pages"),
    ("TIFF", "a stack of which one page is described", stack_of_one_page, "refused", "TIFF of 3 pages"),
    ("TIFF", "CMYK", cmyk_tiff, "refused", "colours SEPARATED"),
    ("NIfTI", "of two axes", nifti(DEEP), "read", "x runs along a row; as stored, never turned by its affine"),
    ("NIfTI", "of two axes, the third of length 1", nifti(DEEP[..., None]), "read", "a film too"),
    ("NIfTI", "scaled", nifti(DEEP, slope=2, inter=3), "read", "scl_slope and scl_inter applied"),
    ("NIfTI", "an affine that is none", singular_nifti, "read", "the pixel size is unknown; said in the image's notes"),
    ("NIfTI", "more voxels than are described", further_voxels, "refused", "more data than its header says"),
    ("NIfTI", "several channels or times", nifti(np.zeros((4, 5, 1, 2), np.uint8)), "refused", "has 4 axes"),
    ("NIfTI", "colours", colour_nifti, "refused", "not plain numbers"),
    ("NIfTI", "in two files (.hdr, .img)", two_files, "refused", "the header of a NIfTI in two files"),
    ("other", "GIF", picture(GREY, "GIF"), "refused", "it holds a GIF"),
    ("other", "BMP", picture(GREY, "BMP"), "refused", "it holds a bitmap (BMP)"),
    ("other", "WebP", picture(COLOUR, "WEBP"), "refused", "it holds a WebP picture"),
    ("other", "JPEG 2000 file", picture(COLOUR, "JPEG2000"), "refused", "it holds a JPEG 2000 picture"),
    ("other", "text, archives, PDF, pickles", text, "refused", "is no image"),
)  # fmt: skip
"""(format, kind, maker, read or refused, what becomes of it or what the refusal says)."""

ODD = {
    "cr-chest-mono1-10bit.dcm": "read", "cr-chest-pa-jpeg.dcm": "read", "dx-thorax-mono1-small.dcm": "read",
    "cr-chest-zero-spacing-j2k.dcm": "read", "dx-thorax-imager-spacing-only.dcm": "read",
    "ct-jpeg-lossless-sv1.dcm": "read", "ct-jpegls-lossless.dcm": "read", "ct-j2k-lossless.dcm": "read",
    "ct-rle.dcm": "read", "ct-deflated.dcm": "read", "ct-jpeg-extended-12bit.dcm": "read",
    "mr-explicit-big-endian.dcm": "read", "mr-implicit.dcm": "read", "mr-jpegls.dcm": "read",
    "emr-10-frames-jpegls.dcm": "multi-frame DICOM file of 10 frames",
    "ect-2-frames-fragmented-no-bot.dcm": "multi-frame DICOM file of 2 frames",
    "ect-2-frames-supplemental-palette.dcm": "multi-frame DICOM file of 2 frames",
    "ct-no-preamble-no-meta.dcm": "is no image",
    "ct-no-preamble.dcm": "read", "ct-small-plain.dcm": "read",
    "mr-truncated-pixels.dcm": "pixel data 8130 bytes, 8192 expected",
    "ct-vr-un.dcm": "read",
    "rtdose-bad-vr.dcm": "radiotherapy dose grid", "mr-no-rows.dcm": "has no Rows",
    "ct-j2k-sign-mismatch-tilt.dcm": "read", "nm-jpeg-12bit-bad-sos.dcm": "scan header is wrong",
    "mr-padded-after-pixels.dcm": "read", "us-palette-rle-no-spacing.dcm": "read", "sc-ybr-full-422.dcm": "read",
    "sc-rgb-odd-size.dcm": "read", "ot-modality-lut.dcm": "read", "ct-8bit-three-spacings.dcm": "read",
    "parametric-map-float.dcm": "read", "seg-liver-3-frames.dcm": "segmentation object",
    "sr-measurements.dcm": "structured report", "rtstruct-small.dcm": "RTSTRUCT: contours",
    "rtdose-32bit.dcm": "radiotherapy dose grid", "dicomdir/DICOMDIR": "DICOMDIR, an index",
    "ct-no-pixel-spacing.dcm": "read", "empty.dcm": r"is empty \(0 bytes\)",
}  # fmt: skip
"""The single files of the shared odd DICOM files: read, or what the refusal says."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_every_kind_is_read_right_or_refused(row, make_dicom, tmp_path):
    form, _, make, verdict, words = row
    path = tmp_path / "file"
    made = make(make_dicom, path)
    if verdict == "refused":
        with pytest.raises(InputError, match=re.escape(words)):
            read_image(path)
        return
    array, slack = made if isinstance(made, tuple) else (made, 0)
    image = read_image(path)
    array = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    expected = array if array.ndim == 3 else array[None]
    assert ("marked as lossy" in words) <= (form != "DICOM" or "compressed with loss" in image.notes)
    assert image.array.shape == expected.shape
    assert np.abs(image.array.astype(float) - expected).max() <= slack
    assert image.grid == read_grid(path)
    if slack == 0 and form != "JPEG":
        assert image.array.dtype == expected.dtype


def test_the_shared_odd_films_are_read_right_or_refused(shared):
    folder = shared / "dicom-odd"
    with open(folder / "files.csv", newline="", encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file) if not row["file"].endswith("/")}
    assert rows.keys() == ODD.keys()
    for name, verdict in ODD.items():
        if verdict == "read":
            image = read_image(folder / name)
            check_against_table(name, rows[name], image)
            assert image.grid == read_grid(folder / name)
            continue
        with pytest.raises(InputError, match=verdict):
            read_image(folder / name)


def check_against_table(name, row, image):
    """Shape, range and mean as the table has them; lossy films within a few units."""
    words = row["expected"]
    shape = re.search(r"shape (\d+)x(\d+)|: (\d+)x(\d+)", words)
    if shape:
        assert image.array.shape[1:] == tuple(int(n) for n in shape.groups() if n), name
    found = re.search(r"after rescale (-?[\d.]+?)\.\.(-?[\d.]+)", words) or re.search(
        r"stored (-?[\d.]+?)\.\.(-?[\d.]+)", words
    )
    if not found or image.channels != 1:
        return
    low, high = (float(number.rstrip(".")) for number in found.groups())
    array = image.array.astype(float)
    if row["photometric"] == "MONOCHROME1":
        top = {"cr-chest-mono1-10bit.dcm": 1023, "cr-chest-zero-spacing-j2k.dcm": 32767}.get(name, 255)
        array = top - array
    slack = 3 if any("loss" in note for note in image.notes) else 0.01
    assert array.min() == pytest.approx(low, abs=slack), name
    assert array.max() == pytest.approx(high, abs=slack), name
    mean = re.search(r"mean stored (-?[\d.]+)", words)
    if mean and "after rescale" not in words:
        assert array.mean() == pytest.approx(float(mean[1].rstrip(".")), abs=max(slack, 0.01)), name


def page():
    """The page of the documentation."""
    lines = [
        "# What medunet reads and what it refuses", "",
        "Files are recognised by what they hold, whatever they are called. A file is read right, or refused by one",
        "line that says what is wrong and what to do; a batch goes on without it. This page is printed from the table",
        "that the tests carry out.", "",
        "Pixels that are compressed in more than the plainest ways are decoded in a process apart, with its own",
        "limits on memory and time: \"apart\" below. Windows and VOI LUTs are not applied: an image keeps its real",
        "values.", "",
        "## Films and masks", "",
        "| format | kind | | what becomes of it, or what is said |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {form} | {kind} | {verdict} | {words} |" for form, kind, _, verdict, words in ROWS]
    lines += [
        "", "## Other DICOM objects", "",
        "Refused, each by its own line: structured reports, presentation states, waveforms, enclosed documents, dose",
        "grids, RTSTRUCT, segmentation objects, whole-slide images, DICOMDIR; files that are cut off, without Rows,",
        "with a program in their preamble, or with more values than their stored bits can hold.", "",
        "## Damage in the middle", "",
        "PNG, deflated TIFF and gzip carry check sums: a changed byte is refused. Nothing else does. A decoder of JPEG",
        "that meets a damaged code goes on and says nothing; mostly it then needs more bytes than there are, or fewer.",
        "In sequential JPEG, also within DICOM and TIFF, that is noticed, and so are restart markers out of order. Not",
        "noticed is a change after which the counts are right again, such as a brighter block. Of 1000 changes (200",
        "places in each of five films of NIH ChestX-ray14) were refused:", "",
        "| damage | refused |", "|---|---|",
        "| one byte changed | 26.4 % |", "| 512 bytes zeroed | 99.8 % |", "| 512 bytes lost | 100.0 % |",
        "| 512 bytes at random | 98.9 % |", "",
        "`python benchmarks/jpeg_damage.py FILMS` prints it. In progressive JPEG it is noticed that scans are missing",
        "or end too early. In lossless JPEG, JPEG-LS, JPEG 2000, RLE, LZW and deflated DICOM only what their decoders",
        "refuse is noticed, and of uncompressed pixels that none are missing: where that matters, compare check sums",
        "with the source. Rows that a header does not describe are refused, but for those in a progressive JPEG and",
        "behind the end of a strip of TIFF by LZW or PackBits, which are dropped.", "",
        "## The process apart", "",
        "It is bounded in memory and processor time by the limits below, and writes nothing. On Linux (x86_64 and",
        "aarch64: seccomp; from 5.13 on: Landlock) it is also kept from the network, from starting programs, from the",
        "memory of other processes, and from making, changing or removing files. It can read what you can read. On",
        "other systems, and where a kernel or a container has neither, it is a process like any other.", "",
        "## Limits", "",
        "Checked from the header, before memory is taken. `--limit NAME=NUMBER` sets another value for a command,",
        "`medunet limits` lists those in force, and from Python it is",
        "`with medunet.images.limits_set(max_pixels=4e8):`.", "",
        "| limit | largest | why |", "|---|---|---|",
    ]  # fmt: skip
    lines += [f"| `{one.name}` | {one.value:,} {one.unit} | {one.why} |" for one in LIMITS.values()]
    return "\n".join(lines) + "\n"


def test_the_page_is_this_table():
    assert PAGE.read_text(encoding="utf-8") == page(), f"run `python {Path(__file__).name} > {PAGE.name}`"


if __name__ == "__main__":
    print(page(), end="")

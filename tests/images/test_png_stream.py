import struct
import zlib

import numpy as np
import pytest

from medunet.errors import InputError
from medunet.images.png_stream import SIGNATURE, png_header, png_pixels
from medunet.images.raster import read_grid, read_image, read_pixels


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(array, depth=8, colour=0, rows=None, extra=b"", interlaced=0, tail=b"", level=6):
    """A PNG of (row, column) values of `depth` bits."""
    bits = [np.unpackbits(row.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, 16 - depth :] for row in array]
    data = rows if rows is not None else b"".join(b"\0" + np.packbits(row.reshape(-1)).tobytes() for row in bits)
    head = struct.pack(">IIBBBBB", array.shape[1], array.shape[0], depth, colour, 0, 0, interlaced)
    parts = chunk(b"IHDR", head), extra, chunk(b"IDAT", zlib.compress(data, level)), chunk(b"IEND", b""), tail
    return SIGNATURE + b"".join(parts)


def adam7(array):
    """The filtered rows of the seven passes of an 8-bit picture."""
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    passes = [array[row::down, column::along] for row, column, down, along in starts]
    return b"".join(b"".join(b"\0" + row.tobytes() for row in part) for part in passes if part.size)


@pytest.mark.parametrize("shape", [(13, 17), (1, 1), (3, 2), (9, 5), (8, 8)])
def test_the_bytes_of_an_interlaced_picture_are_counted_right(tmp_path, grey, shape):
    array, path = grey[: shape[0], : shape[1]], tmp_path / "film.png"
    path.write_bytes(png(array, rows=adam7(array), interlaced=1))
    header = png_header(path)
    assert header.data_bytes == len(adam7(array))
    np.testing.assert_array_equal(read_image(path).array[0], array)
    for rows, words in (
        (adam7(array)[:-1], "ends before its last pixel"),
        (adam7(array) + bytes(header.row_bytes(header.columns)), "holds more pixels than its header describes"),
    ):
        path.write_bytes(png(array, rows=rows, interlaced=1))
        with pytest.raises(InputError, match=words):
            png_pixels(path, header)


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_grey_of_any_depth_and_its_one_transparent_value(tmp_path, depth):
    array = np.arange(12 * 9).reshape(12, 9) % 2**depth
    path = tmp_path / "film.png"
    path.write_bytes(png(array, depth, extra=chunk(b"tRNS", struct.pack(">H", 1))))
    image = read_image(path)
    np.testing.assert_array_equal(image.valid, array != 1)
    np.testing.assert_array_equal(image.array[0][image.valid], array[array != 1])
    path.write_bytes(png(array, depth))
    np.testing.assert_array_equal(read_pixels(path).array, array)


def test_rows_that_are_missing_are_not_zeros(tmp_path, grey):
    """zlib's own checksum is right: the writer stopped early. Decoders leave the rest black and say nothing."""
    path = tmp_path / "film.png"
    path.write_bytes(png(grey, rows=b"".join(b"\0" + row.tobytes() for row in grey[:-3])))
    with pytest.raises(InputError, match="ends before its last pixel"):
        read_image(path)
    black = grey.copy()
    black[-2:] = 0
    path.write_bytes(png(black))
    np.testing.assert_array_equal(read_image(path).array[0], black)


@pytest.mark.parametrize("level", [0, 9])
@pytest.mark.parametrize("more", [1, 17, 18, 40_000])
def test_rows_too_many_are_refused_and_a_few_bytes_are_passed_over(tmp_path, grey, level, more):
    """Decoders take as many rows as the header says and leave the others; some encoders leave a rest behind them."""
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    path = tmp_path / "film.png"
    path.write_bytes(png(grey, rows=rows + bytes(more), level=level))
    if more < 18:
        np.testing.assert_array_equal(read_image(path).array[0], grey)
        return
    with pytest.raises(InputError, match="holds more pixels than its header describes"):
        read_image(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda one, other: one + other, "holds several PNG pictures"),
        (lambda one, other: one.replace(b"IDAT", b"CDAT"), "PNG part of an unknown kind"),
        (lambda one, other: one[:33] + chunk(b"CgBI", bytes(4)) + one[33:], "PNG part of an unknown kind"),
    ],
)
def test_what_would_be_dropped_in_silence_is_refused(tmp_path, grey, data, words):
    path = tmp_path / "film.png"
    path.write_bytes(data(png(grey), png(255 - grey)))
    with pytest.raises(InputError, match=words):
        read_image(path)


@pytest.mark.parametrize("place", [10, 11])
def test_another_compression_or_filtering_than_there_is_is_none(tmp_path, grey, place):
    data = bytearray(png(grey))
    data[16 + place] = 64
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "film.png").write_bytes(data)
    with pytest.raises(InputError, match="no PNG header"):
        read_grid(tmp_path / "film.png")


@pytest.mark.parametrize("lost", [1, 4, 11, 12, 13, 20, 100])
def test_a_file_without_its_end_is_refused(tmp_path, grey, lost):
    path = tmp_path / "film.png"
    path.write_bytes(png(grey, level=0)[:-lost])
    with pytest.raises(InputError, match="end too early"):
        read_image(path)


@pytest.mark.parametrize("level", [0, 9])
def test_one_changed_bit_is_found(tmp_path, grey, level):
    data = bytearray(png(grey, level=level))
    data[data.index(b"IDAT") + 30] ^= 4
    path = tmp_path / "film.png"
    path.write_bytes(data)
    with pytest.raises(InputError, match="the checksum of its IDAT part is wrong"):
        read_image(path)


@pytest.mark.parametrize(
    "odd",
    [
        {"extra": chunk(b"iCCP", b"no profile")},
        {"extra": chunk(b"gAMA", struct.pack(">I", 100000))},
        {"extra": chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(50_000_000)))},
        {"extra": chunk(b"tEXt", b"Comment\0x")[:-1] + b"?"},
        {"tail": b"junk behind the end" * 9},
        {"tail": chunk(b"acTL", bytes(8))},
        {"tail": chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")},
    ],
)
def test_what_says_nothing_about_the_pixels_is_passed_over(tmp_path, grey, odd):
    path = tmp_path / "film.png"
    path.write_bytes(png(grey, **odd))
    np.testing.assert_array_equal(read_image(path).array[0], grey)


@pytest.mark.parametrize("data", [SIGNATURE, SIGNATURE + b"\0" * 40, SIGNATURE + chunk(b"IHDR", bytes(4))])
def test_no_sound_header_is_no_png(tmp_path, data):
    (tmp_path / "film.png").write_bytes(data)
    with pytest.raises(InputError, match="no PNG header"):
        read_image(tmp_path / "film.png")


@pytest.mark.parametrize("clear", [b"", b"\0", b"\0\7\0\7\0\7"])
def test_a_transparent_value_of_another_length_is_none(tmp_path, grey, clear):
    path = tmp_path / "film.png"
    path.write_bytes(png(grey, extra=chunk(b"tRNS", clear)))
    assert png_header(path).transparent is None
    assert read_image(path).valid is None
    np.testing.assert_array_equal(read_pixels(path).array, grey)

import io
import logging
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from medunet.errors import InputError
from medunet.images.tiff import is_tiff, read_grid, read_image, read_pixels

RGB = {"photometric": "rgb"}


def write(path, array, **options):
    tifffile.imwrite(path, array, **{"photometric": "minisblack", **options})
    return path


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i1", "i2", "i4", "<u2", ">u2", "f4", "f2", "f8"])
@pytest.mark.parametrize(
    "options", [{}, {"compression": "zlib"}, {"compression": "zlib", "predictor": 2}, {"tile": (16, 16)}]
)
def test_every_plain_type_keeps_its_values(tmp_path, dtype, options):
    kind = np.dtype(dtype)
    if kind.kind == "f" and "predictor" in options:
        pytest.skip("predictor 2 is for integers")
    array = (np.random.default_rng(2).integers(0, 100, (23, 37)) * (1 if kind.kind == "u" else -1)).astype(kind)
    path = write(tmp_path / "film.tif", array, byteorder=">" if dtype[0] == ">" else "<", **options)
    image = read_image(path)
    assert image.array.dtype == (np.float32 if kind.kind == "f" else kind.newbyteorder("="))
    np.testing.assert_array_equal(image.array[0], array)
    assert image.grid == read_grid(path)
    assert is_tiff(path.read_bytes()[:8])


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate", "tiff_deflate", None])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "RGB", "RGBA", "P"])
def test_what_pillow_writes_is_read_as_pillow_holds_it(tmp_path, grey, compression, mode):
    opaque = np.full_like(grey, 255)
    picture = {
        "1": lambda: Pillow.fromarray(grey > 99),
        "L": lambda: Pillow.fromarray(grey),
        "LA": lambda: Pillow.fromarray(np.dstack([grey, opaque])),
        "I;16": lambda: Pillow.fromarray(grey.astype(np.uint16) * 257),
        "RGB": lambda: Pillow.fromarray(np.dstack([grey, 255 - grey, grey])),
        "RGBA": lambda: Pillow.fromarray(np.dstack([grey, 255 - grey, grey, opaque])),
        "P": lambda: Pillow.fromarray(grey).quantize(7),
    }[mode]()
    path = tmp_path / "film.tif"
    picture.save(path, compression=compression)
    image = read_image(path)
    assert image.valid is None
    if mode == "P":
        expected = np.asarray(picture.convert("RGB"))
        assert read_pixels(path).kind == "palette"
        np.testing.assert_array_equal(read_pixels(path).array, np.asarray(picture))
        found = image.array if image.channels == 3 else np.repeat(image.array, 3, axis=0)
        np.testing.assert_array_equal(np.moveaxis(found, 0, 2), expected)
    else:
        expected = np.asarray(picture)
        expected = expected[..., : {"LA": 1, "RGBA": 3}.get(mode, 3)] if expected.ndim == 3 else expected[..., None]
        np.testing.assert_array_equal(np.moveaxis(image.array, 0, 2), expected)


def test_jpeg_in_tiff_is_lossy_and_near(tmp_path):
    array = np.add.outer(np.arange(64), np.arange(48)).astype(np.uint8)
    path = tmp_path / "film.tif"
    Pillow.fromarray(array).save(path, compression="jpeg", quality=95)
    assert np.abs(read_image(path).array[0].astype(int) - array).max() <= 6
    assert read_pixels(path).lossy


def test_nan_and_infinity_are_not_valid(tmp_path):
    array = np.array([[1.5, np.nan, 2.5], [np.inf, -3.0, 0.0]], np.float32)
    image = read_image(write(tmp_path / "film.tif", array))
    assert image.valid.tolist() == [[True, False, True], [False, True, True]]
    assert image.array[0].tolist() == [[1.5, -3.0, 2.5], [-3.0, -3.0, 0.0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_miniswhite_is_inverted_and_says_so(tmp_path, grey, dtype, compression):
    array = grey.astype(dtype)
    image = read_image(write(tmp_path / "film.tif", array, photometric="miniswhite", compression=compression))
    np.testing.assert_array_equal(image.array[0], np.iinfo(dtype).max - array)
    assert image.notes == ("MINISWHITE inverted",)


def test_miniswhite_by_lzw_is_inverted_once(tmp_path, grey):
    """Pillow inverts by itself; the two inversions must not cancel."""
    path = tmp_path / "film.tif"
    Pillow.fromarray(grey).save(path, compression="tiff_lzw", tiffinfo={262: 0})
    with Pillow.open(path) as picture:
        assert picture.tag_v2[262] == 0
        expected = np.asarray(picture)
    np.testing.assert_array_equal(read_image(path).array[0], expected)


def test_miniswhite_floats_have_no_white(tmp_path):
    with pytest.raises(InputError, match="whose white is unknown"):
        read_image(write(tmp_path / "film.tif", np.zeros((3, 4), np.float32), photometric="miniswhite"))


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_16_bit_colour_keeps_16_bits(tmp_path, planar):
    array = np.random.default_rng(5).integers(0, 65536, (6, 9, 3)).astype(np.uint16)
    data = array if planar == "contig" else np.moveaxis(array, 2, 0).copy()
    path = write(tmp_path / "film.tif", data, planarconfig=planar, **RGB)
    image = read_image(path)
    assert image.array.dtype == np.uint16
    np.testing.assert_array_equal(np.moveaxis(image.array, 0, 2), array)
    with pytest.raises(InputError, match="8 bits a channel"):
        read_pixels(path)


def test_alpha_marks_what_is_not_valid(tmp_path, grey):
    alpha = np.where(np.arange(17) < 4, 0, 255) * np.ones((13, 1))
    array = np.dstack([grey, 255 - grey, grey, alpha.astype(np.uint8)])
    image = read_image(write(tmp_path / "film.tif", array, extrasamples=["unassalpha"], **RGB))
    np.testing.assert_array_equal(image.valid, alpha > 0)
    assert image.channels == 3


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", [1, 2, 6, 8])
def test_orientation_is_applied_once(tmp_path, grey, orientation, compression):
    path = tmp_path / "film.tif"
    Pillow.fromarray(grey).save(path, compression=compression, tiffinfo={274: orientation})
    image = read_image(path)
    expected = {1: grey, 2: grey[:, ::-1], 6: np.rot90(grey, -1), 8: np.rot90(grey)}[orientation]
    np.testing.assert_array_equal(image.array[0], expected)
    assert image.grid == read_grid(path)


def test_float_masks_of_whole_numbers_are_masks(tmp_path):
    assert read_pixels(write(tmp_path / "m.tif", np.array([[0, 2.0]], np.float32))).array.tolist() == [[0, 2]]
    with pytest.raises(InputError, match=r"holds the value 0\.5"):
        read_pixels(write(tmp_path / "m.tif", np.array([[0, 0.5]], np.float32)))
    with pytest.raises(InputError, match="negative value -4"):
        read_pixels(write(tmp_path / "m.tif", np.array([[0, -4]], np.int16)))


def test_several_pages_are_refused_and_a_thumbnail_is_no_page(tmp_path, grey):
    path = write(tmp_path / "film.tif", np.stack([grey, grey, grey]))
    with pytest.raises(InputError, match="TIFF of 3 pages"):
        read_image(path)
    with tifffile.TiffWriter(path) as writer:
        writer.write(grey, photometric="minisblack", metadata=None)
        writer.write(grey[::4, ::4], photometric="minisblack", subfiletype=1, metadata=None)
    np.testing.assert_array_equal(read_image(path).array[0], grey)


def test_a_page_behind_a_smaller_copy_is_read_whatever_its_compression(tmp_path, grey):
    path = tmp_path / "film.tif"
    small = {254: 1}
    copy, film = Pillow.fromarray(grey[::4, ::4]), Pillow.fromarray(grey)
    copy.encoderinfo, film.encoderinfo = {"tiffinfo": small}, {"compression": "tiff_lzw", "tiffinfo": {254: 0}}
    copy.save(path, "TIFF", save_all=True, append_images=[film], tiffinfo=small)
    with tifffile.TiffFile(path) as file:
        assert [(page.is_reduced, int(page.compression)) for page in file.pages] == [(True, 1), (False, 5)]
    np.testing.assert_array_equal(read_image(path).array[0], grey)
    assert read_grid(path).shape == grey.shape


def test_pages_below_a_page_count_unless_they_are_smaller_copies(tmp_path, grey):
    for kind, path in ((0, tmp_path / "two.tif"), (1, tmp_path / "one.tif")):
        with tifffile.TiffWriter(path) as writer:
            writer.write(grey, photometric="minisblack", subifds=1, metadata=None)
            writer.write(grey[::2, ::2], photometric="minisblack", subfiletype=kind, metadata=None)
    np.testing.assert_array_equal(read_image(tmp_path / "one.tif").array[0], grey)
    with pytest.raises(InputError, match="TIFF of 2 pages"):
        read_image(tmp_path / "two.tif")
    path = write(tmp_path / "film.tif", grey, subfiletype=1, metadata=None)
    np.testing.assert_array_equal(read_image(path).array[0], grey)


@pytest.mark.parametrize("options", [{}, {"rowsperstrip": 4}, {"rowsperstrip": 4, "compression": "zlib"}])
def test_rows_too_many_are_refused(tmp_path, grey, options):
    path = write(tmp_path / "film.tif", grey, metadata=None, **options)
    with tifffile.TiffFile(path, mode="r+b") as file:
        file.pages[0].tags[257].overwrite(8)
    with pytest.raises(InputError, match="holds more pixels than its header describes"):
        read_image(path)


def test_zeros_behind_the_rows_are_passed_over(tmp_path, grey):
    path = tmp_path / "film.tif"
    path.write_bytes(page_of_bytes(grey.tobytes() + bytes(400), 1, *grey.shape))
    np.testing.assert_array_equal(read_image(path).array[0], grey)


def test_signed_samples_that_pillow_would_read_as_unsigned_are_refused(tmp_path, grey):
    path = tmp_path / "film.tif"
    Pillow.fromarray(grey).save(path, compression="tiff_lzw", tiffinfo={339: 2})
    with pytest.raises(InputError, match="int8 samples compressed by LZW"):
        read_image(path)


@pytest.mark.parametrize(
    ("array", "options", "words"),
    [
        (np.zeros((4, 5, 2), np.uint8), {"planarconfig": "contig"}, "further channel whose meaning"),
        (np.zeros((4, 5, 2), np.uint8), {"planarconfig": "contig", "extrasamples": ["unassalpha"]}, "no valid pixel"),
        (np.zeros((4, 5, 5), np.uint8), {"planarconfig": "contig"}, "5 samples a pixel"),
        (np.zeros((4, 5, 4), np.uint8), {"photometric": "separated"}, "colours SEPARATED"),
        (np.zeros((4, 5), np.complex64), {}, "samples of 64 bits"),
    ],
)
def test_other_samples_are_refused(tmp_path, array, options, words):
    path = write(tmp_path / "film.tif", array, **options)
    with pytest.raises(InputError, match=words):
        read_image(path)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"rowsperstrip": 4}])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_file_is_refused_never_filled_with_zeros(tmp_path, options, share):
    noise = np.random.default_rng(3).integers(0, 256, (64, 64)).astype(np.uint8)
    path = write(tmp_path / "film.tif", noise, metadata=None, **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=r"cut off|damaged"):
        read_image(path)


def test_a_strip_without_bytes_is_refused(tmp_path, grey):
    path = write(tmp_path / "film.tif", grey, rowsperstrip=5, compression="zlib", metadata=None)
    with tifffile.TiffFile(path, mode="r+b") as file:
        counts = file.pages[0].tags[279]
        counts.overwrite([*counts.value[:-1], 0])
    with pytest.raises(InputError, match="bytes of its pixels are missing"):
        read_image(path)


@pytest.mark.parametrize("tag", [258, 339, 262])
def test_a_damaged_tag_about_pixels_is_refused_and_nothing_is_logged(tmp_path, tag, caplog):
    """Without SampleFormat these floats would be read as integers."""
    path = write(tmp_path / "film.tif", np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5), metadata=None)
    data = bytearray(path.read_bytes())
    entry = data.index(struct.pack("<H", tag), 8)
    data[entry + 2 : entry + 4] = b"\xff\xff"
    path.write_bytes(data)
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError, match=f"TIFF tag {tag} cannot be read"):
        read_image(path)
    assert not caplog.records


def test_other_users_of_tifffile_still_see_its_log(tmp_path, caplog):
    (tmp_path / "film.tif").write_bytes(b"II*\x00\xff\xff\xff\x00" + bytes(20))
    with caplog.at_level(logging.DEBUG), tifffile.TiffFile(tmp_path / "film.tif") as file:
        list(file.pages)
    assert caplog.records


def test_a_bomb_is_refused_from_its_header(tmp_path, grey):
    path = write(tmp_path / "film.tif", grey, metadata=None)
    with tifffile.TiffFile(path, mode="r+b") as file:
        for tag in (256, 257):
            file.pages[0].tags[tag].overwrite(60000)
    for read in (read_image, read_grid):
        with pytest.raises(InputError, match="max_pixels"):
            read(path)


def page_of_bytes(data, compression, rows, columns, photometric=1):
    """A TIFF of one strip; `photometric` of None leaves the tag out."""
    entries = [
        (256, 4, 1, columns), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, photometric),
        (273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, 1, len(data)),
    ]  # fmt: skip
    entries = [entry for entry in entries if entry[3] is not None]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(struct.pack("<HHII", *one) for one in entries)
    return head + bytes(200 - len(head)) + data


def test_without_a_word_on_black_and_white_it_is_not_guessed(tmp_path, grey):
    """Libraries take 0 for white then, and a film would come out inverted."""
    path = tmp_path / "film.tif"
    path.write_bytes(page_of_bytes(grey.tobytes(), 1, *grey.shape))
    np.testing.assert_array_equal(read_image(path).array[0], grey)
    path.write_bytes(page_of_bytes(grey.tobytes(), 1, *grey.shape, photometric=None))
    with pytest.raises(InputError, match="whether its 0 is black or white"):
        read_image(path)


@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_a_jpeg_strip_that_ends_too_early_is_refused(tmp_path, end):
    array = np.random.default_rng(1).integers(0, 256, (48, 40)).astype(np.uint8)
    made = io.BytesIO()
    Pillow.fromarray(array).save(made, "JPEG", quality=95)
    path = tmp_path / "film.tif"
    path.write_bytes(page_of_bytes(made.getvalue(), 7, 48, 40))
    assert np.abs(read_image(path).array[0].astype(int) - array).max() < 40
    path.write_bytes(page_of_bytes(made.getvalue()[: len(made.getvalue()) * 2 // 3] + end, 7, 48, 40))
    with pytest.raises(InputError, match="cut off"):
        read_image(path)


def test_a_further_channel_is_no_alpha_unless_it_says_so(tmp_path, grey):
    array = np.dstack([grey, grey.T.reshape(grey.shape)])
    path = write(tmp_path / "film.tif", array, planarconfig="contig", extrasamples=["unspecified"])
    with pytest.raises(InputError, match="further channel whose meaning it does not say"):
        read_image(path)
    array[..., 1] = 255
    path = write(tmp_path / "film.tif", array, planarconfig="contig", extrasamples=["unspecified"])
    np.testing.assert_array_equal(read_image(path).array[0], grey)


@pytest.mark.parametrize(
    ("options", "pages"), [({"imagej": True}, 3), ({}, 3), ({"imagej": True, "stack": 1}, 1), ({"stack": 1}, 1)]
)
def test_a_stack_of_which_one_page_is_described_is_no_film(tmp_path, grey, options, pages):
    stack = np.stack([grey] * options.pop("stack", 3))
    tifffile.imwrite(tmp_path / "film.tif", stack, photometric="minisblack", truncate=True, **options)
    if pages == 1:
        np.testing.assert_array_equal(read_image(tmp_path / "film.tif").array[0], grey)
        return
    for read in (read_image, read_grid):
        with pytest.raises(InputError, match="is a TIFF of 3 pages"):
            read(tmp_path / "film.tif")


def test_a_stack_of_metamorph_is_no_film(tmp_path, grey):
    planes = [(33629, 5, 2, (1, 1, 2, 1), True)]
    tifffile.imwrite(tmp_path / "film.tif", grey, photometric="minisblack", metadata=None, extratags=planes)
    with pytest.raises(InputError, match="is a TIFF of 2 pages"):
        read_image(tmp_path / "film.tif")

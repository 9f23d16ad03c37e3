import builtins
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow

from medunet.errors import InputError
from medunet.images.raster import is_jpeg, is_png, read_grid, read_image, read_pixels


def save(path, array, kind="PNG", **options):
    picture = array if isinstance(array, Pillow.Image) else Pillow.fromarray(array)
    picture.save(path, format=kind, **options)
    return path


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(depth, colour, rows, columns, lines, *extra):
    """A PNG made by hand from its raw lines (each without filter byte)."""
    header = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + line for line in lines))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_png_keeps_values_and_type(tmp_path, dtype):
    array = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (5, 7), endpoint=True).astype(dtype)
    path = save(tmp_path / "film.png", array)
    image = read_image(path)
    assert image.array.dtype == dtype
    np.testing.assert_array_equal(image.array[0], array)
    np.testing.assert_array_equal(read_pixels(path).array, array)
    assert image.grid == read_grid(path)
    assert image.grid.spacing is None
    assert image.source == "film.png"


def test_grey_jpeg_is_lossy_and_near(tmp_path):
    array = np.add.outer(np.arange(64), np.arange(48)).astype(np.uint8)
    path = save(tmp_path / "film.jpg", array, "JPEG", quality=95)
    assert is_jpeg(path.read_bytes())
    assert read_pixels(path).lossy
    assert np.abs(read_image(path).array[0].astype(int) - array).max() <= 4
    assert read_grid(path).shape == (64, 48)


def test_one_bit_is_0_and_1(tmp_path, grey):
    path = save(tmp_path / "mask.png", Pillow.fromarray(grey > 100))
    image = read_image(path)
    assert image.array.dtype == np.uint8
    np.testing.assert_array_equal(image.array[0], (grey > 100).astype(np.uint8))


@pytest.mark.parametrize(("depth", "line", "stored"), [(2, b"\x1b", [0, 1, 2, 3]), (4, b"\x0f\x71", [0, 15, 7, 1])])
def test_two_and_four_bits_are_read_as_stored(tmp_path, depth, line, stored):
    path = tmp_path / "mask.png"
    path.write_bytes(png(depth, 0, 1, 4, [line]))
    assert read_pixels(path).array.tolist() == [stored]
    assert read_image(path).array[0].tolist() == [stored]


@pytest.mark.parametrize("colour", [2, 4, 6])
def test_16_bit_colour_is_never_reduced_to_8_bits(tmp_path, colour):
    samples = {2: 3, 4: 2, 6: 4}[colour]
    path = tmp_path / "film.png"
    path.write_bytes(png(16, colour, 1, 2, [b"\x12\x34" * samples * 2]))
    for read in (read_image, read_pixels, read_grid):
        with pytest.raises(
            InputError, match=r"16-bit PNG with colour or alpha.*Export it as 16-bit grey PNG or as TIFF"
        ):
            read(path)


def test_rgba_with_opaque_alpha_is_grey(tmp_path, grey):
    path = save(tmp_path / "film.png", np.dstack([grey, grey, grey, np.full_like(grey, 255)]))
    image = read_image(path)
    assert image.valid is None
    np.testing.assert_array_equal(image.array[0], grey)


def test_grey_with_alpha_marks_what_is_not_valid(tmp_path, grey):
    alpha = np.where(np.arange(17) < 4, 0, 255) * np.ones((13, 1))
    path = save(tmp_path / "film.png", np.dstack([grey, alpha.astype(np.uint8)]))
    np.testing.assert_array_equal(read_image(path).valid, alpha > 0)


def test_a_transparent_grey_value_is_not_valid(tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(png(8, 0, 1, 3, [b"\x01\x07\x09"], chunk(b"tRNS", b"\0\x07")))
    image = read_image(path)
    assert image.valid.tolist() == [[True, False, True]]
    assert image.array[0].tolist() == [[1, 1, 9]]


def test_a_transparent_palette_entry_is_not_valid(tmp_path):
    path = tmp_path / "film.png"
    palette = chunk(b"PLTE", bytes([0, 0, 0, 9, 8, 7, 50, 60, 70]))
    path.write_bytes(png(8, 3, 1, 3, [b"\x00\x01\x02"], palette, chunk(b"tRNS", b"\x00")))
    image = read_image(path)
    assert image.valid.tolist() == [[False, True, True]]
    assert image.array[:, 0, 2].tolist() == [50, 60, 70]
    assert read_pixels(path).array.tolist() == [[0, 1, 2]]


def test_an_index_outside_the_palette_is_refused(tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(png(8, 3, 1, 2, [b"\x00\x05"], chunk(b"PLTE", bytes(6))))
    with pytest.raises(InputError, match="index 5, but its palette has 2 colours"):
        read_image(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_exif_orientation_is_applied_everywhere(tmp_path, kind, orientation):
    array = np.full((16, 32), 40, np.uint8)
    array[:8, :8] = 200
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "film", array, kind, exif=exif)
    image = read_image(path)
    expected = {1: array, 3: array[::-1, ::-1], 6: np.rot90(array, -1), 8: np.rot90(array)}[orientation]
    assert np.abs(image.array[0].astype(int) - expected).max() <= 8
    assert image.grid == read_grid(path)
    assert bool(image.notes) == (orientation > 1)


def test_an_orientation_after_the_pixels_counts_as_well(tmp_path, grey):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    data = save(tmp_path / "film.png", grey).read_bytes()
    end = chunk(b"IEND", b"")
    (tmp_path / "film.png").write_bytes(data.removesuffix(end) + chunk(b"eXIf", exif.tobytes()[6:]) + end)
    np.testing.assert_array_equal(read_image(tmp_path / "film.png").array[0], np.rot90(grey, -1))
    assert read_grid(tmp_path / "film.png").shape == (17, 13)


def test_a_broken_exif_block_does_not_lose_the_film(tmp_path, grey):
    path = save(tmp_path / "film.png", grey, exif=b"Exif\0\0nonsense")
    np.testing.assert_array_equal(read_image(path).array[0], grey)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(tmp_path, kind, share):
    noise = np.random.default_rng(3).integers(0, 256, (64, 64)).astype(np.uint8)
    path = save(tmp_path / "film", noise, kind)
    data = path.read_bytes()
    path.write_bytes(data[: max(9, int(len(data) * share))])
    with pytest.raises(InputError, match="damaged or cut off"):
        read_image(path)


def test_a_bomb_is_refused_from_its_header(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png(8, 0, 60000, 60000, [b"\0"]))
    for read in (read_image, read_grid):
        with pytest.raises(InputError, match="max_pixels"):
            read(path)


def test_a_flipped_bit_in_the_header_is_found(tmp_path, grey):
    data = bytearray(save(tmp_path / "film.png", grey).read_bytes())
    data[19] ^= 1
    (tmp_path / "film.png").write_bytes(data)
    with pytest.raises(InputError, match="no PNG header"):
        read_grid(tmp_path / "film.png")


def test_several_pictures_and_print_colours_are_refused(tmp_path, grey):
    frames = [Pillow.fromarray(grey), Pillow.fromarray(255 - grey)]
    frames[0].save(tmp_path / "moving.png", save_all=True, append_images=frames[1:])
    with pytest.raises(InputError, match="animated PNG"):
        read_image(tmp_path / "moving.png")
    save(tmp_path / "print.jpg", Pillow.new("CMYK", (8, 8)), "JPEG")
    with pytest.raises(InputError, match="CMYK JPEG"):
        read_image(tmp_path / "print.jpg")


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(("step", "kind"), [(1, "MPO"), (1, "JPEG"), (2, "MPO"), (2, "JPEG")])
def test_a_second_picture_in_a_jpeg_is_refused_and_a_smaller_copy_is_said(tmp_path, step, kind, progressive):
    grey = np.add.outer(np.arange(64), np.arange(48)).astype(np.uint8)
    path, other = tmp_path / "film.jpg", Pillow.fromarray((grey if step > 1 else 255 - grey)[::step, ::step])
    if kind == "MPO":
        save(path, grey, kind, save_all=True, append_images=[other], quality=95, progressive=progressive)
    else:
        path.write_bytes(
            save(path, grey, "JPEG", quality=95, progressive=progressive).read_bytes()
            + save(tmp_path / "other", other, "JPEG").read_bytes()
        )
    if step == 1:
        with pytest.raises(InputError, match=r"is a JPEG of 2 pictures\. Export the one picture that is meant"):
            read_image(path)
        return
    image = read_image(path)
    assert np.abs(image.array[0].astype(int) - grey).max() <= 6
    assert image.notes == ("a smaller picture behind the first not used",)


def test_odd_files_of_nih(shared):
    folder = shared / "chest-nih-findings" / "raw"
    for path in sorted(folder.iterdir()):
        image = read_image(path)
        assert image.channels == 1, path.name
        assert image.grid == read_grid(path)
        assert is_png(path.read_bytes())
    plain = np.asarray(Pillow.open(shared / "chest-nih-findings" / "images" / "00000013_026.jpg"))
    deep = read_image(folder / "made-16bit-00000013_026.png")
    assert deep.array.dtype == np.uint16
    assert np.abs((deep.array[0].astype(float) - 100) / 16 - plain).mean() < 3
    turned = read_image(folder / "made-rotated90-00000013_026.png").array[0]
    assert np.abs(np.rot90(plain).astype(float) - turned).mean() < 3
    palette = read_pixels(folder / "made-palette-00000013_026.png")
    assert palette.kind == "palette"
    assert palette.array.max() < 64


def test_buffers_are_not_shared_with_pillow(tmp_path, grey):
    image = read_image(save(tmp_path / "film.png", grey))
    assert image.array.flags.c_contiguous
    assert io.BytesIO(image.array.tobytes()).getbuffer().nbytes == grey.size


def test_a_jpeg_that_was_cut_and_closed_again_is_refused(tmp_path):
    """Decoders fill the missing half with grey and say nothing."""
    array = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)
    path = tmp_path / "film.jpg"
    Pillow.fromarray(array).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + b"\xff\xd9")
    with pytest.raises(InputError, match="ends before its last pixel"):
        read_image(path)
    array[20:] = 0
    Pillow.fromarray(array).save(path)
    assert read_image(path).array[0, -8:].max() < 8


def test_more_transparencies_than_there_are_entries_are_passed_over(tmp_path):
    path = tmp_path / "film.png"
    extra = chunk(b"PLTE", bytes([0, 0, 0, 9, 8, 7])), chunk(b"tRNS", b"\xff" * 300)
    path.write_bytes(png(8, 3, 1, 2, [b"\x00\x01"], *extra))
    assert read_image(path).array[:, 0].tolist() == [[0, 9], [0, 8], [0, 7]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("kept", [0, 1, 2])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "gone"), "does not exist"),
        (OSError(5, "broken"), r"cannot be read \(Input/output error\)"),
    ],
)
def test_a_file_that_is_gone_or_breaks_while_it_is_read_is_one_line(
    tmp_path, grey, kind, kept, error, words, monkeypatch
):
    path = save(tmp_path / "film", grey, kind)
    plain, calls = builtins.open, []

    def failing(file, *rest, **options):
        calls.append(file)
        if len(calls) > kept:
            raise error
        return plain(file, *rest, **options)

    for module in (builtins, io):
        monkeypatch.setattr(module, "open", failing)
    with pytest.raises(InputError, match=words):
        read_image(path)

import gzip
import os

import nibabel as nib
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from medunet.errors import InputError
from medunet.images.readers import READERS, is_readable, read_grid, read_image, read_pixels


@pytest.fixture
def samples(tmp_path, grey, make_dicom):
    """One small file of each format, by the reader's name."""
    folder = tmp_path / "samples"
    folder.mkdir()
    paths = {name: folder / name.lower() for name in ("PNG", "JPEG", "TIFF", "NIfTI")}
    Pillow.fromarray(grey).save(paths["PNG"], "PNG")
    Pillow.fromarray(grey).save(paths["JPEG"], "JPEG")
    tifffile.imwrite(paths["TIFF"], grey, photometric="minisblack")
    paths["NIfTI"].write_bytes(gzip.compress(nib.Nifti1Image(grey.T, np.eye(4)).to_bytes()))
    return {**paths, "DICOM": make_dicom(grey)}


def test_names_and_suffixes_are_there_once():
    assert [reader.name for reader in READERS] == ["DICOM", "PNG", "JPEG", "TIFF", "NIfTI"]
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_each_file_is_claimed_by_its_own_reader_whatever_it_is_called(samples, grey):
    for name, path in samples.items():
        assert [reader.name for reader in READERS if reader.sniff(path.read_bytes()[:4096])] == [name]
        odd = path.rename(path.with_name(f"{name}.png"))
        assert is_readable(odd)
        assert is_readable(str(odd))
        image = read_image(odd)
        if name != "JPEG":
            np.testing.assert_array_equal(image.array[0], grey)
            np.testing.assert_array_equal(read_pixels(odd).array, grey)
        assert read_grid(odd) == image.grid == read_pixels(odd).grid


def test_a_dicom_file_may_look_like_a_tiff(samples, grey):
    data = samples["DICOM"].read_bytes()
    samples["DICOM"].write_bytes(b"II*\x00" + data[4:])
    np.testing.assert_array_equal(read_image(samples["DICOM"]).array[0], grey)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,subject\n1,2\n", "it holds text"),
        (b"\0" * 500, "nothing but zeros"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "a ZIP"),
        (gzip.compress(b"id\n"), "gzipped data that is no NIfTI"),
        (b"\xfe\xed\xfa\xce" * 9, "no image data that is known"),
        ("Größe\n".encode() * 900, "it holds text"),
        (b"\x89PNG", "no image data that is known"),
        (b"RIFF\x9a\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"\0\0\0\x1cftypavif", "an AVIF picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        (b"\xff\x0a\xfa\x7f", "a JPEG XL picture"),
        (b"GIF89a", "a GIF"),
        (b"BM6\0", "a bitmap"),
        (b"\x93NUMPY\x01\0", "a NumPy array"),
        (b"ObjectType = Image\nNDims = 2\n", "a MetaImage"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS has not fetched"),
        (b"\\\x01\0\0" + bytes(340) + b"ni1\0", "NIfTI in two files"),
        (b"\\\x01\0\0" + bytes(344), "Analyze image"),
        (b"<!DOCTYPE html><html>log in</html>", "a web page"),
    ],
)
def test_what_is_no_image_is_said_to_be_what_it_is(tmp_path, content, words):
    path = tmp_path / "film.png"
    path.write_bytes(content)
    assert not is_readable(path)
    for read in (read_image, read_pixels, read_grid):
        with pytest.raises(InputError, match=words) as caught:
            read(path)
        assert "PNG, JPEG, TIFF, NIfTI" in str(caught.value)


def test_hidden_files_and_indexes_are_not_readable(samples):
    data = samples["PNG"].read_bytes()
    for name in ("._film.png", ".hidden.png", "DICOMDIR"):
        path = samples["PNG"].with_name(name)
        path.write_bytes(data)
        assert not is_readable(path)
    assert not is_readable(samples["PNG"].parent)
    assert not is_readable(samples["PNG"].with_name("absent.png"))


def test_folders_pipes_and_absent_files_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "absent"):
        for read in (read_image, read_pixels, read_grid):
            with pytest.raises(InputError):
                read(path)
        assert not is_readable(path)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoiled_file_is_an_image_or_one_refusal(samples, tmp_path, data):
    """Cut off anywhere, or with any bytes changed: an Image or an InputError, never another exception."""
    content = bytearray(samples[data.draw(st.sampled_from(sorted(samples)))].read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(1, len(content)))]
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, min(len(content), 700) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "spoiled"
    path.write_bytes(content)
    for read in (read_image, read_pixels, read_grid):
        line = refusal_of(read, path)
        assert "\n" not in line
        assert "ZZ" not in line


def refusal_of(read, path):
    """The line of the refusal, empty where the file is read; any other exception fails the test."""
    try:
        read(path)
    except InputError as error:
        return str(error)
    return ""

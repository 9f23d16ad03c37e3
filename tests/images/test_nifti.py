import gzip
import tracemalloc

import nibabel as nib
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.nifti import is_nifti, nifti_bytes, read_grid, read_image, read_pixels

OBLIQUE = np.array([[-0.4, 0.05, 0.1, 12.5], [0.03, 0.6, -0.2, -7.0], [0.02, 0.1, 3.0, 40.0], [0, 0, 0, 1]])


def write(path, data, affine=OBLIQUE, **header):
    image = nib.Nifti1Image(data, affine)
    for key, value in header.items():
        image.header[key] = value
    content = image.to_bytes()
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["film.nii", "film.nii.gz"])
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i1", "i2", "i4", ">u2", "f4", "f8"])
@pytest.mark.parametrize("last", [(), (1,), (1, 1)])
def test_a_film_is_transposed_and_keeps_its_type(tmp_path, name, dtype, last):
    data = np.arange(35).reshape(7, 5, *last).astype(dtype)
    path = write(tmp_path / name, data)
    image = read_image(path)
    assert image.array.shape == (1, 5, 7)
    assert image.array.dtype == (np.float32 if "f" in dtype else np.dtype(dtype).newbyteorder("="))
    assert image.array[0, 3, 2] == data[(2, 3, *(0 for _ in last))]
    np.testing.assert_allclose(
        image.grid.spacing, (np.hypot(np.hypot(0.05, 0.6), 0.1), np.hypot(np.hypot(0.4, 0.03), 0.02))
    )
    assert image.grid == read_grid(path)
    assert is_nifti(path.read_bytes()[:4096])


def test_a_volume_keeps_the_files_axes(tmp_path):
    data = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    image = read_image(write(tmp_path / "scan.nii.gz", data))
    np.testing.assert_array_equal(image.array[0], data)
    np.testing.assert_allclose(image.grid.origin, (12.5, -7.0, 40.0))
    np.testing.assert_allclose(np.array(image.grid.direction).T * image.grid.spacing, OBLIQUE[:3, :3], atol=1e-7)


NUMBERS = st.floats(-50, 50, width=32).filter(lambda x: abs(x) > 1e-3)


@settings(deadline=None, max_examples=60)
@given(st.lists(NUMBERS, min_size=12, max_size=12), st.sampled_from([(7, 5), (7, 5, 1), (4, 3, 2)]), st.booleans())
def test_a_mask_written_on_an_images_grid_has_its_affine_and_shape_bit_for_bit(tmp_path_factory, numbers, shape, gz):
    affine = np.vstack([np.array(numbers).reshape(3, 4), [0, 0, 0, 1]])
    used = affine[:3, : min(3, sum(n > 1 for n in shape))]
    assume(np.linalg.svd(used / np.linalg.norm(used, axis=0), compute_uv=False)[-1] > 2e-3)  # the axes span something
    folder = tmp_path_factory.mktemp("nifti")
    path = write(
        folder / ("a.nii.gz" if gz else "a.nii"), np.arange(np.prod(shape)).reshape(shape).astype(np.uint8), affine
    )
    image = read_image(path)
    (folder / "mask.nii").write_bytes(nifti_bytes(image.array[0], image.grid))
    first, second = nib.load(path), nib.load(folder / "mask.nii")
    assert second.shape == first.shape
    np.testing.assert_array_equal(second.affine.astype(np.float32), first.affine.astype(np.float32))
    np.testing.assert_array_equal(np.asarray(second.dataobj), np.asarray(first.dataobj))
    assert second.get_data_dtype() == np.uint8


@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 1), (4, 3, 2)])
def test_unknown_pixel_size_stays_unknown_both_ways(tmp_path, shape):
    image = read_image(write(tmp_path / "a.nii", np.zeros(shape, np.uint8), None))
    assert image.grid.spacing is None
    assert image.notes == ("the file says no pixel size",)
    (tmp_path / "b.nii").write_bytes(nifti_bytes(image.array[0], image.grid))
    first, second = nib.load(tmp_path / "a.nii"), nib.load(tmp_path / "b.nii")
    assert first.shape == second.shape
    np.testing.assert_array_equal(first.affine, second.affine)
    assert read_grid(tmp_path / "b.nii").spacing is None


def test_a_pixel_size_without_a_place_is_kept():
    raw = nib.Nifti1Image.from_bytes(nifti_bytes(np.zeros((3, 4), np.uint8), Grid((3, 4), (0.5, 0.25))))
    assert raw.header.get_zooms()[:2] == (0.25, 0.5)
    assert raw.shape == (4, 3, 1)


def test_scaling_gives_floats_and_a_slope_of_zero_means_none(tmp_path):
    data = np.array([[0, 100], [200, 50]], np.int16)
    path = write(tmp_path / "a.nii", data)
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([0.5, -10.0], "<f4").tobytes()
    path.write_bytes(content)
    image = read_image(path)
    assert image.array.dtype == np.float32
    np.testing.assert_array_equal(image.array[0], data.T * 0.5 - 10)
    content[112:120] = np.array([np.inf, 0.0], "<f4").tobytes()
    path.write_bytes(content)
    with pytest.raises(InputError, match="scl_slope or scl_inter is not finite"):
        read_image(path)
    content[112:120] = np.array([0.0, -10.0], "<f4").tobytes()
    path.write_bytes(content)
    np.testing.assert_array_equal(read_image(path).array[0], data.T)
    assert read_image(path).array.dtype == np.int16


def test_nan_is_not_valid_and_no_label(tmp_path):
    data = np.ones((3, 4), np.float32)
    data[1, 2] = np.nan
    path = write(tmp_path / "a.nii", data)
    assert not read_image(path).valid[2, 1]
    with pytest.raises(InputError, match="1 elements that have no value"):
        read_pixels(path)


def test_masks_of_float_type(tmp_path):
    assert read_pixels(write(tmp_path / "a.nii", np.array([[0, 1.0], [3, 0]]))).array.tolist() == [[0, 3], [1, 0]]
    with pytest.raises(InputError, match=r"holds the value 0\.9999"):
        read_pixels(write(tmp_path / "a.nii", np.array([[0, 0.9999]])))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path, name, share):
    path = write(tmp_path / name, np.random.default_rng(0).normal(size=(20, 20, 20)))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match="cut off"):
        read_image(path)


@pytest.mark.parametrize("byte", range(-8, 0))
def test_a_flipped_bit_in_the_checksum_is_found(tmp_path, byte):
    path = write(tmp_path / "a.nii.gz", np.arange(35, dtype=np.uint8).reshape(7, 5))
    content = bytearray(path.read_bytes())
    content[byte] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or cut off"):
        read_image(path)


def test_a_small_file_that_claims_much_takes_no_memory(tmp_path):
    header = nib.Nifti1Header()
    header.set_data_shape((2000, 2000, 2000))
    header.set_data_dtype(np.float64)
    path = tmp_path / "bomb.nii.gz"
    path.write_bytes(gzip.compress(header.binaryblock + bytes(600)))
    tracemalloc.start()
    for read in (read_image, read_grid):
        with pytest.raises(InputError, match="max_voxels"):
            read(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_small_file_that_inflates_beyond_its_header_is_stopped(tmp_path):
    path = tmp_path / "bomb.nii.gz"
    whole = nib.Nifti1Image(np.zeros((4, 4), np.uint8), OBLIQUE).to_bytes()
    path.write_bytes(gzip.compress(whole + bytes(50_000_000)))
    tracemalloc.start()
    with pytest.raises(InputError, match="more data than its header says"):
        read_image(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "header", "words"),
    [
        (np.zeros((3, 4, 5, 2), np.uint8), {}, "has 4 axes"),
        (np.zeros((3, 4), np.complex64), {}, "complex64"),
        (np.zeros((3, 4), np.uint8), {"xyzt_units": 3}, "microns"),
        (np.zeros((3, 4), np.uint8), {"sform_code": 77}, "coordinate codes"),
        (np.zeros((7,), np.uint8), {}, "has 1 axes"),
    ],
)
def test_what_is_no_film_or_volume_is_refused(tmp_path, data, header, words):
    path = write(tmp_path / "a.nii", data)
    content = bytearray(path.read_bytes())
    raw = nib.Nifti1Header(bytes(content[:348]))
    for key, value in header.items():
        raw[key] = value
    content[:348] = raw.binaryblock
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_image(path)


def test_an_affine_without_extent_leaves_the_size_unknown(tmp_path):
    affine = OBLIQUE.copy()
    affine[:, 0] = 0
    image = nib.Nifti1Image(np.zeros((3, 4), np.uint8), np.eye(4))
    image.header.set_sform(affine, code=1)
    raw = bytearray(image.to_bytes())
    header = nib.Nifti1Header(bytes(raw[:348]))
    header.set_sform(affine, code=1)
    raw[:348] = header.binaryblock
    (tmp_path / "a.nii").write_bytes(raw)
    found = read_image(tmp_path / "a.nii")
    assert found.grid.spacing is None
    assert "affine is not usable" in found.notes[0]


def test_nifti_2_is_read(tmp_path):
    data = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    (tmp_path / "a.nii").write_bytes(nib.Nifti2Image(data, OBLIQUE).to_bytes())
    np.testing.assert_array_equal(read_image(tmp_path / "a.nii").array[0], data)


def test_other_gzip_is_not_claimed():
    assert not is_nifti(gzip.compress(b"id,subject\n" * 100))
    assert not is_nifti(b"\x1f\x8bnonsense")
    assert not is_nifti(b"")


def test_real_scans_agree_with_nibabel(shared, tmp_path):
    paths = [*sorted(shared.rglob("*.nii.gz")), *sorted(shared.rglob("*.nii"))]
    paths = [path for path in paths if not path.name.startswith(".")][::15]
    for path in paths:
        image, reference = read_image(path), nib.load(path)
        np.testing.assert_array_equal(
            image.array[0].squeeze(), np.asarray(reference.dataobj).astype(image.array.dtype).squeeze()
        )
        (tmp_path / "b.nii").write_bytes(nifti_bytes(image.array[0], image.grid))
        again = nib.load(tmp_path / "b.nii")
        assert again.shape == reference.shape
        np.testing.assert_array_equal(again.affine.astype(np.float32), reference.affine.astype(np.float32))


def qform_of(path, **fields):
    """A NIfTI whose place is said by its qform alone, with some fields of its header changed."""
    write(path, np.arange(12, dtype=np.int16).reshape(4, 3), np.diag([0.25, 0.5, 1, 1]))
    content = bytearray(path.read_bytes())
    raw = nib.Nifti1Header(bytes(content[:348]))
    raw["sform_code"], raw["qform_code"] = 0, 1
    for key, value in fields.items():
        raw[key] = value
    content[:348] = raw.binaryblock
    path.write_bytes(content)
    return path


def test_a_qfac_of_zero_is_one(tmp_path):
    """So the standard says (nifti1.h); nibabel refuses to make an affine of it."""
    grid = read_grid(qform_of(tmp_path / "a.nii", pixdim=[0, 0.25, 0.5, 1, 0, 0, 0, 0]))
    assert grid.spacing == (0.5, 0.25)
    assert grid == read_grid(qform_of(tmp_path / "b.nii", pixdim=[1, 0.25, 0.5, 1, 0, 0, 0, 0]))


@pytest.mark.parametrize(
    "fields",
    [
        {"quatern_b": 1, "quatern_c": 1},
        {"pixdim": [1, 1e30, 0.5, 1, 0, 0, 0, 0]},
        {"pixdim": [1, 1e-6, 0.5, 1, 0, 0, 0, 0]},
        {"sform_code": 1, "srow_x": [1, 1, 0, 0], "srow_y": [1, 1, 0, 0]},
    ],
)
def test_an_affine_that_no_picture_has_leaves_the_size_unknown(tmp_path, fields):
    image = read_image(qform_of(tmp_path / "a.nii", **fields))
    assert (image.grid.spacing, image.notes) == (None, ("the file's affine is not usable: pixel size unknown",))
    assert image.array[0].tolist() == np.arange(12).reshape(4, 3).T.tolist()


@pytest.mark.parametrize("inter", [np.nan, np.inf])
def test_an_intercept_without_end_is_refused(tmp_path, inter):
    with pytest.raises(InputError, match="scl_slope or scl_inter is not finite"):
        read_image(qform_of(tmp_path / "a.nii", scl_slope=2, scl_inter=inter))


@pytest.mark.parametrize(("more", "read"), [(b"\1" * 7, True), (bytes(5000), True), (b"\1" * 8, False)])
def test_a_row_of_other_voxels_is_no_filling(tmp_path, more, read):
    path = write(tmp_path / "a.nii", np.arange(12, dtype=np.int16).reshape(4, 3))
    path.write_bytes(path.read_bytes() + more)
    if read:
        assert read_image(path).array.max() == 11
    else:
        with pytest.raises(InputError, match="more data than its header says"):
            read_image(path)


@pytest.mark.parametrize("start", [-5.0, 4.0, 348.0, np.nan, np.inf])
def test_voxels_do_not_start_inside_the_header(tmp_path, start):
    path = write(tmp_path / "a.nii", np.arange(35, dtype="u1").reshape(7, 5))
    content = bytearray(path.read_bytes())
    content[108:112] = np.float32(start).tobytes()
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"says that its voxels start at byte .*, inside its header"):
        read_image(path)


def test_voxels_said_to_start_at_0_follow_the_header(tmp_path):
    path = write(tmp_path / "a.nii", np.arange(35, dtype="u1").reshape(7, 5))
    before, content = read_image(path), bytearray(path.read_bytes())
    content[108:112] = bytes(4)
    path.write_bytes(content)
    assert np.array_equal(read_image(path).array, before.array)

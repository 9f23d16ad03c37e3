"""NIfTI-1 and NIfTI-2, single file, plain or gzipped.

The header is nibabel's; the voxels are read here, so that a truncated file, a wrong checksum and a small file that
inflates without end are all refused (see the table of what libraries do with them in the project's notes).

A NIfTI's first axis is x, which runs along a row of a film: `array[row, column] = data[x=column, y=row]`.
"""

from __future__ import annotations

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.grid import Grid, ThirdAxis
from medunet.images.image import Image
from medunet.images.limits import MAX_HEADER_BYTES, check_shape, too_much
from medunet.images.opening import decoding, warnings_kept
from medunet.images.pixels import Pixels
from medunet.images.validity import without_invalid

GZIP_SIGNATURE = b"\x1f\x8b"
HEADER_BYTES = {348: 1, 540: 2}
"""Size of the header, which is its first number, and the NIfTI version that it means."""

LAST_SPACE_CODE = 5
"""Largest code of a coordinate system in the standard (template)."""

LEAST_STEP, LARGEST_STEP = 0.001, 100.0
"""A voxel size outside of this (mm) is none: a picture is not known to be a kilometre wide."""

LEAST_APART = 1e-3
"""Unit vectors with a smaller singular value than this run along each other, which no picture's axes do."""

UNUSABLE = "the file's affine is not usable: pixel size unknown"

_PIECE = 1 << 24

TRAILING_BYTES = 1 << 16
"""How much may follow the voxels before a file is refused as something else."""


@dataclass(frozen=True)
class _Header:
    """What the header says, checked.

    Attributes:
        shape: (x, y) of a film or (x, y, z) of a volume.
        dtype: of the stored voxels, with byte order.
        offset: bytes before the first voxel.
        slope, intercept: value = stored * slope + intercept.
        grid: of the array that is made of it.
        notes: what is missing or was not used.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float
    grid: Grid
    notes: tuple[str, ...]


def is_nifti(head: bytes) -> bool:
    """True where the first bytes, inflated if they are gzipped, are a single-file NIfTI's."""
    if head.startswith(GZIP_SIGNATURE):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 540)
        except zlib.error:
            return False
    return head[344:348] == b"n+1\x00" or head[4:8] == b"n+2\x00"


def read_image(path: Path) -> Image:
    """The file as (1, row, column) or (1, x, y, z): its integer type where nothing is scaled, else float32."""
    with decoding(path, "NIfTI"), warnings_kept(), _stream(path) as stream:
        header = _read_header(stream, path)
        data = _read_voxels(stream, header, path)
    array = data.T if len(header.shape) == 2 else data
    if (header.slope, header.intercept) != (1.0, 0.0):
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is found not to be valid below
            array = array * header.slope + header.intercept
    values, valid = without_invalid(array[None], None, path)
    return Image(values, header.grid, valid=valid, source=path.name, notes=header.notes)


def read_pixels(path: Path) -> Pixels:
    """The file's values as labels, see `Pixels.of_image`."""
    return Pixels.of_image(read_image(path), path)


def read_grid(path: Path) -> Grid:
    """The grid, from the header alone."""
    with decoding(path, "NIfTI"), warnings_kept(), _stream(path) as stream:
        return _read_header(stream, path).grid


def _stream(path: Path) -> BinaryIO:
    """The file's bytes, inflated as they are read where it is gzipped."""
    with open(path, "rb") as file:
        zipped = file.read(2) == GZIP_SIGNATURE
    return cast(BinaryIO, gzip.open(path, "rb")) if zipped else open(path, "rb")


def _read_header(stream: BinaryIO, path: Path) -> _Header:
    """Read and check the header; the stream then stands behind it."""
    import nibabel

    first = stream.read(4)
    size = int.from_bytes(first, "little")
    size = size if size in HEADER_BYTES else int.from_bytes(first, "big")
    block = first + stream.read(max(0, size - 4) if size in HEADER_BYTES else 0)
    if size not in HEADER_BYTES or len(block) != size:
        raise InputError(path, "is damaged or cut off: it has no NIfTI header", "Copy or export the file again")
    # nibabel has no types; Any says so in one place.
    version: Any = nibabel.Nifti1Header if HEADER_BYTES[size] == 1 else nibabel.Nifti2Header
    raw = version(block, check=False)  # its own check repairs a header and goes on
    dtype = raw.get_data_dtype()
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise InputError(path, f"holds voxels of type {dtype}, not plain numbers", "Export it as integers or floats")
    full = tuple(int(n) for n in raw.get_data_shape())
    check_shape(path, full, dtype.itemsize)
    shape, counted = _spatial(full, path)
    grid, notes = _grid(raw, shape, counted, path)
    scale, shift = float(raw["scl_slope"]), float(raw["scl_inter"])
    if math.isinf(scale) or (scale and not math.isnan(scale) and not math.isfinite(shift)):
        raise InputError(path, "is damaged: its scl_slope or scl_inter is not finite", "Export it again")
    slope, intercept = raw.get_slope_inter()  # (None, None) for a slope of 0 or NaN: nothing is scaled
    slope, intercept = (1.0, 0.0) if slope is None else (float(slope), float(intercept))
    said = float(raw["vox_offset"])
    if not math.isfinite(said) or (said and said < size + 4):
        raise InputError(path, f"says that its voxels start at byte {said:g}, inside its header", "Export it again")
    offset = max(int(said), size + 4)  # 0 is written where nothing lies between header and voxels
    if offset > MAX_HEADER_BYTES.allowed:
        raise too_much(path, f"says that its voxels start at byte {offset:,}", MAX_HEADER_BYTES, offset)
    return _Header(shape, dtype, offset, slope, intercept, grid, notes)


def _spatial(full: tuple[int, ...], path: Path) -> tuple[tuple[int, ...], bool]:
    """The axes that are read, and whether a film's third axis was counted in the file.

    (x, y) and (x, y, 1) are films, (x, y, z) is a volume; further axes must have length 1.
    """
    if len(full) < 2 or any(n != 1 for n in full[3:]):
        words = " x ".join(map(str, full))
        raise InputError(
            path, f"has {len(full)} axes ({words}), not one film or volume", "Save each channel or time as its own file"
        )
    if len(full) == 2 or full[2] == 1:
        return full[:2], len(full) > 2
    return full[:3], True


def _grid(raw: Any, shape: tuple[int, ...], counted: bool, path: Path) -> tuple[Grid, tuple[str, ...]]:
    """The grid of the array that is made of a file axis order (x, y[, z]) with nibabel's header `raw`."""
    film = len(shape) == 2
    third = ThirdAxis(counted) if film else None
    codes = int(raw["sform_code"]), int(raw["qform_code"])
    if not all(0 <= code <= LAST_SPACE_CODE for code in codes):
        raise InputError(path, "is damaged: its coordinate codes do not exist", "Copy or export the file again")
    zooms = [float(z) for z in raw["pixdim"][1 : len(shape) + 1]]
    unit = int(raw["xyzt_units"]) & 7
    if unit not in (0, 2):
        raise InputError(path, "measures lengths in metres or microns", "Export it with lengths in mm")
    if codes == (0, 0) and unit == 0 and all(z == 1 for z in zooms):
        # A converter that knew no pixel size leaves ones; that is "unknown", not 1 mm.
        return Grid(shape[::-1] if film else shape, third=third), ("the file says no pixel size",)
    affine = _affine_of(raw)
    columns = affine[:3, : len(shape)].T
    lengths = [math.hypot(*column) for column in columns]
    if not np.isfinite(affine).all() or not all(LEAST_STEP <= length <= LARGEST_STEP for length in lengths):
        return Grid(shape[::-1] if film else shape, third=third), (UNUSABLE,)
    vectors = [_triple(column / length) for column, length in zip(columns, lengths, strict=True)]
    if np.linalg.svd(np.array(vectors), compute_uv=False)[-1] < LEAST_APART:
        return Grid(shape[::-1] if film else shape, third=third), (UNUSABLE,)
    if film:
        shape, lengths, vectors = shape[::-1], lengths[::-1], vectors[::-1]
        third = ThirdAxis(counted, _triple(affine[:3, 2]))
    return Grid(shape, tuple(lengths), _triple(affine[:3, 3]), tuple(vectors), third), ()


def _affine_of(raw: Any) -> NDArray[np.float64]:
    """The 4 x 4 affine that counts in nibabel's header `raw`; NaN where it is none."""
    if float(raw["pixdim"][0]) == 0:
        raw["pixdim"][0] = 1  # so the standard says, and nibabel refuses it
    try:
        return np.asarray(raw.get_best_affine(), dtype=np.float64)
    except ValueError:  # quaternions that turn nothing; nibabel's HeaderDataError is one
        return np.full((4, 4), np.nan)


def _triple(numbers: NDArray[np.float64]) -> tuple[float, float, float]:
    """Three numbers as a tuple of Python floats."""
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _read_voxels(stream: BinaryIO, header: _Header, path: Path) -> NDArray[Any]:
    """The stored voxels in file axis order (x, y[, z]); the stream is read to its end, so a checksum is verified."""
    stream.seek(header.offset)
    wanted = math.prod(header.shape) * header.dtype.itemsize
    data = bytearray()
    # In pieces: a short file that claims a large scan takes no more memory than it has bytes.
    while len(data) < wanted and (piece := stream.read(min(_PIECE, wanted - len(data)))):
        data += piece
    if len(data) != wanted:
        raise InputError(
            path, f"is cut off: {len(data)} of {wanted} bytes of voxels are there", "Copy or export the file again"
        )
    more = stream.read(TRAILING_BYTES + 1)
    # Some programs fill up with zeros; a row or more of anything else belongs to a picture of another size.
    if len(more) > TRAILING_BYTES or (len(more) >= header.shape[0] * header.dtype.itemsize and any(more)):
        raise InputError(path, "holds more data than its header says", "Export the file again")
    return np.frombuffer(data, dtype=header.dtype).reshape(header.shape, order="F")


def nifti_bytes(array: NDArray[Any], grid: Grid) -> bytes:
    """A single-file NIfTI-1 of `array` with the affine and shape of the file that `grid` came from.

    Args:
        array: (row, column) or (x, y, z) of an integer type or float32, `array.shape == grid.shape`.
        grid: its geometry. Without origin the file gets the pixel size alone, without spacing nothing.

    Returns:
        The file's bytes, not zipped.
    """
    from nibabel import Nifti1Image

    film = array.ndim == 2
    data = array.T if film else array
    if film and (grid.third is None or grid.third.counted):
        data = data[..., None]
    create: Any = Nifti1Image
    image = create(np.asfortranarray(data), None)
    spacing = grid.spacing[::-1] if film and grid.spacing is not None else grid.spacing
    if spacing is not None:
        image.header.set_zooms((*spacing, 1.0)[: data.ndim])
        image.header.set_xyzt_units("mm")
    affine = _affine(grid)
    if affine is not None:
        image.set_sform(affine, code=1)
        image.set_qform(affine, code=1, strip_shears=True)
    return bytes(image.to_bytes())


def _affine(grid: Grid) -> NDArray[np.float64] | None:
    """The 4 x 4 affine (file axes x, y, z to mm, RAS+) of a placed grid, or None."""
    if grid.origin is None or grid.direction is None or grid.spacing is None:
        return None
    columns = [np.multiply(vector, step) for vector, step in zip(grid.direction, grid.spacing, strict=True)]
    if grid.ndim == 2:
        vector = grid.third.vector if grid.third is not None else None
        down, along = grid.direction
        columns = [columns[1], columns[0], np.asarray(vector if vector is not None else np.cross(along, down))]
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack(columns)
    affine[:3, 3] = grid.origin
    return affine

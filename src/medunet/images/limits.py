"""The limits on what is read, checked from a file's header before memory is taken for its pixels.

A kilobyte can claim a billion voxels. Every reader asks this table first, so that a bomb costs a line, not the machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from medunet.errors import InputError


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes:
        name: how messages call it.
        value: the largest number that is still read.
        unit: what is counted.
        why: one sentence for the reader of the table.
    """

    name: str
    value: int
    unit: str
    why: str


MAX_FILE_BYTES = Limit(
    "max_file_bytes", 4 * 1024**3, "bytes", "A file on disk that is larger than this is no film and no scan."
)
MAX_PIXELS = Limit(
    "max_pixels",
    100_000_000,
    "pixels",
    "The largest digital films have some 25 million pixels; four times that is read.",
)
MAX_VOXELS = Limit(
    "max_voxels", 1_000_000_000, "voxels", "A scan of 1000 x 1000 x 1000 voxels is read, a larger one is not."
)
MAX_ARRAY_BYTES = Limit(
    "max_array_bytes", 4 * 1024**3, "bytes", "The decoded array, all channels together, must fit into ordinary memory."
)

LIMITS: dict[str, Limit] = {limit.name: limit for limit in (MAX_FILE_BYTES, MAX_PIXELS, MAX_VOXELS, MAX_ARRAY_BYTES)}


def check_file_size(path: Path, size: int) -> None:
    """Refuse a file of `size` bytes above `max_file_bytes`.

    Raises:
        InputError: the file is too large.
    """
    if size > MAX_FILE_BYTES.value:
        raise _too_much(path, f"has {size:,} bytes", MAX_FILE_BYTES)


def check_shape(path: Path, shape: tuple[int, ...], bytes_per_element: int) -> None:
    """Refuse an image whose header claims more than the limits.

    Args:
        path: the file, for the message.
        shape: elements along each spatial axis as the header claims them, in any order.
        bytes_per_element: bytes of one pixel or voxel over all its channels, once decoded.

    Raises:
        InputError: the claim is above a limit, or an axis has no element.
    """
    claim = " x ".join(str(n) for n in shape)
    if not all(n >= 1 for n in shape):
        raise InputError(path, f"its header claims a size of {claim}", "Export the file again")
    count = math.prod(shape)
    # A scan of one slice is judged as a film.
    limit = MAX_VOXELS if sum(n > 1 for n in shape) > 2 else MAX_PIXELS
    if count > limit.value:
        raise _too_much(path, f"claims {claim} {limit.unit}", limit)
    if count * bytes_per_element > MAX_ARRAY_BYTES.value:
        raise _too_much(path, f"claims {claim} elements of {bytes_per_element} bytes", MAX_ARRAY_BYTES)


def _too_much(path: Path, claim: str, limit: Limit) -> InputError:
    """The refusal that names the limit and its value."""
    remedy = "Check that the file is what it should be, and cut or shrink it"
    return InputError(path, f"{claim}, more than the limit {limit.name} of {limit.value:,} {limit.unit}", remedy)

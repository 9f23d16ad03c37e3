"""The grey of an image: thumbnail, percentiles and a digest of its values."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medunet.auditing.look import QUANTILES, THUMB

_SAMPLE = 1_000_000


def plane_of(array: NDArray[Any]) -> NDArray[np.float32]:
    """The picture that stands for an image: (row, column) float32.

    Args:
        array: (channel, *space); channels are averaged, of a volume the middle slice of the last axis is taken.
    """
    grey = array[0] if array.shape[0] == 1 else array.mean(axis=0)
    if grey.ndim == 3:
        grey = grey[:, :, grey.shape[2] // 2]
    return np.asarray(grey, dtype=np.float32)


def quantiles_of(array: NDArray[Any], valid: NDArray[np.bool_] | None) -> tuple[float, ...]:
    """Stored values at the percentiles `QUANTILES`; extremes are exact, the others from at most a million pixels.

    Args:
        array: (channel, *space).
        valid: (*space), or None for all.
    """
    flat = array.ravel() if valid is None else array[:, valid].ravel()
    found = np.percentile(flat[:: max(1, flat.size // _SAMPLE)], QUANTILES)
    found[0], found[-1] = flat.min(), flat.max()
    return tuple(float(value) for value in found)


def shrunk(plane: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """A plane (row, column) as (size, size), each pixel the mean of what it covers; the aspect is not kept."""
    picture = PIL.Image.fromarray(plane)
    way = PIL.Image.Resampling.BOX if min(plane.shape) >= size else PIL.Image.Resampling.BILINEAR
    return np.asarray(picture.resize((size, size), way), dtype=np.float32)


def thumbnail(plane: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A plane (row, column) as (`THUMB`, `THUMB`) grey, its .5th percentile black, its 99.5th white."""
    small = shrunk(plane, THUMB)
    low, high = (float(value) for value in np.percentile(small, (0.5, 99.5)))
    if high <= low:
        low, high = float(small.min()), max(float(small.max()), float(small.min()) + 1)
    if high - low > 1e30:  # float32 overflows between its own extremes
        small, low, high = small / np.float32(1e30), low / 1e30, high / 1e30
    scaled = (small - np.float32(low)) * np.float32(255 / (high - low))
    return np.asarray(np.clip(np.rint(scaled), 0, 255), dtype=np.uint8)


def digest_of(array: NDArray[Any]) -> str:
    """SHA-256 (hex) of shape and values: the same for one picture stored as 8 or 16 bits, as PNG or DICOM.

    Args:
        array: (channel, *space) or (*space), integers or float32.
    """
    whole = array.dtype.kind in "iu" or bool(((array == np.rint(array)) & (np.abs(array) < 2**31)).all())
    plain = array.astype("<i4" if whole else "<f4")
    return hashlib.sha256(repr(plain.shape).encode() + plain.tobytes()).hexdigest()

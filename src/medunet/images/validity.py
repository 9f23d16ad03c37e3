"""Which elements are real: NaN, padding and transparency become a mask beside the array, never values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError


def without_invalid(
    array: NDArray[Any], valid: NDArray[np.bool_] | None, path: Path
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Replace what is not valid or not finite by the smallest valid value, so that no range is stretched by it.

    Args:
        array: (channel, *space), any real type; floats become float32.
        valid: (*space), False where the file says that there is nothing, or None.
        path: the file, for the message.

    Returns:
        The array, C-ordered and in native byte order, and the mask of valid elements (None where all are).

    Raises:
        InputError: nothing in the array is valid.
    """
    kept = np.ones(array.shape[1:], dtype=np.bool_) if valid is None else np.array(valid, dtype=np.bool_)
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
        kept &= np.isfinite(array).all(axis=0)
    array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    if kept.all():
        return array, None
    if not kept.any():
        raise InputError(path, "holds no valid pixel (all NaN, padding or transparent)", "Export the file again")
    smallest = array[:, kept].min()
    return np.where(kept, array, smallest).astype(array.dtype, copy=False), kept

"""Images and masks to files: PNG for films, NIfTI where the grid is to be kept."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.labelmap import LabelMap
from medunet.images.nifti import nifti_bytes
from medunet.images.writing import write_bytes


def write_labels(path: str | Path, labels: LabelMap, like: Grid | None = None) -> None:
    """Write a label map, whole or not at all.

    Args:
        path: ends in `.png` (a film: grey, 8 bits, or 16 where the scheme has values above 255) or in `.nii.gz`.
        labels: the map.
        like: the grid of the image that it belongs to; a NIfTI gets the affine and the shape of that image's file.
            None takes the map's own grid.

    Raises:
        OutputError: the place cannot be written.
        ValueError: another ending, a volume as PNG, or a grid of another shape.
    """
    path = Path(path)
    grid = labels.grid if like is None else like
    if grid.shape != labels.array.shape:
        raise ValueError(f"labels of shape {labels.array.shape} do not lie on a grid of shape {grid.shape}")
    array = labels.array.astype(np.uint8 if max(labels.scheme.values) <= 255 else np.uint16)
    if path.name.lower().endswith(".nii.gz"):
        # No time and no name in the gzip header: the same mask is the same file.
        write_bytes(path, gzip.compress(nifti_bytes(array, grid), compresslevel=6, mtime=0))
    elif path.suffix.lower() == ".png" and array.ndim == 2:
        write_bytes(path, _png_bytes(array))
    else:
        raise ValueError(f"labels of {array.ndim} axes are not written as {path.name}: films .png, others .nii.gz")


def write_png(path: str | Path, image: Image) -> None:
    """Write a film as PNG: grey of 8 or 16 bits, or RGB of 8 bits, values unchanged.

    Raises:
        OutputError: the place cannot be written.
        ValueError: a volume, or an array that is not (1, row, column) uint8 or uint16 or (3, row, column) uint8.
    """
    if image.grid.ndim != 2 or (image.channels, image.array.dtype) not in _PNG_KINDS:
        raise ValueError(f"{image.channels} channels of {image.array.dtype} on {image.grid.shape} are no PNG")
    array = image.array[0] if image.channels == 1 else np.moveaxis(image.array, 0, 2)
    write_bytes(path, _png_bytes(np.ascontiguousarray(array)))


_PNG_KINDS = ((1, np.dtype(np.uint8)), (1, np.dtype(np.uint16)), (3, np.dtype(np.uint8)))


def _png_bytes(array: NDArray[Any]) -> bytes:
    """A PNG of (row, column) uint8 or uint16, or (row, column, 3) uint8."""
    buffer = io.BytesIO()
    Pillow.fromarray(array).save(buffer, format="PNG")
    return buffer.getvalue()

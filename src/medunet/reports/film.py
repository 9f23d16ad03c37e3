"""An image made visible: windowed to eight bits, with its true aspect, at the size of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medunet.images.grid import Grid
from medunet.images.image import Image

WINDOW = (0.5, 99.5)
"""Percentiles of the valid pixels that are shown black and white: single bright letters do not darken the film."""

_SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an array's pixels lie in a picture: size in picture pixels, and picture pixels per column and per row."""

    width: int
    height: int
    per_column: float
    per_row: float

    @classmethod
    def fit(cls, grid: Grid, largest: int) -> Frame:
        """The frame of a film whose longer side, in true aspect, gets `largest` picture pixels.

        Raises:
            ValueError: `grid` is not two-dimensional.
        """
        if grid.ndim != 2:
            raise ValueError(f"a film has two axes, got shape {grid.shape}")
        rows, columns = grid.shape
        high, wide = grid.spacing or (1.0, 1.0)
        scale = largest / max(rows * high, columns * wide)
        width, height = max(1, round(columns * wide * scale)), max(1, round(rows * high * scale))
        return cls(width, height, width / columns, height / rows)

    def place(self, points: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """(n, 2) row, column in pixels of the array (0 = centre of the first) → (n, 2) x, y in the picture."""
        rows, columns = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
        return np.stack([(columns + 0.5) * self.per_column, (rows + 0.5) * self.per_row], axis=1)


def windowed(image: Image) -> NDArray[np.uint8]:
    """The film as uint8, (row, column) for grey or (row, column, 3) for colour; pixels that are not valid are 0.

    One window for all channels, so that colours keep their hue. An image of one value is mid-grey.
    """
    shown = image.array if image.channels == 3 else image.array[:1]
    values = shown if image.valid is None else shown[:, image.valid]
    flat = values.ravel()
    low, high = 0.0, 0.0
    if flat.size:
        low, high = (float(v) for v in np.percentile(flat[:: max(1, flat.size // _SAMPLE)], WINDOW))
        if low == high:
            low, high = float(flat.min()), float(flat.max())
    grey: NDArray[np.uint8]
    if low == high:
        grey = np.full(shown.shape, 128, dtype=np.uint8)
    else:
        scaled = (shown.astype(np.float32) - np.float32(low)) * np.float32(255 / (high - low))
        grey = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    if image.valid is not None:
        grey[:, ~image.valid] = 0
    return np.ascontiguousarray(np.moveaxis(grey, 0, -1)) if grey.shape[0] == 3 else grey[0]


def show(image: Image, largest: int) -> tuple[PIL.Image.Image, Frame]:
    """The film as a picture (mode L or RGB) whose longer side has `largest` pixels, and where its pixels lie in it."""
    frame = Frame.fit(image.grid, largest)
    picture = PIL.Image.fromarray(windowed(image))
    shrinks = frame.width * frame.height < picture.width * picture.height
    method = PIL.Image.Resampling.LANCZOS if shrinks else PIL.Image.Resampling.BICUBIC
    return picture.resize((frame.width, frame.height), method, reducing_gap=3.0 if shrinks else None), frame

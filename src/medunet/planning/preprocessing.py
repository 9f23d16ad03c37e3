"""Preprocessing and its inverse: the one way from a film to the network's numbers and back to the film's own pixels.

Training and prediction both call `prepare`; masks go the same way by `prepare_labels`; `restore` brings the network's
output back to the pixels of the file. A picture is scaled with anti-aliasing, with its aspect kept (fit: pad) or to
the full size (fit: stretch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Le, Len
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images import Image, LabelMap
from medunet.planning.network import Section
from medunet.planning.recipe import Fit, IntensityRecipe

if TYPE_CHECKING:
    from torch import Tensor

# ITU-R BT.601 luma weights, for colour pictures where the network wants one grey channel.
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_SAMPLE_PIXELS = 1_000_000
"""Percentiles are taken on a regular sub-grid of about this many pixels; more change the third digit at most."""


class Preprocessing(Section):
    """All that must be known to prepare an image.

    Attributes:
        size: rows and columns of the network's input.
        fit: pad keeps a picture's aspect and fills the rest with 0; stretch fills the whole size.
        intensity: how grey values become numbers in [0, 1].
        channels: of the network's input.
    """

    size: Annotated[tuple[Annotated[int, Ge(1), Le(8192)], ...], Len(2, 2)]
    fit: Fit
    intensity: IntensityRecipe
    channels: Annotated[int, Gt(0)] = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the network's input.

    Attributes:
        shape: (rows, columns) of the picture.
        size: (rows, columns) of the network's input.
        corner: (row, column) of the picture's upper left corner in it.
        extent: (rows, columns) that the picture takes there.
    """

    shape: tuple[int, int]
    size: tuple[int, int]
    corner: tuple[int, int]
    extent: tuple[int, int]

    @property
    def window(self) -> tuple[slice, slice]:
        """The picture's rows and columns in the network's input."""
        (top, left), (height, width) = self.corner, self.extent
        return slice(top, top + height), slice(left, left + width)


def place(shape: tuple[int, ...], how: Preprocessing, spacing: tuple[float, ...] | None = None) -> Placement:
    """Where a picture of `shape` (rows, columns) comes to lie; `spacing` (mm) keeps oblong pixels' true aspect."""
    rows, columns = shape
    height, width = how.size
    if how.fit == "pad":
        tall, wide = (rows, columns) if spacing is None else (rows * spacing[0], columns * spacing[1])
        scale = min(height / tall, width / wide)
        extent = (min(height, max(1, round(tall * scale))), min(width, max(1, round(wide * scale))))
    else:
        extent = (height, width)
    corner = ((height - extent[0]) // 2, (width - extent[1]) // 2)
    return Placement((rows, columns), (height, width), corner, extent)


def prepare(image: Image, how: Preprocessing) -> tuple[Tensor, Placement]:
    """The network's input: float32 (channels, *size) in [0, 1], zeros outside the picture.

    Raises:
        InputError: the image has other channels or axes than the plan asks for.
    """
    import torch

    if image.grid.ndim != 2:
        raise InputError(image.source, f"is a volume of shape {image.grid.shape}", "This model takes films: give those")
    values = _scaled(_to_channels(image, how.channels), image.valid, how.intensity)
    placement = place(image.grid.shape, how, image.grid.spacing)
    out = torch.zeros(how.channels, *how.size)
    out[(slice(None), *placement.window)] = _resize(torch.from_numpy(values), placement.extent).clamp(0, 1)
    return out, placement


def prepare_labels(labels: LabelMap, classes: Sequence[str], placement: Placement) -> Tensor:
    """Class numbers (uint8, *size): 0 background, then `classes` in order; each pixel gets its largest share."""
    import torch

    table = np.zeros(max(labels.scheme.values) + 1, dtype=np.uint8)
    for number, name in enumerate(classes, start=1):
        if name in labels.scheme.names:
            table[labels.scheme.value(name)] = number
    index = torch.from_numpy(table[labels.array])
    best = torch.zeros(placement.extent)
    winner = torch.zeros(placement.extent, dtype=torch.uint8)
    for number in range(len(classes) + 1):
        share = _resize((index == number).float()[None], placement.extent)[0]
        winner[share > best] = number
        best = torch.maximum(best, share)
    out = torch.zeros(placement.size, dtype=torch.uint8)
    out[placement.window] = winner
    return out


def restore(scores: Tensor, placement: Placement) -> Tensor:
    """The inverse for a network's output: (K, *size) → (K, *shape), linear between pixels."""
    return _resize(scores[(slice(None), *placement.window)].float(), placement.shape)


def _resize(channels: Tensor, extent: tuple[int, int]) -> Tensor:
    """(C, rows, columns) → (C, *extent), bilinear with anti-aliasing."""
    from torch.nn import functional

    if tuple(channels.shape[1:]) == extent:
        return channels
    return functional.interpolate(channels[None], size=extent, mode="bilinear", antialias=True, align_corners=False)[0]


def _to_channels(image: Image, channels: int) -> NDArray[np.float32]:
    """The image's values (channels, rows, columns), red, green and blue as one grey where one channel is wanted."""
    values = np.asarray(image.array, dtype=np.float32)
    if image.channels == channels:
        return values
    if image.channels == 3 and channels == 1:
        return np.asarray(np.tensordot(_LUMA, values, axes=1)[None], dtype=np.float32)
    raise InputError(
        image.source, f"has {image.channels} channels where {channels} are wanted", "Give images of the same kind"
    )


def _scaled(values: NDArray[np.float32], valid: NDArray[np.bool_] | None, how: IntensityRecipe) -> NDArray[np.float32]:
    """Values (channels, rows, columns) in [0, 1], each channel by itself; 0 where not valid."""
    out = np.empty_like(values)
    for channel, array in enumerate(values):
        low, high = (how.low, how.high) if how.kind == "window" else _percentiles(array, valid, how)
        out[channel] = np.clip((array - low) / ((high - low) or 1.0), 0, 1)  # a constant picture becomes 0
    if valid is not None:
        out[:, ~valid] = 0
    return out


def _percentiles(array: NDArray[Any], valid: NDArray[np.bool_] | None, how: IntensityRecipe) -> tuple[float, float]:
    """The two percentiles of (rows, columns) over its valid pixels, or over all where none is."""
    step = max(1, round((array.size / _SAMPLE_PIXELS) ** 0.5))
    sample = array[::step, ::step]
    if valid is not None and valid[::step, ::step].any():
        sample = sample[valid[::step, ::step]]
    low, high = np.percentile(sample, [how.low, how.high])
    return float(low), float(high)

"""Masks without sharp corners: what no disc inside a structure reaches is taken from it.

Where three structures meet, such as heart, lung and diaphragm, each is about as likely as the others, and a network's
mask ends in a tip there that nobody draws. A tip of a few pixels is nothing to Dice and much to a width. This is the
opening of mathematical morphology by a disc (Serra 1982), taken of a distance map, since the disc is large.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def rounded(numbers: NDArray[np.uint8], shares: Mapping[int, float]) -> NDArray[np.uint8]:
    """Class numbers with the corners of some structures rounded; what is taken away becomes background.

    A structure in which no disc fits stays as it is, and so does what meets the picture's edge, as if the structure
    went on beyond it.

    Args:
        numbers: uint8 (row, column), 0 background.
        shares: class number → radius of its disc as a share of the picture's shorter side; under half a pixel does
            nothing.
    """
    result = numbers
    for number, share in shares.items():
        lost = _corners(numbers == number, share * min(numbers.shape))
        if lost is not None:
            result = np.where(lost, np.uint8(0), result)
    return result


def _corners(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_] | None:
    """The pixels of a mask (row, column) that no disc of `radius` pixels inside it reaches; None where all are."""
    from scipy.ndimage import distance_transform_edt

    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if radius < 0.5 or not rows.size:
        return None
    box = tuple(slice(max(0, at[0] - 1), at[-1] + 2) for at in (rows, columns))
    border = int(radius) + 2
    part = np.pad(mask[box], border, mode="edge")
    reach = radius + 0.5  # the distance map is that to the next pixel's middle, half a pixel beyond the border
    centres = np.asarray(distance_transform_edt(part)) >= reach
    if not centres.any():
        return None
    reached = np.asarray(distance_transform_edt(~centres)) <= reach
    lost = np.zeros_like(mask)
    lost[box] = (part & ~reached)[border:-border, border:-border]
    return lost

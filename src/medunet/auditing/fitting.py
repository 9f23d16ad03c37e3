"""Whether a mask of the lungs fits the film beneath it.

Lungs are darker than what lies around them. So along their outlines, and only there, the film's local dark and bright
must go with the mask. The correlation is taken for every shift of the mask by up to `REACH` of the film: a mask that
belongs to the film fits best where it lies, one of another film hardly anywhere. The mirrored mask is tried as well:
the heart's notch makes the lungs' outlines differ enough to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from medunet.auditing.grey import shrunk

SIZE = 128
REACH = 14 / SIZE

_STEPS = 14
_RIM = 6
_FINE, _COARSE = 1.0, 8.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How a mask of lungs fits a film: correlations from -1 to 1.

    Attributes:
        match: where the mask lies.
        best: at the best shift.
        shift: the best shift (down, right) in shares of the film.
        mirrored: of the mirrored mask, at its own best shift.
    """

    match: float
    best: float
    shift: tuple[float, float]
    mirrored: float


def fit(plane: NDArray[np.float32], lungs: NDArray[np.bool_]) -> Fit | None:
    """How well lungs fit a film, and by which shift they would fit best.

    Args:
        plane: (row, column) grey values in which dense is bright.
        lungs: bool (row, column), the same shape.

    Returns:
        None where the mask has no outline or the film no contrast there.
    """
    small = shrunk(lungs.astype(np.float32), SIZE)
    film = np.pad(_local(_ranked(shrunk(plane, SIZE))), _STEPS, mode="edge")
    match, mirrored = _matches(film, small), _matches(film, small[:, ::-1])
    if match is None:
        return None
    down, right = np.unravel_index(int(match.argmax()), match.shape)
    return Fit(
        match=float(match[_STEPS, _STEPS]),
        best=float(match.max()),
        shift=((int(down) - _STEPS) / SIZE, (int(right) - _STEPS) / SIZE),
        mirrored=-1.0 if mirrored is None else float(mirrored.max()),
    )


def _matches(film: NDArray[np.float32], small: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """The correlations of a small mask (row, column) with the film for every shift, or None without an outline."""
    inside = small > 0.5
    rim = ndimage.binary_dilation(inside, iterations=_RIM) & ~ndimage.binary_erosion(inside, iterations=_RIM)
    if inside.sum() < 2 * _RIM**2 or not rim.any():
        return None
    return _correlations(film, _local(-small), rim)


def _ranked(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey by rank, 0 to 1: independent of exposure."""
    order = plane.ravel().argsort(kind="stable").argsort(kind="stable")
    return (order.reshape(plane.shape) / plane.size).astype(np.float32)


def _local(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Dark and bright against the surroundings."""
    return np.asarray(ndimage.gaussian_filter(plane, _FINE) - ndimage.gaussian_filter(plane, _COARSE))


def _correlations(
    film: NDArray[np.float32], wanted: NDArray[np.float32], rim: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """(2 n + 1, 2 n + 1) correlations of `wanted` on its rim with the film, for every shift of up to n pixels.

    Args:
        film: (row + 2 n, column + 2 n).
        wanted: (row, column).
        rim: bool (row, column), where they are compared.
    """
    shifts = 2 * _STEPS + 1
    weight = rim.astype(np.float64)
    count = weight.sum()
    pattern = (wanted - wanted[rim].mean()) * weight
    grey = film.astype(np.float64) - float(film.mean())

    def slid(values: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
        spectrum = fft.rfft2(values) * np.conj(fft.rfft2(kernel, s=values.shape))
        return np.asarray(fft.irfft2(spectrum, s=values.shape)[:shifts, :shifts])

    mean = slid(grey, weight) / count
    spread = np.sqrt(np.maximum(slid(grey * grey, weight) / count - mean**2, 0.0))
    own = float(np.sqrt((pattern**2).sum() / count))
    if own < 1e-9 or float(spread[_STEPS, _STEPS]) < 1e-6:
        return None
    return np.asarray(slid(grey, pattern) / count / np.maximum(spread, 1e-6) / own)

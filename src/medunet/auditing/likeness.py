"""Likeness: films that show the same picture, whatever was done to the file in between.

Two thumbnails are compared by their grey ranks without the coarse shading: exposure, gamma, noise, JPEG, another size
or 16 bits change little of that. Crops are found by comparing each film with windows of the others, then moving the
window's four edges until the two agree best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from scipy import fft, ndimage

from medunet.auditing.look import THUMB, Film
from medunet.auditing.turning import ways

SAME = 0.96
"""Correlation from which two whole pictures are one. Films of different people reach .90, JPEG of quality 30 leaves
.99, noise of 12 grey steps .99."""

SHIFTED = 0.935
"""The same for two pictures where they overlap, after one was moved by whole pixels of a thumbnail: of films moved by 1
to 3 % nineteen in twenty reach .94, films of different people .90."""

CROPPED = 0.93
"""The same for a picture and a window of another, after its edges were moved."""

MOST_FOR_CROPS = 12_000
"""More films than this are not searched for crops."""

_COARSE, _FINE = 32, THUMB
_CANDIDATE = 0.8
_HOPELESS = 0.86  # after the first steps; moving the edges further would not bring it to `CROPPED`
_EDGES = ((0.0, 0.0), (0.06, 0.06), (0.12, 0.0), (0.0, 0.12), (0.12, 0.12))
_WINDOWS = tuple((left, top, right, bottom) for (left, right), (top, bottom) in product(_EDGES, _EDGES))
_BLOCK = 1024
_MOST_SHIFT = 0.25
_NEIGHBOURS = 1
_RIVALS = 3
_SIMILAR = 0.6
_FAR = 6

Window = tuple[float, float, float, float]
"""Left, top, right and bottom margin of a window, in shares of the picture."""

Prints = NDArray[np.float32]
"""(films, numbers), each row without mean and of length 1."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two films, by number, that show one picture.

    Attributes:
        first, second: numbers of the films, first < second.
        correlation: of the two, 0 to 1.
        how: what differs: "", "mirrored", "shifted" or "a crop".
    """

    first: int
    second: int
    correlation: float
    how: str = ""


def find_alike(
    films: Sequence[Film], turned: Sequence[int | None], *, same: float = SAME, parts: bool = True
) -> list[Alike]:
    """Every pair of films that show one picture, in order; pairs of one digest are left out, they are found exactly.

    Args:
        films: the films; pictures without contrast match nothing.
        turned: for each film the way it lies (see `turning.turned`), so that turned copies are found too.
        same: correlation from which two whole pictures are one.
        parts: whether crops and shifted copies are looked for: only where pictures of different people differ enough.
    """
    thumbs = np.stack([_upright(film, way) for film, way in zip(films, turned, strict=True)]) if films else None
    if thumbs is None or len(films) < 2:
        return []
    found: dict[tuple[int, int], Alike] = {}
    fine = prints(thumbs)
    for a, b, value in _above(fine, fine, same):
        if a < b:
            found[a, b] = Alike(a, b, value)
    for a, b, value in _above(fine, prints(thumbs[:, :, ::-1]), same):
        if a < b and (a, b) not in found:
            found[a, b] = Alike(a, b, value, "mirrored")
    if parts:
        _find_shifted(thumbs, fine, found)
    if parts and len(films) <= MOST_FOR_CROPS:
        _find_crops(thumbs, found)
    pairs = (found[key] for key in sorted(found))
    return [pair for pair in pairs if films[pair.first].digest != films[pair.second].digest]


def prints(thumbs: NDArray[np.uint8], size: int = _FINE) -> Prints:
    """The prints of thumbnails (films, row, column)."""
    local = _local(thumbs, size)
    half = local.reshape(len(local), size // 2, 2, size // 2, 2).mean(axis=(2, 4)).reshape(len(local), -1)
    half -= half.mean(axis=1, keepdims=True)
    return np.asarray(half / np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _local(thumbs: NDArray[np.uint8], size: int) -> Prints:
    """Grey ranks of thumbnails (films, row, column) without coarse shading: (films, size, size)."""
    small = _resized(thumbs, size)
    flat = small.reshape(len(small), -1)
    ranks = flat.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable").astype(np.float32) / flat.shape[1]
    ranks[np.ptp(flat, axis=1) == 0] = 0  # a picture of one grey has no order
    grey, scale = ranks.reshape(small.shape), size / THUMB
    local = ndimage.gaussian_filter(grey, (0, 0.7 * scale, 0.7 * scale))
    return np.asarray(local - ndimage.gaussian_filter(grey, (0, 6 * scale, 6 * scale)), dtype=np.float32)


def _upright(film: Film, way: int | None) -> NDArray[np.uint8]:
    """The thumbnail (row, column) of a film, brought back from the way it lies."""
    thumb = np.frombuffer(film.thumb, dtype=np.uint8).reshape(THUMB, THUMB)
    if way is None:
        return thumb
    back = ways(thumb.astype(np.float64))[way]
    return np.asarray(back + 255 if way >= 8 else back, dtype=np.uint8)


def _above(one: Prints, other: Prints, least: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (row of `one`, row of `other`) whose correlation is at least `least`."""
    for first in range(0, len(one), _BLOCK):
        block = one[first : first + _BLOCK] @ other.T
        for a, b in np.argwhere(block >= least):
            yield first + int(a), int(b), round(min(1.0, float(block[a, b])), 4)


def _find_shifted(thumbs: NDArray[np.uint8], fine: Prints, found: dict[tuple[int, int], Alike]) -> None:
    """Add the pairs of which one is the other, moved by some pixels."""
    nearest: set[tuple[int, int]] = set()
    for first in range(0, len(fine), _BLOCK):
        block = fine[first : first + _BLOCK] @ fine.T
        rows = np.arange(len(block))
        block[rows, rows + first] = -1
        most = np.argpartition(block, -min(_RIVALS, len(fine) - 1), axis=1)[:, -min(_RIVALS, len(fine) - 1) :]
        for row in rows:
            close = [int(other) for other in most[row] if block[row, other] >= _SIMILAR]
            nearest |= {(min(first + int(row), other), max(first + int(row), other)) for other in close}
    for a, b in sorted(nearest - set(found)):
        one, other = _local(thumbs[[a, b]], _FINE)
        value = _moved_match(one, other)
        if value >= SHIFTED:
            found[a, b] = Alike(a, b, round(value, 4), "shifted")


def _moved_match(one: Prints, other: Prints) -> float:
    """The correlation of two pictures (row, column) where they overlap, at the shift at which they agree best."""
    size = _FINE
    both = fft.irfft2(fft.rfft2(one) * np.conj(fft.rfft2(other)), s=one.shape)
    near = np.roll(both, (_FAR, _FAR), (0, 1))[: 2 * _FAR + 1, : 2 * _FAR + 1]
    down, right = (int(place) - _FAR for place in np.unravel_index(int(near.argmax()), near.shape))
    mine = one[max(0, down) : size + min(0, down), max(0, right) : size + min(0, right)]
    theirs = other[max(0, -down) : size + min(0, -down), max(0, -right) : size + min(0, -right)]
    return float(np.corrcoef(mine.ravel(), theirs.ravel())[0, 1]) if mine.std() and theirs.std() else 0.0


def _find_crops(thumbs: NDArray[np.uint8], found: dict[tuple[int, int], Alike]) -> None:
    """Add the pairs of which one is a window of the other."""
    best: dict[int, list[tuple[float, int, Window]]] = {}
    small = _resized(thumbs, _COARSE)
    whole = prints(small, _COARSE)
    for window in _WINDOWS[1:]:
        cut = prints(_window(small, window), _COARSE)
        for a, b, value in _above(whole, cut, _CANDIDATE):
            if a != b:
                best.setdefault(a, []).append((value, b, window))
    for a, candidates in best.items():
        seen: set[int] = set()
        for _, b, window in sorted(candidates, reverse=True):
            if b in seen or (min(a, b), max(a, b)) in found:
                continue
            seen.add(b)
            value = _settled(thumbs[a], thumbs[b], window)
            if value >= CROPPED:
                pair = min(a, b), max(a, b)
                found[pair] = Alike(*pair, round(value, 4), "a crop")
            if len(seen) == _NEIGHBOURS:
                break


def _settled(film: NDArray[np.uint8], other: NDArray[np.uint8], window: Window) -> float:
    """The best correlation of a film with a window of another, its edges moved one after the other."""
    wanted = prints(film[None])[0]
    value = float(wanted @ prints(_window(other[None], window))[0])
    for step in (0.03, 0.015, 0.008):
        if step < 0.015 and value < _HOPELESS:
            break
        moved = True
        for _ in range(3):
            if not moved:
                break
            tries = [w for edge in range(4) for sign in (-step, step) if (w := _moved(window, edge, sign)) is not None]
            cut = np.concatenate([_window(other[None], one) for one in tries])
            values = prints(cut) @ wanted
            moved = bool(values.max() > value)
            if moved:
                value, window = float(values.max()), tries[int(values.argmax())]
    return value


def _moved(window: Window, edge: int, by: float) -> Window | None:
    """The window with one edge moved, or None where it would leave the picture or become too small."""
    edges = list(window)
    edges[edge] += by
    if not -1e-9 <= edges[edge] <= _MOST_SHIFT:
        return None
    edges[edge] = max(0.0, edges[edge])
    return edges[0], edges[1], edges[2], edges[3]


def _window(thumbs: NDArray[np.uint8], window: Window) -> NDArray[np.uint8]:
    """Windows of thumbnails (films, row, column), each brought to the size of the whole."""
    size = thumbs.shape[1]
    box = (window[0] * size, window[1] * size, size - window[2] * size, size - window[3] * size)
    way = PIL.Image.Resampling.BILINEAR
    return np.stack([np.asarray(PIL.Image.fromarray(one).resize((size, size), way, box=box)) for one in thumbs])


def _resized(thumbs: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Thumbnails (films, row, column) of another size."""
    if thumbs.shape[1] == size:
        return thumbs
    way = PIL.Image.Resampling.BOX
    return np.stack([np.asarray(PIL.Image.fromarray(one).resize((size, size), way)) for one in thumbs])

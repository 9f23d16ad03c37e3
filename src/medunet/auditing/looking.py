"""One pass over a case's files: from a Case to its Look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.auditing.bands import bands
from medunet.auditing.chest_shape import ChestShape, shape_of
from medunet.auditing.fitting import fit
from medunet.auditing.grey import digest_of, plane_of, quantiles_of, thumbnail
from medunet.auditing.look import Drawn, Fault, FaultKind, Film, Look
from medunet.auditing.structure_shape import structure_shapes
from medunet.auditing.turning import scores
from medunet.cases import Case, Target
from medunet.cases.codings import label_type
from medunet.cases.target import Part, check_place
from medunet.errors import InputError
from medunet.images import Grid, Image, LabelMap, Pixels, read_pixels
from medunet.images.picture import GREY_NOTE

VERSION = 4
"""Counted up whenever a look holds other numbers for the same files, so that kept ones are not taken for new."""

_MOST_VALUES = 40


def look_at(case: Case) -> Look:
    """What is to be seen of a case; whatever is wrong with its files is part of the answer, never an exception."""
    image, film, film_fault = None, None, None
    try:
        # Without the tags: view and age are then what the file itself says.
        image = replace(case, tags={}).read_image()
        film = _film(image, stacked=len(case.images) > 1)
    except InputError as fault:
        film_fault = _fault("unreadable", fault)
    drawn, drawn_fault = None, None
    if case.target is not None:
        drawn, drawn_fault = _drawn(case, case.target, image)
    return Look(film, film_fault, drawn, drawn_fault)


def key_of(case: Case) -> str:
    """What a look depends on: the content of the files, how the masks are coded, what was looked for, the version.

    Raises:
        InputError: a file cannot be read.
    """
    return f"{VERSION}-{case.content_key()}-{'|'.join(case.annotated or ())}"


def _fault(kind: FaultKind, fault: InputError) -> Fault:
    # The file's name alone: folders above the data are nobody's business.
    return Fault(kind, fault.where.replace("\\", "/").rsplit("/", 1)[-1], fault.what, fault.remedy)


def _film(image: Image, *, stacked: bool) -> Film:
    """What is to be seen of an image; `stacked` says that its channels come from several files."""
    plane = plane_of(image.array)
    thumb = thumbnail(plane)
    black, white = bands(thumb)
    return Film(
        shape=image.grid.shape,
        channels=image.channels,
        kind=image.array.dtype.name,
        spacing=image.grid.spacing,
        modality=image.modality,
        view=image.view,
        age=image.age,
        quantiles=quantiles_of(image.array, image.valid),
        black=round(black, 4),
        white=round(white, 4),
        digest=digest_of(image.array),
        thumb=thumb.tobytes(),
        turns=scores(thumb) if image.grid.ndim == 2 else (),
        coloured=not stacked and (image.channels == 3 or GREY_NOTE in image.notes),
    )


def _drawn(case: Case, target: Target, image: Image | None) -> tuple[Drawn | None, Fault | None]:
    """What is to be seen of a mask, or why nothing is. Without a readable image its size is the mask's own."""
    name = case.images[0].name
    try:
        read = [read_pixels(layer.path) if isinstance(layer, Part) else None for layer in target.parts]
        grids = [layer.grid() if one is None else one.grid for layer, one in zip(target.parts, read, strict=True)]
    except InputError as fault:
        return None, _fault("unreadable", fault)
    grid = image.grid if image is not None else grids[0]
    try:
        for layer, own in zip(target.parts, grids, strict=True):
            check_place(layer.path, own, grid, name)
    except InputError as fault:
        return None, _fault("size", fault)
    try:
        labels = _label_map(target, read, grid, name)
    except InputError as fault:
        return None, _fault("values", fault)
    return _described(case, labels, [one for one in read if one is not None], image), None


def _label_map(target: Target, read: list[Pixels | None], grid: Grid, name: str) -> LabelMap:
    """The target's label map, from pixels where they have been read already."""
    array = np.zeros(grid.shape, dtype=label_type(target.scheme))
    for layer, pixels in zip(target.parts, read, strict=True):
        if isinstance(layer, Part) and pixels is not None:
            painted = layer.coding.decode(pixels, target.scheme)
        else:
            painted = layer.labels(target.scheme, grid, name)
        np.copyto(array, painted, where=painted > 0)
    return LabelMap(array, grid, target.scheme)


def _described(case: Case, labels: LabelMap, read: list[Pixels], image: Image | None) -> Drawn:
    """The numbers of a label map."""
    plane = plane_of(image.array) if image is not None and image.grid.ndim == 2 else None
    shape = shape_of(labels, case.annotated, plane) or ChestShape()
    counts = np.bincount(labels.array.ravel(), minlength=max(labels.scheme.values) + 1)
    return Drawn(
        stored=_stored(read),
        lossy=any(pixels.lossy for pixels in read),
        ringing=max((_ringing(pixels) for pixels in read), default=0.0),
        pixels=tuple((name, int(counts[value])) for name, value in labels.scheme.structures),
        digest=digest_of(labels.array),
        shapes=structure_shapes(labels),
        **_fit(labels, image),
        **{name: getattr(shape, name) for name in ChestShape.__dataclass_fields__},
    )


def _fit(labels: LabelMap, image: Image | None) -> dict[str, Any]:
    """How well the lungs fit the film (see `fitting`); nothing for a volume or a map without lungs."""
    lungs = [name for name in labels.scheme.names if "lung" in name.lower()]
    if image is None or labels.grid.ndim != 2 or not lungs:
        return {}
    mask: NDArray[np.bool_] = np.logical_or.reduce([labels.mask(name) for name in lungs])
    found = fit(plane_of(image.array), mask)
    if found is None:
        return {}
    return {
        "match": round(found.match, 4),
        "shift": found.shift,
        "match_best": round(found.best, 4),
        "match_mirrored": round(found.mirrored, 4),
    }


def _stored(read: list[Pixels]) -> tuple[int, ...]:
    """The distinct values of grey or palette masks, at most `_MOST_VALUES`."""
    values: set[int] = set()
    for pixels in read:
        if pixels.kind != "colour":
            values |= set(_values(pixels.array).tolist())
    return tuple(sorted(values)[:_MOST_VALUES])


def _values(array: NDArray[Any]) -> NDArray[np.int64]:
    small = array.dtype.itemsize <= 2
    return np.asarray(np.flatnonzero(np.bincount(array.ravel())) if small else np.unique(array), dtype=np.int64)


def _ringing(pixels: Pixels) -> float:
    """Share of the pixels of a lossy grey mask that are neither its background nor its brightest value."""
    if not pixels.lossy or pixels.kind == "colour":
        return 0.0
    return float(np.mean((pixels.array > 0) & (pixels.array < pixels.array.max())))

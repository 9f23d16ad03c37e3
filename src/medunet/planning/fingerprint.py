"""Fingerprint: what the data look like, from a sample of the cases."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medunet.cases import Case, Cases
from medunet.errors import InputError
from medunet.images import Image, LabelMap

SAMPLE = 24
"""Cases that are read; sizes and channels come from these too."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Portrait of the training cases.

    Attributes:
        cases: how many cases there are.
        sampled: how many were read for the figures below.
        shapes: distinct (rows, columns) with their counts, most frequent first.
        channels: channels of every image (the largest number where they differ).
        colour: the three channels are red, green and blue of one file, not three images of one subject.
        types: distinct number types with their counts.
        spacing_known: share of sampled images with a known pixel size.
        aspect: smallest and largest rows ÷ columns.
        intensity: median over images of the 0.5, 50 and 99.5 percentiles of valid pixels.
        frequency: structure → mean share of the picture's area.
        presence: structure → share of sampled cases that hold it.
    """

    cases: int
    sampled: int
    shapes: tuple[tuple[tuple[int, ...], int], ...]
    channels: int
    colour: bool
    types: tuple[tuple[str, int], ...]
    spacing_known: float
    aspect: tuple[float, float]
    intensity: tuple[float, float, float]
    frequency: dict[str, float]
    presence: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for run.json."""
        return asdict(self)


def sample_of(cases: Cases, size: int = SAMPLE) -> list[Case]:
    """`size` cases in the order of their hashed ids, so that the choice does not depend on the order of files."""
    return sorted(cases.cases, key=lambda case: hashlib.sha256(f"fingerprint:{case.id}".encode()).hexdigest())[:size]


def fingerprint(cases: Cases) -> Fingerprint:
    """Read a sample of `cases` (with targets) and describe it.

    Raises:
        InputError: files that cannot be read, all that were met together; pictures of more than two dimensions.
    """
    if cases.scheme is None or not cases.cases:
        raise InputError("data", "has no cases with masks", "Training needs masks beside the images")
    sampled = sample_of(cases)
    pairs = _read(sampled)
    images = [image for image, _ in pairs]
    shares = [{name: float(labels.mask(name).mean()) for name in labels.scheme.names} for _, labels in pairs]
    aspects = [image.grid.shape[0] / image.grid.shape[1] for image in images]
    names = cases.scheme.names
    channels = max(image.channels for image in images)
    return Fingerprint(
        cases=len(cases.cases),
        sampled=len(images),
        shapes=tuple(Counter(image.grid.shape for image in images).most_common()),
        channels=channels,
        colour=channels == 3 and all(len(case.images) == 1 for case in sampled),
        types=tuple(Counter(str(image.array.dtype) for image in images).most_common()),
        spacing_known=sum(image.grid.spacing is not None for image in images) / len(images),
        aspect=(min(aspects), max(aspects)),
        intensity=_median_marks(images),
        frequency={name: float(np.mean([share[name] for share in shares])) for name in names},
        presence={name: float(np.mean([share[name] > 0 for share in shares])) for name in names},
    )


def _read(cases: Sequence[Case]) -> list[tuple[Image, LabelMap]]:
    """Images and label maps of `cases`; all that cannot be used are named together."""
    pairs: list[tuple[Image, LabelMap]] = []
    faults: list[InputError] = []
    for case in cases:
        try:
            image = case.read_image()
            if image.grid.ndim != 2:
                raise InputError(
                    image.source,
                    f"is a volume of shape {image.grid.shape}",
                    "Train on films: give two-dimensional images",
                )
            pairs.append((image, case.read_target()))
        except InputError as fault:
            faults.append(fault)
    if faults:
        raise InputError.together(faults)
    return pairs


def _median_marks(images: Sequence[Image]) -> tuple[float, float, float]:
    """Median over images of the percentiles 0.5, 50 and 99.5 of every fourth valid pixel in both directions."""
    marks = []
    for image in images:
        pixels = image.array[:, ::4, ::4]
        if image.valid is not None and image.valid[::4, ::4].any():
            pixels = pixels[:, image.valid[::4, ::4]]
        marks.append(np.percentile(pixels, [0.5, 50, 99.5]))
    low, middle, high = np.median(marks, axis=0)
    return float(low), float(middle), float(high)

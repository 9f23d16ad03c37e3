"""Fingerprint: what the data look like, from the files' headers and a sample of their pixels."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medunet.cases import Case, Cases
from medunet.errors import InputError

SAMPLE = 24
"""Cases whose pixels are read; sizes and channels come from these too."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Portrait of the training cases.

    Attributes:
        cases: how many cases there are.
        sampled: how many were read for the figures below.
        shapes: distinct (rows, columns) with their counts, most frequent first.
        channels: channels of every image (the largest number where they differ).
        types: distinct number types with their counts.
        spacing_known: share of sampled images with a known pixel size.
        aspect: smallest and largest rows ÷ columns.
        intensity: median over images of the 0.5, 50 and 99.5 percentiles.
        frequency: structure → mean share of the picture's area.
        presence: structure → share of sampled cases that hold it.
    """

    cases: int
    sampled: int
    shapes: tuple[tuple[tuple[int, ...], int], ...]
    channels: int
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
    faults: list[InputError] = []
    images, shares = [], []
    for case in sample_of(cases):
        try:
            image, labels = case.read_image(), case.read_target()
        except InputError as fault:
            faults.append(fault)
            continue
        images.append(image)
        shares.append({name: float(labels.mask(name).mean()) for name in labels.scheme.names})
    if faults:
        raise InputError.together(faults)
    marks = [np.percentile(image.array[:, ::4, ::4], [0.5, 50, 99.5]) for image in images]
    aspects = [image.grid.shape[0] / image.grid.shape[1] for image in images]
    names = cases.scheme.names
    return Fingerprint(
        cases=len(cases.cases),
        sampled=len(images),
        shapes=tuple(Counter(image.grid.shape for image in images).most_common()),
        channels=max(image.channels for image in images),
        types=tuple(Counter(str(image.array.dtype) for image in images).most_common()),
        spacing_known=sum(image.grid.spacing is not None for image in images) / len(images),
        aspect=(min(aspects), max(aspects)),
        intensity=tuple(float(x) for x in np.median(marks, axis=0)),  # type: ignore[arg-type]
        frequency={name: float(np.mean([share.get(name, 0.0) for share in shares])) for name in names},
        presence={name: float(np.mean([share.get(name, 0.0) > 0 for share in shares])) for name in names},
    )

"""How an image is stored when it is converted: PNG of 8 or 16 bits, or the NIfTI file as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from medunet.cases import Case
from medunet.cases.folders import name_and_ending
from medunet.errors import InputError
from medunet.images import Image, read_image, write_bytes, write_png

_LEVELS = 65535


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the values of a 16-bit PNG stand for: value = intercept + slope × stored value.

    Attributes:
        slope: 1 where the values are whole numbers of a span that 16 bits hold, or all one; then nothing is lost.
        intercept: the least value.
    """

    slope: float
    intercept: float


def image_names(case: Case, name: str) -> tuple[str, ...]:
    """The files that the images of a case become: NIfTI keeps its ending, all else is PNG; channels are numbered."""
    endings = [_ending(path) for path in case.images]
    if len(endings) == 1:
        return (f"{name}{endings[0]}",)
    return tuple(f"{name}_{channel:04d}{ending}" for channel, ending in enumerate(endings))


def is_volume_file(path: Path) -> bool:
    """Whether an image stays NIfTI."""
    return _ending(path) != ".png"


def store_images(case: Case, folder: Path, names: Sequence[str]) -> tuple[Image, Mapping | None]:
    """Write the images of a case into a folder, each whole or not at all.

    Grey of 8 or 16 bits and colour of 8 bits are stored with their own values. Other values (HU, signed or float) are
    stored in 16 bits with a mapping, one for all channels of the case.

    Returns:
        The image as it was read, and how values were mapped, or None where they are their own.

    Raises:
        InputError: a file cannot be read, or is a volume in a format that is not kept.
        OutputError: the folder cannot be written.
    """
    image = case.read_image()
    if image.grid.ndim != 2 and not all(is_volume_file(path) for path in case.images):
        raise InputError(case.images[0].name, "is a volume that is no NIfTI file", "Convert it to NIfTI first")
    mapping = None if all(is_volume_file(path) for path in case.images) else mapping_of(image)
    for path, name in zip(case.images, names, strict=True):
        if is_volume_file(path):
            write_bytes(folder / name, path.read_bytes())
        else:
            one = image if len(case.images) == 1 else read_image(path)
            write_png(folder / name, mapped(one, mapping))
    return image, mapping


def mapping_of(image: Image) -> Mapping | None:
    """How values (channel, row, column) get into 16 bits, or None where a PNG holds them as they are.

    Raises:
        InputError: colours of more than 8 bits.
    """
    if image.array.dtype == np.uint8 or (image.array.dtype == np.uint16 and image.channels != 3):
        return None
    if image.channels == 3:
        raise InputError(image.source, f"is a colour picture of {image.array.dtype}", "Export it with 8 bits a colour")
    low, high = float(image.array.min()), float(image.array.max())
    whole = high - low <= _LEVELS and bool((image.array == np.rint(image.array)).all())
    return Mapping(1.0 if whole or high == low else (high - low) / _LEVELS, low)


def mapped(image: Image, mapping: Mapping | None) -> Image:
    """The image with the values that a PNG stores, (channel, row, column) uint8 or uint16."""
    if mapping is None:
        return image
    stored = np.rint((image.array.astype(np.float64) - mapping.intercept) / mapping.slope)
    return replace(image, array=stored.astype(np.uint16), unit=None)


def _ending(path: Path) -> str:
    """The ending that a converted image has."""
    ending = name_and_ending(path)[1].lower()
    return ending if ending in (".nii", ".nii.gz") else ".png"

"""Chest films: a seeded person, before a seeded detector, with the exact masks and the ratio they imply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.labelmap import LabelMap, Scheme
from medunet.phantoms.anatomy import Chest, chest_of
from medunet.phantoms.clutter import device_thickness, mark
from medunet.phantoms.exposure import SITES, develop, draw_exposure
from medunet.phantoms.keyed import Keys, draws
from medunet.phantoms.person import Person, draw_person, draw_pose
from medunet.phantoms.plane import Floats, Plane
from medunet.phantoms.tissue import METAL, attenuation

SCHEME = Scheme.of(("right lung", "left lung", "heart"))
"""Values of the masks: right and left are the patient's, so the right lung (1) is at the picture's left."""

_ROSTER = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3)
"""How many films the subjects of one block have; a block is 16 films of 11 subjects, in shuffled order."""


@dataclass(frozen=True)
class ChestPhantom:
    """One synthetic film with its truth.

    Attributes:
        id: unique in its collection, "phantom-00012".
        subject: "subject-00009"; some subjects have two or three films.
        image: uint8 or uint16 (1, rows, columns), with spacing, view and age.
        labels: masks on the same grid; the lungs leave out what lies behind the heart or below the diaphragm.
        ctr: width of the heart over width of both lungs, counted in whole pixels on `labels`, edge to edge.
        tags: view, sex, age, site, cardiomegaly ("0" or "1" by an imaginary report, which is sometimes wrong).
    """

    id: str
    subject: str
    image: Image
    labels: LabelMap
    ctr: float
    tags: dict[str, str]


def chest_films(seed: int, count: int, *, size: int = 256, bits: int = 8) -> Iterator[ChestPhantom]:
    """The first `count` films of a collection, one after the other; arguments as for `chest_film`."""
    for index in range(count):
        yield chest_film(seed, index, size=size, bits=bits)


def chest_film(seed: int, index: int, *, size: int = 256, bits: int = 8) -> ChestPhantom:
    """Film number `index` of the collection `seed`, the same whichever films were made before it.

    Args:
        seed: names the collection, 0 or more.
        index: number of the film, 0 or more.
        size: rows and columns, at least 64; the same anatomy is shown at every size.
        bits: depth of the grey scale, 8 (uint8) or up to 16 (uint16).

    Raises:
        ValueError: a number outside its range.
    """
    if seed < 0 or index < 0 or size < 64 or not 8 <= bits <= 16:
        raise ValueError(f"seed and index from 0, size from 64, bits 8 to 16; got {seed}, {index}, {size}, {bits}")
    subject, visit = subject_of(seed, index)
    keys = Keys(seed, subject, index)
    person = draw_person(keys.person("person"))
    chest = chest_of(person, draw_pose(keys.visit("pose"), person))
    site = SITES[int(keys.person("site").integers(len(SITES)))]
    spacing = round(chest.pose.field / size, 4)
    array = _masks(chest, size, spacing)
    grey = _picture(chest, keys, site, array, spacing)
    age = person.age + visit
    image = Image(
        array=_quantised(grey, bits)[None],
        grid=Grid((size, size), (spacing, spacing)),
        modality="DX",
        view=chest.pose.view,
        age=float(age),
        spacing_at="detector",
        subject=f"subject-{subject:05d}",
        source=f"phantom-{index:05d}",
    )
    ctr = _width(array == 3) / _width((array == 1) | (array == 2))
    return ChestPhantom(
        id=f"phantom-{index:05d}",
        subject=f"subject-{subject:05d}",
        image=image,
        labels=LabelMap(array, image.grid, SCHEME),
        ctr=ctr,
        tags={
            "view": chest.pose.view,
            "sex": person.sex,
            "age": str(age),
            "site": site,
            "cardiomegaly": _report(person, ctr, keys.visit("report")),
        },
    )


def subject_of(seed: int, index: int) -> tuple[int, int]:
    """Which subject film `index` shows, and which of the subject's films it is, both counted from 0."""
    films = sum(_ROSTER)
    block, place = divmod(index, films)
    roster = draws(seed, "roster", block).permutation(_ROSTER)
    first = np.concatenate([[0], np.cumsum(roster)])
    member = int(np.searchsorted(first, place, side="right")) - 1
    return block * len(_ROSTER) + member, place - int(first[member])


def _masks(chest: Chest, size: int, spacing: float) -> NDArray[np.uint8]:
    """(size, size) values of `SCHEME`, each structure in one piece."""
    plane = Plane(0.5 * spacing, 0.5 * spacing, spacing, (size, size))
    heart = plane.fill(_on_detector(chest, chest.heart))
    labels = np.zeros((size, size), dtype=np.uint8)
    for side in range(2):
        lung = plane.fill(_on_detector(chest, chest.lung_outline(side))) & ~heart
        parts, count = ndimage.label(lung)
        if count > 1:  # the heart may cut off a sliver beside the spine, which no reader would draw
            lung = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
        labels[lung] = side + 1
    labels[heart] = 3
    return labels


def _on_detector(chest: Chest, points: Floats) -> Floats:
    """Points (n, 2) in mm from the patient's frame to the film's, whose upper left corner is (0, 0)."""
    c, s = np.cos(chest.pose.tilt), np.sin(chest.pose.tilt)
    moved = points @ np.array([[c, s], [-s, c]])
    return np.asarray(moved + np.array([0.5 * chest.pose.field + chest.pose.shift[0], chest.pose.shift[1]]))


def _picture(chest: Chest, keys: Keys, site: str, labels: NDArray[np.uint8], spacing: float) -> Floats:
    """(size, size) grey, 0 to 1: attenuation in the patient's frame, turned onto the detector, exposed and marked."""
    size, field = labels.shape[0], labels.shape[0] * spacing
    margin = 0.05 * field
    wide = int(np.ceil((field + 2 * margin) / spacing))
    left, top = -0.5 * field - chest.pose.shift[0] - margin, -chest.pose.shift[1] - margin
    plane = Plane(left, top, spacing, (wide, wide))
    through = attenuation(chest, plane, keys) + METAL * device_thickness(chest, plane, keys)
    # affine_transform asks where an element (row, column) of the film lies on the plane: the inverse turn.
    c, s = np.cos(chest.pose.tilt), np.sin(chest.pose.tilt)
    turn = np.array([[c, -s], [s, c]])
    origin = np.array([chest.pose.shift[1], 0.5 * chest.pose.field + chest.pose.shift[0]])
    corner = turn @ (0.5 * spacing - origin) - np.array([top, left])
    film = ndimage.affine_transform(through, turn, corner / spacing, output_shape=(size, size), order=1, mode="nearest")
    exposure = draw_exposure(keys.visit("exposure"), site, chest.pose.view == "AP")
    grey = develop(film, exposure, spacing, keys.visit("noise"))
    return mark(grey, labels > 0, chest.pose.view, keys.visit("marks"))


def _quantised(grey: Floats, bits: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Whole numbers 0 to 2^bits - 1 from grey 0 to 1, same shape."""
    whole: Floats = np.rint(np.clip(grey, 0.0, 1.0) * float(2**bits - 1))
    return whole.astype(np.uint8) if bits == 8 else whole.astype(np.uint16)


def _width(mask: NDArray[np.bool_]) -> int:
    """Columns from the first to the last that a mask (rows, columns) touches, both included."""
    columns = np.nonzero(mask.any(axis=0))[0]
    return int(columns[-1] - columns[0] + 1)


def _report(person: Person, ctr: float, rng: np.random.Generator) -> str:
    """What an imaginary report says of the heart: more often "large" above .52, with the errors of a busy day."""
    chance = 1 / (1 + np.exp(-(ctr - 0.525 - 0.0003 * (person.age - 55)) / 0.022))
    return "1" if rng.random() < 0.03 + 0.93 * chance else "0"

"""Look: what one pass over a case's files saw, small enough to keep for every case of a large data set."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from medunet.auditing.structure_shape import StructureShape

THUMB = 64
"""Rows and columns of a thumbnail."""

QUANTILES = (0.0, 1.0, 5.0, *(float(n) for n in range(10, 100, 10)), 95.0, 99.0, 100.0)
"""Percentiles of the pixels that are kept of each image."""

FaultKind = Literal["unreadable", "size", "values"]
"""unreadable: could not be decoded; size: image and mask do not fit; values: a mask holds what means nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file could not be looked at."""

    kind: FaultKind
    file: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Film:
    """What was seen of an image.

    Attributes:
        shape: pixels or voxels along each axis.
        channels: 1 for grey.
        kind: the array's type, as numpy names it.
        spacing: mm along each axis, or None.
        modality, view, age: as the file's header says, or None.
        quantiles: stored values at the percentiles `QUANTILES`.
        black, white: share of the picture in bands of that colour at its edges, 0 to 1.
        digest: SHA-256 (hex) of shape and values, whatever the file's format and type.
        thumb: `THUMB` x `THUMB` bytes, row by row: grey from the .5th to the 99.5th percentile.
        turns: how well the picture looks like an upright chest, after each of 16 turns (see `turning`); empty for a
            volume.
        coloured: the file stores a colour picture, although it may show grey alone.
    """

    shape: tuple[int, ...]
    channels: int
    kind: str
    spacing: tuple[float, ...] | None
    modality: str | None
    view: str | None
    age: float | None
    quantiles: tuple[float, ...]
    black: float
    white: float
    digest: str
    thumb: bytes
    turns: tuple[float, ...] = ()
    coloured: bool = False

    def quantile(self, percent: float) -> float:
        """The stored value at one of the percentiles `QUANTILES`."""
        return self.quantiles[QUANTILES.index(percent)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was seen of a case's mask.

    Attributes:
        stored: values in the file, at most 40 of them; of a colour mask none.
        lossy: whether a file is a JPEG.
        ringing: share of pixels of a lossy mask that are neither background nor structure, 0 to 1.
        pixels: (structure, pixels) of the label map.
        digest: SHA-256 (hex) of the label map.
        shapes: of each structure that is there, how it lies and is drawn.
        ctr, tilt: cardiothoracic ratio and degrees of the chest, or None.
        remarks: what measuring says of the ratio.
        lung_share: pixels of both lungs over those of the film, or None where there are no two lungs.
        lung_factor: the larger lung's pixels over the smaller's, or None.
        exchanged: right and left lung lie on each other's side; None where they are not told apart.
        heart_right: share of the heart right of the chest's midline (the picture's left), or None.
        traits: (name, value) of what is compared with the other masks (see `chest_traits`).
        match: correlation (-1 to 1) of the lungs' outline with the film's dark and bright, or None without a film.
        shift: (down, right) in shares of the film, by which the lungs would fit the film best, or None.
        match_best, match_mirrored: the match after that shift, and the best one of the mirrored mask, or None.
    """

    stored: tuple[int, ...]
    lossy: bool
    ringing: float
    pixels: tuple[tuple[str, int], ...]
    digest: str
    shapes: tuple[StructureShape, ...] = ()
    ctr: float | None = None
    tilt: float | None = None
    remarks: str = ""
    lung_share: float | None = None
    lung_factor: float | None = None
    exchanged: bool | None = None
    heart_right: float | None = None
    traits: tuple[tuple[str, float], ...] = ()
    match: float | None = None
    shift: tuple[float, float] | None = None
    match_best: float | None = None
    match_mirrored: float | None = None

    def trait(self, name: str) -> float | None:
        """A trait's value, or None."""
        return dict(self.traits).get(name)

    def area(self, structure: str) -> int:
        """Pixels of a structure; 0 where it is not drawn."""
        return dict(self.pixels).get(structure, 0)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of one case; a part is None where there is none or where the fault beside it says why.

    Attributes:
        film: the image.
        film_fault: why there is no `film`.
        drawn: the mask.
        drawn_fault: why there is no `drawn`, for a case that has a mask.
    """

    film: Film | None = None
    film_fault: Fault | None = None
    drawn: Drawn | None = None
    drawn_fault: Fault | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for a file."""
        plain = asdict(self)
        if self.film is not None:
            plain["film"]["thumb"] = base64.b64encode(self.film.thumb).decode()
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Look:
        """Back from plain values.

        Raises:
            ValueError, KeyError, TypeError: they are not those of a look.
        """
        film, drawn = plain["film"], plain["drawn"]
        if film is not None:
            film = _filled(Film, film | {"thumb": base64.b64decode(film["thumb"])})
            if len(film.thumb) != THUMB * THUMB or len(film.quantiles) != len(QUANTILES):
                raise ValueError("a film has another thumbnail or other percentiles")
        if drawn is not None:
            shapes = tuple(_filled(StructureShape, shape) for shape in drawn["shapes"])
            drawn = _filled(Drawn, drawn | {"shapes": shapes})
        return cls(film, _fault(plain["film_fault"]), drawn, _fault(plain["drawn_fault"]))


def _fault(plain: dict[str, Any] | None) -> Fault | None:
    return None if plain is None else Fault(**plain)


def _filled(kind: type[Any], plain: dict[str, Any]) -> Any:
    """A value of `kind` in which lists have become tuples again."""
    if set(plain) != {field.name for field in fields(kind)}:
        raise ValueError(f"these are not the fields of {kind.__name__}")
    return kind(**{key: _tuple(value) for key, value in plain.items()})


def _tuple(value: Any) -> Any:
    return tuple(_tuple(one) for one in value) if isinstance(value, list) else value

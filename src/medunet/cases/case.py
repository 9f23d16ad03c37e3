"""Case: one image of one subject, with its target, its split and its tags. Files are read when asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import numpy as np

from medunet.cases.digest import file_digest
from medunet.cases.names import Split
from medunet.cases.target import Target
from medunet.errors import InputError
from medunet.images import Image, LabelMap, read_grid, read_image
from medunet.images.image import View

_VIEWS: Mapping[str, View] = {
    "pa": "PA",
    "posteroanterior": "PA",
    "ap": "AP",
    "anteroposterior": "AP",
    **dict.fromkeys(("lateral", "lat", "l", "ll", "rl", "llat", "rlat"), "lateral"),
}
_UPRIGHT = frozenset(("pa", "erect", "upright", "standing", "chest", "view"))
"""Words that may stand beside PA; beside AP and lateral, which get no verdict, any other may."""
_LYING = frozenset(("portable", "bedside", "supine"))
"""Words of films that are taken AP, whether that is said or not."""
_UNSAID = frozenset(("", "na", "nan", "none", "null", "unknown", "unk"))
"""What a cell holds, squeezed, that says nothing."""
_YEARS = {"": 1.0, "y": 1.0, "m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}
_AGE = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>y(?:rs?|ears?)?|m(?:os?|onths?)?|w(?:eeks?)?|d(?:ays?)?)?(?:\s+old)?",
    re.IGNORECASE,
)
OLDEST = 120
"""Years that nobody's age exceeds; tables hold ages such as 414 where days or typing errors slipped in."""


@dataclass(frozen=True)
class Case:
    """One image, or one image in several channels, of one subject.

    Attributes:
        id: unique among its `Cases`.
        subject: whom it shows; cases of one subject are never on two sides of a split.
        images: the files, one per channel.
        target: how its label map is had, or None.
        annotated: names of the structures that were looked for, as the scheme calls them; None means all.
        split: train, val, test, or None where none is given.
        tags: every further column of the manifest, by its name there.
    """

    id: str
    subject: str
    images: tuple[Path, ...]
    target: Target | None = None
    annotated: tuple[str, ...] | None = None
    split: Split | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id or not self.subject or not self.images:
            raise ValueError(f"a case has an id, a subject and at least one image, got id {self.id!r}")
        if self.split is not None and self.split not in get_args(Split):
            raise ValueError(f"a split is one of {get_args(Split)} or None, got {self.split!r}")
        named = set(self.target.scheme.names) if self.target else set(self.annotated or ())
        if unknown := set(self.annotated or ()) - named:
            raise ValueError(f"{self.id}: annotated names {sorted(unknown)} are not in the scheme")
        object.__setattr__(self, "tags", MappingProxyType(dict(self.tags)))

    def __reduce__(self) -> tuple[type[Case], tuple[object, ...]]:
        """Travel between processes; a read-only view of the tags cannot."""
        return Case, (self.id, self.subject, self.images, self.target, self.annotated, self.split, dict(self.tags))

    def tag(self, *names: str) -> str | None:
        """The first of the named tags that is not blank; names compare without case, ``_``, ``-`` and blanks."""
        squeezed = {_squeeze(key): value.strip() for key, value in self.tags.items()}
        return next((value for name in names if (value := squeezed.get(_squeeze(name)))), None)

    @property
    def view(self) -> View | None:
        """How the film was taken, as the tags say it; None where they do not."""
        return _view_of(self._view_told)

    @property
    def age(self) -> float | None:
        """Age in years, as the tags say it (``58``, ``058Y``, ``6 months``); None where they do not."""
        years = years_of(self._age_told)
        return years if years is not None and years <= OLDEST else None

    @property
    def not_understood(self) -> tuple[str, ...]:
        """Which of view and age the tags say in words that are not known here."""
        told = (("view", self._view_told, self.view), ("age", self._age_told, self.age))
        return tuple(name for name, text, found in told if found is None and _squeeze(text) not in _UNSAID)

    @property
    def _view_told(self) -> str:
        return self.tag("view", "view_position", "projection") or ""

    @property
    def _age_told(self) -> str:
        return self.tag("age", "patient_age", "age_years") or ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that the case is read from."""
        return (*self.images, *(self.target.paths if self.target else ()))

    def read_image(self) -> Image:
        """The image, its channels stacked in the order of the files; view and age of the tags are filled in.

        Raises:
            InputError: a file cannot be read, or the channels differ in size.
        """
        channels = [read_image(path) for path in self.images]
        first = channels[0]
        for path, channel in zip(self.images, channels, strict=True):
            if channel.grid.shape != first.grid.shape:
                raise InputError(
                    path.name,
                    f"has {_size(channel.grid.shape)} where the first channel, {self.images[0].name}, has "
                    f"{_size(first.grid.shape)}",
                    "Give every channel of a case on one grid",
                )
        age = first.age if self.age is None else self.age
        return replace(_joined(channels), view=self.view or first.view, age=age)

    def read_target(self) -> LabelMap:
        """The label map, on the image's grid.

        Raises:
            InputError: the case has no target, a mask cannot be read, holds a value that means nothing here, or has
                another size than the image.
        """
        if self.target is None:
            raise InputError(self.images[0].name, "has no mask", "Add one, or leave the case out with a cases.csv")
        return self.target.read(read_grid(self.images[0]), self.images[0].name)

    def image_key(self) -> str:
        """SHA-256 (hex) of what is in the image files alone: the same film under another name or mask has the same.

        Raises:
            InputError: a file cannot be read.
        """
        digest = hashlib.sha256()
        for path in self.images:
            digest.update(file_digest(path))
        return digest.hexdigest()

    def content_key(self) -> str:
        """SHA-256 (hex) of what is in the case's files and of how its masks are coded; names and places do not count.

        Raises:
            InputError: a file cannot be read.
        """
        digest = hashlib.sha256()
        for path in self.images:
            digest.update(file_digest(path))
        for part in self.target.parts if self.target else ():
            digest.update(part.digest())
        digest.update(repr(self.target.scheme.structures if self.target else None).encode())
        return digest.hexdigest()


def _joined(channels: list[Image]) -> Image:
    """Several images of one shape as one; an element is valid where it is so in every channel."""
    if len(channels) == 1:
        return channels[0]
    array = np.concatenate([channel.array for channel in channels])
    if array.dtype.kind == "f":
        array = array.astype(np.float32, copy=False)
    fields = [channel.valid for channel in channels if channel.valid is not None]
    notes = tuple(dict.fromkeys(note for channel in channels for note in channel.notes))
    valid = np.logical_and.reduce(fields) if fields else None
    return replace(channels[0], array=array, valid=valid, notes=notes)


def years_of(text: str) -> float | None:
    """The age that a text says, in years: ``34``, ``034Y``, ``006M``, ``12 weeks``, ``3 days old``; or None."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        return None
    return float(found["number"].replace(",", ".")) * _YEARS[(found["unit"] or "")[:1].lower()]


def _view_of(text: str) -> View | None:
    """The view that a cell says, also in several words (``AP supine``); None where it says none, or two."""
    words = frozenset(re.findall(r"[^\W_]+", text.casefold()))
    if known := _VIEWS.get(_squeeze(text)):
        return known
    if "pa" in words:
        return "PA" if words <= _UPRIGHT else None
    if "ap" in words or words & _LYING:
        return "AP" if "lateral" not in words else None
    return "lateral" if "lateral" in words else None


def _squeeze(name: str) -> str:
    """A name without case and without anything but letters and digits: ``View Position`` → viewposition."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _size(shape: tuple[int, ...]) -> str:
    """A shape in words."""
    return " × ".join(str(n) for n in shape) + (" pixels" if len(shape) == 2 else " voxels")

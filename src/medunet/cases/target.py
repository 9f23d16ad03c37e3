"""Target: how a case's label map is had from its mask files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medunet.cases.codings import Coding, label_type
from medunet.cases.digest import file_digest
from medunet.errors import InputError
from medunet.images import Grid, LabelMap, Scheme, read_grid, read_pixels


class Layer(Protocol):
    """One thing that a label map is painted from: a mask file, or a row of a table."""

    @property
    def path(self) -> Path:
        """The file that holds it."""

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures it may hold, each once."""

    def renamed(self, names: Mapping[str, str]) -> Layer:
        """The same with every structure under its new name; `names` has an entry for each."""

    def grid(self) -> Grid:
        """Its own grid, without decoding it.

        Raises:
            InputError: the file cannot be read.
        """

    def labels(self, scheme: Scheme, grid: Grid, image: str) -> NDArray[np.unsignedinteger]:
        """Labels (*space) of the scheme on the grid of the case's image, 0 where nothing is drawn.

        Raises:
            InputError: it cannot be read, means nothing, or belongs to an image of another grid.
        """

    def digest(self) -> bytes:
        """A digest of what it holds and how that is read; names and places of files do not count.

        Raises:
            InputError: the file cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Part:
    """One mask file and what its stored values mean."""

    path: Path
    coding: Coding

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures the coding names."""
        return self.coding.structures

    def renamed(self, names: Mapping[str, str]) -> Part:
        """The same file with every structure under its new name."""
        return Part(self.path, self.coding.renamed(names))

    def grid(self) -> Grid:
        """The grid of the file."""
        return read_grid(self.path)

    def labels(self, scheme: Scheme, grid: Grid, image: str) -> NDArray[np.unsignedinteger]:
        """Labels (*space) of the scheme from the file's stored values; the file lies on the image's grid.

        Raises:
            InputError: the file cannot be read, holds a value outside its coding, or lies on another grid.
        """
        pixels = read_pixels(self.path)
        check_place(self.path, pixels.grid, grid, image)
        return self.coding.decode(pixels, scheme)

    def digest(self) -> bytes:
        """The digest of the file and of how its values are read.

        Raises:
            InputError: the file cannot be read.
        """
        return file_digest(self.path) + self.coding.fingerprint().encode()


@dataclass(frozen=True, slots=True)
class Target:
    """Mask files or rows of a table, painted one after the other, and the scheme of the map that comes out.

    Attributes:
        parts: at least one; where two claim a pixel the later one wins.
        scheme: names every structure of every part's coding.
    """

    parts: tuple[Layer, ...]
    scheme: Scheme

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a target has at least one mask file")
        named = {name for part in self.parts for name in part.structures}
        if unknown := named - set(self.scheme.names):
            raise ValueError(f"structures {sorted(unknown)} are not in the scheme {self.scheme.names}")

    @property
    def paths(self) -> tuple[Path, ...]:
        """The mask files, in the order in which they are painted."""
        return tuple(part.path for part in self.parts)

    def grid(self) -> Grid:
        """The masks' own grid, for masks without an image.

        Raises:
            InputError: a mask file cannot be read.
        """
        return self.parts[0].grid()

    def renamed(self, names: Mapping[str, str], scheme: Scheme) -> Target:
        """The same masks under other names; `names` has an entry for each structure, `scheme` for each new name."""
        return Target(tuple(part.renamed(names) for part in self.parts), scheme)

    def read(self, grid: Grid, image: str) -> LabelMap:
        """The label map on the grid of the case's image.

        Args:
            grid: the image's grid.
            image: the image's file name, for messages.

        Raises:
            InputError: a mask cannot be read, holds a value outside its coding, or lies on another grid.
        """
        labels = np.zeros(grid.shape, dtype=label_type(self.scheme))
        for layer in self._painted(grid, image):
            np.copyto(labels, layer, where=layer > 0)
        return LabelMap(labels, grid, self.scheme)

    def overlap(self, grid: Grid, image: str) -> int:
        """How many pixels or voxels two different structures claim; 0 where there is one file.

        Raises:
            InputError: as `read`.
        """
        claimed = np.zeros(grid.shape, dtype=label_type(self.scheme))
        twice = np.zeros(grid.shape, dtype=np.bool_)
        for layer in self._painted(grid, image) if len(self.parts) > 1 else ():
            twice |= (layer > 0) & (claimed > 0) & (claimed != layer)
            np.copyto(claimed, layer, where=layer > 0)
        return int(np.count_nonzero(twice))

    def _painted(self, grid: Grid, image: str) -> Iterator[NDArray[np.unsignedinteger]]:
        """Each part's labels on the image's grid, one at a time."""
        return (part.labels(self.scheme, grid, image) for part in self.parts)


def check_place(mask: Path, found: Grid, wanted: Grid, image: str) -> None:
    """Refuse a mask that does not lie on its image's grid.

    A mask whose file says nothing of its place in the world (a PNG) is compared by its shape alone.

    Raises:
        InputError: another shape, or another place or direction of the same shape.
    """
    if found.shape != wanted.shape:
        sizes = [" × ".join(str(n) for n in grid.shape) for grid in (found, wanted)]
        kind = "rows × columns" if wanted.ndim == 2 else "voxels"
        raise InputError(
            mask.name,
            f"the mask has {sizes[0]} {kind}, its image {image} has {sizes[1]}",
            "Export the mask again at the size of its image",
        )
    if found.origin is None or wanted.origin is None or found.direction is None or wanted.direction is None:
        return
    far = not np.allclose(found.origin, wanted.origin, atol=1e-2)
    if far or not np.allclose(found.direction, wanted.direction, atol=1e-3):
        raise InputError(
            mask.name,
            f"the mask has the shape of its image {image} but another place or direction in the patient",
            "Export the mask again on the grid of its image",
        )

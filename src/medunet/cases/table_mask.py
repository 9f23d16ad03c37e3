"""TableMask: the label map of one film as a row of a CheXmask table holds it, read from the row's place in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medunet.cases.codings import label_type
from medunet.cases.records import read_record
from medunet.cases.runs import LANDMARKS, mask_of_points, mask_of_runs, points_of
from medunet.errors import InputError
from medunet.images import Grid, Scheme

Drawing = Literal["runs", "landmarks"]
"""What a mask is made from: run-length text where there is some, or the outline's landmarks."""

SAME_ASPECT = 0.01
"""How far the aspects of a table's grid and of a film may differ for the mask to be put on the film's grid."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Where a CheXmask table has what; shared by its rows.

    Attributes:
        count: cells of a row.
        delimiter: the sign between them.
        key: the cell of the film's id.
        runs: (structure, cell of its run-length text), in the order in which they are painted.
        landmarks: the cell of the landmarks, or None.
    """

    count: int
    delimiter: str
    key: int
    runs: tuple[tuple[str, int], ...]
    landmarks: int | None


@dataclass(frozen=True, slots=True)
class TableMask:
    """One row of a CheXmask table as a layer of a target. The row's text is read when the mask is asked for.

    Attributes:
        path: the table.
        line: the row's line in the file, for messages.
        offset: bytes before the row, of a gzipped table in its content.
        size: the row's bytes.
        key: the film's id as the row has it; a row that has another when it is read again has changed.
        shape: rows and columns of the mask's grid.
        cells: where the table has what.
        names: (structure as CheXmask calls it, its name in the scheme) of what the row holds, as they are painted.
        drawing: what the mask is made from.
    """

    path: Path
    line: int
    offset: int
    size: int
    key: str
    shape: tuple[int, int]
    cells: Cells
    names: tuple[tuple[str, str], ...]
    drawing: Drawing = "runs"

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures that the row holds, each once."""
        return tuple(dict.fromkeys(name for _, name in self.names))

    @property
    def where(self) -> str:
        """The row, for messages."""
        return f"{self.path.name}, line {self.line}"

    def renamed(self, names: Mapping[str, str]) -> TableMask:
        """The same mask with every structure under its new name."""
        return replace(self, names=tuple((own, names[name]) for own, name in self.names))

    def grid(self) -> Grid:
        """The grid that the table draws on."""
        return Grid(self.shape)

    def digest(self) -> bytes:
        """A digest of what is drawn and how.

        Raises:
            InputError: the row cannot be read.
        """
        cells = self._row()
        drawn = [cells[place] for _, place in self.cells.runs]
        drawn.append(cells[self.cells.landmarks] if self.cells.landmarks is not None else "")
        return hashlib.sha256(repr((drawn, self.shape, self.names, self.drawing)).encode()).digest()

    def labels(self, scheme: Scheme, grid: Grid, image: str) -> NDArray[np.unsignedinteger]:
        """Labels (row, column) of the scheme on the film's grid; where two structures overlap the later one wins.

        A film of another size but, within `SAME_ASPECT`, of the table's aspect gets the nearest label for each pixel:
        CheXmask is joined to films in their own size and at 1024 × 1024.

        Raises:
            InputError: the row has changed, is no mask, or belongs to a film of another aspect.
        """
        refuse_other_aspect(self.shape, grid.shape, self.where, image)
        cells = self._row()
        labels = np.zeros(self.shape, dtype=label_type(scheme))
        for own, name in self.names:
            labels[self._mask(own, cells)] = scheme.value(name)
        if self.shape == grid.shape:
            return labels
        rows, columns = (_nearest(old, new) for old, new in zip(self.shape, grid.shape, strict=True))
        return labels[np.ix_(rows, columns)]

    def _mask(self, structure: str, cells: list[str]) -> NDArray[np.bool_]:
        """One structure (row, column) on the table's grid."""
        text = cells[dict(self.cells.runs)[structure]] if self.drawing == "runs" else ""
        if text or self.cells.landmarks is None:
            return mask_of_runs(text, self.shape, self.where, structure)
        first, end = LANDMARKS[structure]
        points = points_of(cells[self.cells.landmarks], self.where)[first:end]
        return mask_of_points(points, self.shape, self.where, structure)

    def _row(self) -> list[str]:
        """The row's cells, read again."""
        cells = read_record(self.path, self.line, self.offset, self.size, self.cells.delimiter)
        if len(cells) != self.cells.count or cells[self.cells.key] != self.key:
            raise InputError(self.where, "is another row than the one that was found there", "Start again")
        return cells


def refuse_other_aspect(own: tuple[int, int], film: tuple[int, ...], where: str, image: str) -> None:
    """Refuse a film whose aspect is not that of the table's grid.

    Args:
        own: rows and columns of the table's grid.
        film: the film's shape.
        where: file and row, for messages.
        image: the film's name, for messages.

    Raises:
        InputError: a volume, or aspects that differ by more than `SAME_ASPECT`.
    """
    if len(film) == 2 and abs((own[0] * film[1]) / (own[1] * film[0]) - 1) <= SAME_ASPECT:
        return
    sizes = [" × ".join(str(n) for n in shape) for shape in (own, film)]
    what = f"draws on {sizes[0]} rows × columns, its film {image} has {sizes[1]}, which is another shape"
    raise InputError(where, what, "Give the film that was annotated, not cut and not padded")


def _nearest(old: int, new: int) -> NDArray[np.intp]:
    """For each of `new` pixels along an axis the one of `old` in which its centre lies."""
    return ((np.arange(new) + 0.5) * old / new).astype(np.intp)

"""Row and Found: what a layout finds before anyone looks into the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medunet.cases.names import Split
from medunet.cases.table_mask import Drawing, TableMask

MIN_RCA = 0.7
"""The estimated Dice from which the makers of CheXmask advise to use a mask."""


@dataclass(frozen=True)
class Row:
    """One case as a layout finds it.

    Attributes:
        id: unique among the rows.
        name: the name that subjects' patterns are looked for in, where the id had to be made longer to be unique.
        images: one file per channel.
        masks: (structure, file) pairs; the structure is "" where the file holds all of them.
        split: as the folders or the table say it.
        subject: as the table says it.
        annotated: names of structures as the table says them; None means all.
        folders: the folders between the data's root and the image, for patterns of subjects' names.
        tags: further columns.
        where: the row or file, for messages.
        drawn: the label map as a row of a table holds it, in place of mask files.
    """

    id: str
    images: tuple[Path, ...]
    masks: tuple[tuple[str, Path], ...] = ()
    split: Split | None = None
    subject: str | None = None
    annotated: tuple[str, ...] | None = None
    folders: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    name: str = ""
    drawn: TableMask | None = None

    @property
    def has_mask(self) -> bool:
        """Whether there is a mask of any kind."""
        return bool(self.masks) or self.drawn is not None


@dataclass(frozen=True)
class Wishes:
    """What a user says on how a layout is to be read.

    Attributes:
        films: the folder of the films of a table that lies elsewhere, or None.
        min_rca: rows of a CheXmask table whose estimated Dice is below it are left out.
        drawing: what the masks of a CheXmask table are made from.
    """

    films: Path | None = None
    min_rca: float = MIN_RCA
    drawing: Drawing = "runs"


@dataclass(frozen=True)
class Found:
    """What a layout found.

    Attributes:
        rows: the cases, in order.
        said: sentences on how names were paired.
        unpaired: image files that found no partner or have no place in the layout.
        split_from: where the splits came from, in a few words; empty where there are none.
        subject_column: the column that names the subject, or None.
    """

    rows: tuple[Row, ...]
    said: tuple[str, ...] = ()
    unpaired: tuple[Path, ...] = ()
    split_from: str = ""
    subject_column: str | None = None


def unique_ids(files: Sequence[tuple[str, tuple[str, ...], str]]) -> list[str]:
    """Ids of files: the name; where two share it, their folders' names before it; then the ending after it.

    Args:
        files: (name without its ending, folders from the root down, ending) of each file.
    """
    names = [name or (folders[-1] if folders else "image") for name, folders, _ in files]
    for longer in (_with_parent, _with_folders, _with_ending):
        times = Counter(name.casefold() for name in names)
        names = [
            longer(name, file) if times[name.casefold()] > 1 else name for name, file in zip(names, files, strict=True)
        ]
    return names


def _with_parent(name: str, file: tuple[str, tuple[str, ...], str]) -> str:
    """The name of the folder, then the name."""
    return "_".join((*file[1][-1:], file[0])) if file[0] else name


def _with_folders(name: str, file: tuple[str, tuple[str, ...], str]) -> str:
    """The names of all folders, then the name."""
    return "_".join(part for part in (*file[1], file[0]) if part) or name


def _with_ending(name: str, file: tuple[str, tuple[str, ...], str]) -> str:
    """The name, then the ending without its dot."""
    return f"{name}_{file[2].lstrip('.')}"

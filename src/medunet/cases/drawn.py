"""Drawn: the rows of a CheXmask table that belong to films, without those of low quality, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medunet.cases.chexmask import RCA, MaskRow, is_chexmask, stream_masks
from medunet.cases.film_index import FilmIndex
from medunet.cases.glance import spread
from medunet.cases.names import counted, listed
from medunet.cases.rows import Wishes
from medunet.errors import InputError
from medunet.images import read_grid


@dataclass
class Drawn:
    """What a CheXmask table holds of some films.

    Attributes:
        of_film: film → its row.
        no_film: rows whose film is not there.
        below: films left out because their estimated Dice is below the least.
        unknown: films whose row has no estimated Dice though the table has the column.
        rated: whether the table has the column of the estimated Dice.
    """

    of_film: dict[Path, MaskRow] = field(default_factory=dict)
    no_film: int = 0
    below: set[Path] = field(default_factory=set)
    unknown: int = 0
    rated: bool = False


def draw_from(table: Path, films: FilmIndex, wishes: Wishes) -> Drawn:
    """The rows of a table that belong to films.

    Raises:
        InputError: as `stream_masks`, or two rows of one film.
    """
    drawn = Drawn()
    twice: list[InputError] = []
    for row in stream_masks(table, wishes.drawing):
        film = films.of(row.key, row.where)
        drawn.rated = drawn.rated or RCA in row.tags
        if film is None:
            drawn.no_film += 1
        elif film in drawn.of_film or film in drawn.below:
            twice.append(InputError(row.where, f"is a second row of the film {film.name}", "Keep one row a film"))
        elif row.rca is not None and row.rca < wishes.min_rca:
            drawn.below.add(film)
        else:
            drawn.of_film[film] = row
            drawn.unknown += RCA in row.tags and row.rca is None
    if twice:
        raise InputError.together(twice)
    return drawn


def said_of(drawn: Drawn, table: Path, wishes: Wishes) -> list[str]:
    """Sentences on what a table gave: rows without film, the filter, and masks on another grid than their film."""
    said = [f"masks of {counted(len(drawn.of_film), 'film')} from {table.name}"]
    if drawn.no_film:
        said.append(f"{counted(drawn.no_film, 'row')} of {table.name} without a film here, left out")
    if drawn.rated:
        share = f"{RCA} of at least {wishes.min_rca:g}: {counted(len(drawn.below), 'film')} below it left out"
        said.append(share + (f"; {drawn.unknown} without a figure kept" if drawn.unknown else ""))
    return said + _said_of_grids(drawn)


def table_beside(folder: Path) -> Path | None:
    """The one CheXmask table of a folder, or None.

    Raises:
        InputError: there are several: a model's and a reader's masks are different truths.
    """
    tables = [path for path in sorted(folder.glob("*.csv*")) if is_chexmask(path)]
    if len(tables) > 1:
        what = f"holds {len(tables)} tables of CheXmask ({listed(path.name for path in tables)})"
        raise InputError(folder, what, "Give the path of the one to use, with its films beside it")
    return tables[0] if tables else None


def _said_of_grids(drawn: Drawn) -> list[str]:
    """How many of the films looked at have another size than their table's grid."""
    pairs: Sequence[tuple[Path, MaskRow]] = [item for item in drawn.of_film.items() if item[1].mask]
    sizes = []
    for film in spread([film for film, _ in pairs]):
        mask = drawn.of_film[film].mask
        try:
            sizes.append(mask is not None and read_grid(film).shape != mask.shape)
        except InputError:
            continue  # the case fails with this fault when it is read
    if not any(sizes):
        return []
    return [
        f"{sum(sizes)} of {counted(len(sizes), 'film')} looked at have another size than the table's grid: "
        "where the aspect is equal within 1 % each pixel gets the nearest label, else the case is refused"
    ]

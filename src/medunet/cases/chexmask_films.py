"""The layout of CheXmask: a table with the masks, and the films in the folders beside it or in one named."""

from __future__ import annotations

from pathlib import Path

from medunet.cases.chexmask import MaskRow, is_chexmask, stream_masks
from medunet.cases.drawn import Drawn, draw_from, said_of, table_beside
from medunet.cases.film_index import FilmIndex
from medunet.cases.names import counted
from medunet.cases.rows import Found, Row, Wishes, unique_ids
from medunet.cases.shelf import Shelf
from medunet.errors import InputError


def find_chexmask(root: Path, wishes: Wishes) -> Found | None:
    """The films that have a row in a CheXmask table, or None where there is no such table.

    Rows without a film and films below the least estimated Dice are left out and counted.

    Raises:
        InputError: several tables, two rows of one film, or no film of the table.
    """
    table = root if is_chexmask(root) else table_beside(root) if root.is_dir() else None
    if table is None:
        return None
    folder = wishes.films or table.parent
    films = Shelf(folder).images()
    drawn = draw_from(table, FilmIndex(films, folder), wishes)
    if not drawn.of_film:
        raise _nothing_left(table, drawn, len(films))
    pairs = sorted(drawn.of_film.items())
    ids = unique_ids([(row.id, film.relative_to(folder).parts[:-1], film.suffix) for film, row in pairs])
    rows = tuple(row_of(name, film, row, folder) for name, (film, row) in zip(ids, pairs, strict=True))
    alone = tuple(film for film in films if film not in drawn.of_film and film not in drawn.below)
    said = said_of(drawn, table, wishes)
    said += [f"{counted(len(alone), 'film')} without a row in {table.name}, not used"] if alone else []
    return Found(rows, tuple(said), alone)


def has_films(table: Path) -> bool:
    """Whether a film of a CheXmask table lies in the folders beside it.

    Raises:
        InputError: as `stream_masks`.
    """
    films = FilmIndex(Shelf(table.parent).images(), table.parent)
    return any(films.of(row.key, row.where) for row in stream_masks(table))


def row_of(name: str, film: Path, row: MaskRow, folder: Path) -> Row:
    """A film with the row that draws its mask."""
    parts = film.relative_to(folder).parts[:-1]
    return Row(name, (film,), folders=parts, tags=row.tags, where=row.where, name=row.id, drawn=row.mask)


def _nothing_left(table: Path, drawn: Drawn, films: int) -> InputError:
    """The fault of a table of which no film can be used."""
    if drawn.below:
        what = f"has no film with the least estimated Dice ({counted(len(drawn.below), 'film')} below it)"
        return InputError(table.name, what, "Lower min_rca")
    what = f"holds masks of {counted(drawn.no_film, 'film')}, and none of them is among the {films} images beside it"
    remedy = (
        "Put the films beside it, or name their folder in a data.yaml (films: …); measure and convert need no films"
    )
    return InputError(table.name, what, remedy)

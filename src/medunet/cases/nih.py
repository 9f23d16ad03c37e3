"""The layout of NIH ChestX-ray14: ``Data_Entry_2017.csv`` and the films in ``images`` or ``images_001/images``."""

from __future__ import annotations

from pathlib import Path

from medunet.cases.drawn import Drawn, draw_from, said_of, table_beside
from medunet.cases.film_index import FilmIndex
from medunet.cases.folders import image_files, name_and_ending
from medunet.cases.joining import rows_by
from medunet.cases.names import Split, counted, normal
from medunet.cases.rows import Found, Row, Wishes
from medunet.cases.shelf import Shelf
from medunet.errors import InputError

_LISTS: dict[str, Split] = {"train_val_list.txt": "train", "test_list.txt": "test"}


def find_nih(root: Path, wishes: Wishes) -> Found | None:
    """The films that the table of NIH lists and that are here, or None where there is no such table.

    The official lists ``train_val_list.txt`` and ``test_list.txt`` give the split where they lie beside the table; val
    is drawn from the first later on. Masks are those of a CheXmask table beside it, or found by name.

    Raises:
        InputError: none of the films is here, a row names one that is there twice, or the lists contradict each other.
    """
    table = _table(root)
    if table is None:
        return None
    folder = wishes.films or table.parent
    chexmask = table_beside(table.parent)
    shelf = Shelf(folder)
    films = shelf.images() if chexmask is None else image_files(folder)
    named = {film.name: film for film in films}
    if len(named) < len(films):
        raise InputError(folder, "holds several films of one name", "Keep one file a film")
    listed = rows_by(table, ("image index",), named)
    if not listed:
        raise InputError(table.name, f"lists none of the {len(films)} images beside it", "Put the films beside it")
    drawn = draw_from(chexmask, FilmIndex([named[name] for name in listed], folder), wishes) if chexmask else Drawn()
    pairs = {} if chexmask else shelf.pairs(named[name] for name in listed)
    splits = _splits(table.parent)
    rows = []
    for name, cells in listed.items():
        film = named[name]
        if film in drawn.below:
            continue
        masks = tuple((mask.structure, mask.path) for mask in pairs[film].masks) if film in pairs else ()
        row = drawn.of_film.get(film)
        tags = {column: cell for column, cell in cells.items() if normal(column) not in ("image index", "patient id")}
        tags |= {column: cell for column, cell in (row.tags if row else {}).items() if column not in tags}
        subject = next((cell for column, cell in cells.items() if normal(column) == "patient id"), None)
        stem = name_and_ending(film)[0]
        folders = film.relative_to(folder).parts[:-1]
        rows.append(
            Row(
                stem,
                (film,),
                masks,
                splits.get(name),
                subject,
                None,
                folders,
                tags,
                name,
                stem,
                row.mask if row else None,
            )
        )
    alone = tuple(film for film in films if film.name not in listed)
    said = [f"{counted(len(listed), 'film')} here of those that {table.name} lists"]
    said += [f"{counted(len(alone), 'image')} that it does not list, not used"] if alone else []
    said += said_of(drawn, chexmask, wishes) if chexmask else []
    split_from = f"the official lists, {' and '.join(_LISTS)}" if any(row.split for row in rows) else ""
    return Found(tuple(rows), tuple(said), alone, split_from, "Patient ID")


def _table(root: Path) -> Path | None:
    """The table of NIH in a folder, or the file itself."""
    files = [root] if root.is_file() else sorted(root.glob("Data_Entry_2017*.csv*")) if root.is_dir() else []
    tables = [path for path in files if is_nih(path)]
    if len(tables) > 1:
        shown = " and ".join(path.name for path in tables[:2])
        raise InputError(root, f"holds several tables of NIH ({shown})", "Give the path of the one to use")
    return tables[0] if tables else None


def is_nih(path: Path) -> bool:
    """Whether a file is NIH's table of films: by its heading."""
    from medunet.cases.records import stream_records

    if not path.name.lower().endswith((".csv", ".csv.gz")):
        return False
    try:
        heading = next(stream_records(path), None)
    except InputError:
        return False
    names = {normal(name) for name in heading.cells} if heading else set()
    return {"image index", "finding labels", "patient id"} <= names


def _splits(folder: Path) -> dict[str, Split]:
    """Film → split, as the official lists beside the table say it; empty unless both lists are there."""
    if not all((folder / name).is_file() for name in _LISTS):
        return {}
    splits: dict[str, Split] = {}
    for name, split in _LISTS.items():
        for film in (folder / name).read_text(encoding="utf-8-sig").split():
            if splits.setdefault(film, split) != split:
                raise InputError(name, f"lists {film}, which the other list has too", "Get the lists again")
    return splits

"""The layout of MIMIC-CXR-JPG: films in folders of patient and study, joined with the official tables beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.drawn import Drawn, draw_from, said_of, table_beside
from medunet.cases.film_index import FilmIndex
from medunet.cases.folders import image_files, name_and_ending
from medunet.cases.joining import rows_by
from medunet.cases.names import SPLIT_WORDS, Split, counted, normal
from medunet.cases.rows import Found, Row, Wishes
from medunet.errors import InputError

_PLACE = re.compile(r"(?:^|/)p(\d{8})/s(\d{8})/[^/]+$")
_TABLE = re.compile(r"mimic-cxr-.*(split|metadata|chexpert|negbio)\.csv(?:\.gz)?", re.IGNORECASE)
_KEYS = ("dicom id", "study id", "subject id", "split")


@dataclass(frozen=True)
class _Tables:
    """The rows of the official tables that belong to the films here: by film, and findings by study."""

    split: Mapping[str, Mapping[str, str]]
    metadata: Mapping[str, Mapping[str, str]]
    findings: Mapping[str, Mapping[str, str]]


def find_mimic(root: Path, wishes: Wishes) -> Found | None:
    """The films below ``pNN/pNNNNNNNN/sNNNNNNNN``, or None where nothing says that the folder is MIMIC-CXR.

    The tables ``mimic-cxr-2.0.0-split``, ``-metadata`` and ``-chexpert`` (``.csv`` or ``.csv.gz``) are joined where
    they lie in the folder: split, view, and findings as 1, 0, -1 (uncertain) or blank (not mentioned). The masks are
    those of a CheXmask table in the folder.

    Raises:
        InputError: a table that cannot be read, or that contradicts the folders.
    """
    tables = {found[1].lower(): path for path in sorted(root.glob("*.csv*")) if (found := _TABLE.fullmatch(path.name))}
    if not root.is_dir() or not (tables or _has_folders(root)):
        return None
    base = wishes.films or root
    places = {
        film: found for film in image_files(base) if (found := _PLACE.search(f"/{film.relative_to(base).as_posix()}"))
    }
    if not places:
        return None
    named = {name_and_ending(film)[0]: film for film in places}
    if len(named) < len(places):
        raise InputError(root, "holds several films of one dicom_id", "Keep one file a film")
    joined = _joined(tables, named, {found[2] for found in places.values()})
    table = table_beside(root)
    drawn = draw_from(table, FilmIndex(places, base), wishes) if table else Drawn()
    rows, faults = [], []
    for name, film in named.items():
        if film in drawn.below:
            continue
        row = _row(name, film, places[film], joined, drawn, base)
        faults += _contradictions(row, places[film], joined)
        rows.append(row)
    if faults:
        raise InputError.together(faults)
    said = [f"{counted(len(places), 'film')} of MIMIC-CXR by patient and study"]
    said += [_said_of_table(path, len(getattr(joined, kind, joined.findings)), kind) for kind, path in tables.items()]
    said += said_of(drawn, table, wishes) if table else []
    split_from = f"the official split, {tables['split'].name}" if any(row.split for row in rows) else ""
    return Found(tuple(rows), tuple(said), split_from=split_from, subject_column="subject_id")


def _has_folders(root: Path) -> bool:
    """Whether the folder has MIMIC's first level of folders, p10 to p19, itself or in ``files``."""
    return any(path.is_dir() for place in (root, root / "files") for path in place.glob("p1[0-9]"))


def _joined(tables: Mapping[str, Path], films: Mapping[str, Path], studies: set[str]) -> _Tables:
    """The rows of the tables that belong to films here."""
    by_film = {
        kind: rows_by(tables[kind], ("dicom id",), films) if kind in tables else {} for kind in ("split", "metadata")
    }
    labels = next((tables[kind] for kind in ("chexpert", "negbio") if kind in tables), None)
    findings = rows_by(labels, ("study id",), studies, lambda text: text.removeprefix("s")) if labels else {}
    return _Tables(by_film["split"], by_film["metadata"], findings)


def _row(name: str, film: Path, place: re.Match[str], tables: _Tables, drawn: Drawn, base: Path) -> Row:
    """One film with what the tables say of it."""
    subject, study = place[1], place[2]
    said = tables.split.get(name, {})
    word = next((cell for column, cell in said.items() if normal(column) == "split"), "")
    split: Split | None = SPLIT_WORDS.get(normal(word))
    tags = {"study_id": study}
    tags |= {column: cell for column, cell in tables.metadata.get(name, {}).items() if normal(column) not in _KEYS}
    findings = tables.findings.get(study, {})
    tags |= {column: _finding(cell) for column, cell in findings.items() if normal(column) not in _KEYS}
    row = drawn.of_film.get(film)
    tags |= {column: cell for column, cell in (row.tags if row else {}).items() if column not in tags}
    folders = film.relative_to(base).parts[:-1]
    where = film.relative_to(base).as_posix()
    return Row(name, (film,), (), split, subject, None, folders, tags, where, name, row.mask if row else None)


def _contradictions(row: Row, place: re.Match[str], tables: _Tables) -> list[InputError]:
    """A fault for each table that gives the film another patient, or a split that is none."""
    faults = []
    for cells in (tables.split.get(row.id, {}), tables.metadata.get(row.id, {}), tables.findings.get(place[2], {})):
        own = next((cell for column, cell in cells.items() if normal(column) == "subject id"), place[1])
        if own.removeprefix("p") != place[1]:
            faults.append(InputError(row.where, "lies in the folder of another patient than a table says", "Move it"))
        word = next((cell for column, cell in cells.items() if normal(column) == "split"), "")
        if word and normal(word) not in SPLIT_WORDS:
            faults.append(
                InputError(row.where, f"has the unknown split {word!r}", "Splits are train, validate and test")
            )
    return faults


def _finding(cell: str) -> str:
    """1 (there), 0 (not there), -1 (uncertain) or blank (not mentioned), from ``1.0`` and the like."""
    return cell.removesuffix(".0")


def _said_of_table(path: Path, count: int, kind: str) -> str:
    """How many rows of a table belong to films here."""
    noun = ("study" if count == 1 else "studies") if kind in ("chexpert", "negbio") else "films"[: 4 + (count != 1)]
    return f"{path.name}: {count} {noun} joined"

"""Masks without images: what somebody or something segmented, as cases whose image is the mask.

Folders and files of masks, and tables of CheXmask, of which each row is a case.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.cases.chexmask import RCA, is_chexmask, rca_of, stream_masks
from medunet.cases.folders import image_files, name_and_ending, results_left_out
from medunet.cases.labels_file import labels_beside
from medunet.cases.names import counted, listed
from medunet.cases.placing import folder_words, key_of
from medunet.cases.rows import MIN_RCA, Found, Row, unique_ids
from medunet.cases.subjects import OWN, Subjects, find_subjects
from medunet.cases.targets import find_targets
from medunet.errors import InputError


def read_masks(
    places: Sequence[Path], *, rename: Mapping[str, str] | None = None, min_rca: float | None = None
) -> Cases:
    """The masks of folders and files, one case each; `labels.json` beside or just above them names their values.

    Of a folder that holds a mask folder beside others (the output of predict, a data set) only the masks are read.
    Folders below a given folder are structures (``heart/a.png``, ``lung/a.png``) where the same names lie in several
    of them. A case is called as its file without words such as ``_mask``, or as a row of a CheXmask table calls its
    film. Of a table no row is left out unless it is asked for: those of low estimated quality are counted, and have it
    as a tag.

    Args:
        places: folders of masks, mask files, or CheXmask tables; not both kinds in one call.
        rename: old name of a structure → new name; several old names may get one new name, which merges them.
        min_rca: rows of a table whose estimated Dice is below it are left out; None leaves none out.

    Raises:
        InputError: nothing is there, or what the masks hold cannot be told.
    """
    tables = [place for place in places if is_chexmask(place)]
    if tables and len(tables) < len(places):
        raise InputError(tables[0].name, "is a table of CheXmask among masks of another kind", "Give one kind a call")
    if other := next((place for place in places if _is_table(place) and place not in tables), None):
        raise InputError(other.name, "is a table, and none of CheXmask", "Give folders of masks, or mask files")
    rows: list[Row] = []
    for place in places:
        rows += _rows_of_table(place) if tables else _rows_below(place) if place.is_dir() else [_row_of_file(place)]
    left_out = tuple(sentence for place in places for sentence in results_left_out(place))
    if not rows:
        what = "; ".join(("holds no mask", *left_out))
        raise InputError(", ".join(map(str, places)), what, "Give folders of PNG or NIfTI masks")
    said: tuple[str, ...] = ()
    if tables:
        rows, said = _of_quality(rows, min_rca)
    ids = unique_ids([(row.id, _folders(row), "") for row in rows])
    subjects = _subjects_of_tables(rows) if tables else Subjects(tuple(ids), OWN)
    labels = labels_beside([path for row in rows for _, path in row.masks])
    targets = find_targets(rows, labels, rename or {})
    cases = tuple(
        Case(name, subject, row.images, target, annotated, tags=row.tags)
        for name, subject, row, target, annotated in zip(
            ids, subjects.names, rows, targets.targets, targets.annotated, strict=True
        )
    )
    source = ", ".join(place.name for place in places[:3])
    said = (f"{counted(len(cases), 'mask')} in {source}", *targets.said, *said, *left_out)
    return Cases(cases, targets.scheme, said, subject_from=subjects.source, source=source)


def _is_table(place: Path) -> bool:
    return place.is_file() and place.name.lower().endswith((".csv", ".csv.gz"))


def _rows_of_table(path: Path) -> list[Row]:
    """The films of a CheXmask table, each as a row."""
    return [
        Row(row.id, (path,), folders=row.folders, tags=row.tags, where=row.where, name=row.name, drawn=row.mask)
        for row in stream_masks(path)
    ]


def _subjects_of_tables(rows: list[Row]) -> Subjects:
    """The subjects that the films' names tell, table by table: tables of several sources name their films each way."""
    names: dict[str, str] = {}
    by_source: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(row.images[0] for row in rows):
        own = [row for row in rows if row.images[0] == path]
        found = find_subjects(Found(tuple(own)))
        names.update((row.where, subject) for row, subject in zip(own, found.names, strict=True))
        by_source[found.source].append(path.name)
    if len(by_source) == 1:
        said = next(iter(by_source))
    else:
        said = "; ".join(f"{listed(tables)}: {source}" for source, tables in by_source.items())
    return Subjects(tuple(names[row.where] for row in rows), said)


def _folders(row: Row) -> tuple[str, ...]:
    """What stands before an id where two are equal: the table's name, or the folders of the mask."""
    table = (name_and_ending(row.images[0])[0].split(".")[0],)
    return table if row.drawn else Path(os.path.realpath(row.images[0])).parent.parts[1:]


def _of_quality(rows: list[Row], least: float | None) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of at least this estimated Dice, and a sentence on those below it."""
    wanted = MIN_RCA if least is None else least
    low = [row for row in rows if (rca := rca_of(row.tags)) is not None and rca < wanted]
    if not low:
        return rows, ()
    what = f"{RCA} below {wanted:g} in {len(low)} of {counted(len(rows), 'row')}"
    if least is None:
        return rows, (f"{what}: read all the same",)
    dropped = {id(row) for row in low}
    return [row for row in rows if id(row) not in dropped], (f"{what}: left out",)


def _row_of_file(path: Path) -> Row:
    """One mask file as a row."""
    if not path.is_file():
        raise InputError(path, "is not there", "Give folders of masks, or mask files")
    return Row(_id_of(path), (path,), (("", path),), where=path.name)


def _id_of(path: Path) -> str:
    """The file's name without its ending and without words such as ``_mask``, in the file's own case."""
    stem = name_and_ending(path)[0]
    key = key_of(stem)[1]
    at = stem.casefold().find(key)
    return stem[at : at + len(key)] if key and at >= 0 else stem


def _rows_below(folder: Path) -> list[Row]:
    """The masks below a folder as rows; files of one name in folders of structures are one row."""
    files = image_files(folder)
    files = [file for file in files if _in_mask_folder(file, folder)] or files
    structure_of = _structures(files, folder)
    groups: dict[tuple[str, ...], list[tuple[str, Path]]] = defaultdict(list)
    for file in files:
        structure = structure_of.get(file.parent, "")
        context = () if structure else file.relative_to(folder).parts[:-1]
        groups[(*context, _id_of(file))].append((structure, file))
    rows = []
    for key, masks in groups.items():
        if len({structure for structure, _ in masks}) < len(masks):
            shown = " and ".join(path.name for _, path in masks[:2])
            raise InputError(folder, f"has several masks of one name ({shown})", "Give each case one mask")
        rows.append(Row(key[-1], (masks[0][1],), tuple(masks), where=masks[0][1].name))
    return rows


def _in_mask_folder(file: Path, root: Path) -> bool:
    """Whether a folder between the root and the file is one of masks by its name."""
    return any(folder_words(name)[0] == "mask" for name in file.relative_to(root).parts[:-1])


def _structures(files: Sequence[Path], folder: Path) -> dict[Path, str]:
    """Folder → structure, where folders below hold masks of the same names and none lies beside them."""
    parents = {file.parent for file in files}
    if folder in parents or len(parents) < 2:
        return {}
    times = Counter(_id_of(file).casefold() for file in files)
    shared = sum(1 for count in times.values() if count > 1)
    if 2 * shared < len(times):
        return {}
    named = {parent: folder_words(parent.name)[2] or parent.name for parent in parents}
    return named if len(set(named.values())) == len(named) else {}

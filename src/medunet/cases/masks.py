"""Masks without images: folders and files that somebody or something segmented, as cases whose image is the mask."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.cases.folders import image_files, name_and_ending
from medunet.cases.labels_file import Labels, read_labels
from medunet.cases.names import counted
from medunet.cases.placing import folder_words, key_of
from medunet.cases.rows import Row, unique_ids
from medunet.cases.targets import find_targets
from medunet.errors import InputError


def read_masks(places: Sequence[Path], *, rename: Mapping[str, str] | None = None) -> Cases:
    """The masks of folders and files, one case each; `labels.json` beside them names their values.

    Folders below a given folder are structures (``heart/a.png``, ``lung/a.png``) where the same names lie in several
    of them. A case is called as its file without words such as ``_mask``.

    Args:
        places: folders of masks, or mask files.
        rename: old name of a structure → new name; several old names may get one new name, which merges them.

    Raises:
        InputError: nothing is there, or what the masks hold cannot be told.
    """
    rows: list[Row] = []
    for place in places:
        rows += _rows_below(place) if place.is_dir() else [_row_of_file(place)]
    if not rows:
        raise InputError(", ".join(map(str, places)), "holds no mask", "Give folders of PNG or NIfTI masks")
    ids = unique_ids([(row.id, row.images[0].resolve().parent.parts[1:], "") for row in rows])
    targets = find_targets(rows, _labels_of(places), rename or {})
    cases = tuple(
        Case(name, name, row.images, target, annotated)
        for name, row, target, annotated in zip(ids, rows, targets.targets, targets.annotated, strict=True)
    )
    said = (f"{counted(len(cases), 'mask')} in {', '.join(place.name for place in places[:3])}", *targets.said)
    return Cases(cases, targets.scheme, said, source=", ".join(place.name for place in places[:3]))


def _row_of_file(path: Path) -> Row:
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
    files = image_files(folder)
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


def _labels_of(places: Sequence[Path]) -> Labels | None:
    """The labels.json in, beside or just above the first place that has one."""
    for place in places:
        inside = place if place.is_dir() else place.parent
        for folder in (inside, inside.parent):
            if (folder / "labels.json").is_file():
                return read_labels(folder / "labels.json")
    return None

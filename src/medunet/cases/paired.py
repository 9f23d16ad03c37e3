"""The layout of pairs: folders of images and masks in any nesting, or images and masks side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medunet.cases.codings import BLURRED
from medunet.cases.folders import image_files
from medunet.cases.glance import MOST_VALUES, glance, spread
from medunet.cases.names import counted, listed
from medunet.cases.pairing import Pair, pair
from medunet.cases.placing import Placed, Role, folder_words, place
from medunet.cases.rows import Found, Row, unique_ids
from medunet.errors import InputError

_PEEKED = 3  # files of a folder without a telling name that are decoded to see whether they are masks
_MOST_GROUPS = 8  # more unnamed folders than this are folders of cases, not of roles


def find_pairs(root: Path) -> Found | None:
    """The cases of a folder with images and masks, or None where nothing in it is a mask.

    Raises:
        InputError: names that cannot be told apart.
    """
    if not root.is_dir():
        return None
    placed, said = place_all(image_files(root), root)
    images = [file for file in placed if file.role == "image"]
    masks = [file for file in placed if file.role == "mask"]
    if not images or not masks:
        return None
    pairs, lonely = pair(images, masks)
    if not any(one.masks for one in pairs) and not any(_in_mask_folder(file, root) for file in masks):
        return None  # ``seg-liver.dcm`` among films is no mask folder
    rows, split_from, said_of_splits = splits_of_folders(rows_of(pairs, root))
    unplaced = [file.path for file in placed if file.role is None]
    alone = [one.image.path for one in pairs if not one.masks]
    return Found(
        tuple(rows),
        (*said, *_said_of(pairs, root), *_left_over(alone, lonely, unplaced, root), *said_of_splits),
        (*alone, *lonely, *unplaced),
        split_from,
    )


def _in_mask_folder(file: Placed, root: Path) -> bool:
    """Whether it is a folder, and not only the file's own name, that says mask."""
    folders = file.path.relative_to(root).parts[:-1]
    return any(folder_words(name)[0] == "mask" for name in folders) or bool(file.structure)


def place_all(files: Sequence[Path], root: Path) -> tuple[list[Placed], tuple[str, ...]]:
    """What the names of all files say, and where names say too little, what their content says."""
    for loose in (False, True):
        placed = [place(file, root, loose=loose) for file in files]
        shared = frozenset(name for file in placed if file.role == "image" for name in file.context)
        placed = [place(file, root, loose=loose, shared=shared) for file in files]
        roles = {file.role for file in placed}
        if "mask" in roles:
            break
    said: tuple[str, ...] = ()
    if "mask" not in roles:
        placed, said = _by_content(placed)
    if not any(file.role == "image" for file in placed):
        # A folder of masks beside folders without a telling name: those hold the images.
        placed = [replace(file, role="image") if file.role is None else file for file in placed]
    return placed, said


def _by_content(placed: list[Placed]) -> tuple[list[Placed], tuple[str, ...]]:
    """Tell unnamed sibling folders of equal file names apart: those whose files hold few values are masks."""
    groups: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    for file in placed:
        groups[file.context].append(file)
    siblings = {context: files for context, files in groups.items() if _has_partners(context, groups)}
    if not 2 <= len(siblings) <= _MOST_GROUPS:
        return placed, ()
    few = {context for context, files in siblings.items() if _few_valued([file.path for file in files])}
    if not few or few == set(siblings):
        return placed, ()
    roles: dict[tuple[str, ...], Role] = {context: "mask" if context in few else "image" for context in siblings}
    told = [
        replace(
            file,
            role=roles.get(file.context, file.role),
            structure=file.context[-1] if file.context in few and file.context else "",
            context=file.context[:-1] if file.context in siblings else file.context,
        )
        for file in placed
    ]
    names = {role: listed(sorted("/".join(c) or "." for c in siblings if roles[c] == role)) for role in roles.values()}
    return told, (f"masks told by their content, few values: {names['mask']}; images: {names['image']}",)


def _has_partners(context: tuple[str, ...], groups: dict[tuple[str, ...], list[Placed]]) -> bool:
    """Whether at least half of a folder's keys, or of another folder's, are in both."""
    own = {file.key for file in groups[context]}
    others = ({file.key for file in files} for other, files in groups.items() if other != context)
    return any(2 * len(own & keys) >= min(len(own), len(keys)) for keys in others)


def _few_valued(files: list[Path]) -> bool:
    """Whether some files of a folder, spread over it, hold no more values than a label map."""
    seen = []
    for file in spread(files, _PEEKED):
        try:
            seen.append(glance(file))
        except InputError:
            continue
    most = MOST_VALUES + 1
    return bool(seen) and all(one.between < BLURRED if one.lossy else len(one.values) <= most for one in seen)


def rows_of(pairs: Sequence[Pair], root: Path) -> tuple[Row, ...]:
    """The pairs as rows, each with an id of its own."""
    folders = [(*((one.split,) if one.split else ()), *one.image.context) for one in pairs]
    named = [
        (one.image.stem if one.image.key else "", own, one.image.ending)
        for one, own in zip(pairs, folders, strict=True)
    ]
    return tuple(
        Row(
            name,
            (one.image.path,),
            tuple((mask.structure, mask.path) for mask in one.masks),
            one.split,
            folders=one.image.context,
            where=one.image.path.relative_to(root).as_posix(),
            name=one.image.stem if one.image.key else "",
        )
        for name, one in zip(unique_ids(named), pairs, strict=True)
    )


def splits_of_folders(rows: Sequence[Row]) -> tuple[list[Row], str, tuple[str, ...]]:
    """Rows whose splits the folders gave, where the splits came from, and a sentence on what was not used.

    Rows that all lie under ``train`` are not split at all: there would be nothing to score on.
    """
    splits = {row.split for row in rows}
    if splits == {"train"}:
        said = "every case lies under a folder of training cases: no split was given"
        return [replace(row, split=None) for row in rows], "", (said,)
    return list(rows), "" if splits == {None} else "the folders", ()


def _said_of(pairs: Sequence[Pair], root: Path) -> tuple[str, ...]:
    """A sentence on how names were paired, with an example."""
    paired = [one for one in pairs if one.masks]
    if not paired:
        return (f"{counted(len(pairs), 'image')}, none with a mask of its name",)
    example = next((one for one in paired if one.masks[0].stem != one.image.stem), paired[0])
    shown = " + ".join(mask.path.relative_to(root).as_posix() for mask in example.masks[:4])
    image = example.image.path.relative_to(root).as_posix()
    return (f"{len(paired)} of {counted(len(pairs), 'image')} paired with masks by name, as {image} with {shown}",)


def _left_over(alone: list[Path], lonely: list[Path], unplaced: list[Path], root: Path) -> tuple[str, ...]:
    """Sentences on the files that found no partner."""
    kinds = ((alone, "image", "without a mask"), (lonely, "mask", "without an image"), (unplaced, "file", "not used"))
    return tuple(
        f"{counted(len(paths), noun)} {why}: {listed(path.relative_to(root).as_posix() for path in paths)}"
        for paths, noun, why in kinds
        if paths
    )

"""Reading: from a path that a user gives to the cases it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.cases.folders import results_left_out
from medunet.cases.joined import join, with_statements
from medunet.cases.labels_file import labels_beside
from medunet.cases.layouts import LAYOUTS
from medunet.cases.names import counted, listed
from medunet.cases.rows import Found
from medunet.cases.source import Source, Sources
from medunet.cases.source_file import open_source
from medunet.cases.subjects import find_subjects
from medunet.cases.targets import Targets, find_targets
from medunet.errors import InputError

IMAGES = "PNG, JPEG, TIFF, DICOM or NIfTI images at any depth, or a table with their paths"
EXAMPLE = "for example images/NAME.png with masks/NAME.png, or a cases.csv with the columns id, image and target"


def read_cases(
    data: str | Path,
    *,
    rename: Mapping[str, str] | None = None,
    subject: str | None = None,
    needs_target: bool = True,
    keep_masks: bool = False,
    min_rca: float | None = None,
) -> Cases:
    """The cases of a folder in any layout, a table, a ``data.yaml`` that may join several, or one image file.

    Only headers and at most some seventy masks are read; each case reads its own files when it is asked to.

    Args:
        data: a folder, a ``cases.csv`` (or ``.csv.gz``), a ``data.yaml``, or an image.
        rename: old name of a structure → new name; several old names may get one new name, which merges them. It adds
            to what a ``data.yaml`` says, and goes before it.
        subject: where the subject comes from: ``column:NAME``, ``name`` (the pattern of the names), ``none`` (every
            case its own), or a regular expression with one group. Without it: a column, the DICOM headers, the names.
        needs_target: whether every case must have a mask, as for training; without it none has to.
        keep_masks: whether masks that mean nothing are a fault although not every case needs one; without it, and
            without the need, they are left aside.
        min_rca: the least estimated Dice of CheXmask's masks, 0 to 1; goes before what a ``data.yaml`` says.

    Raises:
        InputError: nothing is there, nothing is an image, masks are missing or mean nothing; one line that says what
            was looked for.
    """
    source = open_source(data)
    each = source.each if isinstance(source, Sources) else (source,)
    if min_rca is not None:
        each = tuple(replace(one, wishes=replace(one.wishes, min_rca=min_rca)) for one in each)
    read: list[Cases] = []
    faults: list[InputError] = []
    for one in each:
        try:
            own = _read(one, rename or {}, subject, needs_target=needs_target, keep_masks=keep_masks)
            read.append(with_statements(own, one))
        except InputError as fault:
            faults.append(fault)
    if faults:
        raise InputError.together(faults)
    return join(source, read) if isinstance(source, Sources) else read[0]


def _read(
    source: Source, rename: Mapping[str, str], subject: str | None, *, needs_target: bool, keep_masks: bool
) -> Cases:
    """The cases of one source."""
    found = _laid_out(source, with_masks=needs_target or keep_masks)
    if needs_target:
        _refuse_lacking(found, source)
    base = source.root if source.root.is_dir() else source.root.parent
    targets = _targets(found, source, base, rename, needed=needs_target or keep_masks)
    subjects = find_subjects(found, subject or source.subject)
    cases = tuple(
        Case(row.id, name, row.images, target, annotated, row.split, row.tags)
        for row, name, target, annotated in zip(
            found.rows, subjects.names, targets.targets, targets.annotated, strict=True
        )
    )
    said = [f"{counted(len(cases), 'case')} of {counted(len(set(subjects.names)), 'subject')} in {source.root.name}"]
    said += [*found.said, *targets.said, f"subject: {subjects.source}"]
    said += [f"split: {found.split_from}"] if found.split_from else []
    said += results_left_out(source.root)
    return Cases(
        cases,
        targets.scheme,
        tuple(said),
        found.unpaired,
        subject_from=subjects.source,
        split_from=found.split_from,
        source=source.root.name,
    )


def _targets(found: Found, source: Source, base: Path, rename: Mapping[str, str], *, needed: bool) -> Targets:
    """The targets of the rows; masks that mean nothing are a fault only where masks are needed."""
    try:
        labels = source.labels or labels_beside([path for row in found.rows for _, path in row.masks], base)
        return find_targets(found.rows, labels, {**source.rename, **rename})
    except InputError as fault:
        if needed:
            raise
        bare = find_targets([replace(row, masks=(), drawn=None) for row in found.rows], None, {})
        return replace(bare, said=(f"masks not used: {fault}",))


def _laid_out(source: Source, *, with_masks: bool) -> Found:
    """What the first layout that fits finds."""
    for layout in LAYOUTS:
        found = layout.find(source.root, source.wishes)
        if found is not None:
            return found
    left_out = results_left_out(source.root)
    if not with_masks:
        raise InputError(source.root, "; ".join(["holds no image", *left_out]), f"Give a folder with {IMAGES}")
    looked = "; ".join([*(layout.looks_for for layout in LAYOUTS), *left_out])
    raise InputError(source.root, f"holds no image; looked for {looked}", f"Give a folder with images, {EXAMPLE}")


def _refuse_lacking(found: Found, source: Source) -> None:
    """Cases without a mask cannot be learnt from."""
    lacking = [row for row in found.rows if not row.has_mask]
    if not lacking:
        return
    if len(lacking) == len(found.rows):
        raise InputError(
            source.root,
            f"holds {counted(len(lacking), 'image')} and no mask for any of them",
            f"Put masks of the same names beside the images, {EXAMPLE}",
        )
    raise InputError(
        source.root,
        f"{len(lacking)} of {counted(len(found.rows), 'image')} have no mask ({listed(row.where for row in lacking)})",
        "Add the masks, or list only the cases to use in a cases.csv",
    )

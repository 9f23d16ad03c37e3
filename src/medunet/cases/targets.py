"""Targets: from the mask files of all rows to one scheme and a target for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medunet.cases.codings import Coding
from medunet.cases.glance import SAMPLE
from medunet.cases.labels_file import Labels
from medunet.cases.names import counted, harmonised, listed, normal, words
from medunet.cases.rows import Row
from medunet.cases.survey import Finding, find_coding
from medunet.cases.target import Part, Target
from medunet.errors import InputError
from medunet.images import Scheme, read_grid

FOREGROUND = "foreground"
"""What the structure of two-valued masks is called where nothing names it."""


@dataclass(frozen=True)
class Targets:
    """The targets of some rows.

    Attributes:
        targets: one for each row, None for a row without a mask.
        annotated: for each row the structures that were looked for, None for all.
        scheme: names and values of the label maps, or None where no row has a mask.
        said: sentences on how the masks' values were read.
    """

    targets: tuple[Target | None, ...]
    annotated: tuple[tuple[str, ...] | None, ...]
    scheme: Scheme | None
    said: tuple[str, ...]


def find_targets(rows: Sequence[Row], labels: Labels | None, rename: Mapping[str, str]) -> Targets:
    """How the label maps of all rows are had.

    At most 64 masks are decoded for it.

    Args:
        rows: as a layout found them.
        labels: names for the values of the masks, or None.
        rename: old name of a structure → new name; several old names may get one new name, which merges them.

    Raises:
        InputError: the masks are no label maps, or what they hold cannot be told.
    """
    if any(row.drawn for row in rows):
        return _of_table(rows, rename)
    files = _by_structure(rows)
    if not files:
        return Targets((None,) * len(rows), (None,) * len(rows), None, ())
    if "" in files and len(files) > 1:
        lone = files[""][0].name
        raise InputError(lone, "lies beside folders of single structures", "Put it into the folder of its structure")
    findings = _findings(files, labels)
    parts_of = {name: finding.coding.structures for name, finding in findings.items()}
    final = harmonised([name for names in parts_of.values() for name in names], rename)
    codings = {name: finding.coding.renamed(final) for name, finding in findings.items()}
    scheme = Scheme.of(dict.fromkeys(final.values()))
    targets = tuple(_target(row, codings, scheme) for row in rows)
    looked_for = tuple(_looked_for(row, findings, final) for row in rows)
    said = [sentence for finding in findings.values() for sentence in finding.said]
    said += _said_of_names(final) + _said_of_missing(looked_for, scheme) + _said_of_overlap(rows, targets, final)
    return Targets(targets, looked_for, scheme, tuple(said))


def _of_table(rows: Sequence[Row], rename: Mapping[str, str]) -> Targets:
    """The targets of rows whose label maps are drawn in a table; a structure that a row does not draw is not there."""
    drawn = [row.drawn.structures if row.drawn else () for row in rows]
    # The scheme has one order, whichever row comes first: that in which the table paints.
    names = [name for mask in (row.drawn for row in rows) if mask for name, _ in mask.cells.runs]
    held = {name for own in drawn for name in own}
    final = harmonised([name for name in dict.fromkeys(names) if name in held], rename)
    scheme = Scheme.of(dict.fromkeys(final.values()))
    targets = tuple(Target((row.drawn.renamed(final),), scheme) if row.drawn else None for row in rows)
    parts = {new: {old for old, name in final.items() if name == new} for new in scheme.names}
    looked_for = tuple(
        None if not own or set(own) == held else tuple(new for new in scheme.names if parts[new] <= set(own))
        for own in drawn
    )
    order = listed(dict.fromkeys(final.values()), shown=99)
    said = [f"masks drawn by rows of a table; where two overlap the later of {order} wins"]
    return Targets(targets, looked_for, scheme, (*said, *_said_of_names(final), *_said_of_missing(looked_for, scheme)))


def _by_structure(rows: Sequence[Row]) -> dict[str, list[Path]]:
    """The mask files of each structure's folder, in the order in which they are painted: the heart over the lungs.

    Spellings of one name (``Left_Lung``, ``left-lung``) are one structure under the first spelling.
    """
    files: dict[str, list[Path]] = {}
    spelling: dict[str, str] = {}
    for row in rows:
        for structure, path in row.masks:
            files.setdefault(spelling.setdefault(normal(structure), structure), []).append(path)
    return {name: files[name] for name in sorted(files, key=lambda name: ("heart" in words(name), normal(name)))}


def _findings(files: Mapping[str, list[Path]], labels: Labels | None) -> dict[str, Finding]:
    """How the masks of each folder are coded."""
    if len(files) == 1:
        name, paths = next(iter(files.items()))
        return {name: find_coding(paths, labels, name or FOREGROUND)}
    # Half of the masks that may be decoded are kept for looking how far structures overlap.
    most = max(1, SAMPLE // 2 // len(files))
    findings: dict[str, Finding] = {}
    for name, paths in files.items():
        finding = find_coding(paths, None, name, most)
        if finding.coding.structures != (name,):
            raise InputError(
                paths[0].name,
                f"and the other masks of {name} hold several structures ({listed(finding.coding.structures)}), "
                f"and so do not fit beside the folders of {listed(other for other in files if other != name)}",
                "Keep one folder per structure, or one mask per image; a cases.csv can name the masks to use",
            )
        findings[name] = Finding(finding.coding, tuple(f"{name}: {sentence}" for sentence in finding.said))
    return findings


def _target(row: Row, codings: Mapping[str, Coding], scheme: Scheme) -> Target | None:
    """The target of a row; its files in the order in which they are painted."""
    own = {normal(structure): path for structure, path in row.masks}
    parts = [Part(own[normal(name)], coding) for name, coding in codings.items() if normal(name) in own]
    return Target(tuple(parts), scheme) if parts else None


def _looked_for(row: Row, findings: Mapping[str, Finding], final: Mapping[str, str]) -> tuple[str, ...] | None:
    """The structures of the scheme that were looked for in a row, None for all.

    A merged structure counts only if all of its parts were looked for. A structure whose file is missing was not
    looked for: an absent file does not say that there is nothing.
    """
    if not row.masks:
        return None
    known = {normal(name) for name in (*final, *final.values())}
    own = {normal(structure) for structure, _ in row.masks}
    if row.annotated is not None:
        if unknown := [name for name in row.annotated if normal(name) not in known]:
            what = f"column annotated names {listed(unknown)}, which the masks do not have"
            raise InputError(row.where, what, f"Structures are {listed(dict.fromkeys(final), shown=8)}")
        named = {normal(name) for name in row.annotated}
    else:
        named = {
            normal(name) for folder, f in findings.items() if normal(folder) in own for name in f.coding.structures
        }
    merged = dict.fromkeys(final.values())
    parts = {new: [old for old, name in final.items() if name == new] for new in merged}
    looked = tuple(new for new in merged if normal(new) in named or all(normal(old) in named for old in parts[new]))
    return None if len(looked) == len(merged) else looked


def _said_of_names(final: Mapping[str, str]) -> list[str]:
    """A sentence on the structures that go by another name."""
    changed = [f"{old} → {new}" for old, new in final.items() if old != new]
    return [f"renamed: {', '.join(changed)}"] if changed else []


def _said_of_missing(looked_for: Sequence[tuple[str, ...] | None], scheme: Scheme) -> list[str]:
    """A sentence on the cases in which not every structure was looked for."""
    lacking = {name: sum(1 for names in looked_for if names is not None and name not in names) for name in scheme.names}
    shown = [f"{name} in {counted(number, 'case')}" for name, number in lacking.items() if number]
    return [f"not looked for: {', '.join(shown)}"] if shown else []


def _said_of_overlap(rows: Sequence[Row], targets: Sequence[Target | None], final: Mapping[str, str]) -> list[str]:
    """Which structure wins where two are drawn, and how often that happens in the cases looked at."""
    order = listed(dict.fromkeys(final.values()), shown=99)
    stacked = [number for number, target in enumerate(targets) if target and len(target.parts) > 1]
    if not stacked:
        return []
    most = max(1, SAMPLE // 2 // max(len(target.parts) for target in targets if target))
    sizes: list[int] = []
    step = max(1, len(stacked) // most)
    for number in stacked[::step][:most]:
        target, image = targets[number], rows[number].images[0]
        try:
            sizes.append(target.overlap(read_grid(image), image.name) if target else 0)
        except InputError:
            continue  # the case fails with this fault when it is read
    hit = [size for size in sizes if size]
    often = f"; so in {len(hit)} of {counted(len(sizes), 'case')} looked at"
    size = f", by {np.median(hit):g} pixels at the median" if hit else ""
    return [f"one file per structure: where two overlap the later of {order} wins{often}{size}"]

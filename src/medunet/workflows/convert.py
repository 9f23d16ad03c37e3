"""convert: any data set that medunet reads, as images, masks and a cases.csv."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medunet.cases import Case, Cases, read_cases, read_masks
from medunet.cases.chexmask import is_chexmask
from medunet.cases.chexmask_films import has_films
from medunet.cases.file_names import file_name
from medunet.cases.names import refuse_unknown
from medunet.cases.rows import MIN_RCA, unique_ids
from medunet.cases.source import Sources
from medunet.cases.source_file import open_source
from medunet.cases.table import plain_cell
from medunet.errors import OutputError, UsageError
from medunet.images import Image, write_csv, write_json, write_labels
from medunet.workflows import stored_film
from medunet.workflows.batch import read_rows, run_batch, unchanged, write_failed
from medunet.workflows.identifiers import keep_identifiers
from medunet.workflows.inputs import tables_among
from medunet.workflows.output import Reserved, reserve
from medunet.workflows.progress import SILENT, Progress

OWNED = ("images", "masks", "cases.csv", "failed.csv", "identifiers.csv")
"""What convert writes, and what --overwrite removes."""

COLUMNS = ("id", "subject", "image", "target", "split", "annotated")
"""The columns of cases.csv that come before the tags."""

Cells = dict[str, str]
"""A row of cases.csv: column → text."""


@dataclass(frozen=True)
class Converted:
    """What convert made.

    Attributes:
        folder: the output folder.
        done: cases that are in it, by this call or an earlier one.
        failed: case → reason, for those that could not be read.
        kept: cases that an earlier call had converted.
        subjects: how many there are among the cases that are done.
        structures: names and values of the masks; empty where there are none.
        said: how the data were read.
    """

    folder: Path
    done: tuple[str, ...]
    failed: dict[str, str]
    kept: int
    subjects: int
    structures: dict[str, int] = field(default_factory=dict)
    said: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "out": str(self.folder),
            "done": len(self.done),
            "already_there": self.kept,
            "failed": self.failed,
            "subjects": self.subjects,
            "structures": self.structures,
            "said": list(self.said),
        }


def convert(
    data: str | Path,
    *,
    out: str | Path,
    rename: dict[str, str] | None = None,
    min_rca: float | None = None,
    show_identifiers: bool = False,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Converted:
    """Write a data set as images, masks and cases.csv; a case that cannot be read fails alone.

    Called again with the same words, what is missing is completed. A table of CheXmask without films gives masks alone.

    Args:
        data: a folder in any layout, a table, or a YAML that joins sources.
        out: output folder, outside of the data.
        rename: structures to call by another name; two of one name become one.
        min_rca: the least estimated Dice of CheXmask's masks, 0 to 1.
        show_identifiers: write who the films show into identifiers.csv.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: nothing can be read, or the folder belongs to something else.
    """
    if min_rca is not None and not 0 <= min_rca <= 1:
        raise UsageError("--min-rca", f"{min_rca:g} is no estimated Dice", "Give a number from 0 to 1")
    folder = Path(out)
    cases, alone = _read(Path(data), folder, rename or {}, min_rca)
    labels = cases.scheme.to_mapping() if cases.scheme else {}
    refuse_unknown(rename or {}, labels)
    identity = {
        "command": "convert",
        "data": str(Path(data).absolute()),
        "rename": rename,
        "min_rca": min_rca,
        "labels": labels,
    }
    with reserve(folder, identity, overwrite=overwrite) as place:
        done = _complete_folder(place, cases, alone, labels, tables_among([data]), progress)
        keep_identifiers(folder, cases.cases, shown=show_identifiers)
        return done


def _complete_folder(
    place: Reserved, cases: Cases, alone: bool, labels: dict[str, int], tables: Sequence[Path], progress: Progress
) -> Converted:
    """Convert what is missing in the folder, and write its tables."""
    folder = place.folder
    again = place.claim(OWNED, reads=[path for case in cases for path in _sources(case, alone)])
    for sentence in cases.provenance:
        progress.say(sentence)
    if labels:
        write_json(folder / "masks" / "labels.json", labels)
    names = dict(zip((case.id for case in cases), _file_names(cases.cases), strict=True))
    work = _Work(folder, names, alone, tables)
    before = _rows_of(folder / "cases.csv") if again else {}
    rows = {case.id: before[case.id] for case in cases if case.id in before and work.is_done(case, before[case.id])}
    kept = len(rows)

    def one(case: Case) -> None:
        rows[case.id] = work.told(case) | _one(case, work)

    def save() -> None:
        _write_manifest(folder, cases, rows)

    left = [case for case in cases if case.id not in rows]
    failed = run_batch("converting", left, one, files=work.files, save=save, kept=kept, progress=progress)
    save()
    write_failed(folder, cases, failed)
    done = tuple(case.id for case in cases if case.id in rows)
    subjects = len({case.subject for case in cases if case.id in rows})
    return Converted(folder, done, failed, kept, subjects, labels, cases.provenance)


def _read(data: Path, out: Path, rename: dict[str, str], min_rca: float | None) -> tuple[Cases, bool]:
    """The cases, and whether they are masks alone."""
    if is_chexmask(data) and not has_films(data):
        return read_masks([data], rename=rename, min_rca=MIN_RCA if min_rca is None else min_rca), True
    if any(Path(os.path.realpath(out)).is_relative_to(os.path.realpath(place)) for place in _places(data)):
        what = "lies among the data: called again, medunet would take its own files for data"
        raise OutputError(out, what, "Choose a folder beside the data")
    return read_cases(data, rename=rename, needs_target=False, keep_masks=True, min_rca=min_rca), False


def _places(data: Path) -> list[Path]:
    """The folders in which the data are looked for."""
    source = open_source(data)
    each = source.each if isinstance(source, Sources) else (source,)
    places = [place for one in each for place in (one.root, one.wishes.films) if place is not None]
    return [place if place.is_dir() else place.parent for place in places]


def _sources(case: Case, alone: bool) -> set[Path]:
    """The files that a case is made from."""
    return {*(() if alone else case.images), *(case.target.paths if case.target else ())}


@dataclass(frozen=True)
class _Work:
    """Where the files of each case go.

    Attributes:
        folder: the output folder.
        names: id → name of its files without ending.
        alone: whether there are masks and no images.
        tables: what the data say beside their files.
    """

    folder: Path
    names: Mapping[str, str]
    alone: bool
    tables: Sequence[Path] = ()

    def images(self, case: Case) -> tuple[str, ...]:
        """The image files of a case, relative to `images`."""
        return () if self.alone else stored_film.image_names(case, self.names[case.id])

    def mask(self, case: Case) -> str:
        """The mask file of a case, relative to `masks`; empty where it has none."""
        if case.target is None:
            return ""
        volume = not self.alone and stored_film.is_volume_file(case.images[0])
        return self.names[case.id] + (".nii.gz" if volume else ".png")

    def files(self, case: Case) -> list[Path]:
        """All files that a case becomes."""
        images = [self.folder / "images" / name for name in self.images(case)]
        return images + ([self.folder / "masks" / self.mask(case)] if case.target else [])

    def told(self, case: Case) -> Cells:
        """What the row of a case says without a look into its files."""
        names = self.images(case)
        return {
            "id": case.id,
            "subject": case.subject,
            "image": "|".join(f"images/{name}" for name in names),
            "target": f"masks/{self.mask(case)}" if case.target else "",
            "split": case.split or "",
            "annotated": "|".join(case.annotated or ()),
            **{_tag_name(name): text for name, text in case.tags.items()},
        }

    def is_done(self, case: Case, row: Cells) -> bool:
        """Whether a row and all files of a case are there, and neither its sources nor what is said of it changed.

        What a row says beyond that is of the files' headers, where no tag said it: with a table that changed since
        it may be of a tag that the table had.
        """
        told = self.told(case)
        if any(row.get(name, "") != plain_cell(text) for name, text in told.items()):
            return False
        tables = self.tables if row.keys() - told.keys() else ()
        return unchanged(self.files(case), [*_sources(case, self.alone), *tables])


def _one(case: Case, work: _Work) -> Cells:
    """Write one case; what its row of cases.csv says beyond `told`."""
    names = work.images(case)
    found: Cells = {}
    if names:
        image, mapping = stored_film.store_images(case, work.folder / "images", names)
        found |= _of_header(case, image)
        found |= {"notes": "; ".join(image.notes)} if image.notes and not case.tag("notes") else {}
        if mapping is not None:
            found |= {"stored_slope": repr(mapping.slope), "stored_intercept": repr(mapping.intercept)}
    if case.target is not None:
        grid = image.grid if names else case.target.grid()
        labels = case.target.read(grid, case.images[0].name)
        write_labels(work.folder / "masks" / work.mask(case), labels)
    return found


def _of_header(case: Case, image: Image) -> Cells:
    """What the file says of how it was made, where the tags do not: a PNG cannot say it."""
    found: Cells = {}
    if case.view is None and image.view is not None:
        found["view"] = image.view
    if case.age is None and image.age is not None:
        found["age"] = f"{image.age:g}"
    if image.grid.ndim == 2 and image.grid.spacing is not None and not stored_film.is_volume_file(case.images[0]):
        found["spacing_mm"] = "|".join(f"{size:g}" for size in image.grid.spacing)
        found["spacing_at"] = image.spacing_at or ""
    return {name: text for name, text in found.items() if text and not case.tag(name)}


def _tag_name(name: str) -> str:
    """The column of a tag; one that is called as a column of the table gets another name."""
    return f"{name} (tag)" if name in COLUMNS else name


def _file_names(cases: Sequence[Case]) -> list[str]:
    """A name of files for each case, each once."""
    return unique_ids([(file_name(case.id), (str(number),), "") for number, case in enumerate(cases)])


def _write_manifest(folder: Path, cases: Cases, rows: Mapping[str, Cells]) -> None:
    """cases.csv, in the order of the cases; a tag that a case does not have is blank."""
    done = [rows[case.id] for case in cases if case.id in rows]
    columns = list(dict.fromkeys([*COLUMNS, *(name for row in done for name in row)]))
    write_csv(folder / "cases.csv", columns, [[row.get(name, "") for name in columns] for row in done])


def _rows_of(path: Path) -> dict[str, Cells]:
    """The rows of an earlier cases.csv by id; blank tags are left out, as they were."""
    return {
        row["id"]: {name: text for name, text in row.items() if text or name in COLUMNS}
        for row in read_rows(path)
        if tuple(row)[: len(COLUMNS)] == COLUMNS
    }

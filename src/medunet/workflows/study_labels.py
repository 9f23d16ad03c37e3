"""Labels: what a table or folder says of films or subjects, and how it is laid beside a table of measurements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medunet.cases import read_cases
from medunet.cases.folders import name_and_ending
from medunet.cases.names import listed
from medunet.cases.table import Line, read_table
from medunet.errors import InputError

LOST_ZEROS = "Put back the zeros at the beginning of names, which spreadsheets drop: import that column as text"


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One row of the labels.

    Attributes:
        case: the film it speaks of, or "" where it does not say.
        subject: whom it speaks of, or "".
        cells: column → text, every column of the table.
    """

    case: str
    subject: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Labels:
    """A table of labels.

    Attributes:
        name: the file's or folder's name.
        columns: what it says of each row, under its own names.
        rows: in its order.
        paths: what was read.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[LabelRow, ...]
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class LabelsJoined:
    """How labels and measurements fit together.

    Attributes:
        name: the labels' file or folder.
        columns: of the labels.
        by_subject: whether they were joined by subject; otherwise by case.
        keys: the case or subject of each row of the labels, in the words of the measurements where they have it.
        rows: the rows of the labels.
        tags: key → column → text; a blank where rows of one key differ.
        subjects: case → subject, as the labels say it; empty where they do not.
        without_label: cases of the measurements that the labels do not have, sorted.
        without_row: keys of the labels that the measurements do not have, sorted.
        lost_zeros: how many of these would be measured but for zeros at the beginning.
    """

    name: str
    columns: tuple[str, ...]
    by_subject: bool
    keys: tuple[str, ...]
    rows: tuple[LabelRow, ...]
    tags: Mapping[str, Mapping[str, str]]
    subjects: Mapping[str, str]
    without_label: tuple[str, ...]
    without_row: tuple[str, ...]
    lost_zeros: int = 0

    @property
    def unit(self) -> str:
        """What the tables were joined by, in one word."""
        return "subject" if self.by_subject else "case"

    def cells(self, column: str) -> list[tuple[str, str]]:
        """(key, cell) of each row of the labels, as `join_labels` takes them."""
        return [(key, row.cells[column]) for key, row in zip(self.keys, self.rows, strict=True)]


def read_labels(path: Path) -> Labels:
    """The labels of a CSV with a column that names case or subject, or the tags of a folder of films in any layout.

    Raises:
        InputError: nothing can be read, or no column says whom a row speaks of.
    """
    if path.is_dir():
        found = read_cases(path, needs_target=False)
        rows = tuple(
            LabelRow(case.id, case.subject, {"subject": case.subject, "split": case.split or "", **case.tags})
            for case in found
        )
        return Labels(path.name, tuple(dict.fromkeys(name for row in rows for name in row.cells)), rows, (path,))
    table = read_table(path)
    if not {"id", "image", "subject"} & table.columns.keys():
        what = (
            f"has no column that names case or subject (it has {listed(own_cells(table.lines[0], table.columns), 8)})"
        )
        raise InputError(table.name, what, "Call the column case, id, image or subject")
    rows = tuple(
        LabelRow(case_of(line), line.cells.get("subject", ""), own_cells(line, table.columns)) for line in table.lines
    )
    return Labels(table.name, tuple(rows[0].cells), rows, (path,))


def join(labels: Labels, cases: Mapping[str, str]) -> LabelsJoined:
    """Lay labels beside measurements: by case where that fits any row, otherwise by subject.

    Args:
        labels: the labels.
        cases: case → subject of the measurements.

    Raises:
        InputError: not one row fits.
    """
    by_case = [_spelt(row.case, cases) for row in labels.rows]
    subjects = set(cases.values())
    by_subject = not any(key in cases for key in by_case)
    keys = [row.subject for row in labels.rows] if by_subject else by_case
    known = subjects if by_subject else cases.keys()
    if not any(key in known for key in keys):
        if not any(keys):  # no subject is named: what they name are cases
            keys, known = by_case, cases.keys()
        ours, theirs = listed(sorted(known)), listed(dict.fromkeys(key for key in keys if key))
        raise InputError(
            labels.name,
            f"has no row of a case or subject that was measured (here {theirs or 'none is named'}; measured {ours})",
            LOST_ZEROS if _without_zeros(keys, known) else "Give the labels the cases' names or the subjects",
        )
    tags = _tags(labels, keys, known)
    without = sorted(case for case, subject in cases.items() if (subject if by_subject else case) not in tags)
    told = {} if by_subject else {key: row.subject for key, row in zip(keys, labels.rows, strict=True) if row.subject}
    without_row = tuple(sorted({key for key in keys if key} - set(known)))
    return LabelsJoined(
        labels.name,
        labels.columns,
        by_subject,
        tuple(keys),
        labels.rows,
        tags,
        told,
        tuple(without),
        without_row,
        _without_zeros(without_row, {key for key in known if key not in tags}),
    )


def _without_zeros(names: Collection[str], known: Collection[str]) -> int:
    """How many names are known ones without the zeros at their beginning."""
    bare = {name.lstrip("0") for name in known if name.startswith("0")}
    return sum(name.lstrip("0") in bare for name in set(names) if name.strip("0"))


def own_cells(line: Line, columns: Mapping[str, str]) -> dict[str, str]:
    """Every cell of a line under its table's own name of the column."""
    return {own: line.cells[name] for name, own in columns.items()} | dict(line.tags)


def case_of(line: Line) -> str:
    """The case of a line: its id, or its image's name without ending; "" where it has neither."""
    image = line.cells.get("image", "").split("|")[0].replace("\\", "/")
    return line.cells.get("id") or name_and_ending(Path(image))[0]


def _spelt(name: str, cases: Collection[str]) -> str:
    """The name as the measurements have it: as it is, or a file's name without folder and ending."""
    if name in cases or not name:
        return name
    bare = name_and_ending(Path(name.replace("\\", "/")))[0]
    return bare if bare in cases else name


def _tags(labels: Labels, keys: Sequence[str], known: Collection[str]) -> dict[str, dict[str, str]]:
    """Key → column → text, for keys that were measured."""
    tags: dict[str, dict[str, str]] = {}
    for key, row in zip(keys, labels.rows, strict=True):
        if key not in known:
            continue
        before = tags.setdefault(key, dict(row.cells))
        for column, cell in row.cells.items():
            if before.get(column) != cell:
                before[column] = ""
    return tags

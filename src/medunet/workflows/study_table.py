"""Reading a table for a study: one measurement of each film, and everything else that is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from medunet.cases.names import counted, listed, normal
from medunet.cases.table import Line, Table, plain_cell, read_table
from medunet.errors import InputError, did_you_mean
from medunet.workflows.study_filter import Condition, number_of, thousands_or_decimals, with_points
from medunet.workflows.study_labels import case_of, own_cells
from medunet.workflows.study_rows import UNIT, StudyRow, StudyRows, found_column
from medunet.workflows.study_selection import labelled, meeting

MEASUREMENTS, FAILED = "measurements.csv", "failed.csv"
_OWN = frozenset({"case", "subject", "measurement", "value", "status", "reason"})


def read_study_rows(
    table: str | Path, value: str, *, labels: str | Path | None = None, where: Sequence[str] = ()
) -> StudyRows:
    """Read one measurement of a table.

    The table is medunet's ``measurements.csv`` (or the folder that holds it), with a row a measurement, or any CSV
    with a column of that name. Where ``failed.csv`` lies beside a ``measurements.csv``, its films are rows without a
    value.

    Args:
        table: the file or folder.
        value: the measurement's or column's name; ``area:heart`` where several structures have it.
        labels: a CSV or a folder whose columns are joined by case or subject.
        where: conditions such as ``view=PA``.

    Raises:
        InputError: the table or the labels cannot be read, or have no such column.
        UsageError: a condition says nothing.
    """
    conditions = [Condition.of(text) for text in where]
    path = _file(Path(table))
    asked = _Asked(value)
    found = read_table(path, asked.choose)
    if asked.kinds:
        study = _from_measurements(found, path, value, list(asked.kinds))
    else:
        study = _from_column(found, path, value)
    study = labelled(study, Path(labels)) if labels is not None else study
    return _one_unit(meeting(study, conditions))


class _Asked:
    """Keeps the lines of a table of measurements that a name may mean, and which others there are.

    Attributes:
        kinds: every (measurement, structure) of the table, in its order; empty where a row is not one measurement.
    """

    def __init__(self, value: str) -> None:
        self.kinds: dict[tuple[str, str], None] = {}
        self._value = value
        self._wanted: dict[tuple[str, str], bool] = {}

    def choose(self, header: Sequence[str]) -> Callable[[Sequence[str]], bool] | None:
        """As `read_table` asks."""
        if not {"measurement", "value"} <= set(header):
            return None
        name = header.index("measurement")
        structure = header.index("structure") if "structure" in header else None

        def wanted(cells: Sequence[str]) -> bool:
            written = cells[name], "" if structure is None else cells[structure]
            known = self._wanted.get(written)
            if known is None:
                kind = plain_cell(written[0]), plain_cell(written[1])
                self.kinds[kind] = None
                known = self._wanted[written] = _means(self._value, kind)
            return known

        return wanted


def _means(value: str, kind: tuple[str, str]) -> bool:
    """Whether a name may mean a measurement of a structure."""
    name, _, structure = value.partition(":")
    return normal(kind[0]) == normal(name) and normal(structure) in ("", normal(kind[1]))


def _file(path: Path) -> Path:
    """The table itself, where its folder was given."""
    if path.is_dir():
        if not (path / MEASUREMENTS).is_file():
            raise InputError(path, f"holds no {MEASUREMENTS}", "Give a table, or a folder of predict or measure")
        return path / MEASUREMENTS
    if not path.is_file():
        raise InputError(path, "is not there", "Give a table: measurements.csv or another CSV")
    return path


def _from_measurements(table: Table, path: Path, value: str, kinds: Sequence[tuple[str, str]]) -> StudyRows:
    """The rows of one measurement of a table with a row a measurement; the table holds those that `value` may mean."""
    wanted = _measurement(value, kinds, table.name)
    read = [(line, own_cells(line, table.columns)) for line in table.lines]
    mine = [(line, cells) for line, cells in read if (cells["measurement"], cells.get("structure", "")) == wanted]
    subject = table.columns.get("subject", "")
    columns = tuple(column for column in mine[0][1] if column not in (*_OWN, subject, table.columns.get("id")))
    rows = [_row(line, cells, cells["value"], columns) for line, cells in mine]
    failed = _failed(path)
    done = {row.case for row in rows}
    rows += [row for row in failed if row.case not in done]
    paths = (path, path.with_name(FAILED)) if failed else (path,)
    return _assembled(table.name, value, rows, columns, subject, paths)


def _measurement(value: str, kinds: Sequence[tuple[str, str]], table: str) -> tuple[str, str]:
    """The measurement and structure that a name means."""
    same = [kind for kind in kinds if _means(value, kind)]
    if len(same) == 1:
        return same[0]
    if same:
        known = [f"{one}:{of}" for one, of in same]
        what = f"has {value} of several structures ({listed(known, 8)})"
        raise InputError(table, what, "Give one of them as --value")
    known = list(dict.fromkeys(one for one, _ in kinds))
    remedy = f"{did_you_mean(value, known)}Give one of them as --value"
    raise InputError(table, f"has no measurement {value!r} (it has {listed(known, 20)})", remedy)


def _failed(path: Path) -> list[StudyRow]:
    """The films that predict or measure could not process, from the list beside their measurements."""
    beside = path.with_name(FAILED)
    if path.name != MEASUREMENTS or not beside.is_file():
        return []
    table = read_table(beside)
    rows = [own_cells(line, table.columns) for line in table.lines]
    if not {"case", "reason"} <= set(rows[0]):
        return []
    return [
        StudyRow(cells["case"], "", None, "missing", f"not processed: {cells['reason']}", {}, processed=False)
        for cells in rows
    ]


def _from_column(table: Table, path: Path, value: str) -> StudyRows:
    """A row for each line of a table, with the numbers of one column."""
    lines = [(line, own_cells(line, table.columns)) for line in table.lines]
    column = found_column(value, tuple(lines[0][1]), table.name)
    columns = tuple(name for name in lines[0][1] if name != column)
    texts = numbers_of(table, column, [cells[column] for _, cells in lines])
    rows = [_row(line, cells, text, columns) for (line, cells), text in zip(lines, texts, strict=True)]
    if not any(row.value is not None for row in rows):
        example = next((cells[column] for _, cells in lines if cells[column]), "")
        seen = f"its first cell is {example!r}" if example else "all cells are blank"
        raise InputError(table.name, f"has no number in the column {column} ({seen})", "Give a column of numbers")
    return _assembled(table.name, column, rows, columns, table.columns.get("subject", ""), (path,))


def numbers_of(table: Table, column: str, cells: Sequence[str]) -> list[str]:
    """The cells of a column of numbers, with decimal points where it has decimal commas.

    Raises:
        InputError: its commas may part thousands as well; where semicolons part the cells they are decimal ones.
    """
    if table.delimiter == "," and (doubtful := thousands_or_decimals(cells)):
        what = f"has numbers such as {doubtful} in the column {column}: with a comma for thousands, or for decimals?"
        raise InputError(table.name, what, "Write them without thousands' commas, and decimals with a point")
    return with_points(cells)


def _row(line: Line, cells: Mapping[str, str], text: str, columns: Iterable[str]) -> StudyRow:
    """A row from its cells and the text of its number; a reason stands where there is none."""
    found = number_of(text)
    reason, status = cells.get("reason", ""), "flagged" if cells.get("status") == "flagged" else "ok"
    if found is None:
        why = f"{text!r} is not a number" if text else "no value in the table"
        status, reason = "missing", reason or why
    case = case_of(line) or f"line {line.number}"
    tags = {name: cells[name] for name in columns}
    return StudyRow(case, line.cells.get("subject", ""), found, status, reason, tags, unit=cells.get(UNIT, ""))


def _one_unit(study: StudyRows) -> StudyRows:
    """The rows with the unit of their values.

    Raises:
        InputError: they have several.
    """
    units = sorted({row.unit for row in study.rows if row.value is not None})
    if len(units) > 1:
        what = f"gives {study.value} in several units ({listed(units)})"
        raise InputError(study.name, what, f'Choose one: --where "unit={units[-1]}"')
    return replace(study, unit="".join(units))


def _assembled(
    name: str,
    value: str,
    rows: Sequence[StudyRow],
    columns: tuple[str, ...],
    subject: str,
    paths: tuple[Path, ...],
) -> StudyRows:
    """The rows with a subject each, and what a reader must know of them."""
    told = bool(subject) and any(row.subject for row in rows)
    whole = tuple(row if row.subject else replace(row, subject=row.case) for row in rows)
    several = sum(times > 1 for times in Counter(row.case for row in whole).values())
    cautions = (f"{counted(several, 'case')} in more than one row of {name}",) if several else ()
    source = f"column {subject}" if told else "every case counts as a subject of its own: no column names the subjects"
    return StudyRows(name, value, "", whole, columns, len(whole), (), None, source, cautions, paths)

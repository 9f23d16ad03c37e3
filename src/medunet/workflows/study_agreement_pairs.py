"""Two readings of the same cases side by side: from two tables by case, or from two columns of one table by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.names import counted, listed, repeated
from medunet.cases.table import read_table
from medunet.errors import InputError, UsageError
from medunet.workflows.study_filter import number_of
from medunet.workflows.study_rows import StudyRow, StudyRows, found_column
from medunet.workflows.study_table import MEASUREMENTS, numbers_of, read_study_rows


@dataclass(frozen=True, slots=True)
class Pair:
    """One case as both read it.

    Attributes:
        case: its name.
        subject: whom it shows.
        first, second: the numbers, or None.
        reasons: why there is no number, or what is to be known of it, of the first and the second; "" for nothing.
        tags: what the first table says of the case.
    """

    case: str
    subject: str
    first: float | None
    second: float | None
    reasons: tuple[str, str]
    tags: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Both have a number."""
        return self.first is not None and self.second is not None


@dataclass(frozen=True)
class Pairing:
    """Everything that was paired, and what found no partner.

    Attributes:
        names: what the two are called; differences are first − second.
        unit: of the numbers, "" where no table says it.
        pairs: cases in both, in the first's order.
        alone: cases of the first and of the second without a partner.
        tables: False where both are columns of one table, which pairs them row by row.
        cautions: sentences that a reader must know.
        paths: files that were read.
    """

    names: tuple[str, str]
    unit: str
    pairs: tuple[Pair, ...]
    alone: tuple[tuple[str, ...], tuple[str, ...]]
    tables: bool
    cautions: tuple[str, ...]
    paths: tuple[Path, ...]

    @property
    def complete(self) -> tuple[Pair, ...]:
        """Pairs with both numbers."""
        return tuple(pair for pair in self.pairs if pair.complete)


def pair_up(rows: StudyRows, against: str) -> Pairing:
    """Lay the other reading beside the rows.

    Args:
        rows: the first reading.
        against: a table or folder with the same measurement; or a column of the first table, or another measurement
            in it.

    Raises:
        InputError: there is neither such a table nor such a column, a case is twice in a table, the units differ, or
            no case is in both.
        UsageError: the rows would be compared with themselves.
    """
    other = Path(against)
    if other.exists():
        return _two_tables(rows, read_study_rows(other, rows.value), _called(rows.paths[0], other))
    if other.suffix or "/" in against:
        raise InputError(against, "is not there", "Give --against a table, or a column of the first one")
    if against == rows.value:
        raise UsageError("--against", f"{against} would be compared with itself", "Give another column or table")
    if _is_measurement(rows, against):
        return _two_tables(rows, read_study_rows(rows.paths[0], against), (rows.value, against))
    return _two_columns(rows, found_column(against, rows.columns, rows.name))


def _is_measurement(rows: StudyRows, name: str) -> bool:
    """Whether the table has a row a measurement, and one of that name."""
    if not {"structure", "unit"} <= set(rows.columns) or name in rows.columns:
        return False
    read_study_rows(rows.paths[0], name)
    return True


def _two_tables(rows: StudyRows, others: StudyRows, names: tuple[str, str]) -> Pairing:
    """Both by the names of cases."""
    _refuse_twice(rows)
    _refuse_twice(others)
    if rows.unit and others.unit and rows.unit != others.unit:
        what = f"gives {others.value} in {others.unit}, where {names[0]} gives {rows.value} in {rows.unit}"
        raise InputError(others.name, what, "Compare numbers of one unit")
    partner = {row.case: row for row in others.rows}
    own = {row.case for row in rows.rows}
    shared = [row for row in rows.rows if row.case in partner]
    if not shared:
        mine, theirs = (listed(row.case for row in one.rows) for one in (rows, others))
        what = f"has no case of {names[0]} (there {mine}; here {theirs})"
        raise InputError(others.name, what, "Give two tables of the same cases")
    whose, told = _subjects(rows, others, names)
    pairs = tuple(_pair(row, whose.get(row.case, row.subject), partner[row.case]) for row in shared)
    alone = (
        tuple(sorted(own - partner.keys())),
        tuple(sorted(partner.keys() - own)),
    )
    said = (*rows.cautions, *others.cautions, *told)
    paths = tuple(dict.fromkeys((*rows.paths, *others.paths)))
    return Pairing(names, rows.unit or others.unit, pairs, alone, True, said, paths)


def _pair(row: StudyRow, subject: str, other: StudyRow) -> Pair:
    return Pair(row.case, subject, row.value, other.value, (row.reason, other.reason), row.tags)


def _two_columns(rows: StudyRows, column: str) -> Pairing:
    """The rows' own numbers and those of a column, row by row."""
    pairs = []
    cells = numbers_of(read_table(rows.paths[0]), column, [row.tags.get(column, "") for row in rows.rows])
    for row, cell in zip(rows.rows, cells, strict=True):
        second = number_of(cell)
        why = "" if second is not None else f"{cell!r} is not a number" if cell else "no value in the table"
        pairs.append(Pair(row.case, row.subject, row.value, second, (row.reason, why), row.tags))
    if not any(pair.second is not None for pair in pairs):
        raise InputError(rows.name, f"has no number in the column {column}", "Give a column of numbers")
    return Pairing((rows.value, column), rows.unit, tuple(pairs), ((), ()), False, rows.cautions, rows.paths)


def _subjects(rows: StudyRows, others: StudyRows, names: tuple[str, str]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Case → subject, from the table that tells films of one subject; what to know where both do and differ."""
    first = {row.case: row.subject for row in rows.rows}
    second = {row.case: row.subject for row in others.rows}
    shared = [case for case in first if case in second]
    if len({first[case] for case in shared}) == len(shared) > len({second[case] for case in shared}):
        return second, (f"subjects are those of {names[1]}, since {names[0]} tells no two films of one subject",)
    pairs = {(first[case], second[case]) for case in shared}
    apart = len(pairs) - max(len({one for one, _ in pairs}), len({two for _, two in pairs}))
    alone = len({second[case] for case in shared}) == len(shared)
    if apart > 0 or (not alone and len({one for one, _ in pairs}) != len({two for _, two in pairs})):
        return first, (f"{names[0]} and {names[1]} group the films into other subjects; those of {names[0]} count",)
    return first, ()


def _refuse_twice(rows: StudyRows) -> None:
    """Two rows of one case leave open which of them is meant."""
    twice = repeated(row.case for row in rows.rows)
    if twice:
        what = f"has {counted(len(twice), 'case')} in several rows of {rows.value} ({listed(twice)})"
        raise InputError(rows.name, what, "Leave one row of each case, or tell the rows apart by --where")


def _called(first: Path, second: Path) -> tuple[str, str]:
    """What two tables are called: their names, those of their folders, or as many folders as tell them apart."""
    second = second / MEASUREMENTS if second.is_dir() else second
    names = tuple(_parts(path) for path in (first, second))
    for count in range(1, max(map(len, names)) + 1):
        one, two = ("/".join(parts[-count:]) for parts in names)
        if one != two:
            return one, two
    raise UsageError("--against", f"{second.name} would be compared with itself", "Give another table")


def _parts(path: Path) -> Sequence[str]:
    """The parts of a table's place that may name it."""
    where = path.resolve()
    return where.parent.parts if where.name == MEASUREMENTS else (*where.parent.parts, where.name.split(".csv")[0])

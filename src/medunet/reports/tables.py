"""Tables of a page: typed columns, cells that are numbers, words, states, links or reasons for having no number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from medunet.reports.numbers_in_text import number

Level = Literal["good", "warning", "bad", "neutral"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and how its numbers are written.

    Attributes:
        title: the heading.
        digits: decimals of its numbers; whole numbers are written as they are.
        unit: written behind the heading, muted.
        numeric: aligns right; numbers and gaps only.
    """

    title: str
    digits: int = 3
    unit: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A word with a mark before it; the mark's shape says the same as its colour."""

    word: str
    level: Level


@dataclass(frozen=True, slots=True)
class Gap:
    """Where there is no number: the reason, in words. Sorted after all numbers."""

    reason: str

    def __post_init__(self) -> None:
        if not self.reason:
            raise ValueError("a gap in a table needs a reason")


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its limits, for a numeric column; sorted by the number.

    Raises:
        ValueError: one of them is not finite, or the limits are crossed.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(one) for one in (self.value, self.low, self.high)) or self.low > self.high:
            raise ValueError(f"a number between finite limits, got {self.value} [{self.low}, {self.high}]")

    def written(self, digits: int) -> str:
        """As a reader sees it: "0.945 [0.937, 0.951]"."""
        value, low, high = (number(one, digits) for one in (self.value, self.low, self.high))
        return f"{value} [{low}, {high}]"


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to the picture of that key, where the page has it; otherwise plain text."""

    text: str
    picture: str


@dataclass(frozen=True, slots=True)
class Place:
    """A text that leads to the section of that title; `Page` refuses one that leads nowhere."""

    text: str
    section: str


Cell = str | int | float | Interval | State | Gap | Link | Place


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the reader can sort them and, from nine rows on, filter them.

    Attributes:
        header: the columns; a plain text is a column of words.
        rows: as many cells in each as there are columns.
        caption: one line above the table: what it holds, and the rule behind its numbers.

    Raises:
        ValueError: a row of another length, or a number that is not finite (say why with a `Gap`).
    """

    kind: ClassVar[str] = "table"
    header: tuple[Column | str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        for place, row in enumerate(self.rows, start=1):
            if len(row) != len(self.header):
                raise ValueError(f"row {place} has {len(row)} cells under {len(self.header)} columns")
            if any(isinstance(cell, float) and not math.isfinite(cell) for cell in row):
                raise ValueError(f"row {place} holds a number that is not finite: {row}")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The header with every heading as a column."""
        return tuple(Column(column) if isinstance(column, str) else column for column in self.header)


def written(cell: Cell, column: Column) -> str:
    """The cell as a reader sees it: a true minus, fixed decimals so that figures stand below each other."""
    if isinstance(cell, State):
        return cell.word
    if isinstance(cell, Gap):
        return cell.reason
    if isinstance(cell, (Link, Place)):
        return cell.text
    if isinstance(cell, Interval):
        return cell.written(column.digits)
    if isinstance(cell, float):
        return number(cell, column.digits)
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", "\u202f").replace("-", "−")
    return cell


def sort_key(cell: Cell) -> str:
    """What the page sorts a cell by: a number's exact value, a word as it is, nothing for a gap."""
    if isinstance(cell, Gap):
        return ""
    if isinstance(cell, Interval):
        return repr(cell.value)
    if isinstance(cell, (int, float)):
        return repr(cell)
    return cell if isinstance(cell, str) else (cell.word if isinstance(cell, State) else cell.text)

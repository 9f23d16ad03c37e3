"""A figure of a page: what is drawn, its words, and the numbers behind it, for the page and for a paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from medunet.reports.figures.writing import figure_pdf, figure_png, figure_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Number = str | int | float | None
"""A cell of the numbers behind a figure; None where there is none."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that a figure shows, as a table.

    Raises:
        ValueError: a row has another number of cells than there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells under {len(self.columns)} columns")

    @classmethod
    def of(cls, columns: Sequence[str], rows: Iterable[Sequence[Number]]) -> Numbers:
        """Numbers from any sequences."""
        return cls(tuple(columns), tuple(tuple(row) for row in rows))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A vector figure.

    Attributes:
        svg: as `figure_svg` writes it.
        alt: what a reader who cannot see it is told: the finding, not the axes.
        caption: below the figure.
        narrow: the same figure laid out for a phone, or "" to show one everywhere.
        name: of its files in `figures/`, small letters and hyphens; "" where it gets none.
        numbers: what it shows, for `figures/NAME.csv`.
        pdf, png: the same figure for a paper; empty without a name.

    Raises:
        ValueError: the name is no name of a file, or a name has no numbers.
    """

    kind: ClassVar[str] = "drawing"
    svg: str
    alt: str
    caption: str = ""
    narrow: str = ""
    name: str = ""
    numbers: Numbers | None = None
    pdf: bytes = b""
    png: bytes = b""

    def __post_init__(self) -> None:
        if self.name and not _NAME.fullmatch(self.name):
            raise ValueError(f"a figure's name is small letters, digits and single hyphens, got {self.name!r}")
        if bool(self.name) != (self.numbers is not None):
            raise ValueError(f"a figure with files has a name and numbers, got {self.name!r} and {self.numbers}")

    @classmethod
    def of(
        cls,
        figure: Figure,
        alt: str,
        caption: str = "",
        narrow: Figure | None = None,
        *,
        name: str = "",
        numbers: Numbers | None = None,
    ) -> Drawing:
        """A drawing of a matplotlib figure and, where given, of its twin for narrow screens.

        With `name` and `numbers` it is also written into the `figures/` of its page, see `write_report`.
        """
        pdf, png = (figure_pdf(figure), figure_png(figure)) if name else (b"", b"")
        small = "" if narrow is None else figure_svg(narrow)
        return cls(figure_svg(figure), alt, caption, small, name, numbers, pdf, png)

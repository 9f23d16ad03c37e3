"""The page as a value: what a report says, in order, without a word about how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from medunet.reports.figures.writing import figure_svg
from medunet.reports.pictures import Pictures
from medunet.reports.provenance import Provenance
from medunet.reports.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAVEAT = "Not a medical device. For research use: no finding here may guide the care of a patient."
"""The sentence every page carries."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text; a `note` is set apart: a limit, a warning, a rule the reader must know."""

    kind: ClassVar[str] = "paragraph"
    text: str
    tone: Literal["plain", "note"] = "plain"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number that is seen first.

    Attributes:
        label: what it is ("Dice, heart").
        value: the number as it is to be read ("0.945"), or a dash where there is none; then `note` says why.
        unit: "" for a ratio.
        n: what it rests on ("38 films of 38 subjects").
        note: what must be known beside it ("2 missed, counted as 0").
    """

    label: str
    value: str
    unit: str = ""
    n: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Key figures side by side."""

    kind: ClassVar[str] = "figures"
    items: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A vector figure.

    Attributes:
        svg: as `figure_svg` writes it.
        alt: what a reader who cannot see it is told: the finding, not the axes.
        caption: below the figure.
        narrow: the same figure laid out for a phone, or "" to show one everywhere.
    """

    kind: ClassVar[str] = "drawing"
    svg: str
    alt: str
    caption: str = ""
    narrow: str = ""

    @classmethod
    def of(cls, figure: Figure, alt: str, caption: str = "", narrow: Figure | None = None) -> Drawing:
        """A drawing of a matplotlib figure and, where given, of its twin for narrow screens."""
        return cls(figure_svg(figure), alt, caption, "" if narrow is None else figure_svg(narrow))


Block = Paragraph | KeyFigures | Table | Drawing | Pictures
"""What a section is made of. Each kind has its template `templates/blocks/<kind>.html.j2`."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report.

    Attributes:
        title: one line.
        command: the words it was made with, or "".
        summary: sentences in plain words; the first is the answer.
        sections: in reading order.
        provenance: closes the page.
        caveat: stands below the summary.
    """

    title: str
    command: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    provenance: Provenance | None = None
    caveat: str = CAVEAT

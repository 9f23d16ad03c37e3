"""The page as a value: what a report says, in order, without a word about how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from medunet.reports.checklist import Checklist
from medunet.reports.drawing import Drawing
from medunet.reports.flow import Flow
from medunet.reports.methods import Methods
from medunet.reports.pictures import Pictures
from medunet.reports.provenance import Provenance
from medunet.reports.tables import Place, Table

CAVEAT = "Not a medical device. For research use: no finding here may guide the care of a patient."
"""The sentence every page carries."""

PROVENANCE = "Provenance"
"""The title of the part that closes a page."""


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


Block = Paragraph | KeyFigures | Table | Drawing | Pictures | Flow | Methods | Checklist
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

    Raises:
        ValueError: a `Place` names a section that the page does not have, or two drawings have one name.
    """

    title: str
    command: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    provenance: Provenance | None = None
    caveat: str = CAVEAT

    def __post_init__(self) -> None:
        titles = {section.title for section in self.sections} | ({PROVENANCE} if self.provenance else set())
        cells = [cell for table in self._tables() for row in table.rows for cell in row]
        named = {cell.section for cell in cells if isinstance(cell, Place)}
        if lost := sorted(named - titles):
            raise ValueError(f"the page has no section {', '.join(lost)}; it has {', '.join(sorted(titles))}")
        names = [drawing.name for drawing in self.drawings if drawing.name]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two drawings of a page are called {', '.join(twice)}")

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """The figures of all sections, in reading order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Drawing))

    def _tables(self) -> tuple[Table, ...]:
        """The tables of all sections, those of checklists among them."""
        blocks = [block for section in self.sections for block in section.blocks]
        lists = [block.table for block in blocks if isinstance(block, Checklist)]
        return (*(block for block in blocks if isinstance(block, Table)), *lists)

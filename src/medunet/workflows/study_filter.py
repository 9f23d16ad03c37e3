"""Condition: what a row of a table must meet to take part in a study, as a user writes it: ``view=PA``, ``age>=18``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from medunet.cases.case import years_of
from medunet.cases.names import normal
from medunet.errors import UsageError
from medunet.studies.subgroup_levels import is_age, is_dicom_age

_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_FORM = re.compile(r"([^=<>!]+?)\s*(!=|>=|<=|==|=|>|<)\s*(.*)")


@dataclass(frozen=True, slots=True)
class Condition:
    """A column compared with a word or a number.

    ``=`` and ``!=`` compare words without case, and numbers by their value (1 and 1.0 are equal); a blank cell equals
    only a blank. ``<``, ``<=``, ``>`` and ``>=`` compare numbers; a cell that is none does not meet them. Ages as DICOM
    writes them (``058Y``, ``006M``, ``012W``, ``003D``) are numbers: years.

    Attributes:
        column: its name in the table.
        sign: ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``.
        wanted: what the cell is compared with.
    """

    column: str
    sign: str
    wanted: str

    @classmethod
    def of(cls, text: str, option: str = "--where") -> Condition:
        """The condition that a text says.

        Raises:
            UsageError: it says none, or a size is asked for that is no number.
        """
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise UsageError(option, f"{text!r} is no condition", 'Write for instance "view=PA" or "age>=18"')
        column, sign, wanted = found[1].strip(), found[2].replace("==", "="), found[3].strip()
        made = cls(column, sign, wanted)
        if made.of_size and made.number(wanted) is None:
            raise UsageError(option, f"{wanted!r} in {text!r} is no number", 'Write for instance "age>=18"')
        return made

    @property
    def of_size(self) -> bool:
        """Whether it compares sizes of numbers."""
        return self.sign in _SIGNS

    def __str__(self) -> str:
        return f"{self.column}{self.sign}{self.wanted}"

    def number(self, cell: str) -> float | None:
        """The number that a cell of this column says, in years where it is an age with a unit; or None."""
        plain = number_of(cell)
        if plain is None and (is_age(self.column) or is_dicom_age(cell)):
            return years_of(cell)
        return plain

    def met_by(self, cell: str) -> bool:
        """Whether a cell meets the condition."""
        own, wanted = self.number(cell), self.number(self.wanted)
        if self.sign in _SIGNS:
            return own is not None and wanted is not None and _SIGNS[self.sign](own, wanted)
        equal = own == wanted if own is not None and wanted is not None else normal(cell) == normal(self.wanted)
        return equal == (self.sign == "=")


def number_of(text: str) -> float | None:
    """The finite number that a text says, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def with_points(texts: Sequence[str]) -> list[str]:
    """The cells of a column of numbers with decimal points, where all its commas are decimal ones."""
    comma = all(_COMMA.fullmatch(text) for text in texts if "," in text)
    return [text.replace(",", ".") if comma else text for text in texts]


def thousands_or_decimals(texts: Sequence[str]) -> str:
    """A number of a column in which every comma may part thousands (``1,204``) or decimals; "" where one tells."""
    commas = [text for text in texts if "," in text]
    return commas[0] if commas and all(_THOUSANDS.fullmatch(text) for text in commas) else ""

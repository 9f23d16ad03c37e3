"""Condition: what a row of a table must meet to take part in a study, as a user writes it: ``view=PA``, ``age>=18``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from medunet.cases.names import normal
from medunet.errors import UsageError

_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = re.compile(r"([^=<>!]+?)\s*(!=|>=|<=|==|=|>|<)\s*(.*)")


@dataclass(frozen=True, slots=True)
class Condition:
    """A column compared with a word or a number.

    ``=`` and ``!=`` compare words without case, and numbers by their value (1 and 1.0 are equal); a blank cell equals
    only a blank. ``<``, ``<=``, ``>`` and ``>=`` compare numbers; a cell that is none does not meet them.

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
        if sign in _SIGNS and number_of(wanted) is None:
            raise UsageError(option, f"{wanted!r} in {text!r} is no number", 'Write for instance "age>=18"')
        return cls(column, sign, wanted)

    def __str__(self) -> str:
        return f"{self.column}{self.sign}{self.wanted}"

    def met_by(self, cell: str) -> bool:
        """Whether a cell meets the condition."""
        own, wanted = number_of(cell), number_of(self.wanted)
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

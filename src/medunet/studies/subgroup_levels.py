"""Levels of a column by which rows are looked at apart: its words, bands of age, or quarters of other numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

MOST_LEVELS = 20
"""A column of more different words is no subgroup; it names rows, or is free text."""

MOST_NUMBERS = 8
"""A column of more different numbers is cut into bands."""

AGES = (18.0, 40.0, 60.0, 80.0)
"""Where bands of age begin, in years."""

BLANK = "not known"
TOO_MANY = f"has more than {MOST_LEVELS} different words"

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*y?", re.IGNORECASE)


def levels_of(column: str, cells: Sequence[str]) -> list[str] | None:
    """The level of each row, "not known" for a blank; None where the column has too many.

    Ages in years go into bands from 18, 40, 60 and 80 on. Other numbers of more than 8 different values are cut at the
    quartiles of the rows. Words stand for themselves, without regard to blanks around them.

    Args:
        column: its name, which tells an age.
        cells: a text a row.
    """
    plain = [cell.strip() for cell in cells]
    different = {cell for cell in plain if cell}
    if "age" in re.split(r"[^a-z]+", column.casefold()):
        ages = [float(found[1]) if (found := _AGE.fullmatch(cell)) else math.nan for cell in plain]
        if not all(math.isnan(age) for age in ages):
            return [_band(age, AGES) for age in ages]
    numbers = [_number(cell) for cell in plain]
    known = [number for number in numbers if not math.isnan(number)]
    if len(different) > MOST_NUMBERS and len(known) == sum(bool(cell) for cell in plain):
        quartiles = np.quantile(known, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
        return [_band(number, sorted({float(one) for one in quartiles})) for number in numbers]
    return None if len(different) > MOST_LEVELS else [cell or BLANK for cell in plain]


def order_of(levels: Sequence[str]) -> list[str]:
    """The different levels: bands by size, words by the alphabet, "not known" last."""

    def place(level: str) -> tuple[bool, int, float, str]:
        found = re.match(r"(below )?(-?[\d.]+)", level)
        return level == BLANK, 0 if level.startswith("below") else 1, _number(found[2]) if found else math.inf, level

    return sorted(dict.fromkeys(levels), key=place)


def _band(number: float, starts: Sequence[float]) -> str:
    """The band a number lies in: "below 18", "18 to below 40", "80 and above"."""
    if math.isnan(number):
        return BLANK
    if number < starts[0]:
        return f"below {starts[0]:g}"
    for low, high in pairwise(starts):
        if number < high:
            return f"{low:g} to below {high:g}"
    return f"{starts[-1]:g} and above"


def _number(text: str) -> float:
    """The finite number that a text says, or NaN."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan

"""Levels of a column by which rows are looked at apart: its words, bands of age, or quarters of other numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from medunet.cases.case import years_of
from medunet.cases.names import words

MOST_LEVELS = 20
"""A column of more different words is no subgroup; it names rows, or is free text."""

MOST_NUMBERS = 8
"""A column of more different numbers is cut into bands."""

AGES = (18.0, 40.0, 60.0, 80.0)
"""Where bands of age begin, in years."""

BLANK = "not known"
TOO_MANY = f"has more than {MOST_LEVELS} different words"

_DICOM_AGE = re.compile(r"\d{3}[YMWD]", re.IGNORECASE)
OLDEST = 130.0
"""Years beyond which an age is a slip of the pen."""


def levels_of(column: str, cells: Sequence[str]) -> list[str] | None:
    """The level of each row, "not known" for a blank; None where the column has too many.

    Ages in years (``34``, ``034Y``; months, weeks and days by their letter) go into bands from 18, 40, 60 and 80 on;
    above 130 they are not known. Other numbers of more than 8 different values are cut at the quartiles of the rows.
    Words stand for themselves, without regard to blanks around them.

    Args:
        column: its name, which tells an age.
        cells: a text a row.
    """
    plain = [cell.strip() for cell in cells]
    different = {cell for cell in plain if cell}
    if is_age(column) or (different and all(map(is_dicom_age, different))):
        ages = [_known_age(cell) for cell in plain]
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
        found = re.match(r"(below )?(-?[\d.]+(?:e[-+]\d+)?)", level)
        return level == BLANK, 0 if level.startswith("below") else 1, _number(found[2]) if found else math.inf, level

    return sorted(dict.fromkeys(levels), key=place)


def _band(number: float, starts: Sequence[float]) -> str:
    """The band a number lies in: "below 18", "18 to below 40", "80 and above"."""
    if math.isnan(number):
        return BLANK
    limits = _told_apart(starts)
    if number < starts[0]:
        return f"below {limits[0]}"
    for (low, high), end in zip(pairwise(limits), starts[1:], strict=True):
        if number < end:
            return f"{low} to below {high}"
    return f"{limits[-1]} and above"


def _told_apart(numbers: Sequence[float]) -> list[str]:
    """Different numbers as different texts: with 6 digits, large ones with 12, or as many more as that takes."""
    fewest = 6 if max(map(abs, numbers)) < 1e5 else 12
    return next(
        texts
        for digits in range(fewest, 18)
        if len(set(texts := [f"{number:.{digits}g}" for number in numbers])) == len(numbers) or digits == 17
    )


def is_age(column: str) -> bool:
    """Whether a column's name tells an age: ``age``, ``Patient Age``, ``PatientAge``, ``age_at_scan``."""
    return "age" in words(column)


def is_dicom_age(text: str) -> bool:
    """Whether a text is an age as DICOM writes it: three digits and Y, M, W or D."""
    return _DICOM_AGE.fullmatch(text.strip()) is not None


def _known_age(text: str) -> float:
    """The age that a text says, in years; NaN where it says none or one that nobody has."""
    years = years_of(text)
    return years if years is not None and years <= OLDEST else math.nan


def _number(text: str) -> float:
    """The finite number that a text says, or NaN."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan

"""Why a figure of agreement has no number or no interval, in words that stand in a table's cell."""

from __future__ import annotations

FEWEST = 3
"""Subjects that a spread or an interval needs at least: two have one difference between them, which tells nothing."""

EMPTY = "no case has a number from every method"
FEW = f"fewer than {FEWEST} subjects"
SAME_DIFFERENCE = "the differences are all equal"
SAME_MEANS = "every subject has the same mean, so the spread between subjects is not known"
SAME_NUMBERS = "the numbers are all equal"
NOT_POSITIVE = "a coefficient of variation needs numbers above 0"

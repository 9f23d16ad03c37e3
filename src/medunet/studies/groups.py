"""Groups: the values of a measurement in subjects with and without a finding, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError

PositiveWhen = Literal["higher", "lower"]
"""Which values speak for the finding. It is stated, never read from the data."""

FEWEST_SUBJECTS = 10
"""With fewer subjects in a group there is no interval and no cut-off."""

_YES = frozenset({"1", "1.0", "true", "yes"})
_NO = frozenset({"0", "0.0", "false", "no"})
_UNCERTAIN = frozenset({"", "-1", "-1.0", "nan", "none"})


@dataclass(frozen=True, slots=True)
class Flow:
    """What became of the rows. ``rows == uncertain + missing_positive + missing_negative + positive + negative``.

    Attributes:
        rows: rows that came.
        uncertain: left out because the label is uncertain (-1) or blank, measured or not.
        missing_positive, missing_negative: with a label, without a measurement.
        positive, negative: rows that are analysed.
        subjects: different subjects among the analysed rows.
        positive_subjects, negative_subjects: those with a row of this label; `both_subjects` count in each.
        both_subjects: those with rows of both labels.
    """

    rows: int
    uncertain: int
    missing_positive: int
    missing_negative: int
    positive: int
    negative: int
    subjects: int
    positive_subjects: int
    negative_subjects: int
    both_subjects: int


@dataclass(frozen=True, eq=False)
class Groups:
    """Rows with a measurement and a certain label, and beside them the rows without a measurement.

    Attributes:
        value: float64 (n,), in the measurement's unit. Infinities stand for "missing, counted as a failure" and come
            from `missing_as_failures` alone.
        positive: bool (n,), whether the row has the finding.
        subject: int64 (n,), number of the subject.
        missing_positive: bool (m,), label of the rows without a measurement.
        missing_subject: int64 (m,), their subjects, numbered with the others.
        uncertain: rows left out for their label.
    """

    value: NDArray[np.float64]
    positive: NDArray[np.bool_]
    subject: NDArray[np.int64]
    missing_positive: NDArray[np.bool_]
    missing_subject: NDArray[np.int64]
    uncertain: int = 0

    @classmethod
    def of(cls, value: Sequence[Any], label: Sequence[Any], subject: Sequence[Any] | None = None) -> Groups:
        """Groups from three columns of equal length.

        Args:
            value: numbers; None, NaN and infinities count as missing.
            label: as `certain_label` reads it.
            subject: whom the row shows, anything that has a text; None: every row shows another subject.

        Raises:
            InputError: a label is none of the known words.
            ValueError: the columns differ in length.
        """
        numbers = np.array([math.nan if one is None else float(one) for one in value], dtype=np.float64)
        labels = [certain_label(one, row) for row, one in enumerate(label, start=1)]
        names = [str(one) for one in (range(numbers.size) if subject is None else subject)]
        if not numbers.size == len(labels) == len(names):
            raise ValueError(f"columns differ in length: {numbers.size}, {len(labels)}, {len(names)}")
        codes = np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
        certain = np.array([one is not None for one in labels], dtype=np.bool_)
        positive = np.array([one is True for one in labels], dtype=np.bool_)
        there = certain & np.isfinite(numbers)
        gone = certain & ~np.isfinite(numbers)
        kept = (numbers[there], positive[there], codes[there], positive[gone], codes[gone])
        return cls(*kept, uncertain=int((~certain).sum()))

    @cached_property
    def flow(self) -> Flow:
        """The numbers of rows and subjects."""
        with_finding = np.unique(self.subject[self.positive])
        without = np.unique(self.subject[~self.positive])
        return Flow(
            rows=self.value.size + self.missing_positive.size + self.uncertain,
            uncertain=self.uncertain,
            missing_positive=int(self.missing_positive.sum()),
            missing_negative=int((~self.missing_positive).sum()),
            positive=int(self.positive.sum()),
            negative=int((~self.positive).sum()),
            subjects=np.unique(self.subject).size,
            positive_subjects=with_finding.size,
            negative_subjects=without.size,
            both_subjects=np.intersect1d(with_finding, without).size,
        )

    @property
    def one_row_each(self) -> bool:
        """Whether no subject has two rows."""
        return bool(np.unique(self.subject).size == self.subject.size)

    @cached_property
    def value_of_subject(self) -> NDArray[np.int64]:
        """(n,) number of each row's value among the different values of its subject, from 0 on."""
        order = np.lexsort((self.value, self.subject))
        value, subject = self.value[order], self.subject[order]
        begins = np.diff(subject, prepend=-1) != 0
        number = np.cumsum(begins | (value != np.roll(value, 1)))
        found = np.empty(order.size, dtype=np.int64)
        found[order] = number - number[begins][np.cumsum(begins) - 1] if order.size else number
        return found

    def score(self, positive_when: PositiveWhen) -> NDArray[np.float64]:
        """(n,) the values, turned so that higher ones speak for the finding."""
        return self.value if positive_when == "higher" else -self.value

    def kept(self, rows: NDArray[np.bool_]) -> Groups:
        """The groups with these of the measured rows only."""
        measured = (self.value[rows], self.positive[rows], self.subject[rows])
        return Groups(*measured, self.missing_positive, self.missing_subject, self.uncertain)

    def means_of_subjects(self) -> Groups:
        """One row for each subject: the mean of its values. For groups without a subject of both labels.

        Equal values have exactly that value as mean, and rows written twice do not move it by a rounding error:
        otherwise ties would break.
        """
        if self.one_row_each:
            return self
        order = np.lexsort((self.value, self.subject))
        first = np.flatnonzero(np.diff(self.subject[order], prepend=-1))
        ordered, size = self.value[order], np.diff(first, append=order.size)
        means = ordered[first]
        pairs = first[size == 2]
        means[size == 2] += ordered[pairs + 1] / 2 - ordered[pairs] / 2
        for number in np.flatnonzero(size > 2):
            part = ordered[first[number] : first[number] + size[number]]
            means[number] += math.fsum(part / part.size - part[0] / part.size)
        measured = (means, self.positive[order][first], self.subject[order][first])
        return Groups(*measured, self.missing_positive, self.missing_subject, self.uncertain)

    def missing_as_failures(self, positive_when: PositiveWhen) -> Groups:
        """The worst case: what is missing has the value that speaks most strongly against its label."""
        against = -np.inf if positive_when == "higher" else np.inf
        filled = np.where(self.missing_positive, against, -against)
        return Groups(
            np.concatenate([self.value, filled]),
            np.concatenate([self.positive, self.missing_positive]),
            np.concatenate([self.subject, self.missing_subject]),
            self.missing_positive[:0],
            self.missing_subject[:0],
            self.uncertain,
        )


def certain_label(cell: object, row: int = 0) -> bool | None:
    """Whether a cell says yes or no; None where it is uncertain.

    Known are True and False, 1 and 0, "yes" and "no", and for uncertain -1, None, NaN and blank.

    Args:
        cell: of the label's column.
        row: its number, for the message.

    Raises:
        InputError: the cell says something else, for instance a grade.
    """
    if cell is None or isinstance(cell, bool | np.bool_):
        return None if cell is None else bool(cell)
    word = str(cell).strip().lower()
    if word in _UNCERTAIN:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise InputError(
        f"row {row}", f"label {word!r} is neither yes nor no", "Labels are 1, 0, and -1 or blank if unsure"
    )


def why_no_comparison(flow: Flow) -> str:
    """Why two groups cannot be compared at all, or ""."""
    if not flow.positive and not flow.negative:
        return "no row has a measurement and a certain label"
    if not flow.positive or not flow.negative:
        only = "positive" if flow.positive else "negative"
        rows = flow.positive + flow.negative
        said = "the only row is" if rows == 1 else f"all {rows} rows are"
        return f"{said} {only}: there is one group only"
    return ""


def why_no_interval(flow: Flow) -> str:
    """Why there is neither interval nor chosen cut-off, or ""."""
    fewest = min(flow.positive_subjects, flow.negative_subjects)
    if fewest >= FEWEST_SUBJECTS:
        return ""
    side = "with" if fewest == flow.positive_subjects else "without"
    words = "subject" if fewest == 1 else "subjects"
    return f"{fewest} {words} {side} the finding; an interval needs {FEWEST_SUBJECTS} in each group"

"""CaseErrors: how far the ratios of one predicted case are from its reference, for intervals to rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medunet.measuring.measurement import Measurement

UNIT = "ratio"
"""Only ratios get intervals: an error in pixels of one film means nothing on another."""

FINEST = 0.02
"""A quality above 1 − this narrows an interval no further: so near to 1 an estimated Dice says nothing more."""


def spread_at(quality: float) -> float:
    """How large errors are expected to be at an estimated Dice (0 to 1), up to a factor."""
    return max(FINEST, 1.0 - quality)


@dataclass(frozen=True, slots=True)
class CaseErrors:
    """How far the ratios of one predicted case are from its reference.

    Attributes:
        subject: whom it shows.
        film: content key of its film.
        errors: measurement → |predicted − reference|, or None where either has no number.
        quality: the estimated Dice of the case, 0 to 1, or None.
    """

    subject: str
    film: str
    errors: Mapping[str, float | None]
    quality: float | None = None

    @classmethod
    def of(
        cls,
        subject: str,
        film: str,
        reference: Iterable[Measurement],
        predicted: Iterable[Measurement],
        quality: float | None = None,
    ) -> CaseErrors:
        """Compare the ratios of a reference with those of a prediction; of none where there is no prediction."""
        found = {one.name: one.value for one in predicted if one.unit == UNIT}
        errors: dict[str, float | None] = {}
        for wanted in reference:
            if wanted.unit == UNIT:
                value = found.get(wanted.name)
                both = wanted.value is not None and value is not None
                errors[wanted.name] = abs(value - wanted.value) if both else None  # type: ignore[operator]
        return cls(subject, film, errors, quality)

    def residual(self, name: str, *, scaled: bool) -> float | None:
        """The error of a measurement, in units of the spread that its quality lets expect where `scaled`."""
        error = self.errors.get(name)
        if error is None or not scaled:
            return error
        return None if self.quality is None else error / spread_at(self.quality)

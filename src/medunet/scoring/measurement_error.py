"""Score a measurement: the number from the prediction against the number from the reference."""

from __future__ import annotations

from medunet.scoring.matching import ALL
from medunet.scoring.score import Score


def score_measurement(
    case: str,
    subject: str,
    name: str,
    predicted: float | None,
    reference: float | None,
    *,
    unit: str,
    against: str,
    why: str = "",
) -> tuple[Score, ...]:
    """The signed error ``predicted − reference`` and its absolute value, as `NAME_error` and `NAME_abs_error` of "all".

    Args:
        case: the case's id.
        subject: the subject's id.
        name: the measurement: "ctr", …
        predicted: the number from the prediction, or None where there is none.
        reference: the number it is compared with, or None where there is none.
        unit: the unit of both numbers.
        against: where the reference comes from: "against the reference masks", "against column ctr_source". It is
            the first part of each row's reason, and errors against different things are summarised apart.
        why: why a number is missing, or what a reader must know about the two; may be empty.

    Returns:
        Two scores, without a value where a number is missing.

    Raises:
        ValueError: `against` does not begin with "against ", or a number is not finite.
    """
    if not against.startswith("against "):
        raise ValueError(f"against says what {name} is compared with, as in 'against the reference masks': {against!r}")
    source = against.replace(":", "")  # the colon divides source and words when a summary reads the reason
    if predicted is None or reference is None:
        missing = "predicted" if predicted is None else "reference"
        signed, absolute, words = None, None, why or f"no {missing} {name}"
    else:
        signed, absolute, words = predicted - reference, abs(predicted - reference), why
    reason = f"{source}: {words}" if words else source
    return (
        Score(case, subject, ALL, f"{name}_error", signed, unit, reason),
        Score(case, subject, ALL, f"{name}_abs_error", absolute, unit, reason),
    )

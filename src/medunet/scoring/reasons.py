"""The words of the column `reason`: what they are, and how a summary reads them back.

A reason is ``against …: words``, ``words`` or ``against …``. `against` says what a measurement was compared with.
The words of a figure over all structures join several outcomes by "; ": ``missed: heart; invented: lung``.
"""

from __future__ import annotations

ABSENT_IN_BOTH = "absent in both"
"""In neither mask: there is nothing to score, and no value."""

MISSED = "missed"
"""In the reference, nothing predicted: overlap 0, distances the image's diagonal."""

INVENTED = "invented"
"""Predicted, not in the reference: overlap 0, distances the image's diagonal."""

NOT_LOOKED_FOR = "not looked for"
"""The annotators did not look for it: no value."""

NOT_PREDICTED = "not predicted"
"""The case could not be predicted: every ratio 0, every distance the image's diagonal."""

OUTCOMES = (ABSENT_IN_BOTH, MISSED, INVENTED, NOT_LOOKED_FOR, NOT_PREDICTED)
"""What a summary counts."""

UNDEFINED = "undefined, its denominator is 0"
"""A ratio of nothing, for instance the specificity of a structure that fills the whole image."""

AGAINST_MASKS = "against the reference masks"
"""A measurement of the prediction was compared with the same measurement of the reference's mask."""


def against(reason: str) -> str:
    """What a measurement was compared with ("against column ctr_source"), or "" for an overlap score."""
    head = reason.partition(": ")[0]
    return head if head.startswith("against ") else ""


def outcomes(reason: str) -> frozenset[str]:
    """Which of `OUTCOMES` a reason names; empty for an ordinary value."""
    words = reason.removeprefix(against(reason)).removeprefix(": ")
    parts = words.split("; ")
    return frozenset(outcome for outcome in OUTCOMES if any(part.startswith(outcome) for part in parts))

"""Doubt: what is known against a whole picture or its mask puts every number of it up for a look.

The number stays (docs/decisions/0008): who looks decides. No verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from medunet.measuring.film import Film
from medunet.measuring.measurement import Measurement
from medunet.measuring.verdict import decide


def doubted(measurements: Iterable[Measurement], reasons: Sequence[str], film: Film) -> tuple[Measurement, ...]:
    """The measurements of one picture, flagged for these reasons; as they were where there is none.

    Args:
        measurements: of one picture.
        reasons: what speaks against picture or mask, in plain words, the gravest first.
        film: what is known about the film.
    """
    return tuple(_doubted(one, reasons, film) if reasons else one for one in measurements)


def _doubted(one: Measurement, reasons: Sequence[str], film: Film) -> Measurement:
    reason = "; ".join([*reasons, *([one.reason] if one.reason else [])])
    if one.value is None:
        return replace(one, reason=reason)
    return decide(replace(one, status="flagged", reason=reason, verdict=None), film)

"""Score one case: every structure of the reference against the prediction, with the rule for empties."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import astuple, fields

from medunet.errors import InputError
from medunet.images.image import SpacingAt
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.confusion import ConfusionMatrix, confusion
from medunet.scoring.counts import Counts
from medunet.scoring.matching import ALL, by_normalised_name, normalised
from medunet.scoring.metrics import BACKGROUND_DOMINATED, METRICS, SURFACE_METRICS
from medunet.scoring.reasons import ABSENT_IN_BOTH, INVENTED, MISSED, NOT_LOOKED_FOR, NOT_PREDICTED, UNDEFINED
from medunet.scoring.score import Score
from medunet.scoring.surface_scores import TOLERANCE, Figure, Ruler, Surfaces

COUNTS = tuple(field.name for field in fields(Counts))
"""The four counts by their name in `scores.csv`: tp, fp, fn, tn."""

MEAN_IOU = "mean_iou"
ACCURACY = "accuracy"
OVER_ALL = (MEAN_IOU, ACCURACY)
"""Figures over all structures of a case."""


def score_case(
    case: str,
    subject: str,
    reference: LabelMap,
    prediction: LabelMap | None,
    *,
    annotated: tuple[str, ...] | None = None,
    unpredicted_reason: str = NOT_PREDICTED,
    spacing_at: SpacingAt | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[Score, ...]:
    """Counts, overlap and surface scores of every structure of the reference's scheme, then two figures of "all".

    The rule for empties:

    - absent in both masks: counts, no ratio and no distance, "absent in both";
    - missed or invented: dice, iou, precision, recall, f1 and nsd are 0, hd, hd95 and assd the length of the image's
      diagonal. specificity and accuracy stay as counted, and are
      near 1 for a missed structure because the background dominates them: every row carries the word, and every
      summary of the two says so. Setting them to 0 would be a number that no formula gives;
    - not in `annotated`: no figure at all, "not looked for". In "all" such a structure counts as background;
    - no prediction: every ratio of a structure that was looked for is 0, "all" included, every distance the diagonal;
      counts are unknown.

    `mean_iou` is the mean over the background and every structure that has a value, a missed one as 0, so a missed
    structure is never better than one left out of the mean. It is the one figure here in which nothing can beat a
    prediction that is mostly false, because the background's IoU gains: read it beside the structures' own iou.

    Args:
        case: the case's id.
        subject: the subject's id.
        reference: labels (*space) and the scheme that is scored.
        prediction: labels of the same shape, structures matched by name; None where the case could not be predicted.
        annotated: the structures that were looked for; None or empty means all, as in `cases.csv`.
        unpredicted_reason: why there is no prediction; "not predicted" is put before it where it is not there.
        spacing_at: where the spacing of a film holds; each distance's reason says it.
        tolerance: up to this many mm surfaces count as the same in nsd; where the reference's grid has no spacing it is
            1 % of the image's width, and distances are in % of it.

    Raises:
        InputError: shapes differ, names cannot be matched, or `annotated` names what the scheme does not.
    """
    unseen = _not_looked_for(case, reference.scheme, annotated)
    ruler = Ruler.of(reference.grid, spacing_at, tolerance)
    if prediction is None:
        figures = _unpredicted(reference.scheme, unseen, ruler, unpredicted_reason)
    else:
        matrix = confusion(reference, prediction, where=case).folded(unseen)
        figures = _predicted(unseen, matrix, Surfaces.of(reference, prediction, ruler, where=case))
    units = dict.fromkeys(COUNTS, "px") | ruler.units
    return tuple(
        Score(case, subject, structure, metric, value, units.get(metric, "ratio"), reason)
        for structure, metric, (value, reason) in figures
    )


def _not_looked_for(case: str, scheme: Scheme, annotated: tuple[str, ...] | None) -> frozenset[str]:
    """The structures of the scheme that `annotated` leaves out."""
    ours = by_normalised_name(scheme.names, where=case)
    wanted = {normalised(name): name for name in annotated or scheme.names}
    if unknown := [name for key, name in wanted.items() if key not in ours]:
        raise InputError(
            case,
            f"annotated names {', '.join(unknown)}, the masks hold {', '.join(scheme.names)}",
            "Correct the column annotated or the names of the structures",
        )
    return frozenset(name for key, name in ours.items() if key not in wanted)


def _predicted(
    unseen: Collection[str], matrix: ConfusionMatrix, surfaces: Surfaces
) -> Iterator[tuple[str, str, Figure]]:
    """Every (structure, metric, figure) of a case that was predicted; `matrix` holds the structures looked for."""
    seen: dict[str, str] = {}
    for name in surfaces.reference.scheme.names:
        if name in unseen:
            figures: dict[str, Figure] = dict.fromkeys((*COUNTS, *METRICS, *SURFACE_METRICS), (None, NOT_LOOKED_FOR))
        else:
            counts = matrix.counts(name)
            seen[name] = _outcome(counts)
            figures = _structure_figures(counts, seen[name]) | surfaces.figures(name, seen[name])
        yield from ((name, metric, figure) for metric, figure in figures.items())
    yield from ((ALL, metric, figure) for metric, figure in _figures_over_all(matrix, seen).items())


def _unpredicted(scheme: Scheme, unseen: Collection[str], ruler: Ruler, why: str) -> Iterator[tuple[str, str, Figure]]:
    """Every (structure, metric, figure) of a case without a prediction."""
    reason = why if why.startswith(NOT_PREDICTED) else f"{NOT_PREDICTED}: {why}"
    for name in scheme.names:
        without = (None, NOT_LOOKED_FOR if name in unseen else reason)
        yield from ((name, count, without) for count in COUNTS)
        worst = dict.fromkeys(METRICS, (0.0, reason)) | ruler.penalties(reason)
        yield from ((name, metric, without if name in unseen else figure) for metric, figure in worst.items())
    yield from ((ALL, metric, (0.0, reason)) for metric in OVER_ALL)


def _outcome(counts: Counts) -> str:
    """Which empty this is, or "" where the structure is in both masks."""
    if counts.in_reference and counts.in_prediction:
        return ""
    if counts.in_reference:
        return MISSED
    return INVENTED if counts.in_prediction else ABSENT_IN_BOTH


def _structure_figures(counts: Counts, outcome: str) -> dict[str, Figure]:
    """Counts and metrics of one structure, the rule for empties applied."""
    figures: dict[str, Figure] = {
        name: (float(count), outcome) for name, count in zip(COUNTS, astuple(counts), strict=True)
    }
    for name, metric in METRICS.items():
        if outcome == ABSENT_IN_BOTH:
            figures[name] = (None, outcome)
        elif outcome and name not in BACKGROUND_DOMINATED:
            figures[name] = (0.0, outcome)
        else:
            figures[name] = _finite_or_why(metric(counts), outcome)
    return figures


def _figures_over_all(matrix: ConfusionMatrix, outcomes: Mapping[str, str]) -> dict[str, Figure]:
    """`mean_iou` and `accuracy` over the classes of `matrix`; `outcomes` are the structures' own."""
    if all(outcome == ABSENT_IN_BOTH for outcome in outcomes.values()):
        # A background that is right everywhere is no achievement where there was nothing to find.
        return dict.fromkeys(OVER_ALL, (None, ABSENT_IN_BOTH))
    reason = "; ".join(
        f"{word}: {', '.join(names)}"
        for word in (MISSED, INVENTED)
        if (names := [name for name, outcome in outcomes.items() if outcome == word])
    )
    return {MEAN_IOU: _finite_or_why(matrix.mean_iou(), reason), ACCURACY: _finite_or_why(matrix.accuracy(), reason)}


def _finite_or_why(value: float, reason: str) -> Figure:
    """The value, or None with the reason that it is 0/0."""
    if math.isfinite(value):
        return value, reason
    return None, f"{reason}; {UNDEFINED}" if reason else UNDEFINED

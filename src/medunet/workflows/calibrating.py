"""After the last weights: what the validation cases say of a model. Each case is predicted once.

It is the temperature of its probabilities and, where these cases chose nothing, the intervals of its ratios.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.cases import Case
from medunet.errors import InputError
from medunet.images import LabelMap
from medunet.measuring import CaseErrors, Intervals
from medunet.measuring.conformal import fewest
from medunet.planning import Plan
from medunet.scoring import region_of
from medunet.workflows.measured import errors_of
from medunet.workflows.progress import SILENT, Progress

if TYPE_CHECKING:
    from medunet.prediction import Model, Prediction, Temperature

MOST_CASES = 25
"""Validation cases that the temperature takes, evenly from all of them: one number needs no more."""

FEWEST_CASES = 3
"""Cases that are taken for the temperature even where the time of a budget has run out; for intervals it is as many as
the level needs."""

PIXELS = 10_000
"""Pixels of each, evenly from the box around its structures, so that no film counts more than another."""

NOT_LOOKED_FOR = "no validation case in which all of the model's structures were looked for"

SOURCE = "validation cases"
"""Where the errors come from, as the intervals say it."""

FINE_TUNED = "fine-tuned and not recalibrated"
CHOSEN = "validation chose the weights"
STEERED = "validation set the learning rate"

Sample = tuple[NDArray[np.float32], NDArray[np.intp]]


@dataclass(frozen=True)
class Calibrated:
    """What the validation cases say of a model, or why they say nothing.

    Attributes:
        temperature: of its probabilities.
        intervals: of its ratios.
    """

    temperature: Temperature | str
    intervals: Intervals | str


def why_no_intervals(plan: Plan, *, fine_tuned: bool) -> str:
    """Why the errors on the validation cases say nothing of new ones; empty where they do.

    Args:
        plan: as it was run.
        fine_tuned: whether the training began with a model's weights. That model may have been trained on these
            subjects, or chosen by them, under whatever names.
    """
    if fine_tuned:
        return FINE_TUNED
    if plan.training.monitor != "none":
        return CHOSEN
    return STEERED if plan.training.schedule.kind == "plateau" else ""


def calibrate(
    model: Model,
    cases: Sequence[Case],
    keys: Mapping[str, str],
    progress: Progress = SILENT,
    *,
    no_intervals: str = "",
    seconds: Callable[[], float | None] = lambda: None,
) -> Calibrated:
    """The temperature that fits the validation cases best, and the intervals that their errors give.

    The temperature is fitted on the probabilities that `predict` gives on each film's own pixels, where `evaluate`
    judges them: in the box around all structures of reference and prediction. A case in which only some structures were
    looked for is left out of it. Intervals take all cases. The same cases give the same numbers.

    Args:
        model: with the weights that are kept.
        cases: of the validation split, with the model's names.
        keys: case → content key of its film.
        progress: is told how it goes.
        no_intervals: why there are to be none; empty where the cases neither trained nor chose the weights.
        seconds: how many are left of a budget, None without one; where it has run out, the cases so far must do.
    """
    from medunet.prediction import fit_temperature

    whole = [case for case in cases if set(case.annotated or model.plan.classes) >= set(model.plan.classes)]
    chosen = [whole[index] for index in _evenly(len(whole), MOST_CASES)]
    rest = [] if no_intervals else [case for case in cases if case not in chosen]
    least = FEWEST_CASES if no_intervals else fewest()
    samples: list[Sample] = []
    errors: list[CaseErrors] = []
    progress.begin("calibrating", len(chosen) + len(rest))
    try:
        for number, case in enumerate((*chosen, *rest), start=1):
            sampled = number <= len(chosen)
            image, reference = case.read_image(), case.read_target()
            said = model.predict(image, probabilities=sampled)
            samples += _sample(model, reference, said) if sampled else []
            if not no_intervals:
                errors.append(errors_of(case, keys[case.id], image, reference, said.labels))
            progress.advance(number, case.id)
            left = seconds()
            if number >= least and left is not None and left <= 0:
                break
    except InputError as fault:  # a film that is gone by now must not cost the training
        why = f"a validation case could not be read again: {fault.what}"
        return Calibrated(why, no_intervals or why)
    finally:
        progress.end()
    temperature = fit_temperature(samples) if whole else NOT_LOOKED_FOR
    return Calibrated(temperature, no_intervals or Intervals.of(errors, SOURCE))


def _sample(model: Model, reference: LabelMap, said: Prediction) -> list[Sample]:
    """Pixels of one case; none where it holds no structure in reference and prediction."""
    from medunet.prediction import log_shares

    truth = _class_numbers(reference, model.plan.classes)
    box = region_of(truth > 0, said.labels.array > 0)
    if box is None or said.probabilities is None:
        return []
    outcomes = truth[box].ravel()
    shares = said.probabilities[(slice(None), *box)].reshape(-1, outcomes.size)
    kept = _evenly(outcomes.size, PIXELS)
    return [log_shares(shares[:, kept], outcomes[kept], exclusive=model.plan.output == "softmax")]


def _class_numbers(labels: LabelMap, classes: Sequence[str]) -> NDArray[Any]:
    """uint16 (*space): 0 background, then the classes in order."""
    table = np.zeros(max(labels.scheme.values) + 1, np.uint16)
    for number, name in enumerate(classes, start=1):
        if name in labels.scheme.names:
            table[labels.scheme.value(name)] = number
    return np.asarray(table[labels.array])


def _evenly(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of 0 … count − 1, evenly spaced."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.intp)

"""After the best weights: the temperature of a model's probabilities, from the validation cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.cases import Case
from medunet.errors import InputError
from medunet.images import LabelMap
from medunet.scoring import region_of
from medunet.workflows.progress import SILENT, Progress

if TYPE_CHECKING:
    from medunet.prediction import Model, Temperature

MOST_CASES = 25
"""Validation cases that are taken, evenly from all of them: one number needs no more."""

FEWEST_CASES = 3
"""Cases that are taken even where the time of a budget has run out."""

PIXELS = 10_000
"""Pixels of each, evenly from the box around its structures, so that no film counts more than another."""

NOT_LOOKED_FOR = "no validation case in which all of the model's structures were looked for"


Sample = tuple[NDArray[np.float32], NDArray[np.intp]]


def fit_on_validation(
    model: Model,
    cases: Sequence[Case],
    progress: Progress = SILENT,
    *,
    seconds: Callable[[], float | None] = lambda: None,
) -> Temperature | str:
    """The temperature that fits the validation cases best, or why there is none.

    It is fitted on the probabilities that `predict` gives on each film's own pixels, where `evaluate` judges them: in
    the box around all structures of reference and prediction. A case in which only some structures were looked for is
    left out. The same cases give the same number.

    Args:
        model: with the best weights.
        cases: of the validation split, with the model's names.
        progress: is told how it goes.
        seconds: how many are left of a budget, None without one; where it has run out, the cases so far must do.
    """
    from medunet.prediction import fit_temperature

    whole = [case for case in cases if set(case.annotated or model.plan.classes) >= set(model.plan.classes)]
    if not whole:
        return NOT_LOOKED_FOR
    chosen = [whole[index] for index in _evenly(len(whole), MOST_CASES)]
    samples = []
    progress.begin("calibrating", len(chosen))
    try:
        for number, case in enumerate(chosen, start=1):
            sample = _sample(model, case)
            samples += [] if sample is None else [sample]
            progress.advance(number, case.id)
            left = seconds()
            if number >= FEWEST_CASES and left is not None and left <= 0:
                break
    except InputError as fault:  # a film that is gone by now must not cost the training
        return f"a validation case could not be read again: {fault.what}"
    finally:
        progress.end()
    return fit_temperature(samples)


def _sample(model: Model, case: Case) -> Sample | None:
    """Pixels of one case; None where it holds no structure in reference and prediction."""
    from medunet.prediction import log_shares

    said = model.predict(case.read_image(), probabilities=True)
    truth = _class_numbers(case.read_target(), model.plan.classes)
    box = region_of(truth > 0, said.labels.array > 0)
    if box is None or said.probabilities is None:
        return None
    outcomes = truth[box].ravel()
    shares = said.probabilities[(slice(None), *box)].reshape(-1, outcomes.size)
    kept = _evenly(outcomes.size, PIXELS)
    return log_shares(shares[:, kept], outcomes[kept], exclusive=model.plan.output == "softmax")


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

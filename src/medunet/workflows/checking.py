"""After the best weights: how a model tells that a picture is foreign to it and that a prediction is poor.

Both are fitted on the run's own films. The input check learns good pictures from training films, as they are and
augmented by the recipe, and strange ones from the same films turned, mirrored, cut and taken to pieces, beside drawn
foreign pictures; its limits are set on validation films. The estimate of quality is fitted on validation films, as
they are and spoilt. All draws are keyed: the same weights and films give the same checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.planning import Sample
from medunet.workflows.progress import SILENT, Progress

if TYPE_CHECKING:
    from medunet.prediction import Checks, Domain, Model, Quality, Signs
    from medunet.training.batches import Load

TRAINING_FILMS, VALIDATION_FILMS, SPOILT_FILMS = 60, 30, 20
"""Films that are taken at most, evenly from all: for the input check, for its limits, for the estimate of quality."""
FEWEST_FILMS = 12
"""Films of each that are taken even where the time of a budget has run out."""
GOOD, HELD_OUT, SPOILT = 3, 4, 5
"""Pictures of each training film, of each validation film for the limits, and for the estimate of quality."""
LEAST_TRAINING, LEAST_VALIDATION = 8, 4
"""Films without which nothing is fitted: limits that rest on fewer would be chance."""
NOT_FLAT = "only pictures of two axes are checked in this version"


@dataclass(frozen=True)
class Films:
    """Prepared films: how to get one by its number, and how many there are."""

    load: Load
    count: int

    def evenly(self, most: int) -> list[Sample]:
        """At most so many, evenly from all."""
        places = np.linspace(0, self.count - 1, min(self.count, most)).round().astype(int)
        return [self.load(int(place)) for place in places]


def fit_checks(
    model: Model,
    training: Films,
    validation: Films,
    progress: Progress = SILENT,
    *,
    subjects: Mapping[str, str] | None = None,
    seconds: Callable[[], float | None] = lambda: None,
) -> Checks:
    """The checks of a model of one network, or why there are none.

    Args:
        model: with the best weights.
        training: films that it learnt from.
        validation: films of other subjects, with their targets.
        progress: is told how it goes.
        subjects: case → whom it shows; None where every film is of another.
        seconds: how many are left of a budget, None without one; where none is, few films must do.
    """
    from medunet.prediction import Checks

    if len(model.plan.preprocessing.size) != 2:
        return Checks(NOT_FLAT, NOT_FLAT)
    if training.count < LEAST_TRAINING or validation.count < LEAST_VALIDATION:
        found = f"{training.count} training and {validation.count} validation films"
        why = f"{found} are too few to fit it on ({LEAST_TRAINING} and {LEAST_VALIDATION} at least)"
        return Checks(why, why)
    left = seconds()
    most = FEWEST_FILMS if left is not None and left <= 0 else TRAINING_FILMS
    try:
        quality = _quality(model, validation.evenly(min(most, SPOILT_FILMS)), subjects, progress)
        domain = fit_input_check(model, training.evenly(most), validation.evenly(min(most, VALIDATION_FILMS)), progress)
    except InputError as fault:  # a film that is gone by now must not cost the training
        why = f"a film could not be read again: {fault.what}"
        return Checks(why, why)
    finally:
        progress.end()
    return Checks(quality, domain)


def fit_input_check(
    model: Model, training: Sequence[Sample], validation: Sequence[Sample], progress: Progress = SILENT
) -> Domain | str:
    """The input check of a model of one network, or why there is none; targets are not looked at.

    Args:
        model: with its weights.
        training: films that it learnt from.
        validation: films of other subjects, on which the limits are set.
        progress: is told how it goes.
    """
    from medunet.phantoms.rearranged import LOOKS, MIRRORED, UNLIKE, WRONG
    from medunet.prediction import Mirrored, features_of, fit_domain
    from medunet.workflows.checking_pictures import foreign_pictures, good_pictures, wrong_kinds, wrong_pictures

    plan, network = model.plan, model.networks[0]
    wrong = wrong_kinds(plan.augmentation)
    kinds = [kind for kind in wrong if WRONG[kind][0] != MIRRORED]  # a picture is held against its mirror image instead
    sided = len(kinds) < len(wrong)
    progress.begin("learning what is foreign", len(training) + len(validation))
    strange, looks = [features_of(network, foreign_pictures(plan), plan.output)], []
    looks += [UNLIKE] * len(strange[0])
    good, flipped = [], []
    for number, sample in enumerate(training, start=1):
        pictures = good_pictures(plan, sample, GOOD)
        made, told = wrong_pictures(plan, sample, pictures, kinds)
        good.append(features_of(network, pictures, plan.output))
        flipped += [features_of(network, pictures.flip(-1), plan.output)] if sided else []
        strange.append(features_of(network, made, plan.output))
        looks += told
        progress.advance(number, sample.case)
    others, others_flipped = [], []
    for number, sample in enumerate(validation, start=len(training) + 1):
        pictures = good_pictures(plan, sample, HELD_OUT)
        others.append(features_of(network, pictures, plan.output))
        others_flipped += [features_of(network, pictures.flip(-1), plan.output)] if sided else []
        progress.advance(number, sample.case)
    present = [look for look in LOOKS if look in looks]
    numbers = [present.index(look) for look in looks]
    mirrored = Mirrored(np.concatenate(flipped), _plain_and_augmented(others_flipped)) if sided else None
    return fit_domain(
        np.concatenate(good), _plain_and_augmented(others), np.concatenate(strange), numbers, present, mirrored
    )


def _plain_and_augmented(features: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Features of each film's pictures (k, D): those of the films as they are, and those of the others."""
    return np.concatenate([one[:1] for one in features]), np.concatenate([one[1:] for one in features])


def _quality(
    model: Model, validation: Sequence[Sample], subjects: Mapping[str, str] | None, progress: Progress
) -> Quality | str:
    from medunet.prediction import fit_quality

    classes = model.plan.classes
    numbers = range(1, 1 + len(classes))
    regular = [one for one in numbers if all(bool((sample.target == one).any()) for sample in validation)]
    judged = judged_pictures(model, validation, regular, progress)
    shown = None if subjects is None else [subjects[film] for film in judged.films]
    return fit_quality(judged.signs, judged.dices, judged.films, [classes[one - 1] for one in regular], shown)


@dataclass(frozen=True)
class Judged:
    """Pictures whose masks were held against the truth: the signs that came with each, its mean Dice, its film."""

    signs: list[Signs]
    dices: list[float]
    films: list[str]


def judged_pictures(
    model: Model, films: Sequence[Sample], regular: Sequence[int], progress: Progress = SILENT
) -> Judged:
    """Films with their targets, as they are and spoilt, outlined by a model of one network.

    Args:
        model: with its weights, which these films did not choose.
        films: that it did not learn from.
        regular: numbers of the classes, from 1, that are always there.
        progress: is told how it goes.
    """
    from medunet.prediction import mean_dice, signs_of
    from medunet.workflows.checking_pictures import spoilt_pictures

    plan, judged = model.plan, Judged([], [], [])
    progress.begin("learning to tell poor predictions", len(films))
    for count, sample in enumerate(films, start=1):
        images, targets = spoilt_pictures(plan, sample, SPOILT)
        for image, target in zip(images, targets, strict=True):
            found, mask = signs_of(model.networks[0], image, plan.output, regular)
            dice = mean_dice(mask, target, range(1, 1 + len(plan.classes)))
            if found is not None and dice is not None:
                judged.signs.append(found)
                judged.dices.append(dice)
                judged.films.append(sample.case)
        progress.advance(count, sample.case)
    return judged

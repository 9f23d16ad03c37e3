"""One film measured: the join of image, label map, manifest and the user's statements, for predict and measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import PIL.Image

from medunet.cases import Case
from medunet.errors import UsageError
from medunet.images import Image, LabelMap
from medunet.images.image import View
from medunet.measuring import CaseErrors, Film, Intervals, Measurement, measure, with_intervals
from medunet.measuring.film import VIEWS
from medunet.reports import draw_overlay

SEPARATOR = " · "
"""Between the parts of a caption, whose blanks may become a new line."""


@dataclass(frozen=True)
class Statements:
    """What the user says of films whose files do not say it."""

    view: View | None = None
    adult: bool = False

    @classmethod
    def of(cls, view: str | None, adult: bool) -> Statements:
        """The user's words as statements.

        Raises:
            UsageError: there is no such view.
        """
        known = next((one for one in VIEWS if one == view), None)
        if view is not None and known is None:
            raise UsageError("--view", f"{view!r} is not one of {', '.join(VIEWS)}", "Give one of them")
        return cls(known, adult)


def film_of(image: Image | None, case: Case, stated: Statements) -> Film:
    """What is known of a film: the manifest first, then the file; the user's statement where neither says it.

    A statement for a whole folder must not give a bedside film among the others a verdict.
    """
    view = case.view or (image.view if image else None) or stated.view
    age = case.age if case.age is not None else (image.age if image else None)
    return Film(view=view, age=age, adult=stated.adult, spacing_at=image.spacing_at if image else None)


def measure_case(
    labels: LabelMap,
    image: Image | None,
    case: Case,
    stated: Statements,
    *,
    intervals: Intervals | str | None = None,
    quality: float | None = None,
) -> tuple[Measurement, ...]:
    """The measurements of one case. The mask's own spacing counts; where it has none, the image's of the same shape.

    Args:
        labels: what is measured.
        image: its film, where there is one.
        case: whose it is.
        stated: what the user says of the film.
        intervals: of the model that made the labels, or why it has none; None for labels of no model.
        quality: the estimated Dice of the case, 0 to 1, or None.
    """
    if labels.grid.spacing is None and image is not None and image.grid.shape == labels.grid.shape:
        labels = replace(labels, grid=image.grid)
    film = film_of(image, case, stated)
    found = measure(labels, film, annotated=case.annotated)
    return found if intervals is None else with_intervals(found, intervals, film, quality)


def errors_of(case: Case, key: str, image: Image, reference: LabelMap, predicted: LabelMap) -> CaseErrors:
    """How far the ratios of a predicted case are from its reference.

    Args:
        case: whose film it is.
        key: content key of the film.
        image: the film.
        reference: its reference labels.
        predicted: a model's, on the same grid.
    """
    wanted, found = (measure_case(labels, image, case, Statements()) for labels in (reference, predicted))
    return CaseErrors.of(case.subject, key, wanted, found)


def caption(case: Case, measurements: Sequence[Measurement]) -> str:
    """The line below an overlay: the case and its cardiothoracic ratio with its interval, or why there is none."""
    ratio = next((one for one in measurements if one.name == "ctr"), None)
    if ratio is None:
        return case.id
    if ratio.value is None:
        return SEPARATOR.join((case.id, f"no CTR: {ratio.reason}"))
    between = "" if ratio.level is None else f" ({100 * ratio.level:.0f} %: {ratio.low:.3f} to {ratio.high:.3f})"
    parts = (case.id, f"CTR {ratio.value:.3f}{between}", "" if ratio.status == "ok" else ratio.status)
    return SEPARATOR.join(filter(None, parts))


def overlay(
    image: Image,
    labels: LabelMap,
    measurements: Sequence[Measurement],
    text: str,
    reference: LabelMap | None = None,
    largest: int = 768,
) -> PIL.Image.Image:
    """The film with contours and the calipers of its cardiothoracic ratio."""
    calipers = next((one.calipers for one in measurements if one.name == "ctr"), ())
    return draw_overlay(image, labels, reference=reference, calipers=calipers, caption=text, largest=largest)

"""Checks of the films' grey, geometry and orientation (MU2xx)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.evidence import ENOUGH, Evidence, far_off, file_of
from medunet.auditing.look import Film
from medunet.auditing.turning import WAYS, is_chest
from medunet.cases import Case

CONSTANT_STEPS = 2.0
"""Whole numbers between the 1st and the 99th percentile up to which an image is called constant."""

CONSTANT_SHARE = 0.02
"""The same as a share of what the other images of its type have."""

EXPOSURE_LIMIT = 4.5
"""Robust standard deviations from which an exposure is an outlier."""

BORDER = 0.05
"""Share of the picture in black or white bands from which it is said."""

SMALL = 128
"""Pixels along the shorter side below which a film is tiny."""


def constant(evidence: Evidence) -> list[Finding]:
    """Images of one grey, or nearly so."""
    found = []
    for films in _by_type(evidence.films).values():
        usual = float(np.median([_range(film) for _, film in films]))
        for case, film in films:
            steps = _range(film)
            whole = not film.kind.startswith("float")
            if steps <= (CONSTANT_STEPS if whole else 0) or (len(films) >= ENOUGH and steps < CONSTANT_SHARE * usual):
                cause = f"is nearly constant: 98 % of its pixels lie within {steps:g} grey steps"
                found.append(Finding((case.id,), file_of(case), cause, "Export the film again", steps))
    return found


def exposure(evidence: Evidence) -> list[Finding]:
    """Films much darker, brighter, flatter or harder than the others of their type."""
    groups = [films for films in _by_type(evidence.films).values() if len(films) >= ENOUGH]
    if not groups:
        raise SkippedError(f"no {ENOUGH} images of one type to compare")
    found = []
    for films in groups:
        seen: set[str] = set()
        for name, values in (
            ("contrast", [_contrast(film) for _, film in films]),
            ("brightness", [_level(film) for _, film in films]),
        ):
            distance, far = far_off(values, EXPOSURE_LIMIT)
            for index in far:
                case, _ = films[index]
                word = ("low" if distance[index] < 0 else "high") + f" {name}"
                if case.id in seen:
                    continue
                seen.add(case.id)
                cause = f"{word}: {abs(distance[index]):.1f} standard deviations from the other films"
                remedy = "Look at the film; leave it out if it cannot be read"
                found.append(Finding((case.id,), file_of(case), cause, remedy, round(float(distance[index]), 2)))
    return found


def wide_borders(evidence: Evidence) -> list[Finding]:
    """Chest films with wide black or white bands at their edges."""
    if not evidence.chests:
        raise NotApplicableError("these are no frontal chest films: what else is pictured may lie on black")
    found = []
    for case, film in evidence.flat:
        name, share = max((("black", film.black), ("white", film.white)), key=lambda pair: pair[1])
        if BORDER <= share < 1:
            cause = f"{name} bands at the edges take {share:.0%} of the picture's width or height"
            found.append(Finding((case.id,), file_of(case), cause, "Cut them off, with the mask's", round(share, 3)))
    return found


def inverted(evidence: Evidence) -> list[Finding]:
    """Films in which lungs are bright (MONOCHROME1 without being inverted)."""
    return _lying(evidence, lambda way: way >= 8, "Invert the grey values; for DICOM correct PhotometricInterpretation")


def turned_over(evidence: Evidence) -> list[Finding]:
    """Films that lie on the side or on the head."""
    return _lying(evidence, lambda way: way % 4 != 0, "Turn the film back, with its mask")


def _lying(evidence: Evidence, counts: Callable[[int], bool], remedy: str) -> list[Finding]:
    if not evidence.flat:
        raise NotApplicableError("no film of two axes")
    if not evidence.chests:
        raise NotApplicableError("these are no frontal chest films")
    scores = {case.id: film.turns for case, film in evidence.flat}
    found = []
    for case, _ in evidence.flat:
        way = evidence.turned.get(case.id)
        if way is not None and counts(way):
            margin = scores[case.id][way] - max(scores[case.id][0], scores[case.id][4])
            cause = f"the film looks {WAYS[way].replace('mirrored ', '')}"
            found.append(Finding((case.id,), file_of(case), cause, remedy, round(margin, 2)))
    return found


def no_chest(evidence: Evidence) -> list[Finding]:
    """Pictures among frontal chest films that look like none, whichever way they are turned."""
    if not evidence.chests:
        raise NotApplicableError("these are no frontal chest films")
    remedy = "Look at it: a lateral film, another part of the body, a badly cut or an empty picture?"
    return [
        Finding((case.id,), file_of(case), "does not look like a frontal chest film", remedy, max(film.turns))
        for case, film in evidence.flat
        if film.turns and not is_chest(film.turns)
    ]


def mixed_spacing(evidence: Evidence) -> list[Finding]:
    """Files without a pixel size among files with one, and pixel sizes that lie far apart."""
    if not any(film.spacing for _, film in evidence.films):
        raise NotApplicableError("no file says its pixel size: lengths in mm cannot be had")
    remedy = "Lengths and areas in mm are missing there: export the file with its pixel size"
    found = [
        Finding((case.id,), file_of(case), "says no pixel size, others do", remedy)
        for case, film in evidence.films
        if film.spacing is None
    ]
    sizes = [(case, max(film.spacing)) for case, film in evidence.films if film.spacing]
    middle = float(np.median([size for _, size in sizes]))
    for case, size in sizes:
        if not 1 / 5 <= size / middle <= 5:
            cause = f"has a pixel size of {size:g} mm where others have {middle:g}"
            found.append(Finding((case.id,), file_of(case), cause, "Check the header's unit", size))
    return found


def mixed_sizes(evidence: Evidence) -> list[Finding]:
    """Tiny films, and several sizes where most films share one."""
    found = []
    sizes = Counter(film.shape for _, film in evidence.flat)
    if not sizes:
        raise NotApplicableError("no film of two axes")
    (usual, times), *_ = sizes.most_common(1)
    for shape, count in sizes.items():
        own = [case for case, film in evidence.flat if film.shape == shape]
        ids, file = tuple(case.id for case in own), file_of(own[0])
        words = f"{count} film{'s' * (count > 1)} of {' × '.join(map(str, shape))} pixels"
        if min(shape) < SMALL:
            remedy = "Get the films in their full size; ratios measured on these are coarse"
            found.append(Finding(ids, file, f"{words}: tiny", remedy, float(count)))
        elif shape != usual and 2 * times > len(evidence.flat):
            cause = f"{words} where {times} have {' × '.join(map(str, usual))}"
            remedy = "Make sure that they were not cut or squeezed"
            found.append(Finding(ids, file, cause, remedy, float(count)))
    return found


def mixed_types(evidence: Evidence) -> list[Finding]:
    """Colour pictures among grey ones, 8 bits among 16: one finding a type."""
    groups: dict[str, list[Case]] = {}
    for case, film in evidence.films:
        groups.setdefault(_type_of(film), []).append(case)
    if not groups:
        raise NotApplicableError("no image could be read")
    usual = max(groups, key=lambda kind: len(groups[kind]))
    remedy = "Export all in one way, or normalise each image by itself"
    found = []
    for kind, group in groups.items():
        if kind != usual:
            number = f"{len(group)} images are" if len(group) > 1 else "1 image is"
            cause = f"{number} {kind} where {len(groups[usual])} are {usual}"
            ids = tuple(case.id for case in group)
            found.append(Finding(ids, file_of(group[0]), cause, remedy, float(len(group))))
    return found


def _type_of(film: Film) -> str:
    grey = " showing grey" if film.channels == 1 else ""
    return f"{film.kind} {f'colour{grey}' if film.coloured else 'grey'}" + (
        f" with {film.channels} channels" if film.channels not in (1, 3) else ""
    )


def _by_type(films: tuple[tuple[Case, Film], ...]) -> dict[tuple[str, str | None], list[tuple[Case, Film]]]:
    """The films by the type of their numbers and their modality."""
    groups: dict[tuple[str, str | None], list[tuple[Case, Film]]] = {}
    for case, film in films:
        groups.setdefault((film.kind, film.modality), []).append((case, film))
    return groups


def _range(film: Film) -> float:
    return film.quantile(99.0) - film.quantile(1.0)


def _contrast(film: Film) -> float:
    """Logarithm of the span from the 5th to the 95th percentile."""
    return float(np.log(max(film.quantile(95.0) - film.quantile(5.0), 1e-6)))


def _level(film: Film) -> float:
    """The median, as it is for whole numbers, as a logarithm for numbers without a scale."""
    middle = film.quantile(50.0)
    return middle if not film.kind.startswith("float") else float(np.sign(middle) * np.log1p(abs(middle)))

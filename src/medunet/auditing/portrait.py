"""Portrait: what a data set holds, in counts, before anyone says what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.auditing.evidence import ENOUGH, Evidence
from medunet.auditing.look import QUANTILES, Film
from medunet.cases import Case
from medunet.cases.case import OLDEST, years_of
from medunet.cases.names import words

FEW = 24
"""A tag with more values than this is not counted."""

FEW_AGES, BAND = 8, 10
"""More ages than this are counted in bands of so many years."""

BINS = 48

Counts = tuple[tuple[str, int], ...]
"""(word, cases), the most frequent first."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Shares of pixels in `BINS` equal steps from `low` to `high`, for a group of images."""

    group: str
    low: float
    high: float
    shares: tuple[float, ...]
    images: int


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure in the masks: in how many it was looked for and found, and its share of the film.

    The shares are the 5th percentile, the median and the 95th, None where it is in no mask.
    """

    name: str
    looked_for: int
    found: int
    shares: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A tag whose values are numbers: how many cases have one, the smallest, the median, the largest."""

    name: str
    cases: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Portrait:
    """Counts of a data set.

    Attributes:
        cases, subjects, readable, masks: how many.
        splits, sizes, spacings, types, modalities: (word, cases).
        tags: (tag, counts) of every tag with few values.
        numbers: every tag of many values that are numbers, the cases of a subject before them.
        uncounted: tags of too many words to be counted.
        histograms: of all images of the commonest type, then of each group of the tag that splits them best.
        structures: what the masks hold.
        ratios: cardiothoracic ratios of the masks.
    """

    cases: int
    subjects: int
    readable: int
    masks: int
    splits: Counts
    sizes: Counts
    spacings: Counts
    types: Counts
    modalities: Counts
    tags: tuple[tuple[str, Counts], ...]
    numbers: tuple[Numbers, ...]
    uncounted: tuple[str, ...]
    histograms: tuple[Histogram, ...]
    structures: tuple[Structure, ...]
    ratios: tuple[float, ...]


def portray(evidence: Evidence) -> Portrait:
    """The portrait of what was seen."""
    films = [film for _, film in evidence.films]
    tags, numbers, uncounted = _tags(evidence.cases)
    return Portrait(
        cases=len(evidence.cases),
        subjects=len({case.subject for case in evidence.cases}),
        readable=len(films),
        masks=len(evidence.drawn),
        splits=_counts(case.split for case in evidence.cases if case.split),
        sizes=_counts(" × ".join(map(str, film.shape)) for film in films),
        spacings=_counts(
            " × ".join(f"{size:g}" for size in film.spacing) + " mm" if film.spacing else "unknown" for film in films
        ),
        types=_counts(f"{film.kind}, {film.channels} channel{'s' * (film.channels > 1)}" for film in films),
        modalities=_counts(film.modality or "unknown" for film in films),
        tags=tags,
        numbers=(_cases_a_subject(evidence.cases), *numbers),
        uncounted=uncounted,
        histograms=_histograms(evidence),
        structures=_structures(evidence),
        ratios=tuple(drawn.ctr for _, drawn in evidence.drawn if drawn.ctr is not None),
    )


def _counts(words: Iterable[Hashable]) -> Counts:
    return tuple((str(word), times) for word, times in Counter(words).most_common())


def _tags(
    cases: Sequence[Case],
) -> tuple[tuple[tuple[str, Counts], ...], tuple[Numbers, ...], tuple[str, ...]]:
    """Tags of few values with their counts, tags of many numbers, and the names of the others.

    The parts of `a|b` count each. A tag of one value for all cases is counted as well: it says what all have in common.
    """
    counted, numbers, uncounted = [], [], []
    for name in dict.fromkeys(name for case in cases for name in case.tags):
        cells = [case.tags.get(name, "") for case in cases]
        if "age" in words(name) and (bands := _bands(cells)):
            counted.append((name, bands))
            numbers += [found] if (found := _numbers(name, cells)) is not None else []
            continue
        counts = _counts(part.strip() or "(blank)" for cell in cells for part in cell.split("|"))
        if len(counts) <= FEW:
            counted.append((name, counts))
        elif (found := _numbers(name, cells)) is not None:
            numbers.append(found)
        else:
            uncounted.append(name)
    return tuple(counted), tuple(numbers), tuple(uncounted)


def _bands(cells: Sequence[str]) -> Counts:
    """Cases in each band of ages, the youngest first; empty where there are few ages, or where most cells are none."""
    known = [age for age in map(years_of, cells) if age is not None and age <= OLDEST]
    if len(set(known)) <= FEW_AGES or 2 * len(known) <= len([cell for cell in cells if cell.strip()]):
        return ()
    lows = Counter(int(age // BAND) * BAND for age in known)
    bands = [(f"{low} to {low + BAND - 1} years", lows[low]) for low in sorted(lows)]
    blank = sum(not cell.strip() for cell in cells)
    other = len(cells) - len(known) - blank
    return (*bands, *((word, times) for word, times in (("(blank)", blank), ("(no age)", other)) if times))


def _numbers(name: str, cells: Sequence[str]) -> Numbers | None:
    """The range of a tag, or None where a cell that is not blank is no number."""
    try:
        values = [float(cell) for cell in cells if cell.strip()]
    except ValueError:
        return None
    if not values or not np.isfinite(values).all():
        return None
    return Numbers(name, len(values), min(values), float(np.median(values)), max(values))


def _cases_a_subject(cases: Sequence[Case]) -> Numbers:
    times = list(Counter(case.subject for case in cases).values())
    return Numbers("cases of a subject", len(cases), float(min(times)), float(np.median(times)), float(max(times)))


def _histograms(evidence: Evidence) -> tuple[Histogram, ...]:
    """All images of the commonest type, and the same by view and by site where the tags say them."""
    if not evidence.films:
        return ()
    kind = Counter(film.kind for _, film in evidence.films).most_common(1)[0][0]
    films = [(case, film) for case, film in evidence.films if film.kind == kind]
    low = float(np.median([film.quantile(0.0) for _, film in films]))
    high = float(np.percentile([film.quantile(99.0) for _, film in films], 95))
    steps = np.linspace(low, max(high, low + 1e-6), BINS + 1)
    found = [_histogram(f"all {kind}", [film for _, film in films], steps)]
    ways: tuple[Callable[[Case], str | None], ...] = (
        lambda case: case.tag("site", "institution", "hospital", "centre", "center", "source"),
        lambda case: case.view,
    )
    for group_of in ways:
        groups: dict[str, list[Film]] = {}
        for case, film in films:
            if group := group_of(case):
                groups.setdefault(group, []).append(film)
        groups = {name: own for name, own in groups.items() if len(own) >= ENOUGH}
        if 2 <= len(groups) <= 6:
            found += [_histogram(name, groups[name], steps) for name in sorted(groups)]
    return tuple(found)


def _histogram(group: str, films: Sequence[Film], steps: NDArray[np.float64]) -> Histogram:
    """The mean histogram of images; each is had from its percentiles, whose distribution runs straight between them."""
    total = np.zeros(len(steps) - 1)
    for film in films:
        below = np.interp(steps, film.quantiles, np.asarray(QUANTILES) / 100, left=0.0, right=1.0)
        total += np.diff(below)
    shares = tuple(round(float(share), 5) for share in total / len(films))
    return Histogram(group, float(steps[0]), float(steps[-1]), shares, len(films))


def _structures(evidence: Evidence) -> tuple[Structure, ...]:
    found = []
    for name in evidence.gathered.scheme.names if evidence.gathered.scheme else ():
        looked = [(case, drawn) for case, drawn in evidence.drawn if case.annotated is None or name in case.annotated]
        shares = [
            drawn.area(name) / evidence.pixels[case.id]
            for case, drawn in looked
            if drawn.area(name) and case.id in evidence.pixels
        ]
        low, middle, high = (float(one) for one in np.percentile(shares, (5, 50, 95))) if shares else (0.0, 0.0, 0.0)
        having = sum(drawn.area(name) > 0 for _, drawn in looked)
        found.append(Structure(name, len(looked), having, (low, middle, high) if shares else None))
    return tuple(found)

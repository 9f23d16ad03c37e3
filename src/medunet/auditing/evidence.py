"""Evidence: everything that checks may look at, with what several of them need worked out once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from medunet.auditing.gathering import Gathered
from medunet.auditing.likeness import Alike, find_alike
from medunet.auditing.look import Drawn, Film, Look
from medunet.auditing.turning import is_chest, turned
from medunet.cases import Case

ENOUGH = 8
"""Fewer cases than this have no usual range that one could lie outside of."""

UNSURE = 3
"""Limits are raised by this over the number of cases: what is usual is known less well from few."""

SAME_ELSEWHERE = 0.985
"""Correlation from which two pictures that are no chest films are one: slices of different people reach .96."""

_LIKE_NORMAL = 1.4826  # median absolute deviation → standard deviation, for normal values


@dataclass(frozen=True)
class Evidence:
    """The cases and what was seen of them, in the same order."""

    gathered: Gathered
    looks: tuple[Look, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases."""
        return self.gathered.cases

    @cached_property
    def films(self) -> tuple[tuple[Case, Film], ...]:
        """Cases whose image could be read, with what was seen of it."""
        pairs = zip(self.cases, self.looks, strict=True)
        return tuple((case, look.film) for case, look in pairs if look.film is not None)

    @cached_property
    def drawn(self) -> tuple[tuple[Case, Drawn], ...]:
        """Cases whose mask could be read, with what was seen of it."""
        pairs = zip(self.cases, self.looks, strict=True)
        return tuple((case, look.drawn) for case, look in pairs if look.drawn is not None)

    @cached_property
    def flat(self) -> tuple[tuple[Case, Film], ...]:
        """Films with two axes."""
        return tuple((case, film) for case, film in self.films if len(film.shape) == 2)

    @cached_property
    def pixels(self) -> dict[str, int]:
        """Case → pixels or voxels of its image."""
        return {case.id: math.prod(film.shape) for case, film in self.films}

    @cached_property
    def chests(self) -> bool:
        """Whether the data are frontal chest films: at least half of the films pass for one, or masks name lungs."""
        named = self.gathered.scheme is not None and any("lung" in name.lower() for name in self.gathered.scheme.names)
        passing = sum(is_chest(film.turns) for _, film in self.flat)
        return bool(self.flat) and (named or 2 * passing >= len(self.flat))

    @cached_property
    def turned(self) -> dict[str, int]:
        """Case → index into `turning.WAYS`, for films that are not upright."""
        if not self.chests:
            return {}
        found = ((case.id, turned(film.turns)) for case, film in self.flat)
        return {name: way for name, way in found if way is not None}

    @cached_property
    def upright(self) -> tuple[tuple[Case, Drawn], ...]:
        """Masks of films that lie as they should: of the others, places and sides in the mask say nothing."""
        return tuple((case, drawn) for case, drawn in self.drawn if case.id not in self.turned)

    @cached_property
    def exact(self) -> tuple[tuple[Case, ...], ...]:
        """Groups of cases that hold the same pixels."""
        groups: dict[str, list[Case]] = {}
        for case, film in self.films:
            groups.setdefault(film.digest, []).append(case)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    @cached_property
    def alike(self) -> tuple[tuple[Case, Case, Alike], ...]:
        """Pairs of cases that show one picture stored differently."""
        films = [film for _, film in self.films]
        ways = [self.turned.get(case.id) for case, _ in self.films]
        limits = {} if self.chests else {"same": SAME_ELSEWHERE, "parts": False}
        found = find_alike(films, ways, **limits)  # type: ignore[arg-type]
        return tuple((self.films[one.first][0], self.films[one.second][0], one) for one in found)


def far_off(values: list[float], limit: float, least: float = 0.0) -> tuple[NDArray[np.float64], list[int]]:
    """Robust distances of values from their median, and the indices of those beyond `limit`.

    Args:
        values: (n,), at least `ENOUGH`.
        limit: in standard deviations, estimated from the median absolute deviation; raised by `UNSURE` / n of it.
        least: the least standard deviation that is taken for real, where values hardly differ.
    """
    array = np.asarray(values, dtype=np.float64)
    middle = np.median(array)
    spread = float(np.median(np.abs(array - middle))) * _LIKE_NORMAL
    distance = (array - middle) / max(spread, least, 1e-9 + 1e-6 * abs(float(middle)))
    return distance, [int(index) for index in np.flatnonzero(np.abs(distance) > limit * (1 + UNSURE / len(array)))]


def file_of(case: Case) -> str:
    """The name of a case's image file."""
    return case.images[0].name


def mask_of(case: Case) -> str:
    """The name of a case's mask file, or of its image where it has none."""
    return case.target.paths[0].name if case.target is not None else file_of(case)


def measured(
    pairs: tuple[tuple[Case, Drawn], ...], value: Callable[[Drawn], float | None]
) -> list[tuple[Case, Drawn, float]]:
    """Cases for which a value of the mask is known, with it."""
    return [(case, drawn, found) for case, drawn in pairs if (found := value(drawn)) is not None]

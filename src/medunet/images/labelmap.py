"""Scheme and LabelMap: which value means which structure, and an array that holds no other value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.images.grid import Grid

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Scheme:
    """Names of structures and their values. Background is 0 and has no entry.

    Attributes:
        structures: (name, value) pairs; names unique and not empty, values unique, 1 to 65535.
    """

    structures: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.structures]
        values = [value for _, value in self.structures]
        if not names:
            raise ValueError("a scheme names at least one structure")
        if len(set(names)) != len(names) or len(set(values)) != len(values):
            raise ValueError(f"names and values of a scheme are unique, got {self.structures}")
        if not all(names) or not all(1 <= value <= 65535 for value in values):
            raise ValueError(f"names are not empty and values lie in 1 to 65535, got {self.structures}")

    @classmethod
    def of(cls, names: Iterable[str]) -> Scheme:
        """The scheme that numbers `names` from 1 in their order."""
        return cls(tuple((name, value) for value, name in enumerate(names, start=1)))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, int]) -> Scheme:
        """The scheme of a name → value mapping; an entry of value 0 is the background and left out."""
        return cls(tuple((name, int(value)) for name, value in mapping.items() if int(value) != 0))

    @property
    def names(self) -> tuple[str, ...]:
        """The structures' names, in order."""
        return tuple(name for name, _ in self.structures)

    @property
    def values(self) -> tuple[int, ...]:
        """The structures' values, in order of the names."""
        return tuple(value for _, value in self.structures)

    def value(self, name: str) -> int:
        """The value of a structure; KeyError if the scheme does not name it."""
        return dict(self.structures)[name]

    def to_mapping(self) -> dict[str, int]:
        """Name → value, with the background as 0, as `labels.json` holds it."""
        return {"background": 0, **dict(self.structures)}


@dataclass(frozen=True, eq=False)
class LabelMap:
    """An integer array on a grid in which every value is 0 or named by the scheme.

    Attributes:
        array: (*space) of an unsigned integer type.
        grid: geometry; `array.shape == grid.shape`.
        scheme: names of the values.
    """

    array: NDArray[np.unsignedinteger]
    grid: Grid
    scheme: Scheme

    def __post_init__(self) -> None:
        if self.array.shape != self.grid.shape or self.array.dtype.kind != "u":
            raise ValueError(f"labels are unsigned integers of shape {self.grid.shape}, got {self.array.dtype} "
                             f"{self.array.shape}")  # fmt: skip
        if unknown := sorted(_present(self.array) - {0, *self.scheme.values}):
            raise ValueError(f"values {unknown} are not in the scheme {dict(self.scheme.structures)}")

    def mask(self, name: str) -> NDArray[np.bool_]:
        """Bool (*space), True inside the structure."""
        return np.asarray(self.array == self.scheme.value(name))

    def merged(self, merge: Mapping[str, str]) -> LabelMap:
        """The same map with structures renamed; those that get one name become one structure."""
        names = tuple(dict.fromkeys(merge.get(name, name) for name in self.scheme.names))
        scheme = Scheme.of(names)
        table = np.zeros(max(self.scheme.values) + 1, dtype=np.uint8 if len(names) < 256 else np.uint16)
        for name, value in self.scheme.structures:
            table[value] = scheme.value(merge.get(name, name))
        return LabelMap(table[self.array], self.grid, scheme)


def _present(labels: NDArray[np.unsignedinteger]) -> set[int]:
    """The values that occur. Counted block by block: a count takes eight bytes a label, more than a volume has."""
    flat = labels.ravel()
    blocks = (flat[start : start + _BLOCK] for start in range(0, flat.size, _BLOCK))
    return {value for block in blocks for value in np.flatnonzero(np.bincount(block)).tolist()}

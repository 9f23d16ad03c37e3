"""Colours of structures: the same structure has the same colour in every picture, figure and table.

Hues come from Okabe and Ito's colour-blind safe set (2008), twice: bright for thin lines on a grey film, darker for
marks on a page. A colour is never the only cue: outlines carry a key, curves a name, states a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Colour:
    """One hue as `#rrggbb`: `film` for lines on a grey film, `page` for marks on white or near-black paper."""

    film: str
    page: str


COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "heart": Colour(film="#ff8a3d", page="#d55e00"),
        "lung": Colour(film="#5cc2ff", page="#2a7fc1"),
        "lungs": Colour(film="#5cc2ff", page="#2a7fc1"),
        "right lung": Colour(film="#5cc2ff", page="#2a7fc1"),
        "left lung": Colour(film="#3fe0b8", page="#0f9a78"),
    }
)
"""Structures with a colour of their own, by normalised name."""

SPARE: tuple[Colour, ...] = (
    Colour(film="#f49ad0", page="#b8588f"),
    Colour(film="#c3e65a", page="#6f9416"),
    Colour(film="#b9a3ff", page="#7a62c9"),
    Colour(film="#ff7f86", page="#c9414b"),
    Colour(film="#e8c39a", page="#9a6f3c"),
    Colour(film="#8fe3e8", page="#2b8f98"),
)
"""Colours of all other structures, chosen by name."""

REFERENCE = "#ffffff"
"""Outlines of a reference: white and dashed, whatever the structure."""

CALIPER = "#ffe58a"
"""Lines a length was measured along."""


def normalised(name: str) -> str:
    """The name as it is compared: case, `_`, `-` and repeated blanks do not count."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def colours_of(names: Iterable[str]) -> dict[str, Colour]:
    """A colour for each name, in the names' order.

    A structure of `COLOURS` has its own. Any other takes one of `SPARE` by a checksum of its name, so that it keeps
    it from report to report; where two of one set want the same, the alphabetically later one takes the next free.
    """
    wanted = tuple(dict.fromkeys(names))
    taken: set[int] = set()
    found: dict[str, Colour] = {}
    for name in sorted(wanted, key=normalised):
        key = normalised(name)
        if key in COLOURS:
            found[name] = COLOURS[key]
            continue
        first = crc32(key.encode()) % len(SPARE)
        order = [(first + step) % len(SPARE) for step in range(len(SPARE))]
        slot = next((index for index in order if index not in taken), first)
        taken.add(slot)
        found[name] = SPARE[slot]
    return {name: found[name] for name in wanted}

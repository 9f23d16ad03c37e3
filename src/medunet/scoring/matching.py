"""Which structure of a prediction is which structure of the reference: by name, never by value."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medunet.errors import InputError
from medunet.images.labelmap import Scheme

BACKGROUND = "background"
"""What lies outside every structure."""

ALL = "all"
"""In the column `structure`: a figure over all structures of a case."""


def normalised(name: str) -> str:
    """A name as it is compared: case, `_`, `-` and blanks make no difference ("Left_Lung" is "left lung")."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def match_structures(reference: Scheme, prediction: Scheme, *, where: str) -> dict[str, str]:
    """Name in the reference → name in the prediction, for the structures that both schemes name.

    Args:
        reference: the scheme whose structures are scored.
        prediction: the scheme of the masks to score.
        where: the case, for the message.

    Raises:
        InputError: a scheme has two structures of one name or a reserved name, or not one name is in both schemes:
            then the names are wrong, and scoring every structure as missed would blame the masks.
    """
    ours = by_normalised_name(reference.names, where=where)
    theirs = by_normalised_name(prediction.names, where=where)
    matched = {name: theirs[key] for key, name in ours.items() if key in theirs}
    if not matched:
        raise InputError(
            where,
            f"the prediction names {_listed(prediction.names)}, the reference {_listed(reference.names)}: "
            "no structure is in both",
            "Give both the same names in their labels.json, or map one to the other",
        )
    return matched


def by_normalised_name(names: Iterable[str], *, where: str) -> dict[str, str]:
    """Normalised name → name; InputError where two names become one, or one is "all" or "background"."""
    found: dict[str, str] = {}
    for name in names:
        key = normalised(name)
        if key in found:
            raise InputError(where, f"the structures {found[key]!r} and {name!r} have one name", "Rename one of them")
        if key in (ALL, BACKGROUND):
            raise InputError(where, f"a structure is called {name!r}, which has a meaning of its own", "Rename it")
        found[key] = name
    return found


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)

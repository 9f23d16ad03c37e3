"""Survey: what up to 64 masks hold, and so how all of them are coded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medunet.cases.codings import (
    BLURRED,
    RGB,
    UNSMOOTH,
    Coding,
    Colours,
    Threshold,
    Values,
    hexed,
    pack,
    unpack,
)
from medunet.cases.glance import MOST_VALUES, SAMPLE, Glance, glance, spread
from medunet.cases.labels_file import Labels
from medunet.cases.names import counted, listed
from medunet.errors import InputError

_STEPS = 4  # so many values above 0 may be the steps of a smoothed edge
_RIM = 0.2  # a rim is a smaller part of a structure than this
_SAID = 0.01  # share of a lossy mask between background and structure from which it is said


@dataclass(frozen=True, slots=True)
class Finding:
    """A coding and the sentences that say how it was found."""

    coding: Coding
    said: tuple[str, ...]


def find_coding(paths: Sequence[Path], labels: Labels | None, structure: str, most: int = SAMPLE) -> Finding:
    """How a set of masks is coded, from labels.json where there is one and from the masks' content.

    Args:
        paths: the masks, at least one.
        labels: names for values or colours, or None.
        structure: what the one structure of two-valued masks is called.
        most: how many masks may be decoded.

    Raises:
        InputError: none of the masks can be read, or they are no label maps.
    """
    sample = spread(paths, most)
    glances: list[Glance] = []
    faults: list[InputError] = []
    for path in sample:
        try:
            glances.append(glance(path))
        except InputError as fault:
            faults.append(fault)
    if not glances:
        raise InputError.together(faults)
    read = f"({len(glances)} of {counted(len(paths), 'mask')} read)"
    unread = (f"{counted(len(faults), 'mask')} of {len(sample)} cannot be read: {faults[0]}",) if faults else ()
    finding = _finding(glances, labels, structure)
    return Finding(finding.coding, (f"mask values: {finding.said[0]} {read}", *finding.said[1:], *unread))


def _finding(glances: list[Glance], labels: Labels | None, structure: str) -> Finding:
    """The coding that fits what was seen; the first sentence says value → structure."""
    if labels and labels.colours:
        colours = Colours(labels.colours, labels.background_colour)
        return Finding(colours, (f"{_pairs(labels.colours)}, as {labels.source} says", *_unnamed(glances, labels)))
    if any(seen.lossy for seen in glances):
        return _lossy(glances, labels, structure)
    in_colour = any(seen.kind == "colour" for seen in glances)
    if labels and (in_colour or _palettes_differ(glances)):
        what = "gives grey values, but the masks tell structures by their colours"
        raise InputError(labels.source, what, 'Name the colours: {"left lung": "#ff0000", …}')
    if in_colour or _palettes_differ(glances):
        return _by_colour(glances, structure)
    return _by_value(glances, labels, structure)


def _unnamed(glances: list[Glance], labels: Labels) -> tuple[str, ...]:
    """A sentence on the masks that hold what labels.json does not name.

    Raises:
        InputError: all of them do; then it is the names that are wrong.
    """
    values = {labels.background, *(value for value, _ in labels.values)}
    colours = {pack(labels.background_colour), *(pack(colour) for colour, _ in labels.colours)}
    faults = [s for s in glances if not (set(s.values) <= values if labels.values else set(s.colours) <= colours)]
    if len(faults) < len(glances):
        return _odd_ones(faults)
    seen = set(faults[0].values) - values if labels.values else set(faults[0].colours) - colours
    shown = listed(sorted(seen) if labels.values else (hexed(unpack(value)) for value in sorted(seen)))
    what = f"does not name {shown}, which {faults[0].name} holds, and fits none of the {len(glances)} masks read"
    raise InputError(labels.source, what, "Name every value, or take it away to have the values learnt")


def _lossy(glances: list[Glance], labels: Labels | None, structure: str) -> Finding:
    """Masks of which some are JPEG: one structure above the middle, or no label maps at all."""
    name = labels.values[0][1] if labels and len(labels.values) == 1 else structure
    many = max((len(seen.values) for seen in glances if not seen.lossy), default=0)
    unclear = sum(seen.between > BLURRED for seen in glances) * 2 > len(glances)
    coloured = any(seen.kind == "colour" for seen in glances)
    if (labels and len(labels.values) > 1) or many > 2 or unclear or coloured:
        worst = max(glances, key=lambda seen: (seen.lossy, seen.between))
        raise InputError(worst.name, "is a JPEG with more than two grey levels: its values are not exact", UNSMOOTH)
    top = max(max(seen.values) for seen in glances)
    if top < 64 and any(len(seen.values) > 1 for seen in glances):
        raise InputError(glances[0].name, f"is a JPEG whose largest value is {top}: its values are not exact", UNSMOOTH)
    share = float(np.mean([seen.between for seen in glances if seen.lossy]))
    said = [f"blurred by JPEG, {top / 2:g} and above is {name}"]
    if share > _SAID:
        said.append(f"{share:.1%} of the pixels of the JPEG masks lie between background and structure")
    return Finding(Threshold(name, top / 2), tuple(said))


def _palettes_differ(glances: list[Glance]) -> bool:
    """Whether one palette index has two colours in these masks, so that only the colour tells the structure."""
    pairs = {pair for seen in glances if seen.kind == "palette" for pair in zip(seen.values, seen.colours, strict=True)}
    return len(pairs) > len({index for index, _ in pairs})


def _by_colour(glances: list[Glance], structure: str) -> Finding:
    """Masks in colour: every colour but black is a structure; a single one has the name that was given."""
    kept, faults = _recurring(glances, lambda seen: seen.colours, 0)
    painted = [value for value in kept if value != 0]
    names = tuple((unpack(value), structure if len(painted) == 1 else f"colour_{value:06x}") for value in painted)
    if not names:
        raise InputError(glances[0].name, "and the other masks read hold no structure", UNSMOOTH)
    coding = Colours(names, seen=len(glances) - len(faults))
    return Finding(coding, (_pairs(names), *_odd_ones(faults)))


def _by_value(glances: list[Glance], labels: Labels | None, structure: str) -> Finding:
    """Grey or palette masks: named by labels.json, of one structure, or one structure a value."""
    if labels and not (len(labels.values) == 1 and all(len(seen.values) <= 2 for seen in glances)):
        coding = Values(labels.values, labels.background, _palette(glances))
        return Finding(coding, (f"{_pairs(labels.values)}, as {labels.source} says", *_unnamed(glances, labels)))
    palette = _palette(glances)
    ground = labels.background if labels else _black(palette)
    kept, faults = _recurring(glances, lambda seen: seen.values, ground)
    stored = [value for value in kept if value != ground]
    if not stored and labels:
        stored = [value for value, _ in labels.values]
    if not stored:
        raise InputError(glances[0].name, "and the other masks read hold no structure", UNSMOOTH)
    _refuse_smoothed(glances, stored, labels)
    single = all(len(set(seen.values) & set(stored)) <= 1 for seen in glances)
    names = _value_names(stored, labels, structure, single)
    coding = Values(names, ground, palette, len(glances) - len(faults))
    return Finding(coding, (_pairs(names), *_odd_ones(faults)))


def _refuse_smoothed(glances: list[Glance], stored: list[int], labels: Labels | None) -> None:
    """Many grey values that are only the edges of one structure are no structures.

    Raises:
        InputError: in every mask the greys below the largest are but a rim.
    """
    grey = all(seen.kind == "grey" and seen.soft < _RIM for seen in glances)
    if labels is None and grey and len(stored) >= _STEPS:
        worst = max(glances, key=lambda seen: len(seen.values))
        what = f"has {len(worst.values)} grey values, and all but the largest lie on its edges, as in the other masks"
        raise InputError(worst.name, what, "Export the masks again as PNG without smoothing")


def _value_names(stored: list[int], labels: Labels | None, structure: str, single: bool) -> tuple[tuple[int, str], ...]:
    """Structures of stored values.

    One name for masks of one structure, whether it is drawn as 1 or as 255; `single` says that no mask holds both.
    Else a name for each value.
    """
    if labels:
        return tuple((value, labels.values[0][1]) for value in dict.fromkeys([*stored, labels.values[0][0]]))
    if len(stored) == 1 or (single and set(stored) == {1, 255}):
        return tuple((value, structure) for value in stored)
    return tuple((value, f"label_{value}") for value in stored)


def _recurring(
    glances: list[Glance], values_of: Callable[[Glance], tuple[int, ...]], ground: int
) -> tuple[list[int], list[Glance]]:
    """The values that recur, and the masks that hold others.

    With four masks or more a value in fewer than two of them, or in fewer than 5 %, is a fault of those masks and
    no structure. Where nothing would be left but the background, every value counts.

    Raises:
        InputError: more values recur than a label map has.
    """
    met = Counter(value for seen in glances for value in values_of(seen))
    least = max(2.0, 0.05 * len(glances)) if len(glances) >= 4 else 1.0
    kept = sorted(value for value, times in met.items() if times >= least)
    if not set(kept) - {ground}:
        kept = sorted(met)
    if len(kept) > MOST_VALUES + 1:
        worst = max(glances, key=lambda seen: len(values_of(seen)))
        what = f"has {len(values_of(worst))} values and other masks have as many: these are no label maps"
        raise InputError(worst.name, what, UNSMOOTH)
    return kept, [seen for seen in glances if not set(values_of(seen)) <= set(kept)]


def _palette(glances: list[Glance]) -> tuple[tuple[int, RGB], ...]:
    """Index and colour as all palette masks have them; empty where they differ or two indices look alike."""
    pairs = {pair for seen in glances if seen.kind == "palette" for pair in zip(seen.values, seen.colours, strict=True)}
    alone = len({index for index, _ in pairs}) == len(pairs) == len({colour for _, colour in pairs})
    return tuple((index, unpack(colour)) for index, colour in sorted(pairs)) if alone else ()


def _black(palette: tuple[tuple[int, RGB], ...]) -> int:
    """The index of the background: black where the palette has it, else 0."""
    return next((index for index, colour in palette if colour == (0, 0, 0)), 0)


def _pairs(names: Sequence[tuple[int | RGB, str]]) -> str:
    """``1 → right lung, 2 → left lung``."""
    return ", ".join(f"{hexed(stored) if isinstance(stored, tuple) else stored} → {name}" for stored, name in names)


def _odd_ones(faults: list[Glance]) -> tuple[str, ...]:
    """A sentence on the masks that hold values of their own."""
    if not faults:
        return ()
    verb = "holds" if len(faults) == 1 else "hold"
    names = listed(seen.name for seen in faults)
    return (f"{counted(len(faults), 'mask')} of those read {verb} other values and cannot be used: {names}",)

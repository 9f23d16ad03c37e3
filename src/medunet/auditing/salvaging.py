"""Salvaging: the masks that can be used of a data set in which some cannot.

One JPEG among PNG masks, or two names that differ in case only, make `read_cases` refuse all masks. An audit sets the
few aside, says so, and looks at the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medunet.cases.glance import MOST_VALUES, Glance, glance
from medunet.cases.labels_file import Labels
from medunet.cases.pairing import Pair, pair
from medunet.cases.placing import Placed
from medunet.cases.rows import Row
from medunet.cases.targets import Targets, find_targets
from medunet.errors import InputError

_ATTEMPTS = 12


@dataclass(frozen=True)
class Paired:
    """Images with their masks, whatever is doubled.

    Attributes:
        pairs: every image, with its masks or none.
        lonely: masks that belong to no image.
        twins: images of one name but for case or ending, two or more each.
    """

    pairs: tuple[Pair, ...]
    lonely: tuple[Path, ...] = ()
    twins: tuple[tuple[Path, ...], ...] = ()


def pair_in_spite(images: Sequence[Placed], masks: Sequence[Placed]) -> Paired:
    """Pair images with masks; where several have one name, only a mask spelt exactly alike belongs to an image.

    Raises:
        InputError: masks that are not of one name claim to hold the same of one image.
    """
    groups: dict[tuple[object, ...], list[Placed]] = defaultdict(list)
    for image in images:
        groups[image.split, image.context, image.key].append(image)
    drawn = Counter((mask.split, mask.context, mask.structure, mask.key) for mask in masks)
    doubled = {key for (*_, key), own in groups.items() if len(own) > 1}
    doubled |= {key for (*_, key), times in drawn.items() if times > 1}
    plain, lonely = pair(
        [image for image in images if image.key not in doubled], [mask for mask in masks if mask.key not in doubled]
    )
    exact = [
        Pair(image, tuple(mask for mask in masks if mask.stem == image.stem and mask.split in (None, image.split)))
        for image in images
        if image.key in doubled
    ]
    found = {one.image.path: one for one in (*plain, *exact)}
    used = {mask.path for one in exact for mask in one.masks}
    lonely += [mask.path for mask in masks if mask.key in doubled and mask.path not in used]
    twins = tuple(
        tuple(image.path for image in own) for own in groups.values() if len({one.path.name for one in own}) > 1
    )
    return Paired(tuple(found[image.path] for image in images), tuple(lonely), twins)


def targets_in_spite(
    rows: Sequence[Row], labels: Labels | None, rename: Mapping[str, str]
) -> tuple[Targets, dict[Path, str]]:
    """The targets of rows, and the masks that had to be set aside for it, each with the reason.

    Masks are set aside only while they are fewer than half; else no row has a target.

    Args:
        rows: as for `find_targets`.
        labels: as for `find_targets`.
        rename: as for `find_targets`.
    """
    aside: dict[Path, str] = {}
    total = sum(bool(row.masks) for row in rows)
    for _ in range(_ATTEMPTS):
        kept = [_without(row, aside) for row in rows]
        try:
            return find_targets(kept, labels, rename), aside
        except InputError as fault:
            odd = _odd_ones([path for row in kept for _, path in row.masks], fault)
            aside |= odd
            if not odd or 2 * sum(_touched(row, aside) for row in rows) >= total:
                break
    return find_targets([replace(row, masks=(), drawn=None) for row in rows], None, {}), {}


def _touched(row: Row, aside: Mapping[Path, str]) -> bool:
    return any(path in aside for _, path in row.masks)


def _without(row: Row, aside: Mapping[Path, str]) -> Row:
    """The row, without masks where one of them is set aside: half a mask would look like a missing structure."""
    return replace(row, masks=()) if _touched(row, aside) else row


def _odd_ones(paths: Sequence[Path], fault: InputError) -> dict[Path, str]:
    """The masks that are of another kind than most, or that a fault names, with the reason."""
    seen = {path: one for path in paths if (one := _glance(path)) is not None}
    kinds = Counter(map(_kind, seen.values()))
    if len(kinds) > 1:
        usual, times = kinds.most_common(1)[0]
        why = f"where {times} others are {usual}"
        return {path: f"is {_kind(one)} {why}" for path, one in seen.items() if _kind(one) != usual}
    named = fault.where.replace("\\", "/").rsplit("/", 1)[-1]
    return {path: fault.what for path in paths if path.name == named}


def _glance(path: Path) -> Glance | None:
    try:
        return glance(path)
    except InputError:
        return None  # the case says so when it is looked at


def _kind(one: Glance) -> str:
    lossy = "lossy " if one.lossy else ""
    return f"no label map: it has over {MOST_VALUES} values" if len(one.values) > MOST_VALUES else f"{lossy}{one.kind}"

"""Enhanced objects keep pixel size and rescaling in functional groups (PS3.3 C.7.6.16): brought to the top here."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MACROS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("PixelMeasuresSequence", ("PixelSpacing",)),
    ("PixelValueTransformationSequence", ("RescaleSlope", "RescaleIntercept", "RescaleType")),
)
"""The functional groups that change numbers, and the elements they hold."""


def of_one_frame(dataset: Dataset) -> None:
    """Copy a single frame's elements from its functional groups to the top of `dataset`, where they are missing there.

    The group of the frame itself speaks before the one that all frames share.
    """
    groups = []
    for keyword in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        with suppress(Exception):  # a group that cannot be read says nothing
            items = dataset.get(keyword) or []
            groups += [items[0]] if len(items) == 1 else []
    for macro, keywords in MACROS:
        for group in groups:
            _bring_up(dataset, group, macro, keywords)


def _bring_up(dataset: Dataset, group: Dataset, macro: str, keywords: tuple[str, ...]) -> None:
    """Copy what one group says in one macro."""
    with suppress(Exception):  # as above
        items = group.get(macro) or []
        for keyword in keywords:
            if len(items) and keyword in items[0] and keyword not in dataset:
                setattr(dataset, keyword, items[0][keyword].value)

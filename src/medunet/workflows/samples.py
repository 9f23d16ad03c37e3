"""The cases of a training as samples: what is in them (keys), and the prepared pictures, kept in memory or cached."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medunet.cases import Case
from medunet.errors import InputError
from medunet.planning import Preprocessing, Sample, SampleCache
from medunet.workflows.progress import Progress

if TYPE_CHECKING:
    from medunet.training.batches import Load

IN_MEMORY = 2 * 2**30
"""Prepared cases are held in memory up to this many bytes; beyond, they are read from the cache for every batch."""


@dataclass(frozen=True)
class Keys:
    """What is in the files, found once: they may be thousands of megabytes.

    Attributes:
        content: case → key of image and masks.
        image: case → key of the image alone.
    """

    content: Mapping[str, str]
    image: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all cases, whatever their order and names."""
        return _digest_of(self.content.values())

    def split_digest(self, cases: Iterable[Case]) -> str:
        """SHA-256 (hex) over which case is in which split, whatever their order and names."""
        return _digest_of(f"{self.content[case.id]} {case.split}" for case in cases)


def _digest_of(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def find_keys(cases: Sequence[Case], progress: Progress) -> Keys:
    """Read every file once, with progress.

    Raises:
        InputError: files that cannot be read, all together.
    """
    content: dict[str, str] = {}
    image: dict[str, str] = {}
    faults: list[InputError] = []
    progress.begin("fingerprinting files", len(cases))
    try:
        for number, case in enumerate(cases, start=1):
            try:
                content[case.id], image[case.id] = case.content_key(), case.image_key()
            except InputError as fault:
                faults.append(fault)
            progress.advance(number, case.id)
    finally:
        progress.end()
    if faults:
        raise InputError.together(faults)
    return Keys(content, image)


def load_samples(
    groups: Sequence[Sequence[Case]], store: SampleCache, keys: Mapping[str, str], progress: Progress
) -> list[Load]:
    """A loader for each group of cases; every case is prepared now.

    Args:
        groups: training and validation cases.
        store: where prepared cases are kept on disk.
        keys: case → content key.
        progress: is told how it goes.

    Raises:
        InputError: cases that cannot be read, all together.
    """
    total = sum(map(len, groups))
    keep = bytes_of(store.how) * total <= IN_MEMORY
    faults: list[InputError] = []
    kept: list[list[Sample]] = [[] for _ in groups]
    progress.begin("reading films", total)
    done = 0
    try:
        for group, samples in zip(groups, kept, strict=True):
            for case in group:
                try:
                    sample = store.get(case, keys[case.id])
                except InputError as fault:
                    faults.append(fault)
                else:
                    samples += [sample] if keep else []
                done += 1
                progress.advance(done, case.id)
    finally:
        progress.end()
    if faults:
        raise InputError.together(faults)
    if keep:
        return [samples.__getitem__ for samples in kept]
    return [_from_cache(group, store, keys) for group in groups]


def _from_cache(group: Sequence[Case], store: SampleCache, keys: Mapping[str, str]) -> Load:
    return lambda number: store.get(group[number], keys[group[number].id])


def bytes_of(how: Preprocessing) -> int:
    """Bytes of one prepared case: two for each channel of a pixel, one for its class."""
    size = 2 * how.channels + 1
    for side in how.size:
        size *= side
    return size

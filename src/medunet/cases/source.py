"""Source: where a user's data lie, and what a ``data.yaml`` says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medunet.cases.labels_file import Labels
from medunet.cases.names import Split
from medunet.cases.rows import Wishes


@dataclass(frozen=True)
class Source:
    """What to read and how.

    Attributes:
        root: the folder or file that holds the data.
        rename: old name of a structure → new name.
        labels: names for the values of the masks, where they are given beside the files.
        subject: where the subject comes from (see `read_cases`), or None.
        name: what it is called among several.
        wishes: what is said on how its layout is to be read.
        annotated: the structures that were looked for in all of its cases, or None where it does not say so.
        split: the split of all its cases, or None.
        tags: tags that all its cases get.
    """

    root: Path
    rename: Mapping[str, str] = field(default_factory=dict)
    labels: Labels | None = None
    subject: str | None = None
    name: str = ""
    wishes: Wishes = field(default_factory=Wishes)
    annotated: tuple[str, ...] | None = None
    split: Split | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sources:
    """Several sources that make one data set.

    Attributes:
        root: the YAML that joins them.
        each: the sources, at least one; their names differ.
        shared_subjects: whether a subject of one name in two sources is one person.
    """

    root: Path
    each: tuple[Source, ...]
    shared_subjects: bool = False

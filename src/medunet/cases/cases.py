"""Cases: the cases of a data set, what their labels mean and how all this was found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from medunet.cases.case import Case
from medunet.cases.names import Split, listed
from medunet.errors import InputError
from medunet.images import Scheme


@dataclass(frozen=True)
class Cases:
    """A data set: every case once, every subject in one split only.

    Attributes:
        cases: in the order of the table, or of the files' paths.
        scheme: the structures of the targets; None where no case has a target.
        provenance: sentences that say where the cases came from: folders, counts, how names were paired, how mask
            values were read, which value is which structure, where the subject came from.
        unpaired: files that found no partner or have no place in the layout.
        subject_from: where the subject came from, in a few words.
        split_from: where the splits came from, in a few words; empty where there are none.
        split_seed: of the draw that made the splits, or None where nothing was drawn.
        source: the name of the file or folder the user gave, for messages.

    Raises:
        InputError: an id occurs twice, or a subject is in two splits.
    """

    cases: tuple[Case, ...]
    scheme: Scheme | None = None
    provenance: tuple[str, ...] = ()
    unpaired: tuple[Path, ...] = ()
    subject_from: str = "every case is its own subject"
    split_from: str = ""
    split_seed: int | None = None
    source: str = "the data"

    def __post_init__(self) -> None:
        times = Counter(case.id for case in self.cases)
        if twice := [name for name, count in times.items() if count > 1]:
            raise InputError(self.source, f"has several cases of one id ({listed(twice)})", "Give each its own id")
        for case in self.cases:
            if case.target is not None and case.target.scheme != self.scheme:
                raise ValueError(f"{case.id}: its scheme {case.target.scheme} is not that of the cases, {self.scheme}")
        self._refuse_shared_subjects()

    def _refuse_shared_subjects(self) -> None:
        """A subject in two splits makes every score of the second one worthless. Subjects are not named."""
        by_subject: dict[str, dict[Split, str]] = defaultdict(dict)
        for case in self.cases:
            if case.split is not None:
                by_subject[case.subject].setdefault(case.split, case.id)
        shared = [splits for splits in by_subject.values() if len(splits) > 1]
        if shared:
            example = " and ".join(f"case {name} ({split})" for split, name in shared[0].items())
            others = f"; {len(shared) - 1} more subjects are so" if len(shared) > 1 else ""
            raise InputError(
                self.source,
                f"has one subject in two splits: {example}{others}",
                "Put all cases of a subject into one split, or say where the subject comes from",
            )

    def __len__(self) -> int:
        return len(self.cases)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects, each once, in order of their first case."""
        return tuple(dict.fromkeys(case.subject for case in self.cases))

    def of(self, split: Split) -> Cases:
        """The cases of one split, perhaps none."""
        return replace(self, cases=tuple(case for case in self.cases if case.split == split))

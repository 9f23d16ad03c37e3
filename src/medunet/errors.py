"""The one exception family.

MedunetError            exit 1, printed as one line
├── InputError          a file, row or tag that cannot be used: where, what, remedy
├── OutputError         a folder or file that must not or cannot be written
├── TrainingError       training could not go on (NaN loss, a dead worker)
└── UsageError          exit 2: the call's words are wrong

Every message is one line a user can act on: where, what is wrong, what to do. Names and identifiers of
patients never go into a message; `where` is a file name, a row, a tag or an option.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


class MedunetError(Exception):
    """What went wrong, said in one line: where, what, remedy."""

    exit_code = 1

    def __init__(self, where: str | Path, what: str, remedy: str) -> None:
        self.where = str(where)
        self.what = what.rstrip(". ")
        self.remedy = remedy.rstrip(". ")
        super().__init__(f"{self.where}: {self.what}. {self.remedy}.")

    def __reduce__(self) -> tuple[type[MedunetError], tuple[str, str, str]]:
        """Survive the way between processes (the default pickling loses the three parts)."""
        return type(self), (self.where, self.what, self.remedy)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that a wrong word looks like, whatever its case; "" where none does."""
    from difflib import get_close_matches  # needed where something is wrong, and only there

    names = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), names, n=1, cutoff=0.65)
    return names[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean NAME? `, to begin a remedy with; "" where the word looks like none that is known."""
    name = nearest(word, known)
    return f"Did you mean {name}? " if name else ""


SHOWN = 8
"""Faults that a message names when there are several; more than that nobody reads in one line."""


class InputError(MedunetError):
    """A file, row, tag or value that cannot be used as it is."""

    @classmethod
    def together(cls, faults: Sequence[InputError], shown: int = SHOWN) -> InputError:
        """Several faults as one: the first `shown` in words, the rest counted. `faults` must not be empty."""
        if len(faults) == 1:
            return faults[0]
        words = "; ".join(f"{fault.where}: {fault.what}" for fault in faults[1:shown])
        more = len(faults) - shown
        tail = f" (and {more} more)" if more > 0 else ""
        return cls(faults[0].where, f"{faults[0].what}; {words}{tail}", faults[0].remedy)


class OutputError(MedunetError):
    """A place that must not be touched or cannot be written."""


class TrainingError(MedunetError):
    """Training could not go on; the last good state is on disk."""


class UsageError(MedunetError):
    """The words of the call are wrong; the exit code is 2."""

    exit_code = 2

"""The flow of numbers: how many came, how many were left out and why, how many were analysed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Step:
    """One station of the flow.

    Attributes:
        label: what is counted here ("films found", "scored").
        count: how many came so far.
        left_out: how many go no further from here, each with its reason; a reason for none is dropped.
        note: what else is to be known here ("of 38 subjects").

    Raises:
        ValueError: a count is negative, a reason is empty, or more are left out than came.
    """

    label: str
    count: int
    left_out: tuple[tuple[int, str], ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.count < 0 or any(count < 0 for count, _ in self.left_out):
            raise ValueError(f"counts of a flow are not negative, got {self.count} {self.label} and {self.left_out}")
        if not self.label or any(not reason for _, reason in self.left_out):
            raise ValueError(f"every number of a flow has its words, got {self.label!r} and {self.left_out}")
        object.__setattr__(self, "left_out", tuple(one for one in self.left_out if one[0]))
        if self.count < self.lost:
            raise ValueError(f"{self.count} {self.label} cannot lose {self.lost}")

    @property
    def lost(self) -> int:
        """How many go no further from here."""
        return sum(count for count, _ in self.left_out)


@dataclass(frozen=True, slots=True)
class Flow:
    """From all that came to all that was used, in numbers that add up.

    It is a block of a page, and the first part of its provenance.

    Raises:
        ValueError: what came, less what was left out, is not what came next.
    """

    kind: ClassVar[str] = "flow"
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        for this, following in zip(self.steps, self.steps[1:], strict=False):
            rest = this.count - this.lost
            if rest != following.count:
                raise ValueError(f"{this.count} {this.label} leave {rest}, not {following.count} {following.label}")
        if self.steps and self.steps[-1].left_out:
            raise ValueError("the last step of a flow leaves nothing out: add the step after it")

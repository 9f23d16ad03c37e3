"""Where a page's numbers come from: the flow of cases, the split and its proof, versions and hashes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One station of the flow.

    Attributes:
        label: what is counted here ("films found", "scored").
        count: how many came so far.
        left_out: how many go no further from here, each with its reason.
    """

    label: str
    count: int
    left_out: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """From all that came to all that was used, in numbers that add up.

    Raises:
        ValueError: what came, less what was left out, is not what came next.
    """

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        for this, following in zip(self.steps, self.steps[1:], strict=False):
            rest = this.count - sum(count for count, _ in this.left_out)
            if rest != following.count:
                raise ValueError(f"{this.count} {this.label} leave {rest}, not {following.count} {following.label}")
        if self.steps and self.steps[-1].left_out:
            raise ValueError("the last step of a flow leaves nothing out: add the step after it")


@dataclass(frozen=True, slots=True)
class Split:
    """How many subjects and cases each part holds, and the proof that no subject is in two.

    Attributes:
        parts: (name, subjects, cases) of each part.
        shared: how many subjects are in more than one part; a page says so when it is not 0.
        rule: how subjects were told apart ("column subject of cases.csv").
    """

    parts: tuple[tuple[str, int, int], ...]
    shared: int
    rule: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to know what was run on what.

    Attributes:
        flow: the flow of cases.
        split: the split and its proof.
        facts: groups of names and values: ("Versions", (("medunet", "0.1.0"), …)), ("Model", …), ("Plan", …).
    """

    flow: Flow | None = None
    split: Split | None = None
    facts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

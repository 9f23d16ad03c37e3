"""Where a page's numbers come from: the flow of cases, the split and its proof, versions and hashes."""

from __future__ import annotations

from dataclasses import dataclass

from medunet.reports.flow import Flow


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

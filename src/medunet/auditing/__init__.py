"""Auditing: what a data set holds, and what is wrong with it.

Every case's files are read once, into a small `Look` (`looking`, by `rounds`, kept by `memory`); the cases come from
`gathering`, which goes on where `read_cases` would refuse. `FINDINGS` is the table of checks: each is a function of the
`Evidence` and ends in one of six outcomes, of which only "passed" says that nothing was found. `portrait` counts.
Nothing here prints or knows a network.
"""

from __future__ import annotations

from medunet.auditing.check import (
    Check,
    Finding,
    NotApplicableError,
    Outcome,
    Result,
    Severity,
    SkippedError,
    run_checks,
)
from medunet.auditing.evidence import Evidence
from medunet.auditing.gathering import Gathered, gather
from medunet.auditing.look import Drawn, Fault, Film, Look
from medunet.auditing.looking import look_at
from medunet.auditing.portrait import Portrait, portray
from medunet.auditing.registry import CODES, FINDINGS
from medunet.auditing.rounds import look_at_all

__all__ = [
    "CODES",
    "FINDINGS",
    "Check",
    "Drawn",
    "Evidence",
    "Fault",
    "Film",
    "Finding",
    "Gathered",
    "Look",
    "NotApplicableError",
    "Outcome",
    "Portrait",
    "Result",
    "Severity",
    "SkippedError",
    "gather",
    "look_at",
    "look_at_all",
    "portray",
    "run_checks",
]

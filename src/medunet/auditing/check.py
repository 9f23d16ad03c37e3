"""Check: one question asked of a data set, its findings, and its outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from medunet.auditing.evidence import Evidence

Severity = Literal["issue", "warning"]
"""issue: results would be wrong; warning: a person should look."""

Outcome = Literal["issue", "warning", "passed", "not applicable", "skipped", "silenced"]
"""What became of a check. Only `passed` says that nothing was found; the last three that nothing was looked at."""


class NotApplicableError(Exception):
    """The data have nothing that the check could speak of; the text says what."""


class SkippedError(Exception):
    """The check would speak of these data but cannot; the text says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or odd.

    Attributes:
        cases: ids of the cases, the one to look at first; none where it is about the whole.
        file: the file, the row, or "".
        cause: what is wrong, in words.
        remedy: what to do.
        figure: the number it rests on, or None.
    """

    cases: tuple[str, ...]
    file: str
    cause: str
    remedy: str
    figure: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        code: stable for ever: MU and three digits.
        title: what is looked for.
        severity: of its findings.
        needs: what it looks at, in a few words.
        find: evidence → findings; raises NotApplicableError or SkippedError.
    """

    code: str
    title: str
    severity: Severity
    needs: str
    find: Callable[[Evidence], Sequence[Finding]]

    @property
    def anchor(self) -> str:
        """Where docs/audit.md speaks of it."""
        return self.code.lower()


@dataclass(frozen=True, slots=True)
class Result:
    """A check with its outcome; `reason` is set where it was not looked at."""

    check: Check
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""


def run_checks(checks: Sequence[Check], evidence: Evidence, silenced: Collection[str] = ()) -> tuple[Result, ...]:
    """Every check with its outcome, in order.

    Args:
        checks: the checks.
        evidence: what was seen.
        silenced: codes that the user does not want to hear of.
    """
    return tuple(_run(check, evidence, check.code in silenced) for check in checks)


def _run(check: Check, evidence: Evidence, silenced: bool) -> Result:
    if silenced:
        return Result(check, "silenced", reason="silenced by the user")
    try:
        findings = tuple(check.find(evidence))
    except NotApplicableError as why:
        return Result(check, "not applicable", reason=str(why))
    except SkippedError as why:
        return Result(check, "skipped", reason=str(why))
    return Result(check, check.severity if findings else "passed", findings)

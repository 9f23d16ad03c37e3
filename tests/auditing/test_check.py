from __future__ import annotations

import pytest

from medunet.auditing.check import Check, Finding, NotApplicableError, SkippedError, run_checks

FINDING = Finding(("a",), "a.png", "is odd", "Look at it", 1.0)


def raising(error):
    def find(evidence):
        raise error

    return find


@pytest.mark.parametrize(
    ("severity", "find", "outcome", "reason"),
    [
        ("issue", lambda e: [FINDING], "issue", ""),
        ("warning", lambda e: [FINDING], "warning", ""),
        ("issue", lambda e: [], "passed", ""),
        ("issue", raising(NotApplicableError("no masks")), "not applicable", "no masks"),
        ("issue", raising(SkippedError("too few")), "skipped", "too few"),
    ],
)
def test_five_outcomes(severity, find, outcome, reason):
    (result,) = run_checks([Check("MU900", "odd things", severity, "films", find)], None)
    assert (result.outcome, result.reason) == (outcome, reason)
    assert bool(result.findings) == (outcome in ("issue", "warning"))


def test_a_silenced_check_is_not_made():
    check = Check("MU900", "odd things", "issue", "films", raising(AssertionError))
    (result,) = run_checks([check], None, {"MU900"})
    assert (result.outcome, result.findings) == ("silenced", ())
    assert result.reason


def test_only_a_check_that_was_made_passes():
    assert run_checks([Check("MU900", "x", "issue", "y", raising(SkippedError("z")))], None)[0].outcome != "passed"

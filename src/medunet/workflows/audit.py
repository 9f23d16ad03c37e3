"""audit: a portrait of a data set and what is wrong with it, as a table, a page and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medunet.auditing import (
    CODES,
    FINDINGS,
    Evidence,
    Gathered,
    Portrait,
    Result,
    gather,
    look_at_all,
    portray,
    run_checks,
)
from medunet.errors import UsageError
from medunet.images import write_csv, write_json
from medunet.workflows.identifiers import keep_identifiers
from medunet.workflows.output import reserve
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.surroundings import clock

OWNED = ("identifiers.csv", "audit.csv", "audit.json", "report.html", "figures", "looks")
COLUMNS = ("code", "outcome", "severity", "case", "file", "cause", "remedy", "figure")


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        folder: the output folder.
        portrait: what the data hold.
        results: every check with its outcome, in the order of the table of checks.
    """

    folder: Path
    portrait: Portrait
    results: tuple[Result, ...]

    @property
    def wrong(self) -> bool:
        """Whether a check ended in an issue."""
        return any(result.outcome == "issue" for result in self.results)

    @property
    def outcomes(self) -> Counter[str]:
        """Outcome → checks."""
        return Counter(result.outcome for result in self.results)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "out": str(self.folder),
            "wrong": self.wrong,
            "outcomes": dict(self.outcomes),
            "portrait": asdict(self.portrait),
            "checks": [
                {
                    "code": result.check.code,
                    "title": result.check.title,
                    "severity": result.check.severity,
                    "outcome": result.outcome,
                    "reason": result.reason,
                    "findings": [asdict(finding) for finding in result.findings],
                }
                for result in self.results
            ],
        }


def audit(
    data: str | Path,
    *,
    out: str | Path = "audit",
    silence: Sequence[str] = (),
    workers: int = 1,
    rename: Mapping[str, str] | None = None,
    show_identifiers: bool = False,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Audit:
    """Look at every file of a data set once, and say what it holds and what is wrong with it.

    Data that training would refuse are looked at all the same, as far as their files can be found.

    Args:
        data: a folder in any layout, a `cases.csv` or a `data.yaml`.
        out: output folder; called again, only what is new or has changed is looked at.
        silence: codes of checks not to be made.
        workers: processes that look at files.
        rename: structures to call by another name.
        show_identifiers: write who the films show into identifiers.csv.
        overwrite: start anew in a folder of another audit.
        progress: is told how it goes.

    Raises:
        MedunetError: nothing is there to look at, or the folder belongs to something else.
    """
    if unknown := sorted(set(silence) - set(CODES)):
        raise UsageError("--silence", f"{unknown[0]} is no check", f"Codes are {CODES[0]} to {CODES[-1]}")
    if workers < 1:
        raise UsageError("--workers", f"{workers} processes do nothing", "Give 1 or more")
    folder = Path(out)
    identity = {"command": "audit", "data": str(Path(data).absolute()), "rename": dict(rename or {})}
    with reserve(folder, identity, overwrite=overwrite) as place:
        gathered = gather(data, rename=rename)
        place.claim(OWNED, reads=[path for case in gathered.cases for path in case.paths])
        for sentence in gathered.provenance:
            progress.say(sentence)
        evidence = _evidence(gathered, folder, workers, progress)
        done = Audit(folder, portray(evidence), run_checks(FINDINGS, evidence, silence))
        _write(done, evidence, Path(data).name)
        keep_identifiers(folder, gathered.cases, shown=show_identifiers)
    return done


def _evidence(gathered: Gathered, folder: Path, workers: int, progress: Progress) -> Evidence:
    """A look at every case, kept in the output folder."""
    progress.begin("looking", len(gathered.cases))
    try:
        looks = look_at_all(
            gathered.cases, memory=folder / "looks", workers=workers, told=progress.advance, clock=clock
        )
    finally:
        progress.end()
    return Evidence(gathered, looks)


def _write(done: Audit, evidence: Evidence, name: str) -> None:
    """audit.csv, audit.json and the page."""
    from medunet.reports import write_report
    from medunet.workflows.audit_page import audit_page

    write_csv(done.folder / "audit.csv", COLUMNS, rows_of(done.results))
    write_json(done.folder / "audit.json", done.to_dict())
    write_report(audit_page(name, done.portrait, done.results, evidence), done.folder)


def rows_of(results: Sequence[Result]) -> list[tuple[object, ...]]:
    """The rows of audit.csv: one a finding; a check without findings has one that says its outcome and why."""
    rows: list[tuple[object, ...]] = []
    for result in results:
        head = (result.check.code, result.outcome, result.check.severity)
        for one in result.findings:
            rows.append((*head, "|".join(one.cases), one.file, one.cause, one.remedy, one.figure))
        if not result.findings:
            rows.append((*head, "", "", result.reason or f"{result.check.title}: none found", "", None))
    return rows

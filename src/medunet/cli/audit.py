"""`medunet audit`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medunet.cli.options import Debug, Json, Limit, Overwrite, Quiet, ShowIdentifiers
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import columns, counted, cut, show

if TYPE_CHECKING:
    from medunet.auditing import Result
    from medunet.workflows.audit import Audit

FEW = 3
"""Findings of a check that the terminal shows."""


def audit(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, cases.csv or data.yaml.")],
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("audit"),
    silence: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Do not make this check; may be repeated.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that look at files.")] = 1,
    show_identifiers: ShowIdentifiers = False,
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Show what a data set holds and what is wrong with it.

    The exit code is 3 when something is wrong.

    \b
    Examples:
      medunet audit films
      medunet audit films --workers 2 --silence MU503
    """
    from medunet.workflows import audit as workflow

    with progress_shown(quiet) as progress:
        done = workflow.audit(
            data,
            out=out,
            silence=silence or (),
            workers=workers,
            show_identifiers=show_identifiers,
            overwrite=overwrite,
            progress=progress,
        )
    after = [f"next: fix what audit.csv lists (each row says how), then medunet plan {shlex.quote(data)}"]
    after = after if done.wrong else [f"next: medunet plan {shlex.quote(data)}"]
    show(done.to_dict(), [*_lines(done), *after], as_json=as_json)
    return 3 if done.wrong else 0


def _lines(done: Audit) -> list[str]:
    """What the data are, the checks that found something, what was not looked at, and where to look."""
    portrait = done.portrait
    lines = [f"{counted(portrait.cases, 'case')}, {counted(portrait.subjects, 'subject')}, "
             f"{counted(portrait.masks, 'readable mask')}", ""]  # fmt: skip
    for result in done.results:
        if result.findings:
            lines += [cut(line, columns()) for line in _found(result)]
    unlooked = [result for result in done.results if result.outcome in ("skipped", "silenced")]
    lines += [cut(f"{one.outcome}: {one.check.code} {one.check.title} ({one.reason})", columns()) for one in unlooked]
    outcomes = ", ".join(f"{times} {outcome}" for outcome, times in sorted(done.outcomes.items()))
    return [*lines, "", f"{len(done.results)} checks: {outcomes}", f"look at {done.folder / 'report.html'}"]


def _found(result: Result) -> list[str]:
    number = len(result.findings)
    head = f"{result.outcome} {result.check.code} {result.check.title}: {counted(number, 'finding')}"
    shown = [f"  {one.cases[0] if one.cases else one.file}: {one.cause}" for one in result.findings[:FEW]]
    return [head, *shown, *([f"  … and {number - FEW} more in audit.csv"] if number > FEW else [])]

"""`medunet study`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from medunet.cli.options import Debug, Json, Limit, Overwrite, Quiet
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import show

if TYPE_CHECKING:
    from medunet.workflows.study_agreement_result import AgreementStudy
    from medunet.workflows.study_result import Study


def study(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="measurements.csv, its folder, or any CSV with such a column.")
    ],
    value: Annotated[str, typer.Option(metavar="NAME", help="The measurement: ctr, area:heart, a column.")],
    by: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help='A column of 1 and 0, a finding, or a condition such as "sex=M".'),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="TABLE|COLUMN", help="Another reading of the same cases, in place of --by.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="A CSV or a folder with further columns, joined by case or subject.")
    ] = None,
    cutoff: Annotated[float | None, typer.Option(help="A cut-off that was stated before the data were seen.")] = None,
    prevalence: Annotated[float | None, typer.Option(help="For the predictive values, between 0 and 1.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="CONDITION", help='Only these rows: "view=PA", "age>=18"; repeatable.')
    ] = None,
    subgroups: Annotated[
        str | None, typer.Option(metavar="COLUMNS", help="Columns to look at apart, as view,sex,age.")
    ] = None,
    positive_when: Annotated[
        Literal["higher", "lower"], typer.Option(help="Which values speak for the finding.")
    ] = "higher",
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("study"),
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Statistics of a measurement against a label or another reading.

    \b
    Examples:
      medunet study measurements/ --value ctr --by cardiomegaly --labels labels.csv
      medunet study mine.csv --value ctr --by cardiomegaly --cutoff 0.5 --where view=PA
      medunet study predictions/ --value ctr --against reader.csv
    """
    from medunet.workflows.study import study as workflow

    with progress_shown(quiet) as progress:
        done = workflow(
            table,
            value=value,
            by=by,
            against=against,
            labels=labels,
            cutoff=cutoff,
            prevalence=prevalence,
            where=where or (),
            subgroups=[word.strip() for word in (subgroups or "").split(",") if word.strip()],
            positive_when=positive_when,
            out=out,
            overwrite=overwrite,
            progress=progress,
        )
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in _summary(done)]
    show(done.to_dict(), [*lines, "", f"look at {done.folder / 'report.html'}"], as_json=as_json)
    return 0


def _summary(done: Study | AgreementStudy) -> tuple[str, ...]:
    """The summary of the page."""
    from medunet.workflows import study_agreement_summary, study_summary
    from medunet.workflows.study_result import Study

    return study_summary.summary(done) if isinstance(done, Study) else study_agreement_summary.summary(done)

"""`medunet convert`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.measure import name_pair
from medunet.cli.options import Debug, Json, Limit, Overwrite, Quiet, ShowIdentifiers
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import counted, show


def convert(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A folder in any layout, a table, or a data.yaml.")],
    out: Annotated[Path, typer.Option(help="Output folder, outside of the data.")],
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Call a structure by another name; may be repeated.")
    ] = None,
    min_rca: Annotated[
        float | None, typer.Option(metavar="DICE", help="Least estimated Dice of CheXmask's masks [default: 0.7].")
    ] = None,
    show_identifiers: ShowIdentifiers = False,
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Write any data set as images, masks and cases.csv.

    \b
    Examples:
      medunet convert films/ --out converted
      medunet convert MIMIC-CXR-JPG.csv.gz --out masks --min-rca 0.8
      medunet convert data.yaml --out both --rename "left lung=lung" --rename "right lung=lung"
    """
    from medunet.workflows import convert as workflow

    with progress_shown(quiet) as progress:
        done = workflow.convert(
            data,
            out=out,
            rename=dict(name_pair(text) for text in rename or []),
            min_rca=min_rca,
            show_identifiers=show_identifiers,
            overwrite=overwrite,
            progress=progress,
        )
    structures = ", ".join(name for name, value in done.structures.items() if value) or "no masks"
    tail = f", {len(done.failed)} failed (reasons in {done.folder / 'failed.csv'})" if done.failed else ""
    lines = [
        f"{counted(done.subjects, 'subject')}, structures: {structures}",
        f"look at {done.folder / 'cases.csv'}",
        f"next: medunet plan {shlex.quote(str(done.folder))}",
        f"{counted(len(done.done), 'case')} done{tail}",
    ]
    show(done.to_dict(), lines, as_json=as_json)
    return 3 if done.failed else 0

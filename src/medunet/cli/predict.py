"""`medunet predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.films import film_lines
from medunet.cli.options import Adult, Debug, Device, Json, Limit, Overwrite, Quiet, ShowIdentifiers, View
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import show


def predict(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Files, folders, patterns, CSVs with paths.")],
    model: Annotated[str, typer.Option(help="A packaged model's name, as chest-xray, a run, or a model folder.")],
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("predictions"),
    view: View = None,
    adult: Adult = False,
    device: Device = "auto",
    show_identifiers: ShowIdentifiers = False,
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Masks on each film's own pixels, measurements and a report.

    \b
    Examples:
      medunet predict film.png --model chest-xray --view PA --adult
      medunet predict films/ --model run --out results
      medunet predict "films/*.dcm" --model run
    """
    from medunet.workflows import predict as workflow

    with progress_shown(quiet) as progress:
        done = workflow.predict(
            list(inputs),
            model=model,
            out=out,
            view=view,
            adult=adult,
            device=device,
            show_identifiers=show_identifiers,
            overwrite=overwrite,
            progress=progress,
        )
    show(done.to_dict(), film_lines(done.folder, done.table, len(done.done), done.failed), as_json=as_json)
    return 3 if done.failed else 0

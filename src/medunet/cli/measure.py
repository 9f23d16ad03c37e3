"""`medunet measure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.films import film_lines
from medunet.cli.options import Adult, Debug, Json, Limit, Overwrite, Quiet, ShowIdentifiers, View
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import show
from medunet.errors import UsageError


def measure(
    masks: Annotated[list[str], typer.Argument(metavar="MASKS", help="Mask files, folders of masks, CheXmask tables.")],
    images: Annotated[str | None, typer.Option(help="The masks' films: for overlays, view, age and mm.")] = None,
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("measurements"),
    view: View = None,
    adult: Adult = False,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Call a structure by another name; may be repeated.")
    ] = None,
    show_identifiers: ShowIdentifiers = False,
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Measure masks made by hand or by another program.

    \b
    Examples:
      medunet measure masks/ --images films/
      medunet measure masks/ --rename label_1=lung --rename label_2=heart
    """
    from medunet.workflows import measure as workflow

    with progress_shown(quiet) as progress:
        done = workflow.measure(
            list(masks),
            images=images,
            out=out,
            view=view,
            adult=adult,
            rename=dict(name_pair(text) for text in rename or []),
            show_identifiers=show_identifiers,
            overwrite=overwrite,
            progress=progress,
        )
    show(done.to_dict(), film_lines(done.folder, done.table, len(done.done), done.failed), as_json=as_json)
    return 3 if done.failed else 0


def name_pair(text: str) -> tuple[str, str]:
    """The two names of `OLD=NEW`.

    Raises:
        UsageError: the text is no such pair.
    """
    old, sign, new = text.partition("=")
    if not sign or not old.strip() or not new.strip():
        raise UsageError("--rename", f"{text!r} is not OLD=NEW", "Write for instance --rename label_1=lung")
    return old.strip(), new.strip()

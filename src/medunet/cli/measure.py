"""`medunet measure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.options import Adult, Debug, Json, Overwrite, Quiet, View
from medunet.cli.predict import ending, ratios
from medunet.cli.terminal import progress_for, show
from medunet.errors import UsageError


def measure(
    masks: Annotated[list[str], typer.Argument(metavar="MASKS...", help="Mask files or folders of masks.")],
    images: Annotated[str | None, typer.Option(help="Folder or manifest of the films, for overlays.")] = None,
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("measurements"),
    view: View = None,
    adult: Adult = False,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Call a structure by another name; may be repeated.")
    ] = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """The same measurements from masks made by hand or by another program.

    \b
    Examples:
      medunet measure masks/ --images films/
      medunet measure masks/ --rename label_1=lung --rename label_2=heart
    """
    from medunet.workflows import measure as workflow

    done = workflow.measure(
        list(masks),
        images=images,
        out=out,
        view=view,
        adult=adult,
        rename=dict(_pair(text) for text in rename or []),
        overwrite=overwrite,
        progress=progress_for(quiet),
    )
    show(done.to_dict(), [*ratios(done.table), *ending(done.folder, len(done.done), done.failed)], as_json=as_json)
    return 3 if done.failed else 0


def _pair(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not sign or not old.strip() or not new.strip():
        raise UsageError("--rename", f"{text!r} is not OLD=NEW", "Write for instance --rename label_1=lung")
    return old.strip(), new.strip()

"""`medunet predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medunet.cli.options import Adult, Debug, Device, Json, Overwrite, Quiet, View
from medunet.cli.terminal import progress_for, show, table

FEW = 12
"""Up to this many films the terminal shows a line each."""


def predict(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, patterns, CSVs with paths.")],
    model: Annotated[str, typer.Option(help="A packaged model's name, a run, or a model folder.")],
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("predictions"),
    view: View = None,
    adult: Adult = False,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Masks on the input's own grid, measurements and overlays.

    \b
    Examples:
      medunet predict film.png --model run
      medunet predict films/ --model run --out results --view PA --adult
      medunet predict "films/*.dcm" --model run
    """
    from medunet.workflows import predict as workflow

    done = workflow.predict(
        list(inputs),
        model=model,
        out=out,
        view=view,
        adult=adult,
        device=device,
        overwrite=overwrite,
        progress=progress_for(quiet),
    )
    show(done.to_dict(), [*ratios(done.table), *ending(done.folder, len(done.done), done.failed)], as_json=as_json)
    return 3 if done.failed else 0


def ratios(rows: list[dict[str, Any]]) -> list[str]:
    """A line for each film's cardiothoracic ratio where there are few."""
    found = [row for row in rows if row["measurement"] == "ctr"]
    if not 0 < len(found) <= FEW:
        return []
    cells = []
    for row in found:
        value = "" if row["value"] is None else f"{row['value']:.3f}"
        cells.append((str(row["case"]), value, str(row["status"]), str(row["verdict"] or "-"), str(row["reason"])))
    lines = table(("film", "CTR", "status", "verdict"), [cell[:4] for cell in cells])
    return [lines[0], *(f"{line}  {cell[4]}".rstrip() for line, cell in zip(lines[1:], cells, strict=True))]


def ending(folder: Path, done: int, failed: dict[str, str]) -> list[str]:
    """The last lines: where to look, and how many failed."""
    tail = f", {len(failed)} failed (reasons in {folder / 'failed.csv'})" if failed else ""
    return [f"look at {folder / 'report.html'}", f"{done} done{tail}"]

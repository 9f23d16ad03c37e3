"""`medunet demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.options import Debug, Device, Json, Overwrite, Quiet
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import duration, show


def demo(
    kind: Annotated[str, typer.Option(help="What the films show; known: chest.")] = "chest",
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("demo"),
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """The whole way on synthetic films, in minutes on a CPU.

    \b
    Example:
      medunet demo --out demo
    """
    from medunet.workflows import demo as workflow

    with progress_shown(quiet) as progress:
        done = workflow.demo(kind, out=out, overwrite=overwrite, device=device, progress=progress)
    dice = ", ".join(f"{name} {value:.3f}" for name, value in done.dice.items() if value is not None)
    error = "unknown" if done.ctr_error is None else f"{done.ctr_error:.4f}"
    lines = [
        f"done in {duration(done.seconds)}; Dice on the test films: {dice}",
        "next: medunet predict FILM --model chest-xray (a film of yours), medunet plan FOLDER (films with masks)",
        f"look at {done.report}; the cardiothoracic ratio was off by {error} on average",
    ]
    show(done.to_dict(), lines, as_json=as_json)

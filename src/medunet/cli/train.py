"""`medunet train`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.options import Cache, Debug, Device, Json, Limit, Overwrite, Quiet, Set
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import counted, duration, show
from medunet.errors import UsageError

_UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def train(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="Folder of images and masks, a cases.csv or a data.yaml.")
    ],
    recipe: Annotated[str, typer.Option(help="A packaged recipe's name or a YAML file.")] = "chest-xray-small",
    out: Annotated[Path, typer.Option(help="Run folder to write.")] = Path("run"),
    changes: Set = None,
    init: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Begin with the weights of a packaged model or a run.")
    ] = None,
    fold: Annotated[int | None, typer.Option(metavar="K", help="Train fold K of 5 (0 to 4) into OUT/fold-K.")] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time of one training, reading included: 90s, 15m, 2h.")
    ] = None,
    device: Device = "auto",
    devices: Annotated[int, typer.Option(metavar="N", help="Processes that share every batch, one a GPU.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last whole epoch in OUT, or beyond its end for more.")
    ] = False,
    overwrite: Overwrite = False,
    cache: Cache = None,
    track: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Also tell tensorboard, mlflow or wandb how it goes; may be repeated."),
    ] = None,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Train a model on your own images and masks.

    \b
    Examples:
      medunet train films --recipe chest-xray-small --out run
      medunet train films --out run --budget 15m
      medunet train films --out run --resume
      medunet train films --out run --resume --set training.steps=6000
      medunet train few-films --out tuned --init run
    """
    from medunet.workflows import train as workflow

    with progress_shown(quiet) as progress:
        run = workflow.train(
            data,
            recipe=recipe,
            out=out,
            changes=changes or [],
            fold=fold,
            init=init,
            budget=None if budget is None else seconds_of(budget),
            device=device,
            devices=devices,
            resume=resume,
            overwrite=overwrite,
            cache=cache,
            track=track or [],
            progress=progress,
        )
    if not run.weights_sha256:
        return  # one of several processes that share the training; the first one speaks
    dice = "" if run.val_dice is None else f", validation Dice {run.val_dice:.4f}"
    kept = f"best epoch {run.best_epoch}" if run.chosen else "the last weights"
    lines = [
        f"trained {counted(run.epochs, 'epoch')} in {duration(run.seconds)}: {kept}{dice}",
        f"look at {run.folder / 'curves.png'}",
        f"next: medunet evaluate {shlex.quote(str(run.folder))}",
    ]
    show(run.to_dict(), lines, as_json=as_json)


def seconds_of(text: str) -> float:
    """`90s`, `15m`, `1.5h`; a bare number is minutes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)?", text.strip())
    if not match or float(match[1]) <= 0:
        raise UsageError("--budget", f"{text!r} is no time", "Write for instance 90s, 15m or 2h")
    return float(match[1]) * _UNITS[match[2] or "m"]

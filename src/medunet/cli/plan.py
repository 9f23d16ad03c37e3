"""`medunet plan`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from medunet.cli.options import Debug, Json, Limit, Quiet, Set
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import columns, hanging, show


def plan(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="Folder of images and masks, a cases.csv or a data.yaml.")
    ],
    recipe: Annotated[str, typer.Option(help="A packaged recipe's name or a YAML file.")] = "chest-xray-small",
    changes: Set = None,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show what training would do and why, without doing it.

    \b
    Example:
      medunet plan films --recipe chest-xray-small
    """
    from medunet.workflows import plan as workflow

    with progress_shown(quiet) as progress:
        shown = workflow.plan(data, recipe=recipe, changes=changes or [], progress=progress)
    lines = [*shown.read_as, ""]
    size = max(len(decision.key) for decision in shown.plan.decisions)
    for d in shown.plan.decisions:
        lines += hanging(f"{d.key.ljust(size)}  ", f"{d.value}  ({d.reason})", columns())
    lines.append("")
    for line in shown.cost:
        head, _, text = line.partition(" ")
        lines += hanging(f"{head} ", text, columns())
    words = [data, *(("--recipe", recipe) if recipe != "chest-xray-small" else ())]
    words += [word for change in changes or [] for word in ("--set", change)]
    lines.append(f"next: medunet train {shlex.join(words)} --out run")
    show(shown.to_dict(), lines, as_json=as_json)

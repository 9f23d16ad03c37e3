"""`medunet plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from medunet.cli.options import Debug, Json, Quiet, Set
from medunet.cli.terminal import progress_for, show


def plan(
    data: Annotated[str, typer.Argument(help="Folder of images and masks, or a cases.csv.")],
    recipe: Annotated[str, typer.Option(help="A packaged recipe's name or a YAML file.")] = "chest-xray-small",
    changes: Set = None,
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

    shown = workflow.plan(data, recipe=recipe, changes=changes or [], progress=progress_for(quiet))
    lines = [*shown.read_as, ""]
    width = max(len(decision.key) for decision in shown.plan.decisions)
    lines += [f"{d.key.ljust(width)}  {d.value}  ({d.reason})" for d in shown.plan.decisions]
    lines += ["", *shown.cost]
    show(shown.to_dict(), lines, as_json=as_json)

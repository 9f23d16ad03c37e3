"""`medunet models`."""

from __future__ import annotations

from typing import Annotated

import typer

from medunet.cli.options import Json
from medunet.cli.terminal import show, table

app = typer.Typer(help="The packaged models; `models show NAME` prints a model's card.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def list_models(context: typer.Context, as_json: Json = False) -> None:
    """The packaged models.

    \b
    Examples:
      medunet models
      medunet models show run
    """
    if context.invoked_subcommand:
        return
    from medunet.workflows.models import packaged

    found = packaged()
    lines = table(("model", "folder"), list(found.items())) if found else ["No model is packaged with this version."]
    show({"models": found}, lines, as_json=as_json)


@app.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="A packaged model's name, a run, or a model folder.")],
    as_json: Json = False,
) -> None:
    """Print a model's card."""
    from medunet.workflows.models import describe

    described = describe(name)
    show(described, [str(described["card"])], as_json=as_json)

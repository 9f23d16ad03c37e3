"""`medunet models`."""

from __future__ import annotations

from typing import Annotated

import typer

from medunet.cli.options import Debug, Json, Quiet, belongs_to_the_end
from medunet.cli.terminal import columns, show, table

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def list_models(context: typer.Context, quiet: Quiet = False, as_json: Json = False, debug: Debug = False) -> None:
    """The packaged models; `models show NAME` prints a card.

    \b
    Examples:
      medunet models
      medunet models show chest-xray
    """
    if context.invoked_subcommand:
        belongs_to_the_end("--json", as_json, f"medunet models {context.invoked_subcommand} NAME --json")
        return
    from medunet.workflows.models import packaged, purpose

    found = packaged()
    lines = ["No model is packaged with this version; `medunet models show RUN` prints the card of your own."]
    if found:
        lines = table(("model", "what it does"), [(name, purpose(folder)) for name, folder in found.items()], columns())
        first = next(iter(found))
        lines += ["", f"its card: medunet models show {first}", f"next: medunet predict FILM --model {first}"]
    show({"models": found}, lines, as_json=as_json)


@app.command("show")
def show_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A packaged model's name, a run, or a model folder.")],
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Print a model's card.

    \b
    Examples:
      medunet models show run
      medunet models show run/model --json
    """
    from medunet.workflows.models import describe

    described = describe(name)
    show(described, str(described["card"]).splitlines(), as_json=as_json)

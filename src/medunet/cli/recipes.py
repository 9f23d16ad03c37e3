"""`medunet recipes`."""

from __future__ import annotations

from typing import Annotated

import typer

from medunet.cli.options import Json
from medunet.cli.terminal import show, table

app = typer.Typer(help="The packaged recipes; `recipes show NAME` prints the YAML.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def list_recipes(context: typer.Context, as_json: Json = False) -> None:
    """The packaged recipes, one line each.

    \b
    Examples:
      medunet recipes
      medunet recipes show chest-xray-small > mine.yaml
    """
    if context.invoked_subcommand:
        return
    from medunet.planning import read_recipe, recipe_names

    found = {name: read_recipe(name).description for name in recipe_names()}
    show({"recipes": found}, table(("recipe", "what it is for"), list(found.items())), as_json=as_json)


@app.command("show")
def show_recipe(name: Annotated[str, typer.Argument(help="A recipe's name or a YAML file.")]) -> None:
    """Print a recipe's YAML, complete with its comments."""
    from medunet.planning import recipe_text

    print(recipe_text(name), end="")

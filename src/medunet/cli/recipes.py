"""`medunet recipes`."""

from __future__ import annotations

from typing import Annotated

import typer

from medunet.cli.options import Debug, Json, Quiet, belongs_to_the_end
from medunet.cli.terminal import columns, put, show, table

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def list_recipes(context: typer.Context, quiet: Quiet = False, as_json: Json = False, debug: Debug = False) -> None:
    """The packaged recipes; `recipes show NAME` prints one.

    \b
    Examples:
      medunet recipes
      medunet recipes show chest-xray-small > mine.yaml
    """
    if context.invoked_subcommand:
        belongs_to_the_end("--json", as_json, f"medunet recipes {context.invoked_subcommand} NAME --json")
        return
    from medunet.planning import read_recipe, recipe_names

    found = {name: read_recipe(name).description for name in recipe_names()}
    lines = table(("recipe", "what it is for"), list(found.items()), columns())
    show({"recipes": found}, lines, as_json=as_json)


@app.command("show")
def show_recipe(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A recipe's name or a YAML file.")],
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Print a recipe's YAML, complete with its comments.

    \b
    Examples:
      medunet recipes show chest-xray-small
      medunet recipes show chest-xray-small > mine.yaml
    """
    from medunet.planning import read_recipe, recipe_text

    recipe = read_recipe(name)  # so that a file that is no recipe is refused
    if as_json:
        show({"name": name, "recipe": recipe.model_dump(mode="json")}, (), as_json=True)
    else:
        put(recipe_text(name).rstrip("\n"))

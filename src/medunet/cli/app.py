"""The command table."""

from __future__ import annotations

from typing import Annotated

import typer

from medunet.cli import demo, evaluate, measure, models, plan, predict, recipes, train

app = typer.Typer(
    name="medunet",
    help="From a folder of medical images to numbers a reviewer accepts. Research use; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from medunet import __version__

        print(f"medunet {__version__}")
        raise typer.Exit


@app.callback()
def _medunet(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """From a folder of medical images to numbers a reviewer accepts. Research use; not a medical device."""


app.command("demo")(demo.demo)
app.command("plan")(plan.plan)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("measure")(measure.measure)
app.add_typer(models.app, name="models")
app.add_typer(recipes.app, name="recipes")

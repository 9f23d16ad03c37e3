"""The command table."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.main import get_command

from medunet.cli import (
    audit,
    compare,
    convert,
    demo,
    evaluate,
    limits,
    measure,
    models,
    plan,
    predict,
    recipes,
    study,
    train,
)

app = typer.Typer(
    name="medunet",
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
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """From a folder of medical images to numbers a reviewer accepts. Research use; not a medical device.

    \b
    Exit codes: 0 done, 1 could not be done, 2 wrong words, 3 done but some
    inputs failed, 130 stopped by Ctrl-C.
    """


app.command("demo")(demo.demo)
app.command("audit")(audit.audit)
app.command("plan")(plan.plan)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("predict")(predict.predict)
app.command("measure")(measure.measure)
app.command("study")(study.study)
app.command("convert")(convert.convert)
app.command("limits")(limits.limits)
app.add_typer(models.app, name="models")
app.add_typer(recipes.app, name="recipes")


def command_table() -> Any:
    """The commands as typer's parser sees them: a group whose `commands` are named as a user calls them."""
    return get_command(app)

"""Options that several commands share, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from medunet.errors import UsageError


def _limits_set(context: typer.Context, words: list[str] | None) -> list[str] | None:
    """Set the limits for as long as the command runs."""
    if words:
        from medunet.images import limits_set, parse_limits

        context.with_resource(limits_set(**parse_limits(words)))
    return words


def _view(word: str) -> str:
    """`pa` as PA: the parser's own choices mind capital letters, or else show none."""
    known = {name.casefold(): name for name in ("PA", "AP", "lateral")}
    if word.casefold() not in known:
        raise typer.BadParameter(f"{word!r} is not one of {', '.join(map(repr, known.values()))}")
    return known[word.casefold()]


Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object with the result on standard output.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        callback=_limits_set,
        help="Read larger or only smaller files than `medunet limits` says; may be repeated.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Start anew in a folder that medunet made; its own files there go.")
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe; may be repeated.")
]
Cache = Annotated[Path | None, typer.Option(help="Folder for prepared cases [default: the user's cache folder].")]
ShowIdentifiers = Annotated[
    bool,
    typer.Option(
        "--show-identifiers",
        help="Write who the films show, by number and name, into identifiers.csv and the page; without it nobody is "
        "named anywhere.",
    ),
]
View = Annotated[
    Literal["PA", "AP", "lateral"] | None,
    typer.Option(
        metavar="PA|AP|lateral", parser=_view, help="How the films were taken, where the files do not say it."
    ),
]
Adult = Annotated[bool, typer.Option("--adult", help="The patients are adults, where the files do not say their age.")]


def belongs_to_the_end(option: str, given: bool, example: str) -> None:
    """Refuse an option that stands before a sub-command, where it would do nothing.

    Raises:
        UsageError: it was given.
    """
    if given:
        raise UsageError(option, "stands before the sub-command", f"Write {example}")

"""Options that several commands share, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object with the result on standard output.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Start anew in a folder that medunet made.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe; may be repeated.")
]
Cache = Annotated[Path | None, typer.Option(help="Folder for prepared cases [default: the user's cache folder].")]
View = Annotated[
    Literal["PA", "AP", "lateral"] | None, typer.Option(help="How the films were taken, where the files do not say it.")
]
Adult = Annotated[bool, typer.Option("--adult", help="The patients are adults, where the files do not say their age.")]

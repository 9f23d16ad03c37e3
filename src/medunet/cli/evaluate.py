"""`medunet evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medunet.cli.options import Debug, Device, Json, Overwrite, Quiet
from medunet.cli.terminal import progress_for, show, table


def evaluate(
    what: Annotated[str, typer.Argument(metavar="RUN|MODEL|MASKS", help="A run, a model, or a folder of masks.")],
    data: Annotated[str | None, typer.Argument(help="Reference data [default: the run's own].")] = None,
    split: Annotated[str | None, typer.Option(help="train, val or test [default: test; with DATA all].")] = None,
    out: Annotated[Path | None, typer.Option(help="Output folder [default: RUN/evaluation/SPLIT].")] = None,
    expert: Annotated[str | None, typer.Option(help="Manifest column with an expert's CTR.")] = None,
    allow_trained: Annotated[bool, typer.Option("--allow-trained", help="Also score cases that trained it.")] = False,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Scores per case and structure, a summary and a report.

    \b
    Examples:
      medunet evaluate run
      medunet evaluate run other-films
      medunet evaluate masks-of-another-program films --out scores
    """
    from medunet.workflows import evaluate as workflow

    done = workflow.evaluate(
        what,
        data,
        split=split,
        out=out,
        expert=expert,
        allow_trained=allow_trained,
        device=device,
        overwrite=overwrite,
        progress=progress_for(quiet),
    )
    wanted = ("dice", "iou", "mean_iou", "ctr_abs_error")
    rows = [
        (
            f"{s.structure} {s.metric}" + (f" ({s.against})" if s.against else ""),
            "-" if s.mean is None else f"{s.mean:.4f}",
            "-" if s.median is None else f"{s.median:.4f}",
            str(s.n),
            str(s.missed + s.invented),
            str(s.not_predicted),
        )
        for s in done.summaries
        if s.metric in wanted
    ]
    header = ("", "mean", "median", "n", "missed or invented", "not predicted")
    tail = [f"look at {done.folder / 'report.html'}"]
    if done.failed:
        tail.append(f"{len(done.failed)} failed and count as 0 (reasons in {done.folder / 'failed.csv'})")
    show(done.to_dict(), [*table(header, rows), "", *tail], as_json=as_json)
    return 3 if done.failed else 0

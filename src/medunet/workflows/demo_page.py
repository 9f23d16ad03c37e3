"""The demo's result and its page: what was made, how well it went, and where everything lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.cases import Case
from medunet.reports import (
    Cell,
    Column,
    Gap,
    KeyFigure,
    KeyFigures,
    Page,
    Paragraph,
    Pictures,
    Provenance,
    Section,
    Table,
)
from medunet.workflows import surroundings
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.inputs import find_inputs
from medunet.workflows.pictures import film_with_mask
from medunet.workflows.predict import Predicted

STEPS = (
    ("films", "synthetic chest films with exact masks, cases.csv", "films/"),
    ("train", "a U-Net, its log, curves and samples", "run/"),
    (
        "evaluate",
        "scores of the test films, which neither trained nor chose the weights",
        "run/evaluation/test/report.html",
    ),
    ("predict", "masks, overlays and ratios of films the run never saw, read from DICOM", "predictions/report.html"),
    ("measure", "the same measurements from the exact masks", "measurements/report.html"),
)


@dataclass(frozen=True)
class Demo:
    """What the demo made.

    Attributes:
        folder: everything lies below it.
        report: the page to look at.
        ctr_error: mean absolute error of the predicted cardiothoracic ratio on the test films.
        dice: structure → mean Dice on the test films.
        true_ctr_error: mean absolute error on the unseen DICOM films against the ratio they were drawn with.
        seconds: how long it took.
    """

    folder: Path
    report: Path
    ctr_error: float | None
    dice: dict[str, float | None]
    true_ctr_error: float | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "out": str(self.folder),
            "report": str(self.report),
            "ctr_error": self.ctr_error,
            "dice": self.dice,
            "true_ctr_error": self.true_ctr_error,
            "seconds": round(self.seconds, 1),
        }


def demo_page(done: Demo, scored: Evaluation, predicted: Predicted, truth: Mapping[str, float]) -> Page:
    """The page of the demo's `report.html`."""
    from medunet.prediction import load_model

    scheme = load_model(done.folder / "run").scheme
    cases: dict[str, Case] = {case.id: case for case in find_inputs([str(done.folder / "unseen")])}
    pictures = tuple(
        picture
        for case in predicted.done
        if (picture := film_with_mask(cases[case], predicted.folder / "masks" / f"{case}.png", scheme, predicted.table))
    )
    return Page(
        title="medunet demo: heart and lungs on synthetic chest films",
        command="medunet demo",
        summary=_summary(done, scored),
        sections=(
            Section("How well it went", (_figures(done, scored),)),
            Section(
                "Films the run never saw", (_ratios(predicted, truth), Pictures(pictures, "Contours as predicted."))
            ),
            Section("What was made", (Table(("step", "what", "where"), STEPS), Paragraph(_NOTE, "note"))),
        ),
        provenance=Provenance(facts=(("Versions", tuple(surroundings.versions().items())),)),
    )


_NOTE = (
    "These films are drawn by a program. They show that the way works from end to end; they say nothing about how well "
    "a model does on films of people."
)


def _summary(done: Demo, scored: Evaluation) -> tuple[str, ...]:
    cases = len({score.case for score in scored.scores})
    lines = [f"A small U-Net learnt lungs and heart from synthetic films and was scored on {cases} test films."]
    if done.ctr_error is not None:
        lines.append(f"Its cardiothoracic ratio was off by {done.ctr_error:.4f} on average.")
    return tuple(lines)


def _figures(done: Demo, scored: Evaluation) -> KeyFigures:
    cases = f"{len({score.case for score in scored.scores})} test films"
    items = [KeyFigure(f"Dice, {name}", "–" if v is None else f"{v:.3f}", n=cases) for name, v in done.dice.items()]
    if done.ctr_error is not None:
        items.append(KeyFigure("CTR, mean absolute error", f"{done.ctr_error:.4f}", n=cases))
    if done.true_ctr_error is not None:
        items.append(KeyFigure("The same on unseen DICOM", f"{done.true_ctr_error:.4f}", n="other seed, larger films"))
    return KeyFigures(tuple(items))


def _ratios(predicted: Predicted, truth: Mapping[str, float]) -> Table:
    header = (
        "film",
        Column("CTR as drawn", 3, numeric=True),
        Column("CTR predicted", 3, numeric=True),
        "status",
        "remark",
    )
    found = {row["case"]: row for row in predicted.table if row["measurement"] == "ctr"}
    rows: list[tuple[Cell, ...]] = []
    for case, ratio in truth.items():
        row = found.get(case)
        if row is None:
            rows.append((case, ratio, Gap("not predicted"), "–", predicted.failed.get(case, "–")))
            continue
        value: Cell = Gap("none") if row["value"] is None else float(row["value"])
        rows.append((case, ratio, value, str(row["status"]), str(row["reason"] or "–")))
    return Table(header, tuple(rows))

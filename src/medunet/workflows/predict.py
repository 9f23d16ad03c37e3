"""predict: masks on the input's own grid, measurements, overlays, and a report, for any number of films."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medunet.cases import Case
from medunet.images import write_bytes, write_json, write_labels
from medunet.measuring import Intervals, doubted, rows
from medunet.workflows.batch import unchanged
from medunet.workflows.film_notes import Notes, by_note, notes_of
from medunet.workflows.identifiers import Row, keep_identifiers
from medunet.workflows.inputs import find_inputs, tables_among
from medunet.workflows.measured import SEPARATOR, Statements, caption, film_of, measure_case, overlay
from medunet.workflows.measurement_table import (
    FILE,
    Completed,
    Made,
    as_written,
    complete_table,
    of_subject,
    read_table,
)
from medunet.workflows.output import reserve
from medunet.workflows.progress import SILENT, Progress

if TYPE_CHECKING:
    from medunet.prediction import Model

OWNED = (
    "masks",
    "overlays",
    "measurements.csv",
    "failed.csv",
    "notes.csv",
    "identifiers.csv",
    "report.html",
    "figures",
)


@dataclass(frozen=True)
class Predicted:
    """What a prediction left behind.

    Attributes:
        folder: the output folder.
        model: name of the model.
        done: cases with a mask.
        failed: case → reason, for those that could not be read or processed.
        kept: cases that were done by an earlier call.
        table: rows of measurements.csv.
        notes: case → what its reader noted, and where a statement is contradicted.
    """

    folder: Path
    model: str
    done: tuple[str, ...]
    failed: dict[str, str]
    kept: int
    table: list[dict[str, Any]] = field(default_factory=list)
    notes: Notes = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "out": str(self.folder),
            "model": self.model,
            "done": len(self.done),
            "already_there": self.kept,
            "failed": self.failed,
            "measurements": self.table,
            "notes": {note: list(cases) for note, cases in by_note(self.notes).items()},
        }


def predict(
    inputs: Sequence[str | Path],
    *,
    model: str | Path,
    out: str | Path = "predictions",
    view: str | None = None,
    adult: bool = False,
    device: str = "auto",
    show_identifiers: bool = False,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Predicted:
    """Segment and measure films; a film that fails fails alone.

    Args:
        inputs: files, folders, patterns, or CSVs with paths.
        model: a packaged model's name, a run, or a model folder.
        out: output folder; called again with the same words, what is missing is completed.
        view: PA, AP or lateral, for films that do not say it; what a film says counts, and is said.
        adult: the patients are adults.
        device: auto, cpu, cuda, cuda:N.
        show_identifiers: write who the films show into identifiers.csv and the page.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: no model, no input, or the folder belongs to something else.
    """
    from medunet.networks import choose_device, keep_allocator
    from medunet.prediction import load_model

    keep_allocator()  # before the first tensor
    cases = find_inputs([str(word) for word in inputs])
    loaded = load_model(model).to(choose_device(device))
    stated = Statements.of(view, adult)
    folder = Path(out)
    identity = {
        "command": "predict",
        "inputs": [str(Path(word).absolute()) for word in inputs],
        "model": loaded.weights_sha256,
        "view": view,
        "adult": adult,
    }
    if isinstance(loaded.intervals, Intervals):  # of two models with the same weights one may be recalibrated
        identity["intervals"] = loaded.intervals.digest
    if any(digests := [one.digest for one in loaded.checks]):
        identity["checks"] = digests
    with reserve(folder, identity, overwrite=overwrite) as place:
        tables = tables_among(inputs)
        again = place.claim(OWNED, reads=[*tables, *(path for case in cases for path in case.paths)])
        patients = keep_identifiers(folder, cases, shown=show_identifiers)
        return _complete_folder(folder, again, cases, tables, loaded, stated, patients, progress)


def _complete_folder(
    folder: Path,
    again: bool,
    cases: Sequence[Case],
    tables: Sequence[Path],
    loaded: Model,
    stated: Statements,
    patients: Sequence[Row],
    progress: Progress,
) -> Predicted:
    """Predict what is missing in the folder, and write its tables and page."""
    before = read_table(folder / FILE) if again else {}
    kept = {
        case.id: of_subject(before[case.id], case.subject)
        for case in cases
        if case.id in before and unchanged(_files(folder, case), [*case.images, *tables])
    }
    write_json(folder / "masks" / "labels.json", loaded.scheme.to_mapping())
    now = complete_table(
        folder,
        "predicting",
        cases,
        kept,
        lambda case: _one(case, loaded, folder, stated),
        lambda case: _files(folder, case),
        progress,
    )
    _write_report(folder, cases, now, loaded, patients)
    return Predicted(folder, loaded.name, tuple(now.table), now.failed, now.kept, now.rows, now.notes)


def _one(case: Case, model: Model, folder: Path, stated: Statements) -> Made:
    """Predict one film; its rows and its notes."""
    from medunet.prediction import Assessment

    image = case.read_image()
    found = model.predict(image, checked=True)
    labels, checks = found.labels, found.assessment or Assessment()
    measured = measure_case(labels, image, case, stated, intervals=model.intervals, quality=checks.quality)
    measurements = doubted(measured, checks.doubts, film_of(image, case, stated))
    mask, drawing = _files(folder, case)
    write_labels(mask, labels)
    from medunet.reports import png_bytes

    text = caption(case, measurements)
    text += "" if checks.quality is None else f"{SEPARATOR}estimated Dice {checks.quality:.2f}"
    picture = overlay(image, labels, measurements, text)
    write_bytes(drawing, png_bytes(picture))
    made = rows(case.id, case.subject, measurements, source=model.name, quality=checks.quality)
    table = [as_written(row) for row in made]
    return table, notes_of(image, case, stated)


def _files(folder: Path, case: Case) -> tuple[Path, Path]:
    """Mask and overlay of a case; masks of NIfTI images are NIfTI, all others PNG."""
    ending = ".nii.gz" if case.images[0].name.lower().endswith((".nii", ".nii.gz")) else ".png"
    return folder / "masks" / f"{case.id}{ending}", folder / "overlays" / f"{case.id}.png"


def _write_report(folder: Path, cases: Sequence[Case], done: Completed, model: Model, patients: Sequence[Row]) -> None:
    from medunet.reports import write_report
    from medunet.workflows.measurement_page import measurement_page
    from medunet.workflows.pictures import film_with_mask

    origin = {"model": model.name, "weights (sha256)": model.weights_sha256, "recipe": model.plan.recipe}
    known = {case.id: case for case in cases}
    rows = done.rows
    page = measurement_page(
        "predict",
        len(cases),
        rows,
        done.failed,
        origin,
        lambda case: film_with_mask(known[case], _files(folder, known[case])[0], model.scheme, rows),
        done.notes,
        patients,
        model.intervals,
    )
    write_report(page, folder)

"""predict: masks on the input's own grid, measurements, overlays, and a report, for any number of films."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medunet.cases import Case
from medunet.cases.table import plain_cell
from medunet.errors import InputError, OutputError
from medunet.images import remove, write_bytes, write_csv, write_json, write_labels
from medunet.measuring import COLUMNS, Intervals, doubted, rows
from medunet.workflows.film_notes import Notes, by_note, notes_of, read_notes, sentences, write_notes
from medunet.workflows.identifiers import Row, keep_identifiers
from medunet.workflows.inputs import find_inputs
from medunet.workflows.measured import Statements, caption, film_of, measure_case, overlay
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
FAILED_COLUMNS = ("case", "file", "reason")
SAVE_EVERY = 50
"""Cases after which the table of measurements is written again."""

Table = dict[str, list[dict[str, Any]]]
"""Case → its rows of measurements.csv."""


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
    from medunet.networks import choose_device
    from medunet.prediction import load_model

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
        again = place.claim(OWNED, reads=[*tables_among(inputs), *(path for case in cases for path in case.paths)])
        patients = keep_identifiers(folder, cases, shown=show_identifiers)
        return _complete_folder(folder, again, cases, tables_among(inputs), loaded, stated, patients, progress)


def _complete_folder(
    folder: Path,
    again: bool,
    cases: Sequence[Case],
    told: Sequence[Path],
    loaded: Model,
    stated: Statements,
    patients: Sequence[Row],
    progress: Progress,
) -> Predicted:
    """Predict what is missing in the folder, and write its tables and page."""
    ending = {case.id: _mask_ending(case) for case in cases}
    before = read_table(folder / "measurements.csv") if again else {}
    kept = {case.id: before[case.id] for case in cases if _complete(folder, case, ending[case.id], before, told)}
    work = [case for case in cases if case.id not in kept]
    write_json(folder / "masks" / "labels.json", loaded.scheme.to_mapping())
    notes = read_notes(folder, kept) if again else {}
    failed = _work(work, loaded, folder, ending, kept, notes, stated, progress)
    order = [case.id for case in cases if case.id in kept]
    table = [row for case in order for row in kept[case]]
    notes = {case: notes[case] for case in order if case in notes}
    for sentence in sentences(notes, len(order)):
        progress.say(sentence)
    _write_tables(folder, table, cases, failed)
    write_notes(folder, notes, order)
    _write_report(folder, cases, table, failed, loaded, notes, patients)
    return Predicted(folder, loaded.name, tuple(order), failed, len(cases) - len(work), table, notes)


def _work(
    work: Sequence[Case],
    model: Model,
    folder: Path,
    ending: dict[str, str],
    done: Table,
    notes: dict[str, tuple[str, ...]],
    stated: Statements,
    progress: Progress,
) -> dict[str, str]:
    """Predict every case into `done` and `notes`; returns the failed ones with their reasons."""
    failed: dict[str, str] = {}
    if work:
        progress.begin("predicting", len(work))
    try:
        for number, case in enumerate(work, start=1):
            try:
                done[case.id], notes[case.id] = _one(case, model, folder, ending[case.id], stated)
            except InputError as fault:
                failed[case.id] = f"{fault.what}. {fault.remedy}"
                _remove(folder, case, ending[case.id])
                progress.say(f"{case.id}: {fault.what}")
            progress.advance(number, case.id)
            if number % SAVE_EVERY == 0:
                save_rows(folder, done, notes)
    except BaseException:  # Ctrl-C, a full disk: what is done is done
        with suppress(OutputError):
            save_rows(folder, done, notes)
        raise
    finally:
        progress.end()
    return failed


def save_rows(folder: Path, done: Table, notes: Notes) -> None:
    """What is done so far; the table last, because a case without rows in it is done anew."""
    write_notes(folder, notes, done)
    write_csv(folder / "measurements.csv", COLUMNS, _cells([row for rows in done.values() for row in rows]))


def _one(
    case: Case, model: Model, folder: Path, ending: str, stated: Statements
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Predict one film; its rows and its notes."""
    from medunet.prediction import Assessment

    image = case.read_image()
    found = model.predict(image, checked=True)
    labels, checks = found.labels, found.assessment or Assessment()
    measured = measure_case(labels, image, case, stated, intervals=model.intervals, quality=checks.quality)
    measurements = doubted(measured, checks.doubts, film_of(image, case, stated))
    write_labels(folder / "masks" / f"{case.id}{ending}", labels)
    from medunet.reports import png_bytes

    text = caption(case, measurements)
    text += "" if checks.quality is None else f"   estimated Dice {checks.quality:.2f}"
    picture = overlay(image, labels, measurements, text)
    write_bytes(folder / "overlays" / f"{case.id}.png", png_bytes(picture))
    made = rows(case.id, case.subject, measurements, source=model.name, quality=checks.quality)
    table = [as_written(row) for row in made]
    return table, notes_of(image, case, stated)


def as_written(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its numbers as measurements.csv holds them, so that a second call reads back what the first said."""
    return {key: float(f"{cell:.6g}") if isinstance(cell, float) else cell for key, cell in row.items()}


def _mask_ending(case: Case) -> str:
    """Masks of NIfTI images are NIfTI, all others PNG."""
    return ".nii.gz" if case.images[0].name.lower().endswith((".nii", ".nii.gz")) else ".png"


def tables_among(inputs: Sequence[str | Path]) -> list[Path]:
    """The tables among the inputs: what they say of view and age is part of every row that comes of them."""
    files = [Path(word) / "cases.csv" if Path(word).is_dir() else Path(word) for word in inputs]
    return [file for file in files if file.name.endswith((".csv", ".csv.gz", ".yaml", ".yml")) and file.is_file()]


def _files(folder: Path, case: Case, ending: str) -> tuple[Path, Path]:
    return folder / "masks" / f"{case.id}{ending}", folder / "overlays" / f"{case.id}.png"


def _remove(folder: Path, case: Case, ending: str) -> None:
    """A film that fails now has no mask from before it failed."""
    for path in _files(folder, case, ending):
        remove(path)


def _complete(folder: Path, case: Case, ending: str, before: Table, tables: Sequence[Path]) -> bool:
    """The case's mask, overlay and rows are there, and neither its film nor a table has changed since."""
    files = _files(folder, case, ending)
    if case.id not in before or not all(path.is_file() for path in files):
        return False
    try:
        changed = max(path.stat().st_mtime for path in (*case.images, *tables))
        return changed <= min(path.stat().st_mtime for path in files)
    except OSError:
        return False


def read_table(path: Path) -> Table:
    """The rows of a measurements.csv by case; empty where there is none, or one that was changed by other programs."""
    table: Table = {}
    numbers = {"value", "low", "high", "level", "quality"}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                return {}
            for row in reader:
                cells = {key: _cell(text, key in numbers) for key, text in row.items()}
                for key in ("structure", "reason"):
                    cells[key] = cells[key] or ""
                table.setdefault(str(cells["case"]), []).append(cells)
    except (OSError, ValueError, TypeError, csv.Error):
        return {}
    return table


def _cell(text: str, is_number: bool) -> float | str | None:
    """A cell of measurements.csv as the value it was written from."""
    if not text:
        return None
    return float(text) if is_number else plain_cell(text)


def _cells(table: Sequence[dict[str, Any]]) -> list[list[Any]]:
    return [[row[column] for column in COLUMNS] for row in table]


def _write_tables(folder: Path, table: Sequence[dict[str, Any]], cases: Sequence[Case], failed: dict[str, str]) -> None:
    write_csv(folder / "measurements.csv", COLUMNS, _cells(table))
    files = {case.id: case.images[0].name for case in cases}
    if failed:
        write_csv(folder / "failed.csv", FAILED_COLUMNS, [[case, files[case], why] for case, why in failed.items()])
    else:
        remove(folder / "failed.csv")


def _write_report(
    folder: Path,
    cases: Sequence[Case],
    table: Sequence[dict[str, Any]],
    failed: dict[str, str],
    model: Model,
    notes: Notes,
    patients: Sequence[Row],
) -> None:
    from medunet.reports import write_report
    from medunet.workflows.measurement_page import measurement_page
    from medunet.workflows.pictures import film_with_mask

    origin = {"model": model.name, "weights (sha256)": model.weights_sha256, "recipe": model.plan.recipe}
    known = {case.id: case for case in cases}
    page = measurement_page(
        "predict",
        len(cases),
        table,
        failed,
        origin,
        lambda case: film_with_mask(
            known[case], folder / "masks" / f"{case}{_mask_ending(known[case])}", model.scheme, table
        ),
        notes,
        patients,
        model.intervals,
    )
    write_report(page, folder)

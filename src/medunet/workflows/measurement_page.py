"""The page of predict and measure: what was measured, what needs a look, what could not be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from medunet.cases.names import listed
from medunet.reports import (
    Cell,
    Column,
    Flow,
    Gap,
    KeyFigure,
    KeyFigures,
    Link,
    Page,
    Paragraph,
    Picture,
    Pictures,
    Provenance,
    Section,
    State,
    Step,
    Table,
    render,
)
from medunet.workflows import surroundings
from medunet.workflows.film_notes import Notes, by_note
from medunet.workflows.remarks import own_remarks, shared_remarks

Row = Mapping[str, Any]
SHOWN = 24
"""Pictures on the page: first those without a number, then the flagged, then the rest."""
LEVELS = {"ok": "good", "flagged": "warning", "missing": "bad"}
VERDICT_NOTE = (
    "A verdict is given for frontal PA films of adults alone. Without an interval, ratios from .45 to .55 are "
    "indeterminate: against MRI the cardiothoracic ratio separates enlarged from normal hearts only moderately."
)


def measurement_page(
    command: str,
    inputs: int,
    table: Sequence[Row],
    failed: Mapping[str, str],
    origin: Mapping[str, str],
    picture: Callable[[str], Picture | None],
    notes: Notes | None = None,
    patients: Sequence[tuple[str, str, str, str]] = (),
) -> str:
    """The HTML of `report.html`.

    Args:
        command: predict or measure.
        inputs: how many films or masks came.
        table: rows of measurements.csv.
        failed: case → reason.
        origin: what made the masks (model and hash, or a folder).
        picture: case → its picture, or None where there is no film.
        notes: case → what its reader noted.
        patients: case, pseudonym, number and name of those who are to be named.
    """
    main = _main_measurement(table)
    rows = [row for row in table if row["measurement"] == main]
    order = sorted(rows, key=lambda row: ("missing", "flagged", "ok").index(row["status"]))
    shown = [found for row in order[:SHOWN] if (found := picture(str(row["case"]))) is not None]
    sections = [Section("Result", (_figures(main, rows, failed),))]
    if shown:
        rest = "" if len(rows) <= SHOWN else f" {len(shown)} of {len(rows)}: those that need a look come first."
        caption = f"Contours as found, with the lines that were measured.{rest}"
        sections.append(Section("Films", (Pictures(tuple(shown), caption),)))
    shared = tuple(Paragraph(f"Every film: {remark}.", "note") for remark in shared_remarks(rows))
    sections.append(Section("Measurements", (*shared, _table(rows, main), *_others(table, main))))
    if any(row["verdict"] for row in rows):
        sections.append(Section("How to read the verdict", (Paragraph(VERDICT_NOTE, "note"),)))
    if notes:
        sections.append(Section("Notes on the files", (_noted(notes),)))
    if patients:
        sections.append(Section("Patients", (Table(("film", "pseudonym", "number", "name"), tuple(patients)),)))
    if failed:
        body = tuple((case, why) for case, why in failed.items())
        sections.append(Section("Not processed", (Table(("film", "reason"), body),)))
    page = Page(
        title=f"medunet {command}: {_label(main)}" if main else f"medunet {command}",
        command=f"medunet {command}",
        summary=_summary(main, rows, inputs, failed),
        sections=tuple(sections),
        provenance=_provenance(inputs, table, failed, origin),
    )
    return render(page)


def _noted(notes: Notes) -> Table:
    """Each note with the films it holds for."""
    body = tuple((note, len(cases), listed(cases)) for note, cases in by_note(notes).items())
    return Table(("note", Column("films", numeric=True), "as"), body, "Each film's own are in notes.csv.")


def _main_measurement(table: Sequence[Row]) -> str:
    names = list(dict.fromkeys(str(row["measurement"]) for row in table))
    return "ctr" if "ctr" in names else (names[0] if names else "")


def _label(name: str) -> str:
    words = {"ctr": "cardiothoracic ratio", "ctr_widest": "cardiothoracic ratio, widest level"}
    return words.get(name, name.replace("_", " "))


def _summary(main: str, rows: Sequence[Row], inputs: int, failed: Mapping[str, str]) -> tuple[str, ...]:
    status = Counter(row["status"] for row in rows)
    cases = len({row["case"] for row in rows})
    lines = [f"{cases} of {inputs} films were measured." if inputs != cases else f"All {inputs} films were measured."]
    if main:
        lines.append(
            f"The {_label(main)} has a number without remark in {status['ok']}, a number that needs a look in "
            f"{status['flagged']}, and none in {status['missing']}."
        )
    if failed:
        lines.append(f"{len(failed)} could not be read or processed; each is listed with its reason.")
    return tuple(lines)


def _figures(main: str, rows: Sequence[Row], failed: Mapping[str, str]) -> KeyFigures:
    values = sorted(float(row["value"]) for row in rows if row["value"] is not None)
    status = Counter(row["status"] for row in rows)
    middle = f"{_median(values):.3f}" if values else "–"
    spread = f"{values[0]:.3f} to {values[-1]:.3f}" if values else "no film has a number"
    unit = str(rows[0]["unit"]) if rows and rows[0]["unit"] != "ratio" else ""
    return KeyFigures(
        (
            KeyFigure(f"Median {_label(main)}", middle, unit, f"{len(values)} films", spread),
            KeyFigure("Need a look", str(status["flagged"]), n=f"of {len(rows)}"),
            KeyFigure("Without a number", str(status["missing"]), n=f"of {len(rows)}"),
            KeyFigure("Failed", str(len(failed))),
        )
    )


def _median(values: Sequence[float]) -> float:
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _table(rows: Sequence[Row], main: str) -> Table:
    unit = str(rows[0]["unit"]) if rows else ""
    header = ("film", Column(_label(main), 3, unit, numeric=True), "status", "verdict", "remark")
    body: list[tuple[Cell, ...]] = []
    shared = shared_remarks(rows)
    for row in rows:
        number: Cell = Gap("none") if row["value"] is None else float(row["value"])
        state = State(str(row["status"]), LEVELS[str(row["status"])])  # type: ignore[arg-type]
        case = str(row["case"])
        body.append((Link(case, case), number, state, str(row["verdict"] or "–"), own_remarks(row, shared) or "–"))
    return Table(header, tuple(body))


def _others(table: Sequence[Row], main: str) -> tuple[Table, ...]:
    """Every further measurement in one table: median and range over the films."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in table:
        if row["measurement"] != main:
            groups.setdefault((str(row["measurement"]), str(row["structure"]), str(row["unit"])), []).append(row)
    body: list[tuple[Cell, ...]] = []
    for (name, structure, unit), rows in groups.items():
        values = sorted(float(row["value"]) for row in rows if row["value"] is not None)
        cells: tuple[Cell, ...] = (Gap("none"),) * 3
        if values:
            cells = (_median(values), values[0], values[-1])
        body.append((_label(name), structure or "–", unit, len(values), *cells))
    if not body:
        return ()
    header = (
        "measurement",
        "structure",
        "unit",
        Column("films", numeric=True),
        Column("median", 3, numeric=True),
        Column("least", 3, numeric=True),
        Column("most", 3, numeric=True),
    )
    return (Table(header, tuple(body), "Further measurements; each film's own are in measurements.csv."),)


def _provenance(inputs: int, table: Sequence[Row], failed: Mapping[str, str], origin: Mapping[str, str]) -> Provenance:
    done = len({row["case"] for row in table})
    nothing = inputs - done - len(failed)
    left_out = [(len(failed), "could not be read or processed")] if failed else []
    if nothing:
        left_out.append((nothing, "nothing to measure"))
    flow = Flow((Step("films given", inputs, tuple(left_out)), Step("measured", done)))
    facts = (
        ("Masks from", tuple(origin.items())),
        ("Versions", tuple(surroundings.versions().items())),
    )
    return Provenance(flow=flow, facts=facts)

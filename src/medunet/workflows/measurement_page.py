"""The page of predict and measure: what was measured, what needs a look, what could not be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from medunet.cases.names import counted, listed
from medunet.measuring import LEVEL, Intervals
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
)
from medunet.workflows import surroundings
from medunet.workflows.film_notes import Notes, by_note
from medunet.workflows.interval_words import MAIN, REMEDY, VALID, interval_sentence
from medunet.workflows.measurement_words import interval_of, label, summary
from medunet.workflows.remarks import remarks_of, repeated_remarks, shared_remarks

Row = Mapping[str, Any]
SHOWN = 24
"""Pictures that are seen at once: first those without a number, then the flagged, then the rest."""
FEW = 2
"""Up to so many films are shown large."""
MOST = 200
"""Pictures on the page at most, and fewer where they are heavy; the others are in overlays/."""
MOST_BYTES = 4_200_000
"""All pictures together; the rest of a page under 5 MB is for tables."""
ESTIMATE = (
    "Estimated Dice: the overlap with an annotator's outlines that the model expects, from 0 (none) to 1 (complete). "
    "Flagged: a number that needs a look."
)
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
    intervals: Intervals | str | None = None,
) -> Page:
    """The page of `report.html`.

    Args:
        command: predict or measure.
        inputs: how many films or masks came.
        table: rows of measurements.csv.
        failed: case → reason.
        origin: what made the masks (model and hash, or a folder).
        picture: case → its picture, or None where there is no film.
        notes: case → what its reader noted.
        patients: case, pseudonym, number and name of those who are to be named.
        intervals: of the model's ratios, or why it has none; None where no model made the masks.
    """
    main = _main_measurement(table)
    rows = [row for row in table if row["measurement"] == main]
    sections = [
        Section("Result", (_figures(main, rows, failed),)),
        Section("Flow of numbers", (_flow(inputs, table, failed),)),
    ]
    if shown := _shown(rows, picture):
        sections.append(Section("Films", _pictures(shown, len(rows))))
    sections.append(Section("Measurements", (*_said_once(rows), _table(rows, main), *_others(table, main))))
    if intervals is not None and main == MAIN:
        sections.append(Section("How to read the interval", interval_notes(intervals)))
    if any(row["verdict"] for row in rows):
        sections.append(Section("How to read the verdict", (Paragraph(VERDICT_NOTE, "note"),)))
    if notes:
        sections.append(Section("Notes on the files", (_noted(notes),)))
    if patients:
        sections.append(Section("Patients", (Table(("film", "pseudonym", "number", "name"), tuple(patients)),)))
    if failed:
        body = tuple((case, why) for case, why in failed.items())
        sections.append(Section("Not processed", (Table(("film", "reason"), body),)))
    return Page(
        title=f"medunet {command}: {label(main)}" if main else f"medunet {command}",
        command=f"medunet {command}",
        summary=summary(main, rows, inputs, failed),
        sections=tuple(sections),
        provenance=_provenance(origin),
    )


def interval_notes(intervals: Intervals | str) -> tuple[Paragraph, ...]:
    """What the intervals rest on and where they hold, or how to get some."""
    known = not isinstance(intervals, str) and not intervals.why_none(MAIN)
    said = VALID if known else f"To give the model some, {REMEDY}."
    return Paragraph(interval_sentence(intervals)), Paragraph(said, "note")


def _shown(rows: Sequence[Row], picture: Callable[[str], Picture | None]) -> list[Picture]:
    """Pictures of the films, those that need a look first, the poorest masks before; as many as a page can hold."""
    order = sorted(rows, key=_urgency)
    shown: list[Picture] = []
    room = MOST_BYTES
    for row in order[:MOST]:
        found = picture(str(row["case"]))
        if found is not None:
            room -= found.weight
            if room < 0:
                break
            shown.append(found)
    return shown


def _urgency(row: Row) -> tuple[int, float]:
    """What comes first on the page: no number, a flagged one, then the others, each by the estimated Dice."""
    quality = row.get("quality")
    return ("missing", "flagged", "ok").index(row["status"]), 1.0 if quality is None else float(quality)


def _pictures(shown: Sequence[Picture], films: int) -> tuple[Pictures, ...]:
    """The first of them open, the others folded."""
    rest = "" if films <= SHOWN else " Those that need a look come first."
    caption = f"Outlines as found, with the lines that were measured.{rest}"
    first = Pictures(tuple(shown[:SHOWN]), caption, large=films <= FEW)
    if len(shown) <= SHOWN:
        return (first,)
    unseen = f"; {films - len(shown)} more are in overlays/" if films > len(shown) else ""
    return first, Pictures(tuple(shown[SHOWN:]), f"Further films{unseen}", folded=True)


def _noted(notes: Notes) -> Table:
    """Each note with the films it holds for."""
    body = tuple((note, len(cases), listed(cases)) for note, cases in by_note(notes).items())
    return Table(("note", Column("films", numeric=True), "as"), body, "Each film's own are in notes.csv.")


def _main_measurement(table: Sequence[Row]) -> str:
    names = list(dict.fromkeys(str(row["measurement"]) for row in table))
    return "ctr" if "ctr" in names else (names[0] if names else "")


def _figures(main: str, rows: Sequence[Row], failed: Mapping[str, str]) -> KeyFigures:
    values = sorted(float(row["value"]) for row in rows if row["value"] is not None)
    status = Counter(row["status"] for row in rows)
    middle = f"{_median(values):.3f}" if values else "–"
    spread = f"range {values[0]:.3f} to {values[-1]:.3f}" if values else "no film has a number"
    unit = str(rows[0]["unit"]) if rows and rows[0]["unit"] != "ratio" else ""
    name = f"Median {label(main)}"
    if len(values) == len(rows) == 1:
        name, spread = label(main).capitalize(), _alone(rows[0])
    return KeyFigures(
        (
            KeyFigure(name, middle, unit, counted(len(values), "film"), spread),
            KeyFigure("Need a look", str(status["flagged"]), n=f"of {len(rows)}"),
            KeyFigure("Without a number", str(status["missing"]), n=f"of {len(rows)}"),
            KeyFigure("Failed", str(len(failed))),
        )
    )


def _alone(row: Row) -> str:
    """What belongs beside the number of a single film: its interval and its verdict."""
    return ", ".join(part for part in (interval_of(row), row["verdict"] or "") if part)


def _median(values: Sequence[float]) -> float:
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _said_once(rows: Sequence[Row]) -> tuple[Paragraph, ...]:
    """Remarks of many films, each once with how many films it is about; one of some films has a number."""
    shared = shared_remarks(rows)
    numbers = sum(row["value"] is not None for row in rows)
    who = f"All {numbers} films" + (" with a number" if numbers < len(rows) else "")
    texts = [f"{who}: {remark}." for remark in shared]
    for place, (remark, count) in enumerate(repeated_remarks(rows, shared).items(), start=1):
        texts.append(f"Note {place}, {count} of {len(rows)} films: {remark}.")
    return tuple(Paragraph(text, "note") for text in texts)


def _remark(row: Row, shared: Sequence[str], numbered: Mapping[str, str]) -> str:
    """What is to be said beside a film: its own remarks, and the number of those that are said above."""
    own = [part for part in remarks_of(row) if part not in shared]
    return "; ".join(numbered.get(part, part) for part in own) or "–"


def _table(rows: Sequence[Row], main: str) -> Table:
    unit = str(rows[0]["unit"]) if rows and main != MAIN else ""
    bounded = any(row.get("level") is not None for row in rows)
    between = (f"{100 * LEVEL:.0f} % interval",) if bounded else ()
    estimated = any(row.get("quality") is not None for row in rows)
    dice = (Column("estimated Dice", 2, numeric=True),) if estimated else ()
    name = "CTR" if main == MAIN else label(main)  # the page's title has it in full
    header = ("film", Column(name, 3, unit, numeric=True), *between, *dice, "status", "verdict", "remark")
    body: list[tuple[Cell, ...]] = []
    shared = shared_remarks(rows)
    numbered = {part: f"note {place}" for place, part in enumerate(repeated_remarks(rows, shared), start=1)}
    for row in rows:
        number: Cell = Gap("none") if row["value"] is None else float(row["value"])
        state = State(str(row["status"]), LEVELS[str(row["status"])])  # type: ignore[arg-type]
        limits: tuple[Cell, ...] = (_limits(row),) if bounded else ()
        limits += (_quality(row),) if estimated else ()
        link = Link(str(row["case"]), str(row["case"]))
        body.append((link, number, *limits, state, str(row["verdict"] or "–"), _remark(row, shared, numbered)))
    return Table(header, tuple(body), ESTIMATE if estimated else "")


def _limits(row: Row) -> Cell:
    """The interval of a row."""
    return Gap("none") if row["low"] is None else f"{row['low']:.3f} to {row['high']:.3f}"


def _quality(row: Row) -> Cell:
    """The estimated Dice of a row."""
    return Gap("none") if row["quality"] is None else float(row["quality"])


def _others(table: Sequence[Row], main: str) -> tuple[Table, ...]:
    """Every further measurement in one table: the number of a single film, else median and range over the films."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in table:
        if row["measurement"] != main:
            groups.setdefault((str(row["measurement"]), str(row["structure"]), str(row["unit"])), []).append(row)
    body: list[tuple[Cell, ...]] = []
    single = len({row["case"] for row in table}) == 1
    for (name, structure, unit), rows in groups.items():
        values = sorted(float(row["value"]) for row in rows if row["value"] is not None)
        cells: tuple[Cell, ...] = (Gap("none"),) * 3
        if values:
            cells = tuple(_plain(number) for number in (_median(values), values[0], values[-1]))
        head: tuple[Cell, ...] = (label(name), structure or "–", unit)
        body.append((*head, cells[0]) if single else (*head, len(values), *cells))
    if not body:
        return ()
    words: tuple[Column | str, ...] = ("measurement", "structure", "unit")
    if single:
        return (Table((*words, Column("value", 3, numeric=True)), tuple(body), "Further measurements."),)
    figures = (Column(name, 3, numeric=True) for name in ("median", "least", "most"))
    header = (*words, Column("films", numeric=True), *figures)
    return (Table(header, tuple(body), "Further measurements; each film's own are in measurements.csv."),)


def _plain(number: float) -> float | int:
    """A whole number without decimals: counts of pixels."""
    return int(number) if number.is_integer() else number


def _flow(inputs: int, table: Sequence[Row], failed: Mapping[str, str]) -> Flow:
    """Films that came, that were measured, and that have a number for the main measurement."""
    done = len({row["case"] for row in table})
    left_out = ((len(failed), "could not be read or processed"), (inputs - done - len(failed), "nothing to measure"))
    steps = [Step(f"{_films(inputs)} given", inputs, left_out)]
    main = _main_measurement(table)
    rows = [row for row in table if row["measurement"] == main]
    if main and len(rows) == done:
        why = Counter(str(row["reason"] or "no reason given") for row in rows if row["value"] is None)
        flagged = sum(row["status"] == "flagged" for row in rows)
        steps.append(
            Step(f"{_films(done)} measured", done, tuple((n, f"no {label(main)}: {words}") for words, n in why.items()))
        )
        note = f"{flagged} of them need{'s' * (flagged == 1)} a look" if flagged else ""
        numbers = done - sum(why.values())
        steps.append(Step(f"{_films(numbers)} with a number ({label(main)})", numbers, note=note))
    else:
        steps.append(Step(f"{_films(done)} measured", done))
    return Flow(tuple(steps))


def _films(number: int) -> str:
    return "film" if number == 1 else "films"


def _provenance(origin: Mapping[str, str]) -> Provenance:
    """What the masks came from, and what computed."""
    facts = (
        ("Masks from", tuple(origin.items())),
        ("Versions", tuple(surroundings.versions().items())),
    )
    return Provenance(facts=facts)

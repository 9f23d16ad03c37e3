"""How far two physicians' cardiothoracic ratios lie apart, and how much of a model's contours they kept.

    python benchmarks/readers.py PATH/TO/chexmask-readers [--sources CheXpert,VinDr-CXR] [--out FOLDER]

The folder holds, for each source, the tables SOURCE-model.csv.gz, SOURCE-reader1.csv.gz and SOURCE-reader2.csv.gz of
CheXmask (Gaggion et al., Scientific Data 2024). Both readers began with the model's contours, so they are no
independent truths: the last lines count how many landmarks they left exactly where the model had put them. Masks are
read and measured as `medunet measure` does; subjects are taken from the films' names where these tell
them. Prints a table and writes JSON with versions and machine beside it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medunet.cases import read_masks
from medunet.cases.chexmask import SIZE, stream_masks
from medunet.cases.records import stream_records
from medunet.cases.runs import points_of
from medunet.measuring import ctr_of
from medunet.studies import Agreement, agreement_of, readings
from medunet.studies.estimate import Estimate
from medunet.workflows.surroundings import machine, versions

WHO = ("model", "reader1", "reader2")
CUT_OFF = 0.5
PARTS = {"heart": ("heart",), "lung": ("left lung", "right lung")}


@dataclass(frozen=True)
class Film:
    """One film as one of the three drew it.

    Attributes:
        subject: whom it shows.
        ctr: the cardiothoracic ratio by extents, or None.
        points: (120, 2) landmarks, x and y on the grid of 1024.
        masks: bits of the mask (row, column) of each of `PARTS`, packed, on the table's own grid.
    """

    subject: str
    ctr: float | None
    points: NDArray[np.float64]
    masks: dict[str, NDArray[np.uint8]]


def films(table: Path) -> dict[str, Film]:
    """The films of one table by id."""
    records = stream_records(table)
    heading = next(records).cells
    marks = heading.index("Landmarks")
    rows = zip(stream_masks(table), records, strict=True)
    landmarks = {row.id: points_of(record.cells[marks], row.where) for row, record in rows}
    found = {}
    for case in read_masks([table]):
        labels = case.target.read(case.target.grid(), case.id)
        names = {name.casefold(): labels.scheme.value(name) for name in labels.scheme.names}
        masks = {
            part: np.packbits(np.isin(labels.array, [names[name] for name in members]))
            for part, members in PARTS.items()
        }
        height, width = labels.array.shape
        found[case.id] = Film(case.subject, ctr_of(labels), landmarks[case.id] * (SIZE / width, SIZE / height), masks)
    return found


def dice(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float | None:
    """The Dice of two packed masks of one grid, or None where the grids differ or nothing is there."""
    if one.shape != other.shape:
        return None
    both, all_ = (
        int(np.bitwise_count(one & other).sum()),
        int(np.bitwise_count(one).sum() + np.bitwise_count(other).sum()),
    )
    return 2 * both / all_ if all_ else None


def compare(source: str, pair: tuple[str, str], first: list[Film], second: list[Film]) -> dict[str, object]:
    """Everything that is printed of two people and one source."""
    kept = [(one.points == other.points).all(axis=1) for one, other in zip(first, second, strict=True)]
    figures: Agreement = agreement_of(
        readings(
            [np.nan if film.ctr is None else film.ctr for film in first],
            [np.nan if film.ctr is None else film.ctr for film in second],
            subjects=[film.subject for film in first],
        ),
        cut_offs=(CUT_OFF,),
    )
    differences = np.array([abs(a.ctr - b.ctr) for a, b in zip(first, second, strict=True) if a.ctr and b.ctr])
    overlap = {
        part: [
            value
            for a, b in zip(first, second, strict=True)
            if (value := dice(a.masks[part], b.masks[part])) is not None
        ]
        for part in PARTS
    }
    return {
        "source": source,
        "pair": " − ".join(pair),
        "films": figures.cases,
        "subjects": figures.subjects,
        "left_out": figures.left_out,
        "figures": {name: asdict(estimate) for name, estimate in figures.estimates.items()},
        "flips": asdict(figures.flips[0]),
        "abs_difference_p95": float(np.quantile(differences, 0.95)),
        "dice": {part: float(np.mean(values)) if values else None for part, values in overlap.items()},
        "dice_films": {part: len(values) for part, values in overlap.items()},
        "landmarks_kept": float(np.mean(kept)),
        "films_kept_whole": int(sum(bool(one.all()) for one in kept)),
        "_estimates": figures.estimates,
    }


def words(estimate: Estimate, digits: int = 4) -> str:
    """A figure with its interval, or the reason why there is none."""
    if estimate.value is None:
        return estimate.reason
    value = f"{estimate.value:.{digits}f}"
    return value if estimate.low is None else f"{value} [{estimate.low:.{digits}f}, {estimate.high:.{digits}f}]"


def show(row: dict[str, object]) -> None:
    """One block of the table."""
    figures, flips = row["_estimates"], row["flips"]
    print(f"\n{row['source']}: {row['pair']}, {row['films']} films of {row['subjects']} subjects", end="")
    print(f", {row['left_out']} without both ratios" if row["left_out"] else "")
    for name, digits in (
        ("bias", 4),
        ("MAE", 4),
        ("lower limit of agreement", 4),
        ("upper limit of agreement", 4),
        ("slope of difference on mean", 3),
        ("within-subject CV (root mean square)", 4),
        ("within-subject CV (logarithmic)", 4),
        ("ICC(1,1)", 3),
        ("ICC(2,1)", 3),
        ("ICC(3,1)", 3),
        ("Lin's concordance", 3),
        (f"flips at {CUT_OFF:g}", 3),
    ):
        print(f"  {name:38} {words(figures[name], digits)}")
    p = flips["test"]["p_value"]
    print(f"  {'first above alone, second above alone':38} {flips['first_only']}, {flips['second_only']}", end="")
    print("" if p is None else f" (exact McNemar test: p {'< 0.001' if p < 0.001 else f'= {p:.3f}'})")
    print(f"  {'95 % of differences below':38} {row['abs_difference_p95']:.4f}")
    for part, value in row["dice"].items():
        print(f"  {f'mean Dice {part}':38} {value:.4f}" if value is not None else f"  mean Dice {part}: grids differ")
    print(f"  {'landmarks exactly equal':38} {100 * row['landmarks_kept']:.1f} %", end="")
    print(f", all 120 of them in {row['films_kept_whole']} films")


def main() -> None:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sources", default="", help="names joined by commas; all that are there without it")
    parser.add_argument("--out", type=Path, default=Path("scratch/readers-agreement"))
    asked = parser.parse_args()
    there = sorted(path.name.removesuffix("-model.csv.gz") for path in asked.folder.glob("*-model.csv.gz"))
    sources = asked.sources.split(",") if asked.sources else there
    drawn: dict[str, dict[str, list[Film]]] = {}
    for source in sources:
        tables = {who: films(asked.folder / f"{source}-{who}.csv.gz") for who in WHO}
        shared = [name for name in tables["reader1"] if all(name in tables[who] for who in WHO)]
        counts = ", ".join(f"{who} {len(tables[who])}" for who in WHO)
        print(f"{source}: {counts} films, {len(shared)} in all three")
        drawn[source] = {who: [tables[who][name] for name in shared] for who in WHO}
    if len(sources) > 1:
        drawn = {"all": {who: [film for one in drawn.values() for film in one[who]] for who in WHO}, **drawn}
    rows = [
        compare(source, pair, by[pair[0]], by[pair[1]]) for source, by in drawn.items() for pair in combinations(WHO, 2)
    ]
    for row in rows:
        show(row)
    plain = [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]
    asked.out.mkdir(parents=True, exist_ok=True)
    result = {"rows": plain, "versions": versions(), "machine": machine()}
    (asked.out / "readers.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()

"""What study and compare take on large tables: processor time and memory of the whole command.

    python benchmarks/large_tables.py [--megabytes 100] [--out FOLDER]

Tables are drawn: measurements.csv of `predict` with ten measurements a film and two films a subject, and the scores.csv
of two runs with three structures. Each is made twice, with 10,000 rows and of so many megabytes. Every command is a
process of its own, page and figures included. Prints a table and writes JSON with versions and machine beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from medunet.images import write_csv
from medunet.measuring import COLUMNS
from medunet.scoring import COUNTS, METRICS, SCORE_COLUMNS
from medunet.workflows.surroundings import machine, versions

CALL = "from medunet.cli.entry import main; main()"
ROWS = 10_000
MEASUREMENTS = (
    *("ctr", "ctr_widest", "ctr_midline", "heart_width", "thorax_width"),
    *("mrd", "mld", "tilt", "lung_area", "heart_area"),
)
STRUCTURES = ("right lung", "left lung", "heart")
FIGURES = (*COUNTS, *METRICS, "hd", "hd95", "assd", "nsd", "auc")
Row = Sequence[object]


def measurement_rows(films: int) -> Iterator[Row]:
    """Rows of measurements.csv; every ratio has its remark, as those of films of unknown view have."""
    numbers = np.random.default_rng(0).normal(0.48, 0.05, (films, len(MEASUREMENTS)))
    fixed = {"status": "ok", "unit": "ratio", "source": "chest-xray", "reason": "view unknown: no verdict"}
    for film, row in enumerate(numbers):
        known = {"case": f"film-{film:07d}", "subject": f"patient-{film // 2:07d}", **fixed}
        for name, number in zip(MEASUREMENTS, row, strict=True):
            cells = known | {"measurement": name, "value": f"{number:.6f}"}
            yield [cells.get(column, "") for column in COLUMNS]


def score_rows(films: int, seed: int) -> Iterator[Row]:
    """Rows of scores.csv."""
    generator = np.random.default_rng(seed)
    for film in range(films):
        for structure in STRUCTURES:
            for name, number in zip(FIGURES, generator.beta(20, 2, len(FIGURES)), strict=True):
                whose = (f"film-{film:07d}", f"patient-{film // 2:07d}", structure, name)
                yield (*whose, f"{number:.6f}", "ratio", "")


def label_rows(films: int) -> Iterator[Row]:
    """A finding and an age of each film."""
    ill = np.random.default_rng(1).random(films) < 0.3
    for film in range(films):
        yield f"film-{film:07d}", int(ill[film]), film % 90


def films_in(megabytes: float, header: Sequence[str], one: list[Row], folder: Path) -> int:
    """How many films a table of this size has, from the rows of one film."""
    write_csv(folder / "one.csv", header, one)
    heading = len(",".join(header)) + 1
    return round(megabytes * 1e6 / ((folder / "one.csv").stat().st_size - heading))


def cost(words: list[str]) -> tuple[float, float]:
    """Processor time in seconds and the largest memory in GB of one call as a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    call = [sys.executable, "-c", CALL, *words, "--overwrite", "--quiet"]
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"medunet {' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9


def studied(films: int, folder: Path) -> dict[str, object]:
    """One study of a table of measurements against a label."""
    table = folder / "measurements.csv"
    write_csv(table, COLUMNS, measurement_rows(films))
    write_csv(folder / "labels.csv", ("id", "cardiomegaly", "age"), label_rows(films))
    asked = ["--value", "ctr", "--by", "cardiomegaly", "--cutoff", "0.5", "--subgroups", "age"]
    words = ["study", str(table), *asked, "--labels", str(folder / "labels.csv"), "--out", str(folder / "study")]
    return row_of("study of measurements.csv", films * len(MEASUREMENTS), [table], words)


def compared(films: int, folder: Path) -> dict[str, object]:
    """One comparison of the scores of two runs."""
    tables = [folder / name / "scores.csv" for name in ("first", "second")]
    for seed, table in enumerate(tables):
        write_csv(table, SCORE_COLUMNS, score_rows(films, seed))
    words = ["compare", *(str(table.parent) for table in tables), "--out", str(folder / "compare")]
    return row_of("compare of two scores.csv", films * len(STRUCTURES) * len(FIGURES), tables, words)


def row_of(what: str, rows: int, tables: list[Path], words: list[str]) -> dict[str, object]:
    """What a command took, beside the size of one of its tables."""
    seconds, memory = cost(words)
    size = tables[0].stat().st_size / 1e6
    return {"call": what, "rows": rows, "MB": round(size, 1), "s": round(seconds, 1), "GB": round(memory, 2)}


def main() -> None:
    """Draw, call, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=100, help="size of a large table")
    parser.add_argument("--out", type=Path, default=Path("scratch/large-tables"))
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    kinds = (
        (studied, COLUMNS, list(measurement_rows(1)), len(MEASUREMENTS)),
        (compared, SCORE_COLUMNS, list(score_rows(1, 0)), len(STRUCTURES) * len(FIGURES)),
    )
    found = []
    print(f"{'':28}{'rows a table':>14}{'MB a table':>12}{'CPU':>9}{'memory':>10}")
    for made, header, one, each in kinds:
        for films in (ROWS // each, films_in(words.megabytes, header, one, words.out)):
            row = made(films, words.out)
            found.append(row)
            print(f"{row['call']:28}{row['rows']:14,}{row['MB']:12}{row['s']:7} s{row['GB']:7} GB", flush=True)
    result = {"rows": found, "versions": versions(), "machine": machine()}
    (words.out / "large_tables.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()

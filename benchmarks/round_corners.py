"""What round corners of predicted hearts do to Dice and CTR, on films that neither trained nor chose a network.

    python benchmarks/round_corners.py RUN PATH/TO/chest-wingspan [--radius 0 0.008 ...]

RUN is a folder of folds by a recipe that keeps the last weights (`monitor: none`), as `chest_model.py --stage folds`
makes them: each fold outlines the films of the fifth that it left out. The test films of the recipe take no part. A
radius is a share of the film's shorter side. Beside it: how much narrower the annotators' own hearts become by the same
rounding, which says whether such corners are drawn by people at all.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

import medunet as mu
from ctr_coverage import held_out
from medunet.prediction.rounding import rounded
from medunet.workflows.surroundings import machine, versions


def dice(one: Any, other: Any) -> float:
    """Dice of two masks."""
    return float(2 * np.count_nonzero(one & other) / max(1, np.count_nonzero(one) + np.count_nonzero(other)))


def width_of(mask: Any) -> int:
    """Columns from the first to the last of a mask."""
    columns = np.flatnonzero(mask.any(axis=0))
    return int(columns[-1] - columns[0] + 1) if columns.size else 0


def ratio_of(labels: mu.LabelMap) -> float:
    """The CTR by extents; NaN where there is none."""
    value = next(one.value for one in mu.measure_labels(labels, mu.Film()) if one.name == "ctr")
    return float("nan") if value is None else value


def rows_of(run: Path, data: Path, radii: list[float]) -> list[dict[str, Any]]:
    """One row a film and radius."""
    found = []
    for folder in sorted(path.parents[1] for path in run.glob("fold-*/model/model.json")):
        model = mu.load_model(folder)
        for case in held_out(folder, data, "val"):
            image, reference = case.read_image(), case.read_target()
            plain = dataclasses.replace(model, plan=model.plan.model_copy(update={"rounding": {}}))
            said = plain.predict(image).labels
            drawn = reference.mask("heart")
            for radius in radii:
                number = said.scheme.value("heart")
                labels = mu.LabelMap(rounded(said.array, {number: radius}), said.grid, said.scheme)
                same = rounded(drawn.astype(np.uint8), {1: radius})
                found.append(
                    {
                        "fold": folder.name,
                        "case": case.id,
                        "radius": radius,
                        "dice": dice(labels.mask("heart"), drawn),
                        "error": ratio_of(labels) - ratio_of(reference),
                        "annotators": 1 - width_of(same) / max(1, width_of(drawn)),
                    }
                )
    return found


def main() -> None:
    """Parse, measure, print a table and write the rows as JSON."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("run", type=Path)
    words.add_argument("data", type=Path)
    words.add_argument("--radius", type=float, nargs="+", default=[0.0, 0.008, 0.012, 0.016, 0.02, 0.024])
    words.add_argument("--json", type=Path, default=Path("scratch/round_corners.json"))
    told = words.parse_args()
    rows = rows_of(told.run, told.data, told.radius)
    folds = sorted({row["fold"] for row in rows})
    groups = {"all": folds, **{fold: [fold] for fold in folds}}
    print(f"{'':10}{'radius':>8}{'films':>7}{'heart Dice':>12}{'CTR MAE':>9}{'bias':>9}{'annotators narrower':>21}")
    for name, chosen in groups.items():
        for radius in told.radius:
            these = [row for row in rows if row["fold"] in chosen and row["radius"] == radius]
            errors = np.array([row["error"] for row in these])
            scores, own = (np.mean([row[key] for row in these]) for key in ("dice", "annotators"))
            print(
                f"{name:10}{radius:8.3f}{len(these):7}{scores:12.4f}{np.nanmean(abs(errors)):9.4f}"
                f"{np.nanmean(errors):+9.4f}{own:21.2%}"
            )
    told.json.parent.mkdir(parents=True, exist_ok=True)
    result = {"rows": rows, "versions": versions(), "machine": machine()}
    told.json.write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()

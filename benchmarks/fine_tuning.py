"""What a start from a model is worth: accuracy against the number of annotated films, from scratch and fine-tuned.

    python benchmarks/fine_tuning.py PATH/TO/chest-wingspan [--films 5,10,20,50] [--steps 250] [--pretrain-steps 700]

The 193 films are split once, by a seed: 105 to pretrain, 38 to test, and 50 of which the first 5, 10, 20 and 50 are the
"own" films (a fifth of them, at least one, is kept for validation and chooses nothing). For each number the same recipe
is trained from random weights, and from the pretrained model with a quarter of the learning rate, for the same number
of steps; the last weights are kept. Prints a table, draws `fine_tuning.svg` and `.png`, and writes JSON beside them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import medunet as mu
from medunet.images import write_csv, write_json
from medunet.workflows.surroundings import machine, versions

PRETRAIN, TEST = 105, 38
SCRATCH_LR, TUNED_LR = 2e-3, 5e-4
FIGURES = ("lung", "heart", "ctr")


def parts_of(data: Path, most: int) -> tuple[list[dict[str, str]], list[dict[str, str]], list[dict[str, str]]]:
    """Rows of cases.csv to pretrain, to test, and of one's own, in the order of a hash of their subjects."""
    with (data / "cases.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: hashlib.sha256(f"fine-tuning:{row['subject']}".encode()).hexdigest())
    return rows[:PRETRAIN], rows[PRETRAIN : PRETRAIN + TEST], rows[PRETRAIN + TEST : PRETRAIN + TEST + most]


def write_data(folder: Path, data: Path, learn: list[dict[str, str]], test: list[dict[str, str]]) -> Path:
    """A cases.csv that names films and masks where they lie, with the split."""
    held = max(1, len(learn) // 5)
    splits = ["val"] * held + ["train"] * (len(learn) - held) + ["test"] * len(test)
    rows = [
        [
            row["id"],
            row["subject"],
            str(data / "images" / f"{row['id']}.png"),
            str(data / "masks" / f"{row['id']}.png"),
            s,
        ]
        for row, s in zip([*learn, *test], splits, strict=True)
    ]
    write_csv(folder / "cases.csv", ["id", "subject", "image", "target", "split"], rows)
    write_json(folder / "labels.json", json.loads((data / "labels.json").read_text(encoding="utf-8")))
    return folder / "cases.csv"


def trained(told: argparse.Namespace, cases: Path, out: Path, steps: int, lr: float, init: Path | None) -> mu.Run:
    """A run of the recipe."""
    changes = [f"training.steps={steps}", f"training.lr={lr}", f"input.size=[{told.side},{told.side}]"]
    print(f"training {out.name} …", file=sys.stderr, flush=True)
    return mu.train(cases, out=out, changes=changes, init=init, overwrite=True)


def scores(run: mu.Run) -> dict[str, float | None]:
    """Dice of lung and heart, and the mean absolute error of the CTR, on the test films."""
    found = mu.evaluate(run.folder, overwrite=True)
    dice = {name: found.summary(name, "dice").mean for name in ("lung", "heart")}
    return {**dice, "ctr": found.summary("all", "ctr_abs_error").mean}


def shown(value: float | None) -> str:
    """A figure with four digits, or a dash where no film has one."""
    return "-" if value is None else f"{value:.4f}"


def draw(rows: list[dict[str, Any]], full: dict[str, float | None], out: Path) -> None:
    """Accuracy against films, three panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.4), layout="constrained")
    titles = {"lung": "Dice, lung", "heart": "Dice, heart", "ctr": "CTR, mean absolute error"}
    for axes, name in zip(figure.subplots(1, 3), FIGURES, strict=True):
        for how, style in (("from scratch", "o--"), ("fine-tuned", "o-")):
            own = [row for row in rows if row["how"] == how]
            axes.plot([row["films"] for row in own], [row[name] for row in own], style, label=how)
        if full[name] is not None:
            axes.axhline(full[name], color="grey", linewidth=0.8, label="pretrained, not tuned")
        axes.set(xscale="log", title=titles[name], xlabel="own annotated films")
        axes.set_xticks([row["films"] for row in rows if row["how"] == "fine-tuned"])
        axes.get_xaxis().set_major_formatter("{x:g}")
        axes.minorticks_off()
    axes.legend(frameon=False)
    for ending in ("svg", "png"):
        figure.savefig(out / f"fine_tuning.{ending}", dpi=120)


def main() -> None:
    """Pretrain, train every pair, print, draw."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("--films", default="5,10,20,50")
    words.add_argument("--steps", type=int, default=250)
    words.add_argument("--pretrain-steps", type=int, default=700)
    words.add_argument("--side", type=int, default=256)
    words.add_argument("--out", type=Path, default=Path("scratch/fine-tuning"))
    told = words.parse_args()
    numbers = [int(number) for number in told.films.split(",")]
    data, start = told.data.resolve(), time.monotonic()
    first, test, own = parts_of(data, max(numbers))
    told.out.mkdir(parents=True, exist_ok=True)
    cases = write_data(told.out / "data-pretrain", data, first, test)
    model = trained(told, cases, told.out / "pretrained", told.pretrain_steps, SCRATCH_LR, None)
    full, rows = scores(model), []
    for number in numbers:
        cases = write_data(told.out / f"data-{number}", data, own[:number], test)
        for how, lr, init in (("from scratch", SCRATCH_LR, None), ("fine-tuned", TUNED_LR, model.folder)):
            out = told.out / f"{number}-{how.replace(' ', '-')}"
            rows.append({"films": number, "how": how, **scores(trained(told, cases, out, told.steps, lr, init))})
    print(f"{'own films':>9}  {'':22}{'lung Dice':>12}{'heart Dice':>12}{'CTR MAE':>12}   ({len(test)} test films)")
    for row in ({"films": 0, "how": "pretrained, not tuned", **full}, *rows):
        print(f"{row['films']:9}  {row['how']:22}" + "".join(f"{shown(row[name]):>12}" for name in FIGURES))
    print(f"{(time.monotonic() - start) / 60:.1f} minutes in all")
    draw(rows, full, told.out)
    result = {"rows": rows, "pretrained": full, "versions": versions(), "machine": machine()}
    (told.out / "fine_tuning.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()

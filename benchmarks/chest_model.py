"""How the packaged model `chest-xray` is made: folds, their common opinion on films without masks, one student.

    python benchmarks/chest_model.py PATH/TO/chest-wingspan PATH/TO/chest-nih-findings [--out FOLDER] [--stage NAME]

1. folds: up to five trainings on the Wingspan films that are not test films (the recipe's split by subject), each
   without one fifth of the subjects and without letting them choose anything.
2. labels: the folds together outline the NIH films, whose findings are not used; those of which they are least sure are
   left out. Films of 64 pixels are enlarged first; at most `PER_SUBJECT` of a subject.
3. student: one network of the same size learns from the Wingspan films with their masks and from the NIH films with the
   folds' masks. It begins with the weights of a fold. The last weights are kept; the few validation films only fit the
   temperature.
4. intervals: those that the folds pool, of the films that each has not seen, go into the student. The test films, which
   none has seen, are dealt out among the folds and count too: after that none are left to test intervals on, and
   `ctr_coverage.py --deal-test` crosses the folds instead.
5. quality: the student's estimate is fitted on the same films, outlined by the folds.
6. checks: the student's input check is fitted on films of both sources. Of NIH only the subjects of even number take
   part, so that the others can tell how often it doubts a good film.

Every stage that is done is kept. The test films of Wingspan take part in none but the intervals. What comes of it is a
run, `student`. The packaged model was made with `--steps 6000`.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import torch
from numpy.typing import NDArray

import medunet as mu
from ctr_coverage import dealt, held_out
from medunet.images import write_csv, write_json, write_labels, write_png
from medunet.measuring import Intervals
from medunet.planning import Sample, prepare, prepare_labels
from medunet.prediction import Checks, add_checks, fit_quality
from medunet.workflows.checking import fit_input_check, judged_pictures
from medunet.workflows.measured import errors_of

RECIPE = "chest-xray-robust"
CLASSES = ("lung", "heart")
FOLDS = 5
FOLD_STEPS = ("training.steps=1000",)
PER_SUBJECT = 3
"""Enlarged films of 64 pixels that are taken of one subject."""
LARGE = 256
"""Pixels of a side to which they are enlarged."""
SURE = 0.85
"""Share of the NIH films that is kept: those whose masks the folds are surest of."""
VALIDATION = 8
"""Wingspan films that fit the student's temperature."""
LIMITS = 5
"""Of so many subjects of NIH one sets the limits of the input check, the others are learnt from."""
REPEATS = 2
"""How often a Wingspan film comes for each time that an NIH film comes."""


class Lines:
    """Progress as lines on standard error."""

    def __init__(self) -> None:
        self.last = 0

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def begin(self, what: str, total: int) -> None:
        self.say(f"{what}: {total}")

    def advance(self, done: int, note: str = "") -> None:
        if done // 50 != self.last:
            self.last = done // 50
            self.say(f"  {done} {note}")

    def end(self) -> None:
        self.last = 0


def train_folds(data: Path, out: Path, recipe: str, count: int) -> None:
    """Runs that do not see a fifth of the subjects each."""
    for fold in range(count):
        folder = out / f"fold-{fold}"
        if not (folder / "model" / "model.json").is_file():
            begun = (folder / "checkpoints" / "last.ckpt").is_file()
            mu.train(data, recipe=recipe, out=out, changes=FOLD_STEPS, fold=fold, resume=begun, progress=Lines())


def chosen_films(nih: Path) -> list[dict[str, str]]:
    """All films of 512 pixels, and some of each subject of those that there are of 64 pixels only."""
    with (nih / "cases.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    taken: Counter[str] = Counter()
    chosen = []
    for row in rows:
        if row["size"] == "64":
            taken[row["subject"]] += 1
            if taken[row["subject"]] > PER_SUBJECT:
                continue
        chosen.append(row)
    return chosen


def enlarged(image: mu.Image) -> mu.Image:
    """The film with its shorter side at least `LARGE` pixels long."""
    rows, columns = image.grid.shape
    factor = LARGE / min(rows, columns)
    if factor <= 1:
        return image
    size = round(columns * factor), round(rows * factor)
    small = PIL.Image.fromarray(image.array[0].astype(np.float32))
    large = np.asarray(small.resize(size, PIL.Image.Resampling.BICUBIC))
    grey = np.clip(np.round(large), 0, 255).astype(np.uint8)
    return mu.Image(grey[None], mu.Grid(grey.shape))


def sureness(shares: NDArray[np.float32], labels: mu.LabelMap) -> float:
    """The smallest Dice over the structures that the probabilities (K, row, column) themselves let expect."""
    found = []
    for number, value in enumerate(labels.scheme.values, start=1):
        mask = labels.array == value
        both = float(shares[number][mask].sum())
        found.append(2 * both / max(1e-6, float(shares[number].sum()) + float(mask.sum())))
    return min(found)


def label_films(nih: Path, folds: Path, out: Path) -> None:
    """Films and masks as the folds outline them, with a table of how sure they are."""
    model = mu.load_model(folds)
    rows: list[list[Any]] = []
    films = chosen_films(nih)
    for number, row in enumerate(films):
        image = enlarged(mu.read_image(nih / row["file"]))
        said = model.predict(image, probabilities=True)
        if said.probabilities is None or len(np.unique(said.labels.array)) <= len(said.labels.scheme.values):
            continue
        write_png(out / "images" / f"{row['id']}.png", image)
        write_labels(out / "masks" / f"{row['id']}.png", said.labels)
        rows.append([row["id"], row["subject"], row["size"], round(sureness(said.probabilities, said.labels), 4)])
        if number % 50 == 0:
            print(f"  outlined {number} of {len(films)}", file=sys.stderr, flush=True)
    write_json(out / "masks" / "labels.json", model.scheme.to_mapping())
    write_csv(out / "sureness.csv", ("id", "subject", "size", "sureness"), rows)


def as_model(target: mu.LabelMap) -> mu.LabelMap:
    """A reference with the values that the model's masks have."""
    array = np.zeros(target.grid.shape, np.uint8)
    scheme = mu.Scheme.of(CLASSES)
    for name in CLASSES:
        array[target.mask(name)] = scheme.value(name)
    return mu.LabelMap(array, target.grid, scheme)


def student_cases(data: Path, folds: Path, labelled: Path, out: Path) -> Path:
    """The table of films that the student learns from; masks of both sources hold lung and heart by the same values."""
    with (folds / "fold-0" / "split.csv").open(newline="", encoding="utf-8") as file:
        own = [row["case"] for row in csv.DictReader(file) if row["split"] != "test"]
    with (labelled / "sureness.csv").open(newline="", encoding="utf-8") as file:
        sure = sorted(csv.DictReader(file), key=lambda row: -float(row["sureness"]))
    cases = {case.id: case for case in mu.read_cases(data, rename={"left lung": "lung", "right lung": "lung"})}
    validation = set(own[:: len(own) // VALIDATION][:VALIDATION])
    rows = []
    for name in own:
        mask = out / "masks" / f"{name}.png"
        write_labels(mask, as_model(cases[name].read_target()))
        copies = range(1 if name in validation else REPEATS)
        split = "val" if name in validation else "train"
        film = str(cases[name].images[0].resolve())
        rows += [[f"{name}-{copy}" if copy else name, name, film, str(mask.resolve()), split] for copy in copies]
    for row in sure[: round(SURE * len(sure))]:
        film, mask = (labelled / folder / f"{row['id']}.png" for folder in ("images", "masks"))
        rows.append([row["id"], f"nih-{row['subject']}", str(film.resolve()), str(mask.resolve()), "train"])
    write_csv(out / "cases.csv", ("id", "subject", "image", "target", "split"), rows)
    write_json(out / "labels.json", mu.Scheme.of(CLASSES).to_mapping())
    print(f"{len(rows)} rows in {out / 'cases.csv'}", file=sys.stderr)
    return out / "cases.csv"


def put_intervals(folder: Path, folds: Path, data: Path) -> None:
    """Give the model of a folder the intervals that several folds pool, of their own films and of the test films."""
    runs = sorted(path.parents[1] for path in folds.glob("fold-*/model/model.json"))
    parts: list[Intervals | str] = []
    for run, cases in zip(runs, dealt(runs, data), strict=True):
        model = mu.load_model(run)
        errors = []
        for case in cases:
            image = case.read_image()
            found = model.predict(image).labels
            errors.append(errors_of(case, case.image_key(), image, case.read_target(), found))
        parts += [model.intervals, Intervals.of(errors, "test films")]
    pooled = Intervals.pooled(parts)
    if isinstance(pooled, str):
        raise SystemExit(f"{folds}: no intervals ({pooled})")
    intervals = dataclasses.replace(pooled, source=f"{len(runs)} folds and the test films")
    told = folder / "model.json"
    description = json.loads(told.read_text(encoding="utf-8")) | {"intervals": intervals.to_dict()}
    write_json(told, description)
    print(f"intervals: of {len(intervals.films)} films of {intervals.source}", file=sys.stderr)


def put_quality(folder: Path, folds: Path, data: Path) -> None:
    """Give the model of a folder an estimate of quality that is fitted on the films that each fold has not seen."""
    signs, dices, films = [], [], []
    for run in sorted(path.parents[1] for path in folds.glob("fold-*/model/model.json")):
        model = mu.load_model(run)
        samples = []
        for case in held_out(run, data, "val"):
            values, placement = prepare(case.read_image(), model.plan.preprocessing)
            target = prepare_labels(case.read_target(), model.plan.classes, placement)
            samples.append(Sample(case.id, values.half(), target))
        judged = judged_pictures(model, samples, range(1, 1 + len(CLASSES)), Lines())
        signs += judged.signs
        dices += judged.dices
        films += judged.films
    quality = fit_quality(signs, dices, films, CLASSES)
    if isinstance(quality, str):
        raise SystemExit(f"{folds}: no estimate of quality ({quality})")
    add_checks(folder, Checks(quality, mu.load_model(folder).checks[0].domain))
    print(f"estimate of quality: off by {quality.error:.3f} on {quality.films} films left out in turn", file=sys.stderr)


def sample_of(model: mu.Model, case: mu.Case) -> Sample:
    """A film as the input check takes it, without a target."""
    values = prepare(case.read_image(), model.plan.preprocessing)[0].half()
    return Sample(case.id, values, torch.zeros(values.shape[1:], dtype=torch.uint8))


def input_check(folder: Path, data: Path, nih: Path) -> None:
    """Fit the input check of a model folder anew; its estimate of quality stays."""
    model = mu.load_model(folder)
    learnt, limits = [], []
    own = [case for case in mu.read_cases(data) if case.image_key() in model.trained_on]
    held = {case.id for case in own[:: len(own) // VALIDATION][:VALIDATION]}
    for case in own:
        (limits if case.id in held else learnt).append(sample_of(model, case))
    chosen = {row["id"] for row in chosen_films(nih)}
    for case in mu.read_cases(nih, needs_target=False):
        number = int(case.subject)
        if case.id in chosen and number % 2 == 0:
            (limits if number // 2 % LIMITS == 0 else learnt).append(sample_of(model, case))
    print(f"input check: {len(learnt)} films to learn from, {len(limits)} for the limits", file=sys.stderr)
    domain = fit_input_check(model, learnt, limits, Lines())
    add_checks(folder, Checks(model.checks[0].quality, domain))


def main() -> None:
    """Carry out the stages."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("wingspan", type=Path)
    words.add_argument("nih", type=Path)
    words.add_argument("--out", type=Path, default=Path("scratch/chest-model"))
    words.add_argument("--recipe", default=RECIPE)
    words.add_argument("--folds", type=int, default=FOLDS, choices=range(1, FOLDS + 1), help="how many are trained")
    words.add_argument("--steps", type=int, default=2400, help="of the student")
    words.add_argument("--stage", choices=("folds", "labels", "student"), help="end with this stage")
    words.add_argument("--checks", type=Path, metavar="MODEL", help="only fit the input check of this model folder")
    asked = words.parse_args()
    out: Path = asked.out
    if asked.checks:
        input_check(asked.checks, asked.wingspan, asked.nih)
        return
    train_folds(asked.wingspan, out / "folds", asked.recipe, asked.folds)
    if asked.stage == "folds":
        return
    if not (out / "labelled" / "sureness.csv").is_file():
        label_films(asked.nih, out / "folds", out / "labelled")
    if asked.stage == "labels":
        return
    table = student_cases(asked.wingspan, out / "folds", out / "labelled", out / "data")
    begun = (out / "student" / "checkpoints" / "last.ckpt").is_file()
    changes = [f"training.steps={asked.steps}", "training.lr=1.5e-3", "split.subject=column:subject"]
    first = out / "folds" / "fold-0"
    mu.train(
        table, recipe=asked.recipe, out=out / "student", changes=changes, init=first, resume=begun, progress=Lines()
    )
    put_intervals(out / "student" / "model", out / "folds", asked.wingspan)
    put_quality(out / "student" / "model", out / "folds", asked.wingspan)
    input_check(out / "student" / "model", asked.wingspan, asked.nih)


if __name__ == "__main__":
    main()

"""train: from a folder of images and masks to a run folder with a model in it."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from medunet.cases import Case, Cases, folds, prove, read_cases, split_by_subject, split_rows
from medunet.errors import InputError, OutputError, UsageError
from medunet.images import write_csv, write_json, write_text
from medunet.planning import Fingerprint, Plan, Recipe, Sample, SampleCache, fingerprint, make_plan, read_recipe
from medunet.workflows import surroundings
from medunet.workflows.card import model_card
from medunet.workflows.output import claim
from medunet.workflows.progress import SILENT, Progress

if TYPE_CHECKING:
    from medunet.training import EpochRow, Fitted

OWNED = (
    "run.json",
    "recipe.yaml",
    "plan.yaml",
    "split.csv",
    "log.csv",
    "curves.png",
    "samples",
    "checkpoints",
    "model",
    "evaluation",
)
FOLDS = 5
IN_MEMORY = 2 * 2**30
"""Prepared cases are held in memory up to this many bytes; beyond, they are read from the cache for every batch."""


@dataclass(frozen=True)
class Run:
    """A finished training: the run's folder and the figures a user wants first."""

    folder: Path
    best_epoch: int
    epochs: int
    val_dice: float | None
    weights_sha256: str
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "run": str(self.folder),
            "best_epoch": self.best_epoch,
            "epochs": self.epochs,
            "val_dice": self.val_dice,
            "weights_sha256": self.weights_sha256,
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True)
class Prepared:
    """What `plan` shows and `train` starts from."""

    recipe: Recipe
    cases: Cases
    portrait: Fingerprint
    plan: Plan


def prepare_training(data: str | Path, recipe: str, changes: Sequence[str] = (), fold: int | None = None) -> Prepared:
    """Read recipe and data, split by subject, and plan; nothing is written.

    Raises:
        InputError: recipe or data cannot be used; the message says where and what to do.
    """
    asked = read_recipe(recipe, changes)
    subject = None if asked.split.subject == "auto" else asked.split.subject
    cases = read_cases(data, rename=asked.rename, subject=subject)
    shares = {"train": asked.split.train, "val": asked.split.val, "test": asked.split.test}
    cases = split_by_subject(cases, shares, asked.training.seed)
    if fold is not None:
        if not 0 <= fold < FOLDS:
            raise UsageError("--fold", f"{fold} is not one of 0 to {FOLDS - 1}", "Folds count from 0")
        cases = folds(cases, FOLDS, asked.training.seed)[fold]
    learn = cases.of("train")
    if not learn.cases or not cases.of("val").cases:
        raise InputError(
            data,
            f"leaves {len(learn.cases)} cases to train on and {len(cases.of('val'))} to validate",
            "Give more subjects, or a larger split.train and split.val",
        )
    if cases.scheme is None:
        raise InputError(data, "has no masks", "Training needs a mask beside every image")
    portrait = fingerprint(learn)
    plan = make_plan(asked, portrait, cases.scheme.names, len(learn.cases))
    return Prepared(asked, cases, portrait, plan)


def train(
    data: str | Path,
    *,
    recipe: str = "chest-xray-small",
    out: str | Path = "run",
    changes: Sequence[str] = (),
    fold: int | None = None,
    budget: float | None = None,
    device: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    cache: Path | None = None,
    progress: Progress = SILENT,
) -> Run:
    """Train a model on `data` by `recipe`; everything goes to the run folder `out`.

    Args:
        data: a folder of images and masks, or a cases.csv.
        recipe: name of a packaged recipe, or a YAML file.
        out: the run folder; with `fold`, the folder of all folds.
        changes: `key=value` laid over the recipe.
        fold: train fold K of 5 into `out/fold-K`.
        budget: seconds that the whole call may take; the number of epochs is fixed from a timed warm-up.
        device: auto, cpu, cuda, cuda:N.
        resume: go on from the last whole epoch in `out`.
        overwrite: start anew in a run folder that holds another run.
        cache: folder for prepared cases; by default the user's cache folder.
        progress: is told how it goes.

    Raises:
        MedunetError: what cannot be used, written or trained; the message says where and what to do.
    """
    start = surroundings.clock()
    prepared = prepare_training(data, recipe, changes, fold)
    for sentence in prepared.cases.provenance:
        progress.say(sentence)
    folder = Path(out) if fold is None else Path(out) / f"fold-{fold}"
    keys = {case.id: case.content_key() for case in prepared.cases.cases}
    digest = hashlib.sha256("\n".join(sorted(keys.values())).encode()).hexdigest()
    rows = _claim(folder, prepared.recipe, digest, resume=resume, overwrite=overwrite)
    _write_plan(folder, prepared, prepared.plan)
    record = _record(data, prepared, digest, device)
    write_json(folder / "run.json", record)
    fitted, log = _fit(
        prepared, folder, rows, cache, budget and budget - (surroundings.clock() - start), device, resume, progress
    )
    return _finish(folder, prepared, fitted, log, keys, record, start, progress)


def _claim(folder: Path, recipe: Recipe, digest: str, *, resume: bool, overwrite: bool) -> list[EpochRow]:
    """Make the folder this run's; returns the epochs that are already there when resuming."""
    recipe_hash = hashlib.sha256(recipe.model_dump_json().encode()).hexdigest()[:16]
    identity = {"command": "train", "recipe": recipe_hash, "data": digest[:16]}
    again = claim(folder, identity, OWNED, overwrite=overwrite)
    begun = (folder / "checkpoints" / "last.ckpt").is_file()
    if again and begun and not resume:
        raise OutputError(folder, "holds this run already", "Add --resume to go on, or --overwrite to start anew")
    if resume and not (again and begun):
        raise InputError(folder, "holds no epoch of this run to go on from", "Start it without --resume")
    return _read_log(folder / "log.csv") if resume else []


def _read_log(path: Path) -> list[EpochRow]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = [{key: float(text) if text else None for key, text in row.items()} for row in csv.DictReader(file)]
    return [{**row, "epoch": int(row["epoch"] or 0)} for row in rows]


def _write_plan(folder: Path, prepared: Prepared, plan: Plan) -> None:
    recipe = prepared.recipe.model_dump(mode="json")
    write_text(folder / "recipe.yaml", yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True))
    write_text(folder / "plan.yaml", yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False, allow_unicode=True))
    header, *rows = split_rows(prepared.cases)
    write_csv(folder / "split.csv", header, rows)


def _record(data: str | Path, prepared: Prepared, digest: str, device: str) -> dict[str, Any]:
    return {
        "status": "running",
        "started": surroundings.now(),
        "versions": surroundings.versions(),
        "machine": surroundings.machine(),
        "seed": prepared.recipe.training.seed,
        "device": device,
        "data": {
            "path": str(Path(data).resolve()),
            "sha256": digest,
            "read_as": list(prepared.cases.provenance),
            "portrait": prepared.portrait.to_dict(),
        },
        "split": prove(prepared.cases).to_dict(),
    }


def _fit(
    prepared: Prepared,
    folder: Path,
    rows: list[EpochRow],
    cache: Path | None,
    budget: float | None,
    device: str,
    resume: bool,
    progress: Progress,
) -> tuple[Fitted, list[EpochRow]]:
    from medunet.networks import choose_device, choose_precision, keep_allocator

    keep_allocator()  # before the first tensor
    from medunet.training.fit import Machine, fit
    from medunet.workflows.recorder import Recorder

    begun = surroundings.clock()
    plan = prepared.plan
    store = SampleCache(cache or surroundings.cache_folder(), plan.preprocessing, plan.classes)
    groups = [prepared.cases.of("train").cases, prepared.cases.of("val").cases]
    loads = _load(groups, store, progress)
    where = choose_device(device)
    left = None if budget is None else budget - (surroundings.clock() - begun)
    machine = Machine(where, choose_precision(plan.training.precision, where), surroundings.clock, left)
    recorder = Recorder(folder, progress, surroundings.clock, rows)
    checkpoints = folder / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    try:
        fitted = fit(
            plan, (loads[0], len(groups[0])), (loads[1], len(groups[1])), checkpoints, machine, recorder, resume=resume
        )
    finally:
        progress.end()
    return fitted, recorder.rows


def _load(groups: Sequence[Sequence[Case]], store: SampleCache, progress: Progress) -> list[Any]:
    """A loader per group of cases; every case is prepared now, and all that cannot be read are named together."""
    total = sum(map(len, groups))
    size = 2 * store.how.channels + 1
    for side in store.how.size:
        size *= side
    keep = size * total <= IN_MEMORY
    faults: list[InputError] = []
    kept: list[list[Sample]] = [[] for _ in groups]
    progress.begin("reading films", total)
    done = 0
    for group, samples in zip(groups, kept, strict=True):
        for case in group:
            done += 1
            progress.advance(done, case.id)
            try:
                sample = store.get(case)
            except InputError as fault:
                faults.append(fault)
                continue
            if keep:
                samples.append(sample)
    progress.end()
    if faults:
        raise InputError.together(faults)
    if keep:
        return [samples.__getitem__ for samples in kept]
    return [lambda number, group=group: store.get(group[number]) for group in groups]


def _finish(
    folder: Path,
    prepared: Prepared,
    fitted: Fitted,
    rows: list[EpochRow],
    keys: Mapping[str, str],
    record: dict[str, Any],
    start: float,
    progress: Progress,
) -> Run:
    from medunet.images import Scheme
    from medunet.networks import count_parameters
    from medunet.prediction import save_model

    _write_plan(folder, prepared, fitted.plan)
    seen = [keys[case.id] for case in prepared.cases.cases if case.split in ("train", "val")]
    best: EpochRow = next((row for row in rows if row["epoch"] == fitted.best_epoch), {})
    seconds = surroundings.clock() - start
    final = record | {
        "status": "finished",
        "best_epoch": fitted.best_epoch,
        "epochs": fitted.plan.epochs,
        "parameters": count_parameters(fitted.network),
        "validation": best,
        "seconds": round(seconds, 1),
    }
    scheme = Scheme.of(fitted.plan.classes)
    card = model_card(folder.name, fitted.plan, final)
    staging = folder / "model.part"
    digest = save_model(staging, fitted.network, fitted.plan, scheme, trained_on=seen, card=card)
    if (folder / "model").exists():
        shutil.rmtree(folder / "model")
    staging.replace(folder / "model")
    write_json(folder / "run.json", final | {"weights_sha256": digest})
    progress.say(f"model: {folder / 'model'} (best epoch {fitted.best_epoch} of {fitted.plan.epochs})")
    dice = best.get("val_dice")
    return Run(folder, fitted.best_epoch, fitted.plan.epochs, dice and float(dice), digest, seconds)


def read_run(folder: Path) -> dict[str, Any]:
    """A run's run.json.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(folder / "run.json", "cannot be read", "Give a run folder of `medunet train`") from fault
    if not isinstance(record, dict):
        raise InputError(folder / "run.json", "is not a run's record", "Give a run folder of `medunet train`")
    return record

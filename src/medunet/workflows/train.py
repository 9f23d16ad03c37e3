"""train: from a folder of images and masks to a run folder with a model in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medunet.cases import prove
from medunet.errors import OutputError, UsageError
from medunet.images import Scheme, put_folder, remove, write_json
from medunet.planning import Plan, SampleCache
from medunet.workflows import surroundings
from medunet.workflows.card import model_card
from medunet.workflows.output import reserve
from medunet.workflows.preparation import Prepared, prepare_training, split_sentence
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.run_folder import (
    OWNED,
    Run,
    check_run,
    identity_of,
    read_log,
    read_plan,
    read_run,
    write_asked,
    write_plan,
)
from medunet.workflows.samples import Keys, find_keys, load_samples

if TYPE_CHECKING:
    import torch

    from medunet.training import EpochRow, Fitted
    from medunet.training.batches import Load
    from medunet.training.fit import Machine


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
    if resume and overwrite:
        raise UsageError("--resume", "contradicts --overwrite", "Give one of them")
    where = _device(device)
    prepared = prepare_training(data, recipe, changes, fold)
    for sentence in (*prepared.cases.provenance, split_sentence(prepared.cases)):
        progress.say(sentence)
    folder = Path(out) if fold is None else Path(out) / f"fold-{fold}"
    keys = find_keys(prepared.cases.cases, progress)
    identity = identity_of(prepared.recipe, keys.digest)
    with reserve(folder, identity, overwrite=overwrite) as place:
        check_run(folder, identity, resume=resume, overwrite=overwrite)
        if resume and (done := _finished(folder)) is not None:
            progress.say(f"{folder} is finished: nothing is left to train")
            return done
        plan = read_plan(folder) if resume else prepared.plan
        if resume and budget is not None:
            progress.say(f"the time was settled when the run began: it goes on to epoch {plan.epochs}")
        # Every film is read before the folder is touched: data that cannot be used leave nothing and remove nothing.
        loads = _loads(prepared, keys, cache, progress)
        place.claim(OWNED, reads=[path for case in prepared.cases for path in case.paths])
        write_asked(folder, prepared.recipe, prepared.cases)
        machine = _machine(plan, where, None if budget is None else budget - (surroundings.clock() - start))
        record = _record(data, prepared, keys, machine)
        write_json(folder / "run.json", record)
        try:
            fitted, rows = _fit(plan, folder, loads, machine, progress, resume=resume)
        except BaseException:
            with suppress(OutputError):
                write_json(folder / "run.json", record | {"status": "stopped"})
            raise
        return _finish(
            folder, fitted, rows, prepared, keys, record | {"seconds": surroundings.clock() - start}, progress
        )


def _device(asked: str) -> torch.device:
    """The device that was asked for; a word that names none is refused before any data is read."""
    from medunet.networks import choose_device, keep_allocator

    keep_allocator()  # before the first tensor
    return choose_device(asked)


def _machine(plan: Plan, where: torch.device, budget: float | None) -> Machine:
    from medunet.networks import choose_precision
    from medunet.training.fit import Machine

    return Machine(where, choose_precision(plan.training.precision, where), surroundings.clock, budget)


def _loads(prepared: Prepared, keys: Keys, cache: Path | None, progress: Progress) -> list[tuple[Load, int]]:
    """Loader and number of the training cases, and of the validation cases."""
    plan = prepared.plan
    store = SampleCache(cache or surroundings.cache_folder(), plan.preprocessing, plan.classes)
    groups = [prepared.cases.of("train").cases, prepared.cases.of("val").cases]
    loads = load_samples(groups, store, keys.content, progress)
    return [(load, len(group)) for load, group in zip(loads, groups, strict=True)]


def _record(data: str | Path, prepared: Prepared, keys: Keys, machine: Machine) -> dict[str, Any]:
    return {
        "status": "running",
        "started": surroundings.now(),
        "versions": surroundings.versions(),
        "machine": surroundings.machine(),
        "seed": prepared.recipe.training.seed,
        "device": str(machine.device),
        "precision": machine.precision,
        "data": {
            "path": str(Path(data).resolve()),
            "sha256": keys.digest,
            "read_as": list(prepared.cases.provenance),
            "portrait": prepared.portrait.to_dict(),
        },
        "split": prove(prepared.cases).to_dict(),
    }


def _fit(
    plan: Plan, folder: Path, loads: list[tuple[Load, int]], machine: Machine, progress: Progress, *, resume: bool
) -> tuple[Fitted, list[EpochRow]]:
    from medunet.training import fit
    from medunet.workflows.recorder import Recorder

    recorder = Recorder(folder, progress, surroundings.clock, read_log(folder) if resume else [])
    training, validation = loads
    try:
        fitted = fit(plan, training, validation, folder / "checkpoints", machine, recorder, resume=resume)
    finally:
        progress.end()
        recorder.draw()
    return fitted, recorder.rows


def _finish(
    folder: Path,
    fitted: Fitted,
    rows: list[EpochRow],
    prepared: Prepared,
    keys: Keys,
    record: dict[str, Any],
    progress: Progress,
) -> Run:
    from medunet.networks import count_parameters
    from medunet.prediction import save_model

    write_plan(folder, fitted.plan)
    best: EpochRow = next((row for row in rows if row["epoch"] == fitted.best_epoch), {})
    final = record | {
        "status": "finished",
        "best_epoch": fitted.best_epoch,
        "epochs": fitted.epochs_run,
        "parameters": count_parameters(fitted.network),
        "validation": best,
        "seconds": round(record["seconds"], 1),
    }
    seen = [keys.image[case.id] for case in prepared.cases if case.split in ("train", "val")]
    card = model_card(folder.name, fitted.plan, final)
    staging = folder / "model.part"
    remove(staging)
    scheme = Scheme.of(fitted.plan.classes)
    digest = save_model(staging, fitted.network, fitted.plan, scheme, trained_on=seen, card=card)
    put_folder(staging, folder / "model")
    final |= {"weights_sha256": digest}
    write_json(folder / "run.json", final)
    progress.say(f"model: {folder / 'model'} (best epoch {fitted.best_epoch} of {fitted.epochs_run})")
    return _run_of(folder, final)


def _finished(folder: Path) -> Run | None:
    """The run as it ended, or None where it did not end."""
    if not (folder / "run.json").is_file() or not (folder / "model" / "model.json").is_file():
        return None
    record = read_run(folder)
    return _run_of(folder, record) if record.get("status") == "finished" else None


def _run_of(folder: Path, record: dict[str, Any]) -> Run:
    dice = record["validation"].get("val_dice")
    best, epochs, digest = record["best_epoch"], record["epochs"], record["weights_sha256"]
    return Run(folder, best, epochs, dice, digest, float(record["seconds"]))

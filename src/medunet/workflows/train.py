"""train: from a folder of images and masks to a run folder with a model in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medunet.cases import prove
from medunet.errors import InputError, OutputError, UsageError
from medunet.images import Scheme, put_folder, remove, write_json
from medunet.planning import Plan
from medunet.workflows import surroundings
from medunet.workflows.calibrating import calibrate, why_no_intervals
from medunet.workflows.card import model_card
from medunet.workflows.checking import Films, fit_checks
from medunet.workflows.interval_words import interval_sentence
from medunet.workflows.launch import crew
from medunet.workflows.output import reserve
from medunet.workflows.preparation import prepare_training, split_sentence
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.run_folder import (
    OWNED,
    Run,
    check_run,
    identity_of,
    read_plan,
    read_run,
    write_asked,
    write_plan,
)
from medunet.workflows.samples import find_keys
from medunet.workflows.starting import start_from
from medunet.workflows.tracking.registry import check_trackers
from medunet.workflows.training_work import Call, Work, device_of, loads_of, machine_of, share_of

if TYPE_CHECKING:
    from medunet.training import EpochRow, Fitted
    from medunet.training.batches import Load, Share
    from medunet.training.fit import Machine


def train(
    data: str | Path,
    *,
    recipe: str = "chest-xray-small",
    out: str | Path = "run",
    changes: Sequence[str] = (),
    fold: int | None = None,
    init: str | Path | None = None,
    budget: float | None = None,
    device: str = "auto",
    devices: int = 1,
    resume: bool = False,
    overwrite: bool = False,
    cache: str | Path | None = None,
    track: Sequence[str] = (),
    progress: Progress = SILENT,
) -> Run:
    """Train a model on `data` by `recipe`; everything goes to the run folder `out`.

    Args:
        data: a folder of images and masks, or a cases.csv.
        recipe: name of a packaged recipe, or a YAML file.
        out: the run folder; with `fold`, the folder of all folds.
        changes: `key=value` laid over the recipe.
        fold: train fold K of 5 into `out/fold-K`.
        init: a packaged model, a run or a model folder whose weights the training begins with.
        budget: seconds that the whole call may take; the number of epochs is fixed from a timed warm-up.
        device: auto, cpu, cuda, cuda:N.
        devices: processes that share every batch, each on a device of its own; on a processor they share its cores.
        resume: go on from the last whole epoch in `out`, or beyond the end where more epochs are asked for.
        overwrite: start anew in a run folder that holds another run.
        cache: folder for prepared cases; by default the user's cache folder.
        track: trackers that are told how it goes: tensorboard, mlflow, wandb.
        progress: is told how it goes.

    Raises:
        MedunetError: what cannot be used, written or trained; the message says where and what to do.
    """
    if resume and overwrite:
        raise UsageError("--resume", "contradicts --overwrite", "Give one of them")
    check_trackers(track)
    call = Call(
        str(data),
        recipe,
        str(out),
        tuple(changes),
        fold,
        None if init is None else str(init),
        budget,
        device,
        devices,
        resume,
        overwrite,
        None if cache is None else str(cache),
        tuple(track),
    )
    share = share_of(devices)
    if devices > 1 and share.ranks == 1:
        with crew(asdict(call), devices):
            return _train(call, share_of(devices), progress)
    return _train(call, share, progress)


def _train(call: Call, share: Share, progress: Progress) -> Run:
    """Read, plan, and train as one of the processes of `share`."""
    from medunet.training.ranks import joined

    start = surroundings.clock()
    where = device_of(call.device, share)
    prepared = prepare_training(call.data, call.recipe, call.changes, call.fold)
    if not share.rank:
        for sentence in (*prepared.cases.provenance, split_sentence(prepared.cases)):
            progress.say(sentence)
    keys = find_keys(prepared.cases.cases, SILENT if share.rank else progress)
    begun = None if call.init is None else start_from(call.init, prepared.plan)
    work = Work(call, prepared, keys, begun, share, where, start)
    with joined(share, where):
        return _follow(work) if share.rank else _lead(work, progress)


def _lead(work: Work, progress: Progress) -> Run:
    """Train as the process that writes."""
    from medunet.training.ranks import told

    call, folder, prepared = work.call, work.call.folder, work.prepared
    init = work.begun.facts["weights_sha256"] if work.begun else None
    split = work.keys.split_digest(prepared.cases)
    identity = identity_of(prepared.recipe, work.keys.digest, split, init)
    with reserve(folder, identity, overwrite=call.overwrite) as place:
        check_run(folder, identity, resume=call.resume, overwrite=call.overwrite)
        done = _finished(folder) if call.resume else None
        further = _further_plan(work, done, progress) if done else None
        if done and further is None:
            told((None, work.keys.digest))
            return done
        plan = further or _begun_plan(work, progress)
        # Every film is read before the folder is touched: data that cannot be used leave nothing and remove nothing.
        loads = loads_of(work, plan, progress)
        told((plan, work.keys.digest))
        place.claim((*OWNED, *call.track), reads=[path for case in prepared.cases for path in case.paths])
        write_asked(folder, prepared.recipe, prepared.cases)
        machine = machine_of(work, plan)
        record = _record(work, machine)
        write_json(folder / "run.json", record)
        try:
            fitted, rows = _fit(plan, work, loads, machine, progress)
        except BaseException:
            with suppress(OutputError):
                write_json(folder / "run.json", record | {"status": "stopped"})
            raise
        seconds = surroundings.clock() - work.start
        record |= {"seconds": seconds, "remarks": list(fitted.remarks)}
        return _finish(work, fitted, rows, record, (Films(*loads[0]), Films(*loads[1])), progress)


def _follow(work: Work) -> Run:
    """Train as a process that writes nothing; the plan is what the first one says."""
    from medunet.training import fit
    from medunet.training.ranks import told
    from medunet.workflows.recorder import Deaf

    plan, digest = told()
    if digest != work.keys.digest:
        raise InputError(work.call.data, "is not the same for all processes", "Give all of them the same files")
    if plan is None:
        return Run(work.call.folder, 0, 0, None, "", 0.0)
    training, validation = loads_of(work, plan, SILENT)
    folder = work.call.folder / "checkpoints"
    start = work.begun.weights if work.begun else None
    machine = machine_of(work, plan)
    fitted = fit(plan, training, validation, folder, machine, Deaf(), start=start, resume=work.call.resume)
    return Run(work.call.folder, fitted.best_epoch, fitted.epochs_run, None, "", surroundings.clock() - work.start)


def _begun_plan(work: Work, progress: Progress) -> Plan:
    """The plan of a run from the beginning, or as it was settled when a run that is resumed began."""
    if not work.call.resume:
        return work.plan
    begun = read_plan(work.call.folder)
    if work.call.budget is not None or _wanted(work, begun) != begun.epochs:
        progress.say(f"the length was settled when the run began: it goes on to epoch {begun.epochs}")
    return begun


def _further_plan(work: Work, done: Run, progress: Progress) -> Plan | None:
    """The plan of a further stage of a run that has ended, or None where nothing more is asked for."""
    begun = read_plan(work.call.folder)
    wanted = _wanted(work, begun)
    if work.call.budget is not None or wanted > done.epochs:
        why = f"asked for; the run had ended after {done.epochs}"
        return begun.continued(done.epochs, max(wanted, done.epochs + 1), why)
    said = "nothing is left to train (more: --set training.epochs=… or --budget)"
    progress.say(f"{work.call.folder} is finished: {said}")
    return None


def _wanted(work: Work, begun: Plan) -> int:
    """The epochs that this call asks for, in those of the run."""
    steps = work.prepared.recipe.training.steps
    if steps is None:
        return work.plan.epochs
    return max(1, round(steps / begun.steps_per_epoch(work.training_cases)))


def _record(work: Work, machine: Machine) -> dict[str, Any]:
    prepared, keys = work.prepared, work.keys
    return {
        "status": "running",
        "started": surroundings.now(),
        "versions": surroundings.versions(),
        "machine": surroundings.machine(),
        "seed": prepared.recipe.training.seed,
        "monitor": prepared.recipe.training.monitor,
        "device": str(machine.device),
        "devices": work.share.ranks,
        "precision": machine.precision,
        "data": {
            "path": str(Path(work.call.data).resolve()),
            "sha256": keys.digest,
            "read_as": list(prepared.cases.provenance),
            "portrait": prepared.portrait.to_dict(),
        },
        "split": prove(prepared.cases).to_dict(),
        "init": work.begun.facts if work.begun else None,
        "track": list(work.call.track),
    }


def _fit(
    plan: Plan, work: Work, loads: list[tuple[Load, int]], machine: Machine, progress: Progress
) -> tuple[Fitted, list[EpochRow]]:
    from medunet.training import fit
    from medunet.training.checkpoints import rows_until
    from medunet.workflows.recorder import Recorder
    from medunet.workflows.tracking.observer import Tracking
    from medunet.workflows.tracking.together import Together

    folder, resume = work.call.folder, work.call.resume
    checkpoints = folder / "checkpoints"
    rows = rows_until(checkpoints) if resume else []
    recorder = Recorder(folder, progress, surroundings.clock, list(rows))
    tracking = Tracking(work, rows, progress)
    observer = Together(recorder, tracking)
    training, validation = loads
    start = work.begun.weights if work.begun else None
    try:
        fitted = fit(plan, training, validation, checkpoints, machine, observer, start=start, resume=resume)
        tracking.end(finished=True)
    finally:
        tracking.end(finished=False)
        progress.end()
        recorder.draw()
    for remark in fitted.remarks:
        progress.say(remark)
    return replace(fitted, remarks=(*fitted.remarks, *tracking.remarks)), recorder.rows


def _finish(
    work: Work,
    fitted: Fitted,
    rows: list[EpochRow],
    record: dict[str, Any],
    films: tuple[Films, Films],
    progress: Progress,
) -> Run:
    from medunet.networks import count_parameters
    from medunet.prediction import Model, save_model

    folder = work.call.folder
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
    learnt = [case for case in work.prepared.cases if case.split in ("train", "val")]
    seen = {work.keys.image[case.id] for case in learnt} | (work.begun.trained_on if work.begun else frozenset())
    staging = folder / "model.part"
    remove(staging)
    network, plan, scheme = fitted.network.to(work.device), fitted.plan, Scheme.of(fitted.plan.classes)
    model = Model(folder.name, (network,), plan, scheme, weights_sha256="")
    known = calibrate(
        model,
        work.prepared.cases.of("val").cases,
        work.keys.image,
        progress,
        no_intervals=why_no_intervals(plan, fine_tuned=work.begun is not None),
        seconds=lambda: work.time_left,
    )
    digest = save_model(
        staging,
        network,
        plan,
        scheme,
        trained_on=sorted(seen),
        card=model_card(folder.name, plan, final, known.intervals),
        temperature=known.temperature,
        intervals=known.intervals,
        checks=fit_checks(
            model,
            *films,
            progress=progress,
            subjects={case.id: case.subject for case in work.prepared.cases},
            seconds=lambda: work.time_left,
        ),
    )
    put_folder(staging, folder / "model")
    final |= {"weights_sha256": digest}
    write_json(folder / "run.json", final)
    progress.say(interval_sentence(known.intervals))
    chosen = f"best epoch {fitted.best_epoch} of" if plan.training.monitor != "none" else "the last weights of"
    progress.say(f"model: {folder / 'model'} ({chosen} {fitted.epochs_run})")
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
    chosen = record.get("monitor") != "none"
    return Run(folder, best, epochs, dice, digest, float(record["seconds"]), chosen)

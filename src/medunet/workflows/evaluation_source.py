"""What evaluate was asked to score: a run's split, a model on other data, or masks made elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.cases import Case, Cases, read_cases
from medunet.cases.folders import name_and_ending
from medunet.cases.masks import read_masks
from medunet.cases.names import listed
from medunet.cases.placing import key_of
from medunet.errors import InputError, UsageError, did_you_mean
from medunet.images import Image
from medunet.measuring import Intervals
from medunet.scoring import ONE_THRESHOLD
from medunet.workflows.evaluation import Predicted, Source, Task
from medunet.workflows.fold_runs import record_of_all, run_of_all
from medunet.workflows.run_folder import read_asked, read_log, read_run

if TYPE_CHECKING:
    from medunet.prediction import Model

SPLITS = ("train", "val", "test")


def find_task(
    what: str | Path,
    data: str | Path | None,
    *,
    split: str | None,
    out: str | Path | None,
    allow_trained: bool,
    device: str,
) -> Task:
    """Resolve `what` and `data`.

    Raises:
        MedunetError: they name nothing that can be scored.
    """
    from medunet.prediction import packaged_models

    if split is not None and split not in SPLITS:
        raise UsageError("--split", f"{split!r} is not one of {', '.join(SPLITS)}", "Give one of them")
    path = Path(what)
    is_run = (path / "run.json").is_file()
    is_model = str(what) in packaged_models() or (path / "model.json").is_file() or any(path.glob("fold-*/model"))
    if is_run or is_model:
        return _of_model(what, data, split, out, allow_trained, device, is_run=is_run)
    if path.is_dir():
        if data is None:
            raise UsageError("DATA", "is needed to score a folder of masks", "Give the reference data after it")
        if (Path(data) / "run.json").is_file():
            raise UsageError("DATA", f"{data} is a run", f"Write the run first: medunet evaluate {data} {what}")
        return _of_masks(path, data, split, out)
    meant = did_you_mean(str(what), packaged_models())
    raise InputError(what, "is no run, model or folder of masks", f"{meant}See `medunet models`, or give a folder")


def _of_model(
    what: str | Path,
    data: str | Path | None,
    split: str | None,
    out: str | Path | None,
    allow_trained: bool,
    device: str,
    *,
    is_run: bool,
) -> Task:
    from medunet.networks import choose_device
    from medunet.prediction import load_model

    model = load_model(what).to(choose_device(device))
    record = read_run(Path(what)) if is_run else record_of_all(Path(what))
    own = data is None
    if own:
        split = split or "test"
        home = Path(what) if is_run else run_of_all(Path(what), split)
        told = record if is_run else read_run(home)
        cases = _run_cases(home, told, split)
        left_out = _others(told.get("split", {}).get("cases", {}), split)
    else:
        cases = _read(data or "", model)
        left_out = _others(Counter(case.split or "" for case in cases), split)
        cases = _of_split(cases, split)
    cases = _known_to(cases, model.plan.classes)
    keys = _keys(cases)
    # The model has seen a film whatever it is called and whoever drew its mask.
    trained = [case for case, key in keys.items() if key in model.trained_on]
    if trained and not own and not allow_trained:
        raise InputError(
            cases.source,
            f"{len(trained)} of {len(cases)} cases are training or validation cases of the model ({listed(trained)})",
            "Score others, or add --allow-trained for a figure that is too good",
        )
    default = Path(what) / "evaluation" / (split or "all") if is_run or own else Path("evaluate")
    identity = {
        "command": "evaluate",
        "model": model.weights_sha256,
        "data": str(Path(data).absolute()) if data else "own",
        "split": split,
    }
    known = model.intervals if isinstance(model.intervals, Intervals) else None
    if known is not None:
        identity["intervals"] = known.digest
    facts = (
        ("Model", (("name", model.name), ("recipe", model.plan.recipe), ("weights (sha256)", model.weights_sha256))),
        ("Plan", tuple((d.key, d.value) for d in model.plan.decisions)),
    )
    proof = record.get("split") if own else None
    begun = bool(record.get("init"))
    caution = caution_of(model, len(trained), len(cases), (split or "") if own else "", begun=begun)
    target = Path(out or default)
    log = read_log(Path(what)) if own else []
    return Task(
        cases,
        _predicting(model),
        model.name,
        target,
        identity,
        facts,
        proof,
        caution,
        log=log,
        left_out=left_out,
        plan=model.plan,
        record=record,
        temperature=model.temperature,
        unknown=frozenset(cases.scheme.names if cases.scheme else ()) - set(model.plan.classes),
        model=what,
        card=model.card,
        intervals=model.intervals,
        keys=keys,
        calibrating=frozenset(case for case, key in keys.items() if known is not None and key in known.films),
    )


def _keys(cases: Cases) -> dict[str, str]:
    """Case → the content key of its film; a film that cannot be read has none, and is not predicted."""
    keys = {}
    for case in cases:
        with suppress(InputError):
            keys[case.id] = case.image_key()
    return keys


def caution_of(model: Model, seen: int, cases: int, split: str = "", *, begun: bool = False) -> str:
    """What makes figures better than those of new cases would be, as a sentence; "" where nothing does.

    Args:
        model: with its plan and with what was fitted after the training.
        seen: how many of the cases are its training or validation cases.
        cases: that are scored.
        split: the part of the run's own data that they are; "" where it is not known.
        begun: whether the training began with the weights of a model that may have seen them.
    """
    training = model.plan.training
    if not seen:
        return ""
    if split == "train":
        return f"In-sample, optimistic: {seen} of {cases} cases were trained on."
    if split != "val":
        return f"In-sample, optimistic: {seen} of {cases} cases are training or validation cases of the model."
    if training.monitor != "none":
        return f"In-sample, optimistic: {seen} of {cases} cases chose the weights."
    if training.schedule.kind == "plateau":
        return f"In-sample, optimistic: {seen} of {cases} cases set the learning rate."
    if begun:
        return "Perhaps in-sample, optimistic: the training began with a model that may have seen these cases."
    return f"Validation cases: they neither trained nor chose the weights{_fitted(model)}."


def _fitted(model: Model) -> str:
    """What of a model comes of its validation cases, as the end of a sentence."""
    parts: dict[str, list[object]] = {
        "temperature": [model.temperature],
        "intervals": [model.intervals],
        "estimate of quality": [one.quality for one in model.checks],
        "input check": [one.domain for one in model.checks],
    }
    there = [name for name, made in parts.items() if any(not isinstance(one, str) for one in made)]
    if not there:
        return ""
    text = f", but the model's {', '.join(there)} come of them"
    return text + ("; the calibration after the temperature is optimistic here" if "temperature" in there else "")


def _predicting(model: Model) -> Source:
    def source(case: Case, image: Image) -> Predicted:
        said = model.predict(image, probabilities=True)
        if said.probabilities is None or not np.isfinite(said.probabilities).all():
            raise InputError(case.id, "gets probabilities that are no numbers (NaN)", "Look at the film's values")
        calibrated = model.calibrated(said.probabilities)
        return Predicted(
            said.labels, by_class(said.probabilities), None if calibrated is None else by_class(calibrated)
        )

    def by_class(shares: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        # with softmax the background comes first
        return dict(zip(model.plan.classes, shares[-len(model.plan.classes) :], strict=True))

    return source


def _run_cases(run: Path, record: Mapping[str, Any], split: str) -> Cases:
    """The run's own cases of one split, as split.csv names them."""
    path = str(record.get("data", {}).get("path", ""))
    if not Path(path).exists():
        raise InputError(run / "run.json", "names data that is not there any more", "Give DATA after the run")
    recipe, split_of = read_asked(run)
    subject = recipe.get("split", {}).get("subject", "auto")
    cases = read_cases(path, rename=recipe.get("rename") or {}, subject=None if subject == "auto" else subject)
    wanted = tuple(
        replace(case, split=split)  # type: ignore[arg-type]
        for case in cases.cases
        if split_of.get(case.id, ("", ""))[1] == split
    )
    missing = sorted({case for case, (_, one) in split_of.items() if one == split} - {case.id for case in wanted})
    if missing:
        raise InputError(
            path, f"lacks {len(missing)} cases of the run's {split} split ({missing[0]}, …)", "Restore them"
        )
    return replace(cases, cases=wanted)


def _read(data: str | Path, model: Model) -> Cases:
    """DATA's cases with the structures called as the model calls them."""
    return read_cases(data, rename=_towards(model.plan.classes) | model.plan.rename)


def _others(counts: Mapping[str, int], split: str | None) -> tuple[tuple[int, str], ...]:
    """How many cases are in other parts than the one that is scored."""
    if split is None:
        return ()
    return tuple((n, f"in the part {name}" if name else "in no part") for name, n in counts.items() if name != split)


def _of_split(cases: Cases, split: str | None) -> Cases:
    return cases if split is None else replace(cases, cases=tuple(case for case in cases if case.split == split))


def _known_to(cases: Cases, classes: tuple[str, ...]) -> Cases:
    """The cases, in which only those structures were looked for that the model knows.

    Raises:
        InputError: it knows none of them.
    """
    names = cases.scheme.names if cases.scheme else ()
    unknown = [name for name in names if name not in classes]
    if not unknown:
        return cases
    if len(unknown) == len(names):
        what = f"holds {', '.join(names)}, the model knows {', '.join(classes)}"
        raise InputError(cases.source, what, "Give data with the model's structures, or rename them in a data.yaml")
    looked = tuple(
        replace(case, annotated=tuple(name for name in case.annotated or names if name in classes) or case.annotated)
        for case in cases
    )
    said = f"not scored, because the model does not know it: {', '.join(unknown)}"
    return replace(cases, cases=looked, provenance=(*cases.provenance, said))


def _towards(classes: tuple[str, ...]) -> dict[str, str]:
    """Sides become one structure where the model knows only the whole (left lung → lung)."""
    names: dict[str, str] = {}
    for name in classes:
        if not name.startswith(("left ", "right ")):
            names |= {f"left {name}": name, f"right {name}": name, f"{name}s": name}
    return {old: new for old, new in names.items() if old not in classes}


def _name_key(name: str) -> str:
    """A name without its case and without words such as `_mask`."""
    return key_of(name)[1]


def _of_masks(folder: Path, data: str | Path, split: str | None, out: str | Path | None) -> Task:
    cases = read_cases(data)
    left_out = _others(Counter(case.split or "" for case in cases), split)
    cases = _of_split(cases, split)
    masks = read_masks([folder])
    if masks.scheme is not None:
        cases = _renamed_towards(cases, data, masks.scheme.names)
    by_name = {_name_key(mask.id): mask for mask in masks.cases}

    def mask_of(case: Case) -> Case | None:
        return by_name.get(_name_key(case.id)) or by_name.get(_name_key(name_and_ending(case.images[0])[0]))

    if len(cases) and not any(map(mask_of, cases)):
        first = f"{listed(mask.id for mask in masks)} here, {listed(case.id for case in cases)} in the data"
        raise InputError(folder, f"holds no mask of the name of any case ({first})", "Name masks as their images")

    def source(case: Case, image: Image) -> Predicted:
        mask = mask_of(case)
        if mask is None or mask.target is None:
            raise InputError(case.id, f"{folder.name} holds no mask of its name", "Add it")
        return Predicted(mask.target.read(image.grid, case.images[0].name))

    identity = {
        "command": "evaluate",
        "masks": str(folder.absolute()),
        "data": str(Path(data).absolute()),
        "split": split,
    }
    facts = (("Masks", (("folder", folder.name), *(("read as", said) for said in masks.provenance))),)
    reads = tuple(path for mask in masks.cases for path in mask.paths)
    target = Path(out or "evaluate")
    return Task(
        cases, source, folder.name, target, identity, facts, None, reads=reads, no_roc=ONE_THRESHOLD, left_out=left_out
    )


def _renamed_towards(cases: Cases, data: str | Path, names: tuple[str, ...]) -> Cases:
    """The reference under the masks' coarser names, where those merge sides that the reference keeps apart."""
    if cases.scheme is None or set(names) <= set(cases.scheme.names):
        return cases
    renamed = read_cases(data, rename=_towards(names))
    kept = {case.id for case in cases.cases}
    return replace(renamed, cases=tuple(case for case in renamed.cases if case.id in kept))

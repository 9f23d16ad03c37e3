"""The model on disk: weights.safetensors, model.json, card.md, domain.safetensors. Loading runs no code from the files.

`model.json` holds the plan, the scheme, the hash of the weights, the content keys of the cases that were trained on,
the temperature of the probabilities, what the intervals of its ratios rest on, and the model's checks. A weights file
whose hash, names, shapes or types differ from what the plan and model.json say is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from pydantic import ValidationError

from medunet.errors import InputError, did_you_mean
from medunet.images import Scheme, write_bytes, write_json, write_text
from medunet.measuring import Intervals
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.prediction.checks import Checks
from medunet.prediction.checks_file import read_checks, store_checks
from medunet.prediction.model import NO_INTERVALS, NOT_FITTED, Model
from medunet.prediction.temperature import Temperature

FORMAT = 1
WEIGHTS, DESCRIPTION, CARD = "weights.safetensors", "model.json", "card.md"
LARGEST_HEADER = 2**24
"""Bytes that a weights file may be larger than its weights."""
ENSEMBLE = "ensemble.json"
"""Beside the folds of a model: intervals of their common prediction, where it was recalibrated."""
PICKLES = (".ckpt", ".pt", ".pth", ".pkl", ".bin")
"""Endings of files that run code when they are loaded."""
SEVERAL_FOLDS = "the mean of several folds has none: what one fold did not learn from, another did"
"""Why an ensemble has no temperature."""
MADE_BEFORE = "the model was made before medunet gave intervals"
"""Why a model of an earlier medunet has no intervals."""
DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What a description that was changed by hand can raise, infinite counts among it."""
_RESTORE = "Restore the folder or train again"


def save_model(
    folder: Path,
    network: UNet,
    plan: Plan,
    scheme: Scheme,
    *,
    trained_on: Sequence[str],
    card: str,
    temperature: Temperature | str = NOT_FITTED,
    intervals: Intervals | str = NO_INTERVALS,
    checks: Checks | None = None,
) -> str:
    """Write a model's files; returns the hash of the weights (sha256, hex)."""
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    weights = safetensors.torch.save(state)
    digest = hashlib.sha256(weights).hexdigest()
    write_bytes(folder / WEIGHTS, weights)
    write_text(folder / CARD, card)
    description = {
        "format": FORMAT,
        "plan": plan.model_dump(mode="json"),
        "labels": scheme.to_mapping(),
        "weights_sha256": digest,
        "trained_on": sorted(trained_on),
        "temperature": _told(temperature),
        "intervals": _told(intervals),
        **store_checks(folder, checks or Checks()),
    }
    write_json(folder / DESCRIPTION, description)
    return digest


def packaged_models() -> dict[str, Path]:
    """Name → folder of the models that come with the package."""
    root = Path(str(resources.files("medunet"))) / "models"
    if not root.is_dir():
        return {}
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / DESCRIPTION).is_file()}


def find_model(name: str | Path) -> list[Path]:
    """The model folders that `name` means: a packaged model, a model folder, a run, or a run's folds.

    Raises:
        InputError: there is none.
    """
    packaged = packaged_models()
    if str(name) in packaged:
        return [packaged[str(name)]]
    folder = Path(name)
    if (folder / DESCRIPTION).is_file():
        return [folder]
    if (folder / "model" / DESCRIPTION).is_file():
        return [folder / "model"]
    if folds := sorted(folder.glob(f"fold-*/model/{DESCRIPTION}")):
        return [path.parent for path in folds]
    if folder.suffix.lower() in PICKLES:
        what = "is not loaded: such a file can run code"
        raise InputError(folder, what, "Give the run's folder, or its folder model")
    known = f"Packaged models: {', '.join(packaged)}" if packaged else "No model is packaged yet"
    if (folder / "run.json").is_file():
        raise InputError(folder, "is a run without a model: its training did not end", "Go on with --resume")
    remedy = f"{did_you_mean(str(name), packaged)}{known}; or give a run of `medunet train` or a model folder"
    what = "holds no model" if folder.exists() else "is neither a packaged model nor a folder that is there"
    raise InputError(folder, what, remedy)


def load_model(name: str | Path) -> Model:
    """Load a model by name, model folder or run (several folds become an ensemble).

    What the folds' intervals rest on is pooled: each subject's error is that of the fold that has not seen it.

    Raises:
        InputError: no such model, a damaged file, or files that do not belong together.
    """
    folders = find_model(name)
    parts = [_load_one(folder) for folder in folders]
    first = parts[0]
    for folder, part in zip(folders, parts, strict=True):
        if _form(part) != _form(first):
            raise InputError(folder, "has another form than the fold before it", "Train all folds by one recipe")
    if len(parts) == 1:
        return first
    digest = hashlib.sha256("".join(part.weights_sha256 for part in parts).encode()).hexdigest()
    networks = tuple(network for part in parts for network in part.networks)
    trained_on = frozenset(key for part in parts for key in part.trained_on)
    name_of, card = _name(Path(name)), _read_card(Path(name) / CARD) or first.card
    pooled = Intervals.pooled([part.intervals for part in parts])
    intervals = _recalibrated(Path(name) / ENSEMBLE, digest) or pooled
    checks = tuple(check for part in parts for check in part.checks)
    return Model(
        name_of, networks, first.plan, first.scheme, digest, trained_on, card, SEVERAL_FOLDS, intervals, checks
    )


def _recalibrated(path: Path, weights_sha256: str) -> Intervals | None:
    """The intervals of several folds together, where they were recalibrated.

    Raises:
        InputError: the file is damaged, or belongs to other folds.
    """
    if not path.is_file():
        return None
    description = _read_description(path)
    try:
        expected, intervals = str(description["weights_sha256"]), Intervals.from_dict(description["intervals"])
    except DAMAGED as fault:
        raise InputError(path, f"holds no intervals{_why(fault)}", _RESTORE) from fault
    if expected != weights_sha256:
        raise InputError(path, "belongs to other folds than those beside it", _RESTORE)
    return intervals


def _form(model: Model) -> tuple[object, ...]:
    """What folds must have in common for their probabilities to be averaged."""
    plan = model.plan
    return plan.network, plan.classes, plan.output, plan.preprocessing, plan.rounding, model.scheme


def _name(folder: Path) -> str:
    """A model's name: its folder's, or the run's that the folder `model` lies in."""
    place = folder.resolve()
    return place.parent.name if place.name == "model" else place.name


def _load_one(folder: Path) -> Model:
    description = _read_description(folder / DESCRIPTION)
    try:
        plan = Plan.model_validate(description["plan"])
        scheme = Scheme.from_mapping(description["labels"])
        if scheme.names != plan.classes:
            raise ValueError(f"labels {scheme.names} are not the classes {plan.classes}")
        expected = str(description["weights_sha256"])
        trained_on = frozenset(str(key) for key in description["trained_on"])
        temperature = _temperature(description.get("temperature"))
        intervals = _intervals(description.get("intervals"))
        checks = read_checks(folder, description)
    except DAMAGED as fault:
        raise InputError(folder / DESCRIPTION, f"is not a model description{_why(fault)}", _RESTORE) from fault
    network = _load_weights(folder / WEIGHTS, plan, expected)
    card = _read_card(folder / CARD)
    name = _name(folder)
    return Model(name, (network,), plan, scheme, expected, trained_on, card, temperature, intervals, (checks,))


def _told(known: Temperature | Intervals | str) -> dict[str, Any]:
    """What a description says of a thing that a model may have: the thing, or why there is none."""
    return {"reason": known} if isinstance(known, str) else known.to_dict()


def _temperature(told: Mapping[str, Any] | None) -> Temperature | str:
    """The temperature that a description holds, or why it has none; those of an earlier medunet say nothing."""
    if told is None:
        return NOT_FITTED
    return str(told["reason"]) if "reason" in told else Temperature(**told)


def _intervals(told: Mapping[str, Any] | None) -> Intervals | str:
    """The intervals that a description holds, or why it has none."""
    if told is None:
        return MADE_BEFORE
    return str(told["reason"]) if "reason" in told else Intervals.from_dict(told)


def _why(fault: Exception) -> str:
    """The first thing that is wrong with a description, in brackets."""
    if isinstance(fault, ValidationError):
        first = fault.errors()[0]
        key = ".".join(["plan", *map(str, first["loc"])])
        return f" ({key}: {first['msg'].removeprefix('Value error, ')})"
    return f" (no key {fault})" if isinstance(fault, KeyError) else f" ({fault})"


def _read_card(path: Path) -> str:
    """The card; it is for people, so a missing or damaged one stops nobody."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _read_description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError(path, "cannot be read as JSON", _RESTORE) from fault
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise InputError(path, f"is not a model description of format {FORMAT}", "Use the medunet that wrote it")
    return description


def _load_weights(path: Path, plan: Plan, expected: str) -> UNet:
    """The plan's network with the weights of a file, in evaluation mode; nothing is unpickled."""
    with torch.device("meta"):
        network = UNet(plan.network)
    state = _read_tensors(path, sum(tensor.nbytes for tensor in network.state_dict().values()), expected)
    wanted = network.state_dict()
    wrong = sorted(
        set(wanted.keys() ^ state.keys())
        | {
            name
            for name in wanted.keys() & state.keys()
            if (wanted[name].shape, wanted[name].dtype) != (state[name].shape, state[name].dtype)
        }
    )
    if wrong:
        raise InputError(path, f"does not fit the plan in {len(wrong)} tensors ({wrong[0]}, …)", "Restore both files")
    if not all(tensor.isfinite().all() for tensor in state.values()):
        raise InputError(path, "holds weights that are no numbers (NaN or infinite)", "Train again")
    network.load_state_dict(state, assign=True)
    return network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


def _read_tensors(path: Path, size: int, expected: str) -> dict[str, torch.Tensor]:
    """Name → tensor of a safetensors file of about `size` bytes whose SHA-256 (hex) is `expected`."""
    try:
        if path.stat().st_size > size + LARGEST_HEADER:
            raise InputError(path, f"is larger than the plan's network ({size:,} bytes)", "Restore both files")
        content = path.read_bytes()
    except OSError as fault:
        raise InputError(path, "cannot be read" if path.exists() else "is not there", _RESTORE) from fault
    if hashlib.sha256(content).hexdigest() != expected:
        raise InputError(path, "is not the file that model.json names (its hash differs)", "Restore both files")
    try:
        return safetensors.torch.load(content)
    except (safetensors.SafetensorError, ValueError, KeyError) as fault:
        raise InputError(path, "is not a whole safetensors file", _RESTORE) from fault

"""The model on disk: weights.safetensors, model.json, card.md. Loading runs no code from the files.

`model.json` holds the plan, the scheme, the hash of the weights and the content keys of the cases that were trained
on. A weights file whose hash, names, shapes or types differ from what the plan and model.json say is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from pydantic import ValidationError

from medunet.errors import InputError
from medunet.images import Scheme, write_bytes, write_json, write_text
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.prediction.model import Model

FORMAT = 1
WEIGHTS, DESCRIPTION, CARD = "weights.safetensors", "model.json", "card.md"


def save_model(folder: Path, network: UNet, plan: Plan, scheme: Scheme, *, trained_on: Sequence[str], card: str) -> str:
    """Write a model's three files; returns the hash of the weights (sha256, hex)."""
    folder.mkdir(parents=True, exist_ok=True)
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
    known = f"Packaged models: {', '.join(packaged)}" if packaged else "No model is packaged yet"
    if (folder / "run.json").is_file():
        raise InputError(folder, "is a run without a model: its training did not end", "Go on with --resume")
    raise InputError(folder, "holds no model", f"{known}; or give a run of `medunet train` or a model folder")


def load_model(name: str | Path) -> Model:
    """Load a model by name, model folder or run (several folds become an ensemble).

    Raises:
        InputError: no such model, a damaged file, or files that do not belong together.
    """
    folders = find_model(name)
    parts = [_load_one(folder) for folder in folders]
    first = parts[0]
    for folder, part in zip(folders, parts, strict=True):
        if (part.plan.network, part.plan.classes, part.plan.preprocessing) != (
            first.plan.network,
            first.plan.classes,
            first.plan.preprocessing,
        ):
            raise InputError(folder, "has another form than the fold before it", "Train all folds by one recipe")
    if len(parts) == 1:
        return first
    digest = hashlib.sha256("".join(part.weights_sha256 for part in parts).encode()).hexdigest()
    networks = tuple(network for part in parts for network in part.networks)
    trained_on = frozenset(key for part in parts for key in part.trained_on)
    return Model(Path(name).name, networks, first.plan, first.scheme, digest, trained_on, first.card)


def _load_one(folder: Path) -> Model:
    description = _read_description(folder / DESCRIPTION)
    try:
        plan = Plan.model_validate(description["plan"])
        scheme = Scheme.from_mapping(description["labels"])
        expected = str(description["weights_sha256"])
        trained_on = frozenset(str(key) for key in description["trained_on"])
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as fault:
        what = f"is not a model description ({type(fault).__name__})"
        raise InputError(folder / DESCRIPTION, what, "Restore the folder or train again") from fault
    network = _load_weights(folder / WEIGHTS, plan, expected)
    name = folder.parent.name if folder.name == "model" else folder.name
    card = (folder / CARD).read_text(encoding="utf-8") if (folder / CARD).is_file() else ""
    return Model(name, (network,), plan, scheme, expected, trained_on, card)


def _read_description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(path, "cannot be read as JSON", "Restore the folder or train again") from fault
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise InputError(path, f"is not a model description of format {FORMAT}", "Use the medunet that wrote it")
    return description


def _load_weights(path: Path, plan: Plan, expected: str) -> UNet:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise InputError(path, "cannot be read", "Restore the folder or train again") from fault
    if hashlib.sha256(content).hexdigest() != expected:
        raise InputError(path, "is not the file that model.json names (its hash differs)", "Restore both files")
    with torch.device("meta"):
        network = UNet(plan.network)
    wanted = network.state_dict()
    try:
        state = safetensors.torch.load(content)
    except (safetensors.SafetensorError, ValueError) as fault:
        raise InputError(path, "is not a whole safetensors file", "Restore the folder or train again") from fault
    wrong = sorted(
        {name for name in wanted.keys() ^ state.keys()}
        | {
            name
            for name in wanted.keys() & state.keys()
            if (wanted[name].shape, wanted[name].dtype) != (state[name].shape, state[name].dtype)
        }
    )
    if wrong:
        raise InputError(path, f"does not fit the plan in {len(wrong)} tensors ({wrong[0]}, …)", "Restore both files")
    network.load_state_dict(state, assign=True)
    return network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]

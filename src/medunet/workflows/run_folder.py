"""The run folder of train: whose it is, what lies in it, and how it is read back."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from medunet.cases import Cases, split_rows
from medunet.errors import InputError, OutputError
from medunet.images import write_csv, write_text
from medunet.planning import Plan, Recipe
from medunet.workflows.output import check
from medunet.workflows.tracking.registry import TRACKERS

if TYPE_CHECKING:
    from medunet.training import EpochRow

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
    "model.part",
    "evaluation",
    *TRACKERS,
)


@dataclass(frozen=True)
class Run:
    """A finished training: the run's folder and the figures a user wants first.

    `chosen` says whether the validation cases chose the weights; else they are those of the last epoch.
    """

    folder: Path
    best_epoch: int
    epochs: int
    val_dice: float | None
    weights_sha256: str
    seconds: float
    chosen: bool = True

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

    def _repr_html_(self) -> str:
        """A notebook shows what the run came to."""
        from medunet.reports import Column, notebook_table

        worth = "which chose the weights: optimistic" if self.chosen else "which chose nothing"
        dice = "not measured" if self.val_dice is None else f"{self.val_dice:.4f}, {worth}"
        rows = (
            ("epochs", f"{self.epochs}, the weights are of epoch {self.best_epoch}"),
            ("validation Dice", dice),
            ("weights (sha256)", self.weights_sha256[:16]),
            ("time", f"{self.seconds / 60:.1f} min"),
        )
        notes = ("Score it on films that chose nothing: mu.evaluate(run.folder).",)
        return notebook_table(f"Run in {self.folder.name}", (Column("what"), Column("value")), rows, notes=notes)


def identity_of(recipe: Recipe, digest: str, split: str, init: object = None) -> dict[str, str]:
    """What makes two calls of train the same: recipe, data, split, and the model to start from; not the length.

    A run that went on with cases in other splits would validate and test on what it has learnt from.
    """
    asked = recipe.model_dump(mode="json")
    for length in ("epochs", "steps"):
        del asked["training"][length]
    recipe_hash = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
    identity = {"command": "train", "recipe": recipe_hash, "data": digest[:16], "split": split[:16]}
    return identity | {"init": str(init)[:16]} if init else identity


def has_begun(folder: Path) -> bool:
    """Whether a run's folder holds an epoch; a call that stopped while one took the other's place left the earlier."""
    return any((folder / "checkpoints" / name).is_file() for name in ("last.ckpt", "previous.ckpt"))


def check_run(folder: Path, identity: Mapping[str, str], *, resume: bool, overwrite: bool) -> None:
    """Refuse before anything is written or read at length.

    Raises:
        OutputError: the folder is not this run's, or holds it already.
        InputError: there is no epoch to go on from.
    """
    again = check(folder, identity, overwrite=overwrite)
    begun = has_begun(folder)
    if again and begun and not resume:
        raise OutputError(folder, "holds this run already", "Add --resume to go on, or --overwrite to start anew")
    if resume and not (again and begun):
        raise InputError(folder, "holds no epoch of this run to go on from", "Start it without --resume")


def write_asked(folder: Path, recipe: Recipe, cases: Cases) -> None:
    """recipe.yaml and split.csv: what was asked, and which case is where."""
    text = yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_text(folder / "recipe.yaml", text)
    header, *rows = split_rows(cases)
    write_csv(folder / "split.csv", header, rows)


def read_asked(folder: Path) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """What `write_asked` wrote: the recipe's keys as plain values, and case → subject, split.

    Raises:
        InputError: one of the files cannot be read.
    """
    try:
        recipe = yaml.safe_load((folder / "recipe.yaml").read_text(encoding="utf-8"))
        with (folder / "split.csv").open(newline="", encoding="utf-8") as file:
            split_of = {row["case"]: (row["subject"], row["split"]) for row in csv.DictReader(file)}
        return dict(recipe), split_of
    except (OSError, UnicodeDecodeError, yaml.YAMLError, csv.Error, KeyError, TypeError, ValueError) as fault:
        raise InputError(
            folder, "lacks its recipe.yaml or split.csv", "Restore them, or give a whole run of `medunet train`"
        ) from fault


def write_plan(folder: Path, plan: Plan) -> None:
    """plan.yaml: what was decided, each decision with its reason."""
    write_text(folder / "plan.yaml", yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False, allow_unicode=True))


def read_plan(folder: Path) -> Plan:
    """The plan that a run was begun with; a budget may have decided its epochs.

    Raises:
        InputError: it is not there, or is no plan.
    """
    path = folder / "plan.yaml"
    try:
        return Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as fault:
        raise InputError(path, "is not the plan of a run", "Train anew with --overwrite") from fault


def read_log(folder: Path) -> list[EpochRow]:
    """The rows of log.csv, none where there is no such file.

    Raises:
        InputError: it holds something else than numbers.
    """
    path = folder / "log.csv"
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [{key: float(text) if text else None for key, text in row.items()} for row in csv.DictReader(file)]
        return [{**row, "epoch": int(row["epoch"] or 0)} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise InputError(path, "is not the log of a run", "Remove it, or train anew with --overwrite") from fault


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

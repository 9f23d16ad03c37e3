"""A model with other intervals in a folder of its own. The model that it comes from is not changed.

Of several folds each is copied as it is; the intervals of their common prediction stand beside them, in `ensemble.json`
with the hash of the folds' weights, and take the place of those that the folds pool.
"""

from __future__ import annotations

import json
from pathlib import Path

from medunet.errors import InputError
from medunet.images import write_bytes, write_json, write_text
from medunet.measuring import Intervals
from medunet.prediction.bundle import CARD, DESCRIPTION, ENSEMBLE, FORMAT, find_model
from medunet.prediction.checks_file import DOMAIN, NEXT

OWNED = (
    DESCRIPTION,
    CARD,
    ENSEMBLE,
    "weights.safetensors",
    DOMAIN,
    NEXT,
    *(f"fold-{fold}" for fold in range(10)),
)
"""What a recalibrated model's folder may hold."""


def model_files(name: str | Path) -> list[Path]:
    """Every file of a model."""
    return [path for folder in find_model(name) for path in sorted(folder.iterdir()) if path.is_file()]


def write_recalibrated(name: str | Path, folder: Path, weights_sha256: str, intervals: Intervals, card: str) -> None:
    """Write a copy of a model with other intervals; its description comes last, so that half a copy is no model.

    Args:
        name: a packaged model, a model folder, a run, or a run's folds.
        folder: where the copy goes.
        weights_sha256: the hash that names the model.
        intervals: those of the copy.
        card: its card, Markdown.

    Raises:
        InputError: the model cannot be read.
        OutputError: the copy cannot be written.
    """
    parts = find_model(name)
    if len(parts) == 1:
        _copy(parts[0], folder, leave_out=(DESCRIPTION, CARD))
        write_text(folder / CARD, card)
        description = json.loads((parts[0] / DESCRIPTION).read_text(encoding="utf-8"))
        write_json(folder / DESCRIPTION, description | {"intervals": intervals.to_dict()})
        return
    write_text(folder / CARD, card)
    told = {"format": FORMAT, "weights_sha256": weights_sha256, "intervals": intervals.to_dict()}
    write_json(folder / ENSEMBLE, told)
    for part in parts:
        _copy(part, folder / part.parent.name / part.name)


def _copy(source: Path, target: Path, leave_out: tuple[str, ...] = ()) -> None:
    """Copy the files of a model folder, the description last."""
    files = [path for path in source.iterdir() if path.is_file() and not path.name.startswith(".")]
    for path in sorted(files, key=lambda one: (one.name == DESCRIPTION, one.name)):
        if path.name not in leave_out:
            try:
                content = path.read_bytes()
            except OSError as fault:
                raise InputError(path, f"cannot be read ({fault.strerror})", "Check its permissions") from fault
            write_bytes(target / path.name, content)

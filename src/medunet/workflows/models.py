"""models: what models there are, and what is known of one."""

from __future__ import annotations

from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

from medunet.prediction.bundle import load_model, packaged_models


def packaged() -> dict[str, str]:
    """Name → folder of the packaged models."""
    return {name: str(folder) for name, folder in packaged_models().items()}


def purpose(folder: str) -> str:
    """What a packaged model does: the first sentence of its card."""
    lines = (Path(folder) / "card.md").read_text(encoding="utf-8").splitlines()
    first = " ".join(takewhile(str.strip, dropwhile(lambda line: not line.strip(), lines[1:])))
    return first.split(". ")[0].rstrip(".")


def describe(name: str) -> dict[str, Any]:
    """Card, plan and hash of a model.

    Raises:
        InputError: there is no such model, or it is damaged.
    """
    model = load_model(name)
    return {
        "name": model.name,
        "networks": len(model.networks),
        "labels": model.scheme.to_mapping(),
        "weights_sha256": model.weights_sha256,
        "plan": model.plan.model_dump(mode="json"),
        "card": model.card,
    }

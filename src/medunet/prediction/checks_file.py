"""The checks of a model on disk: numbers in model.json, the input check's arrays in domain.safetensors beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.numpy

from medunet.errors import InputError
from medunet.images import remove, write_bytes, write_json
from medunet.prediction.checks import NO_CHECKS, Checks
from medunet.prediction.domain import Domain
from medunet.prediction.quality import Quality

DOMAIN = "domain.safetensors"
LARGEST = 2**26
"""Bytes of a domain file that is read at most."""
_RESTORE = "Restore the folder or train again"


def store_checks(folder: Path, checks: Checks) -> dict[str, Any]:
    """Write the arrays into a model's folder; returns what model.json says, by key."""
    return {"quality": _told(checks.quality), "domain": _store_domain(folder, checks.domain)}


def add_checks(folder: Path, checks: Checks) -> None:
    """Give a model folder that there is already other checks; its weights and its name stay.

    Raises:
        InputError: the folder's model.json cannot be read.
    """
    path = folder / "model.json"
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(path, "cannot be read as JSON", _RESTORE) from fault
    write_json(path, description | store_checks(folder, checks))


def read_checks(folder: Path, description: Mapping[str, Any]) -> Checks:
    """The checks of a model folder by its description; one of an earlier medunet says nothing of them.

    Raises:
        InputError: the arrays are not those that the description names.
        KeyError, TypeError, ValueError: the description is none.
    """
    quality, domain = description.get("quality"), description.get("domain")
    return Checks(
        _reason(quality) or Quality.from_dict(quality or {}),
        _reason(domain) or _read_domain(folder / DOMAIN, domain or {}),
    )


def _told(known: Quality | str) -> dict[str, Any]:
    return {"reason": known} if isinstance(known, str) else known.to_dict()


def _reason(told: Mapping[str, Any] | None) -> str:
    """Why there is no such check, "" where there is one."""
    return NO_CHECKS if told is None else str(told.get("reason", ""))


def _store_domain(folder: Path, domain: Domain | str) -> dict[str, Any]:
    if isinstance(domain, str):
        remove(folder / DOMAIN)
        return {"reason": domain}
    content = safetensors.numpy.save(domain.arrays())
    write_bytes(folder / DOMAIN, content)
    return domain.to_dict() | {"sha256": hashlib.sha256(content).hexdigest()}


def _read_domain(path: Path, told: Mapping[str, Any]) -> Domain:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(path, "is larger than any input check", "Restore both files")
        content = path.read_bytes()
    except OSError as fault:
        raise InputError(path, "cannot be read", _RESTORE) from fault
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise InputError(path, "is not the file that model.json names (its hash differs)", "Restore both files")
    try:
        return Domain.from_dict(told, safetensors.numpy.load(content))
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, OverflowError) as fault:
        raise InputError(path, "holds no input check that fits model.json", _RESTORE) from fault

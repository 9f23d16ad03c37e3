"""The checks of a model on disk: numbers in model.json, the input check's arrays in domain.safetensors beside it.

model.json names the hash of the arrays. Where it is given other checks, the new arrays wait in domain-next.safetensors
until it names them: a model whose change was cut short can be loaded, with the old checks or with the new ones.
"""

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
NEXT = "domain-next.safetensors"
LARGEST = 2**26
"""Bytes of a domain file that is read at most."""
_RESTORE = "Restore the folder or train again"


def store_checks(folder: Path, checks: Checks) -> dict[str, Any]:
    """Write the arrays into a model's folder; returns what model.json says, by key."""
    told, content = _told_checks(checks)
    _store(folder / DOMAIN, content)
    return told


def add_checks(folder: Path, checks: Checks) -> None:
    """Give a model folder that there is already other checks; its weights and its name stay.

    Wherever this is cut short the model has its old checks or the new ones, and can be loaded.

    Raises:
        InputError: the folder's model.json cannot be read.
        OutputError: the folder cannot be written.
    """
    path = folder / "model.json"
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(path, "cannot be read as JSON", _RESTORE) from fault
    _finish(folder, description)
    told, content = _told_checks(checks)
    _store(folder / NEXT, content)
    write_json(path, description | told)
    _store(folder / DOMAIN, content)
    remove(folder / NEXT)


def read_checks(folder: Path, description: Mapping[str, Any]) -> Checks:
    """The checks of a model folder by its description; one of an earlier medunet says nothing of them.

    Raises:
        InputError: the arrays are not those that the description names.
        KeyError, TypeError, ValueError: the description is none.
    """
    quality, domain = description.get("quality"), description.get("domain")
    return Checks(
        _reason(quality) or Quality.from_dict(quality or {}),
        _reason(domain) or _read_domain(folder, domain or {}),
    )


def _told(known: Quality | str) -> dict[str, Any]:
    return {"reason": known} if isinstance(known, str) else known.to_dict()


def _reason(told: Mapping[str, Any] | None) -> str:
    """Why there is no such check, "" where there is one."""
    return NO_CHECKS if told is None else str(told.get("reason", ""))


def _told_checks(checks: Checks) -> tuple[dict[str, Any], bytes | None]:
    """What model.json says of the checks, by key, and the file of arrays that it names."""
    told, domain = {"quality": _told(checks.quality)}, checks.domain
    if isinstance(domain, str):
        return told | {"domain": {"reason": domain}}, None
    content = safetensors.numpy.save(domain.arrays())
    return told | {"domain": domain.to_dict() | {"sha256": hashlib.sha256(content).hexdigest()}}, content


def _store(path: Path, content: bytes | None) -> None:
    if content is None:
        remove(path)
    else:
        write_bytes(path, content)


def _finish(folder: Path, description: Mapping[str, Any]) -> None:
    """Put arrays in their place that an earlier call left waiting, where model.json names them."""
    domain = description.get("domain")
    if not _reason(domain) and (content := _waiting(folder, domain or {})) is not None:
        write_bytes(folder / DOMAIN, content)


def _waiting(folder: Path, told: Mapping[str, Any]) -> bytes | None:
    """The arrays that wait to take their place, None where there are none that model.json names."""
    try:
        content = _bytes_of(folder / NEXT)
    except InputError:
        return None
    return content if hashlib.sha256(content).hexdigest() == told.get("sha256") else None


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(path, "is larger than any input check", "Restore both files")
        return path.read_bytes()
    except OSError as fault:
        raise InputError(path, "cannot be read", _RESTORE) from fault


def _read_domain(folder: Path, told: Mapping[str, Any]) -> Domain:
    path = folder / DOMAIN
    content = _waiting(folder, told)
    if content is None:
        content = _bytes_of(path)
        if hashlib.sha256(content).hexdigest() != told["sha256"]:
            raise InputError(path, "is not the file that model.json names (its hash differs)", "Restore both files")
    try:
        return Domain.from_dict(told, safetensors.numpy.load(content))
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, OverflowError) as fault:
        raise InputError(path, "holds no input check that fits model.json", _RESTORE) from fault

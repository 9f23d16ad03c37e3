"""Entries as groups: trainings of one recipe that differ in their seed alone belong together; and what differs."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.workflows.compare_input import Entry, RunFacts

SEED = "training.seed"
_WORDS = ("name", "description", SEED)
"""Keys of a recipe by which two trainings do not become different ones."""


@dataclass(frozen=True, eq=False)
class Group:
    """One side of a comparison: an entry, or several seeds of one recipe.

    Attributes:
        name: another one for each group.
        members: at least one.
    """

    name: str
    members: tuple[Entry, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of its runs, in their order; none where there are only tables."""
        return tuple(entry.run.seed for entry in self.members if entry.run is not None)


def groups_of(entries: Sequence[Entry], labels: Mapping[Path, str] | None = None) -> tuple[Group, ...]:
    """The entries by recipe, in the order of their first members.

    Where all belong to one recipe there would be nothing to compare: then every entry is a group.

    Args:
        entries: at least two.
        labels: name of the group of a table of scores.
    """
    found: dict[str, list[Entry]] = {}
    for number, entry in enumerate(entries):
        key = f"{number}" if entry.run is None else _key(entry.run)
        found.setdefault(key, []).append(entry)
    if len(found) == 1:
        return tuple(Group(entry.name, (entry,)) for entry in entries)
    names: list[str] = []
    for members in found.values():
        name = (labels or {}).get(members[0].table) or _name(members)
        while name in names:
            name += "′"
        names.append(name)
    return tuple(Group(name, tuple(members)) for name, members in zip(names, found.values(), strict=True))


def seeds_alone(entries: Sequence[Entry]) -> bool:
    """Whether all entries are runs of one recipe."""
    keys = {None if entry.run is None else _key(entry.run) for entry in entries}
    return len(keys) == 1 and None not in keys


def differences(entries: Sequence[Entry]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is not the same in all runs: (key, value of each entry), "–" where it is not known."""
    facts = [_facts(entry) for entry in entries]
    keys = list(dict.fromkeys(key for one in facts for key in one))
    rows = [(key, tuple(one.get(key, "–") for one in facts)) for key in keys]
    return tuple((key, values) for key, values in rows if len(set(values)) > 1)


def _facts(entry: Entry) -> dict[str, str]:
    """What is known of an entry, as text."""
    found = {"scores.csv (sha256)": entry.sha256[:16]}
    if entry.run is None:
        return found
    record = entry.run.record
    found |= {key: _text(value) for key, value in entry.run.recipe.items() if key != "description"}
    found |= {f"version of {name}": str(number) for name, number in record.get("versions", {}).items()}
    found |= {
        "data (sha256)": str(record.get("data", {}).get("sha256", "–"))[:16],
        "cases (train, val, test)": _text(list(record.get("split", {}).get("cases", {}).values())),
        "begun from": _text((record.get("init") or {}).get("name", "–")),
        "epochs": _text(record.get("epochs", "–")),
        "best epoch": _text(record.get("best_epoch", "–")),
        "steps": _steps(entry),
        "parameters": _text(record.get("parameters", "–")),
        "device": _text(record.get("device", "–")),
        "devices": _text(record.get("devices", "–")),
        "precision": _text(record.get("precision", "–")),
        "weights (sha256)": str(record.get("weights_sha256", "–"))[:16],
    }
    return found


def _steps(entry: Entry) -> str:
    """Optimiser steps that were taken."""
    from medunet.errors import InputError
    from medunet.workflows.run_folder import read_plan

    run = entry.run
    folder = entry.table.parent.parent.parent
    if run is None:
        return "–"
    try:
        plan = read_plan(folder)
    except InputError:
        return "–"
    cases = sum(split == "train" for _, split in run.split_of.values())
    return str(int(run.record.get("epochs", 0)) * plan.steps_per_epoch(cases))


def _key(run: RunFacts) -> str:
    """The same for trainings that differ in their seed alone: recipe, data, training cases, start."""
    recipe = {key: value for key, value in run.recipe.items() if key not in _WORDS}
    learnt = sorted((case, split) for case, (_, split) in run.split_of.items())
    init = (run.record.get("init") or {}).get("weights_sha256")
    asked = [recipe, run.record.get("data", {}).get("sha256"), learnt, init]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _name(members: Sequence[Entry]) -> str:
    """One word for several seeds: what their names have in common."""
    if len(members) == 1:
        return members[0].name
    common = re.sub(r"[-_ ./,]*(seed)?[-_ ./,]*$", "", _common([entry.name for entry in members]))
    return common or f"{members[0].name} and {len(members) - 1} more"


def _common(names: Sequence[str]) -> str:
    """The letters that all names begin with."""
    same = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in same)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
